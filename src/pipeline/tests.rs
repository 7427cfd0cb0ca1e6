//! What a build of many items holds once, where it might hold it twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::*;
use crate::config;
use crate::item::{Files, Intake, Traces};
use crate::ledger::Digest;

const FEEDS: &str = "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\n\
                     [limits]\nitems = 2\n[[source]]\npath = 'items.ndjson'\n";

fn write(root: &Path, records: usize) -> Config {
    let record = |n: usize| {
        format!(
            "{{\"id\":\"n{n}\",\"title\":\"News {n}\",\"date\":\"2018-02-{:02}\",\"link\":\"https://example.org/{n}\",\"body\":\"B\"}}\n",
            n + 1
        )
    };
    fs::write(root.join("feeds.toml"), FEEDS).expect("written");
    fs::write(root.join("items.ndjson"), (0..records).map(record).collect::<String>()).expect("written");
    config::load(&root.join("feeds.toml")).expect("a config").0
}

fn read(config: &Config, memory: Option<&Memory>) -> Loaded<Sifted> {
    let records = Records::none(&config.root, depends(config));
    super::read(config, Files::list(config), Texts::Left(&records, memory), &Progress::default())
}

fn build(config: &Config, loaded: Loaded<Sifted>, memory: &Memory) -> Built {
    let (known, accepted, settled) = (BTreeSet::new(), BTreeSet::new(), Settled::new());
    let past = Past { memory, known: &known, accepted: &accepted, clean: None, settled: &settled, goes_on: false };
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH + chrono::Duration::days(60 * 365);
    super::build(config, loaded, past, now, &Progress::default()).expect("nobody changes the records")
}

#[test]
fn texts_make_what_files_make() {
    let root = tempfile::tempdir().expect("a folder");
    let feeds = FEEDS.replace("items.ndjson", "items").replace("items = 2", "items = 9");
    let records = [
        ("items/a/one.md", "---\ntitle: One\ndate: 2018-02-01\n---\nA *text*.\n"),
        ("items/many.csv", "title,date,id,body\nTwo,2018-02-02,two,B\nThree,2018-02-03,three,B\n"),
        ("items/more.ndjson", "\n{\"id\":\"four\",\"title\":\"Four\",\"date\":\"2018-02-04\",\"body\":\"B\"}\n"),
        ("items/six.json", "{\"title\":\"Six\",\"date\":\"2018-02-06\",\"body\":\"B\"}"),
        ("items/z.toml", "title = 'Seven'\ndate = 2018-02-07\nbody = 'B'\n"),
    ]
    .map(|(path, text)| (Path::new(path), text));
    fs::write(root.path().join("feeds.toml"), feeds).expect("written");
    for (path, text) in records {
        fs::create_dir_all(root.path().join(path).parent().expect("a folder")).expect("made");
        fs::write(root.path().join(path), text).expect("written");
    }
    let config = config::load(&root.path().join("feeds.toml")).expect("a config").0;
    let of_files = build(&config, read(&config, None), &Memory::default());
    let mut without_texts = read(&config, None);
    without_texts.items.iter_mut().filter_map(Arc::get_mut).for_each(|item| item.put_text(None));
    assert!(build(&config, without_texts, &Memory::default()).documents == of_files.documents, "texts are fetched");
    let now = DateTime::UNIX_EPOCH + chrono::Duration::days(60 * 365);
    let mut backwards = records;
    backwards.reverse();
    let of_texts = publication(&config, &backwards, now).expect("nothing is wrong");
    let places = |built: &Built| built.items.iter().map(|item| item.place()).collect::<Vec<_>>();
    assert_eq!(places(&of_texts), places(&of_files));
    assert_eq!((of_texts.documents.len(), of_texts.items.len()), (of_files.documents.len(), 6));
    assert!(of_texts.documents == of_files.documents && of_texts.findings == of_files.findings);

    let told = |path, text| publication(&config, &[(Path::new(path), text)], now).expect_err("it is wrong").to_string();
    assert!(told("elsewhere/a.md", "").contains("elsewhere/a.md: error[unreadable-file]: no source has such a record"));
    assert!(told("items/.draft.md", records[0].1).contains("no source has such a record"));
    assert!(
        told("items/a.toml", "title = 'T'\n").contains("items/a.toml: error[missing-date]"),
        "{}",
        told("items/a.toml", "title = 'T'\n")
    );
}

