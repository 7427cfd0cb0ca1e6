//! Items in PostgreSQL, and workers that publish them.

use std::collections::BTreeMap;

use crate::postgres::Database;
use crate::support::{CONFIG, Publication, Ran};

const OUTPUT: &str = "[output]\npages = false\n";

/// The documents that stand in the database.
pub fn documents(database: &Database) -> BTreeMap<String, String> {
    let rows = database.client().query("select path, bytes from tidings.documents", &[]).expect("rows");
    rows.iter().map(|row| (row.get(0), String::from_utf8(row.get(1)).expect("UTF-8"))).collect()
}

/// The documents that stand in the output folder.
fn published(publication: &Publication) -> BTreeMap<String, String> {
    publication.files("public").into_iter().map(|path| (path.clone(), publication.read(&format!("public/{path}")))).collect()
}

/// A publication that workers publish, and the same that is built into a folder.
struct Twins {
    database: Database,
    worked: Publication,
    built: Publication,
}

impl Twins {
    fn new(config: &str) -> Option<Self> {
        let database = Database::new()?;
        let worked = Publication::with_config(&format!("{config}\n[database]\nurl = '{}'\n", database.url));
        assert_eq!(worked.run(&["db", "init"]).code, 0);
        Some(Twins { database, worked, built: Publication::with_config(config) })
    }

    fn write(&self, path: &str, text: &str) {
        self.worked.write(path, text);
        self.built.write(path, text);
    }

    fn remove(&self, path: &str) {
        self.worked.remove(path);
        self.built.remove(path);
    }

    fn work_at(&self, now: &str) -> Ran {
        let ran = self.worked.run(&["db", "load", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = self.worked.run(&["work", "--once", "-v", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    /// Publishes both ways, and insists that it is the same to the byte.
    fn compare_at(&self, now: &str) {
        self.work_at(now);
        let ran = self.built.run(&["build", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let (worked, built) = (documents(&self.database), published(&self.built));
        assert_eq!(worked.keys().collect::<Vec<_>>(), built.keys().collect::<Vec<_>>());
        for (path, text) in &built {
            assert_eq!(worked[path], *text, "{path} at {now}");
        }
    }
}

fn record(title: &str, more: &str, body: &str) -> String {
    format!("+++\ntitle = '''{title}'''\n{more}\n+++\n\n{body}\n")
}

#[test]
fn workers_publish_what_a_build_publishes() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = true\nmatrix = true")) else {
        return;
    };
    for n in 1..=70 {
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México reabre") } else { ("en", "The port of Belize reopens") };
        let story = if n % 5 < 2 { format!("story = 's{}'", n / 5) } else { String::new() };
        let more = format!("date = 2018-01-{:02}\nlanguage = '{language}'\n{story}", 1 + n % 28);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("{title}, part {n}"), &more, &format!("Ships, text {n}.")));
    }
    twins.compare_at("2018-03-01T12:00:00Z");
    // A change, a new item, an old one, a deleted one, one that moves to another country, a translation that comes.
    twins.write(
        "items/item-7.md",
        &record("The port of Belize reopens, part 7", "date = 2018-01-08\nstory = 'late'", "Ships, text 7, and more."),
    );
    twins.write("items/new.md", &record("Ships of Costa Rica", "date = 2018-02-20", "New ones."));
    twins.write("items/old.md", &record("Ships of Costa Rica, long ago", "date = 2017-02-20", "Old ones."));
    twins.remove("items/item-27.md");
    twins.write("items/item-28.md", &record("The harbour of Costa Rica", "date = 2018-01-01", "Ships."));
    twins.write("items/item-2x.md", &record("El puerto de Belice", "date = 2018-02-03\nlanguage = 'es'\nstory = 'late'", "Barcos."));
    twins.compare_at("2018-03-02T08:00:00Z");
    // Nothing.
    let before = documents(&twins.database);
    let ran = twins.work_at("2018-03-03T08:00:00Z");
    assert!(ran.out.contains("0 families of channels: 0 put"), "{ran:?}");
    assert_eq!(documents(&twins.database), before);
    // Items that come and go by the clock, a draft, one that is withdrawn.
    twins.write("items/due.md", &record("Ships to come", "date = 2018-03-01\npublish-at = 2018-03-05", "Soon."));
    twins.write("items/ends.md", &record("Ships that go", "date = 2018-03-01\nexpires = 2018-03-06", "Now."));
    twins.write("items/item-9.md", &record("The port of Belize", "date = 2018-01-10\nwithdrawn = true", "No."));
    twins.write("items/item-10.md", &record("The port of Belize", "date = 2018-01-11\ndraft = true", "No."));
    for day in [4, 5, 6, 7] {
        twins.compare_at(&format!("2018-03-{day:02}T08:00:00Z"));
    }
}

#[test]
fn limits_of_all_kinds_hold_whatever_is_fetched() {
    let limits = "[limits]\nitems = 3\nfloor-days = 20\n[[channel]]\npath = 'ports-of-mexico'\ntitle = 'Ports of Mexico'\nquery = 'country:MX and topic:ports'\n\
                  limits = { items = 2, days = 40 }\n[[channel]]\npath = 'long'\ntitle = 'Long'\nquery = 'topic:ships'\nlimits = { items = 30, bytes = '4 KB' }\n";
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}{limits}").replace("per-language = false", "per-language = true")) else {
        return;
    };
    for n in 1..=60 {
        // Long runs of one story in both languages, so that rows are many and stories few.
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México") } else { ("en", "The port of Mexico") };
        let more = format!("date = 2018-01-{:02}\nlanguage = '{language}'\nstory = 's{}'", 1 + (n / 2) % 28, n / 2);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("{title}, part {n}"), &more, &format!("Ships, text {n}.")));
    }
    for now in ["2018-01-29T12:00:00Z", "2018-02-10T12:00:00Z"] {
        twins.worked.run(&["db", "touch"]);
        twins.compare_at(now);
    }
}
