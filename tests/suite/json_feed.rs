//! JSON Feed beside RSS and Atom: the same channels, the same items under the same ids, and what strangers need to read them.

use serde_json::Value;

use crate::support::{CONFIG, Publication};

/// What every published JSON Feed must be; gives the HTML of its items.
pub fn insist(path: &str, text: &str) -> Vec<String> {
    let feed: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(text.starts_with("{\n") && text.ends_with("}\n"), "{path}");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1", "{path}");
    for field in ["title", "home_page_url", "feed_url", "language"] {
        assert!(feed[field].as_str().is_some_and(|text| !text.is_empty()), "{path}: {field}");
    }
    let items = feed["items"].as_array().unwrap_or_else(|| panic!("{path}: no items"));
    assert_eq!(feed_rs::parser::parse(text.as_bytes()).expect(path).entries.len(), items.len(), "{path}");
    let mut ids = std::collections::HashSet::new();
    for item in items {
        assert!(item["id"].as_str().is_some_and(|id| ids.insert(id)), "{path}: {item}");
        assert!(item["title"].is_string() && item["date_published"].is_string(), "{path}: {item}");
        assert_ne!(item["content_html"].is_string(), item["content_text"].is_string(), "{path}: one of the two: {item}");
    }
    items.iter().filter_map(|item| item["content_html"].as_str()).map(str::to_owned).collect()
}

fn read(publication: &Publication, path: &str) -> Value {
    serde_json::from_str(&publication.read(&format!("public/{path}"))).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn atom_ids(atom: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(atom).expect("well-formed");
    let entries = document.descendants().filter(|node| node.tag_name().name() == "entry");
    let id = |entry: roxmltree::Node<'_, '_>| {
        let id = entry.children().find(|child| child.tag_name().name() == "id").expect("an id");
        id.text().unwrap_or_default().to_owned()
    };
    entries.map(id).collect()
}

#[test]
fn every_channel_has_the_items_of_its_atom_feed_under_the_same_ids() {
    let example = Publication::copy_of("");
    example.build();
    let files = example.files("public");
    let of = |ending: &str| -> Vec<String> { files.iter().filter_map(|path| path.strip_suffix(ending)).map(str::to_owned).collect() };
    let channels = of(".json");
    assert!(channels.len() > 40 && channels == of(".atom") && channels == of(".rss"), "{files:?}");
    let mut items = 0;
    for channel in &channels {
        let feed = read(&example, &format!("{channel}.json"));
        let ids: Vec<&str> = feed["items"].as_array().expect("items").iter().filter_map(|item| item["id"].as_str()).collect();
        assert_eq!(ids, atom_ids(&example.read(&format!("public/{channel}.atom"))), "{channel}");
        assert_eq!(feed["feed_url"], format!("https://feeds.migration.example/{channel}.json"));
        items += ids.len();
    }
    assert!(items > 80, "{items} items");
}

#[test]
fn the_other_formats_lead_to_it() {
    let publication = Publication::with_items(1);
    publication.build();
    for path in ["country/belize.rss", "country/belize.atom"] {
        let text = publication.read(&format!("public/{path}"));
        let leads = |line: &str| {
            ["href=\"https://feeds.example.org/country/belize.json\"", "rel=\"alternate\"", "type=\"application/feed+json\""]
                .iter()
                .all(|piece| line.contains(piece))
        };
        assert!(text.lines().any(leads), "{path}: {text}");
    }
}

#[test]
fn it_can_be_the_only_format_or_left_out() {
    for (formats, want) in [("\"json\"", vec!["all.json"]), ("\"rss\", \"atom\"", vec!["all.atom", "all.rss"])] {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nformats = [{formats}]\n"));
        publication.item(1, "News of nowhere");
        publication.build();
        let files: Vec<String> = publication.feeds().into_iter().filter(|path| path.starts_with("all.")).collect();
        assert_eq!(files, want);
    }
}

/// A guid that is no address stands in RSS alone; JSON Feed carries what Atom does.
#[test]
fn a_former_guid_does_not_come_between_the_ids() {
    let publication = Publication::new();
    publication.write("items/a.toml", "title = 'Old'\ndate = 2018-01-01\nid = 'tag:old.example.org,2010:3'\nguid = '4711'");
    publication.build();
    assert!(publication.read("public/all.rss").contains(">4711<"));
    assert_eq!(read(&publication, "all.json")["items"][0]["id"], "tag:old.example.org,2010:3");
}

#[test]
fn what_is_wrong_in_it_is_led_back_to_the_record() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nformats = [\"json\"]\n"));
    publication.item(1, "News of nowhere");
    publication.write("items/old.toml", "title = 'Before there were feeds'\ndate = 1970-01-01");
    publication.run(&["build", "-v"]).expect(0, &["items/old.toml: warning[implausible-date]", "from `date` of `old`"]);
}

#[test]
fn a_change_is_told_and_a_lost_ledger_rebuilt_from_it_alone() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nformats = [\"json\"]\n"));
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize, part {n}")));
    publication.build();
    publication.item(3, "The port of Belize, mended");
    publication.run(&["diff"]).expect(0, &["{+mended+}"]);
    publication.item(3, "The port of Belize, part 3");
    publication.run(&["ledger", "repair"]).expect(0, &["3 items and 3 channels are remembered"]);
    publication.build().expect(0, &["unchanged"]);
}