#[test]
fn items_and_memory_share_what_they_are_known_by() {
    let root = tempfile::tempdir().expect("a folder");
    let config = write(root.path(), 5);
    let first = build(&config, read(&config, None), &Memory::default());
    let holds = |memory: &Memory, item: &Item| memory.find(item.iri()).map(|at| memory.get(at).names.is_in_memory_of(item.names()));
    assert!(first.items.iter().all(|item| holds(&first.after, item) == Some(true)), "what was remembered first");

    // One of them is another by now.
    let text = fs::read_to_string(root.path().join("items.ndjson")).expect("read");
    fs::write(root.path().join("items.ndjson"), text.replace("News 3", "Other news")).expect("written");
    let memory = first.after;
    let loaded = read(&config, Some(&memory));
    let shared: Vec<_> = loaded.items.iter().map(|item| holds(&memory, item)).collect();
    assert_eq!(shared, [Some(true), Some(true), Some(true), Some(false), Some(true)]);
    let mut finder = memory.finder();
    let places: Vec<_> = loaded.items.iter().map(|item| finder.find(item.names()).map(|(at, _)| at)).collect();
    assert_eq!(places, [Some(0), Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn an_item_keeps_the_traces_of_what_it_says_now() {
    let root = tempfile::tempdir().expect("a folder");
    let config = write(root.path(), 1);
    let mut item = read(&config, None).items.pop().map(Arc::unwrap_or_clone).expect("an item");
    let own = item.traces();
    let of_before = item.names().clone().with(Traces { record: Some(Digest([1; 16])), ..own });
    item.share_names(&of_before);
    assert_eq!(item.traces(), own, "another body under the same title");
    let traced_otherwise = Traces { content: Digest([2; 16]), ..own };
    let same = item.names().clone().with(traced_otherwise);
    item.share_names(&same);
    assert_eq!(item.traces(), traced_otherwise, "the same record");
}

#[test]
fn channels_let_go_of_what_no_document_holds_and_share_what_stays() {
    let root = tempfile::tempdir().expect("a folder");
    let config = write(root.path(), 5);
    let first = build(&config, read(&config, None), &Memory::default());
    let all = first.catalogue.channels.iter().find(|channel| channel.path == "all").expect("a channel");
    assert_eq!((all.items.len(), all.window, all.count, first.after.channels["all"].members.len()), (2, 2, 5, 5));
    let again = build(&config, read(&config, None), &first.after);
    assert!(Arc::ptr_eq(&again.after.channels["all"].members, &first.after.channels["all"].members));
    let config = write(root.path(), 6);
    let other = build(&config, read(&config, None), &first.after);
    assert_eq!(*other.after.channels["all"].members, [5, 4, 3, 2, 1, 0]);
}

#[test]
fn texts_stay_where_all_of_them_are_few() {
    let root = tempfile::tempdir().expect("a folder");
    let stay = |config: &Config| read(config, None).items.iter().filter(|item| item.text().is_some()).count();
    let config = write(root.path(), 3);
    assert_eq!(stay(&config), 3);

    let file = root.path().join("items.ndjson");
    let records = fs::read(&file).expect("written");
    fs::write(&file, [records, b"\n".repeat(17 << 20)].concat()).expect("written");
    assert_eq!(stay(&config), 0, "so large a file has more than documents hold");
    let archives = FEEDS.to_owned() + "[output]\narchives = true\n";
    fs::write(root.path().join("feeds.toml"), archives).expect("written");
    assert_eq!(stay(&config::load(&root.path().join("feeds.toml")).expect("a config").0), 3, "archives hold all");

    fs::write(root.path().join("feeds.toml"), FEEDS.replace("items.ndjson", "items")).expect("written");
    let config = config::load(&root.path().join("feeds.toml")).expect("a config").0;
    fs::create_dir(root.path().join("items")).expect("made");
    for (name, size, all) in [("one", 1, 1), ("two", 9 << 20, 2), ("three", 9 << 20, 0)] {
        let record = format!("---\ntitle: {name}\ndate: 2018-02-01\n---\n{}", "B ".repeat(size / 2));
        fs::write(root.path().join("items").join(name).with_extension("md"), record).expect("written");
        assert_eq!(stay(&config), all, "with {name}");
    }
}

#[test]
fn files_that_nobody_looked_at_are_read_alike_on_one_core_and_on_many() {
    let root = tempfile::tempdir().expect("a folder");
    let config = write(root.path(), 28);
    let unseen = || {
        let records = Records::none(&config.root, depends(&config));
        super::read(&config, Intake::Unseen(SystemTime::now()), Texts::Left(&records, None), &Progress::default())
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let want = read(&config, None);
    for loaded in [unseen(), pool.install(unseen)] {
        assert!(loaded.items == want.items && loaded.notes == want.notes && want.items.len() == 28);
    }
}
