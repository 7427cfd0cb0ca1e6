//! Importing: listings and former feeds become new records in a folder, each item once.
//!
//! What can be read is written although something else cannot; the findings say what was left out. Nothing here prints, and nothing that
//! stands in the folder is changed unasked.

mod known;
mod stood;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;

use self::known::{Known, Match};
use self::stood::Since;
use super::write::Draft;
use super::{feed, listing};
use crate::config::{Config, TopicKey};
use crate::diag::{Code, Finding, Findings, Place, codes};
use crate::vocab::{Country, Language};

/// The largest file that is imported, in bytes; it is held in memory as a whole.
const LARGEST: u64 = 64 << 20;

/// The countries that a category means, as it is written.
pub type Naming = dyn Fn(&str) -> Vec<Country>;

/// What importing needs to know of the publication.
pub struct Options {
    /// Of dates that name no zone.
    pub zone: Tz,
    /// Of items whose own cannot be told; a record without one is in the publication's.
    pub language: Option<Language>,
    /// What a record without one is published in, where another may be meant.
    pub published_in: Option<Language>,
    /// The topics, each with the names that a feed's category may call it by.
    pub topics: Vec<(TopicKey, Vec<String>)>,
    /// The countries that a feed's category may mean.
    pub countries: Box<Naming>,
    /// The languages; none where they are not known.
    pub languages: Vec<Language>,
    /// What is taken in of a WordPress export beside posts, by its name there.
    pub post_types: Vec<String>,
    /// What stands before a record's own id in the ids that this publication publishes; a feed of its own brings those back.
    pub minted: Option<String>,
    /// What the addresses of its feeds begin with; what such a feed says otherwise than the records is no news, for it was made of them.
    pub base: Option<String>,
    /// Folders and files of records to compare with, beside the folder that is written to.
    pub beside: Vec<PathBuf>,
    /// Ids and guids of items that were published and are so no more; they are left out.
    pub gone: HashSet<String>,
    /// Whether records are written anew whose items say something else by now, and which nobody mended.
    pub update: bool,
    /// What becomes of those that somebody mended; they are told of and stay where that is not said.
    pub mended: Option<Mended>,
}

/// What becomes of a record that somebody mended by hand, and whose item says something else than at the last import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mended {
    /// It stays, and is told of no more until the item says something else again.
    Keep,
    /// What is compared is as the item has it from now on.
    Replace,
}

impl Options {
    /// With no publication: in UTC, without topics.
    pub fn bare() -> Self {
        Options {
            zone: Tz::UTC,
            language: None,
            published_in: None,
            topics: Vec::new(),
            countries: Box::new(|_| Vec::new()),
            languages: Vec::new(),
            post_types: Vec::new(),
            minted: None,
            base: None,
            beside: Vec::new(),
            gone: HashSet::new(),
            update: false,
            mended: None,
        }
    }

    /// As the config says: its zone, its topics by title, slug and words, and its sources to compare with; its countries as `countries` has it.
    pub fn of(config: &Config, countries: Box<Naming>) -> Self {
        let words = |topic: &crate::config::Topic| {
            let titles = topic.title.iter().map(|(_, title)| title.to_owned());
            let words = topic.words.iter().map(|phrase| phrase.text.clone());
            (topic.key.clone(), titles.chain([topic.slug.clone()]).chain(words).collect())
        };
        Options {
            zone: config.publication.time_zone,
            language: None,
            published_in: None,
            topics: config.topics.iter().map(words).collect(),
            countries,
            languages: config.publication.languages.clone(),
            post_types: Vec::new(),
            minted: Some(config.publication.authority.mint("item/")),
            base: Some(config.publication.base_url.as_str().to_owned()),
            beside: config.sources.iter().map(|source| config.root.join(&source.path)).collect(),
            gone: HashSet::new(),
            update: false,
            mended: None,
        }
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The new records, in the order of what was read.
    pub written: Vec<PathBuf>,
    /// How many items stood in the folder, beside it or earlier in the same run already.
    pub known: usize,
    /// How many are left out since they were published and are gone.
    pub gone: usize,
    /// Records that were written anew.
    pub updated: BTreeSet<PathBuf>,
    /// Records whose items say something else than at the last import.
    pub differ: BTreeSet<PathBuf>,
    /// Of such records those that somebody mended by hand.
    pub mended: BTreeSet<PathBuf>,
    /// Those of them that stay, as asked for.
    pub kept: BTreeSet<PathBuf>,
    /// Records of items that came from there and are there no more, by an export.
    pub missed: BTreeSet<PathBuf>,
    pub findings: Findings,
}

/// Imports pages of news as [`listing::read`] reads them into the folder `into`, which is made if it is not there.
///
/// # Errors
///
/// A finding where `into` is no folder and cannot be made one. What is wrong with a file or an item is among the findings of the result.
pub fn listing(files: &[PathBuf], into: &Path, options: &Options) -> Result<Imported, Box<Finding>> {
    import(files, into, options, &|bytes, path, findings| {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                findings.push(bad_utf8(bytes, error.valid_up_to(), path));
                return Held::default();
            }
        };
        let page = listing::read(text, path);
        findings.extend(page.findings);
        Held { drafts: page.blocks.iter().map(|block| block.to_draft(path)).collect(), ..Held::default() }
    })
}

/// Imports feeds as [`feed::read`] reads them, as [`listing()`] does with pages.
///
/// # Errors
///
/// As [`listing()`].
pub fn feed(files: &[PathBuf], into: &Path, options: &Options) -> Result<Imported, Box<Finding>> {
    let context = feed::Context {
        zone: options.zone,
        topics: &options.topics,
        countries: &*options.countries,
        languages: &options.languages,
        post_types: &options.post_types,
        base: options.base.as_deref(),
    };
    import(files, into, options, &|bytes, path, findings| {
        let feed = feed::read(bytes, path, context);
        findings.extend(feed.findings);
        Held { drafts: feed.drafts, is_export: feed.is_export, is_own: feed.is_own }
    })
}

/// What a file holds.
#[derive(Default)]
struct Held {
    drafts: Vec<Draft>,
    /// Whether what is not in it is there no more.
    is_export: bool,
    /// Whether it was made of the records.
    is_own: bool,
}

/// What is made of a file's bytes.
type Reader<'a> = dyn Fn(&[u8], &Arc<Path>, &mut Findings) -> Held + 'a;

fn import(files: &[PathBuf], into: &Path, options: &Options, read: &Reader<'_>) -> Result<Imported, Box<Finding>> {
    fs::create_dir_all(into).map_err(|error| {
        let message = format!("the folder `{}` cannot be made: {}", into.display(), reason(&error));
        Box::new(Finding::new(&codes::IMPORT_WRITE, message).help("name another folder with `--into`"))
    })?;
    let known = Known::of([into].into_iter().chain(options.beside.iter().map(PathBuf::as_path)), options);
    let mut run = Run { into, known, options, over: false, without_language: 0, done: Imported::default() };
    for file in files {
        let path: Arc<Path> = Arc::from(file.as_path());
        match contents(file) {
            Ok(bytes) => {
                let held = read(&bytes, &path, &mut run.done.findings);
                held.drafts.iter().filter(|_| held.is_export).for_each(|draft| run.known.count(draft));
                for mut draft in held.drafts {
                    draft.language = draft.language.or_else(|| options.language.clone());
                    run.take(&draft, held.is_own);
                }
            }
            Err((code, message, help)) => run.done.findings.push(Finding::new(code, message).at(Place::file(path)).help(help)),
        }
    }
    run.tell_languages();
    // What could not be read may be what is missed.
    if !run.done.findings.has_errors() {
        run.done.missed = run.known.missed();
    }
    Ok(run.done)
}

struct Run<'a> {
    into: &'a Path,
    known: Known,
    options: &'a Options,
    /// A folder that takes one record no longer will not take the next.
    over: bool,
    /// How many records were written that say no language.
    without_language: usize,
    done: Imported,
}

impl Run<'_> {
    /// Takes in a draft; one of a feed of one's own (`is_own`) only where its record is lost.
    fn take(&mut self, draft: &Draft, is_own: bool) {
        if self.over {
            return;
        }
        match self.known.find(draft) {
            Match::Same if is_own => return self.done.known += 1,
            Match::Same => {
                if self.known.differs(draft) {
                    let message =
                        format!("`{}` of {} is here twice, with two texts; the second is left out", draft.title, draft.date.day());
                    let help = "where they are two items, give one another title and import it again";
                    self.done.findings.push(Finding::new(&codes::IMPORT_SIMILAR, message).at(draft.place.clone()).help(help));
                }
                self.done.known += 1;
                self.compare(draft);
                return;
            }
            Match::Clash => {
                let id = draft.id.as_ref().or(draft.guid.as_ref()).map_or("", String::as_str);
                let message = format!("`{}` has the id `{id}`, which another item of this import has; it is left out", draft.title);
                let help = "an id is one item's: give the items of the feed ids of their own, and import it again";
                self.done.findings.push(Finding::new(&codes::FEED_ITEM, message).at(draft.place.clone()).help(help));
                return;
            }
            Match::Similar => {
                let message = format!("`{}` of {} stands in another record already, under another id", draft.title, draft.date.day());
                let help = "where they are one item, remove the older record: the id from the feed is the one that readers know";
                self.done.findings.push(Finding::new(&codes::IMPORT_SIMILAR, message).at(draft.place.clone()).help(help));
            }
            Match::Gone => {
                self.done.gone += 1;
                return;
            }
            Match::New => {}
        }
        match draft.write(self.into) {
            Ok(path) => {
                self.known.add(draft);
                self.done.written.push(path);
                self.without_language += usize::from(draft.language.is_none());
            }
            Err(error) => self.give_up(draft, self.into, &error),
        }
    }

    fn tell_languages(&mut self) {
        let Some(language) = self.options.published_in.as_ref().filter(|_| self.without_language > 0) else { return };
        let say = match (self.without_language, self.done.written.len()) {
            (_, 1) => "the new record says no language, and is".to_owned(),
            (count, all) => format!("{count} of {all} new records say no language, and are"),
        };
        let message = format!("{say} published in `{language}`, the first of the publication");
        let help = "write `language` into those that are in another, or into the `[[source]]` of a folder where all are";
        self.done.findings.push(Finding::new(&codes::IMPORT_LANGUAGE, message).at(Place::file(Arc::from(self.into))).help(help));
    }

    /// Looks whether the item says what it said when its record was written, and writes that anew if it is to; not one that was taken out of the feeds.
    fn compare(&mut self, draft: &Draft) {
        let Some(stood) = self.known.met(draft).filter(|stood| !stood.is_withdrawn) else { return };
        let path = stood.path.clone();
        let done = &mut self.done;
        let ended = match (stood.since(draft), self.options.mended) {
            (Since::NoNews, _) => return,
            (Since::News, _) if !self.options.update => Ok(done.differ.insert(path.clone())),
            (Since::NewsOfMended, None) => Ok(done.mended.insert(path.clone())),
            (Since::NewsOfMended, Some(Mended::Keep)) => stood.note(draft).map(|()| done.kept.insert(path.clone())),
            (Since::News, _) | (Since::NewsOfMended, Some(Mended::Replace)) => stood.renew(draft).map(|path| done.updated.insert(path)),
        };
        match ended {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let message = format!("this record cannot be written anew: {error}");
                let help = "take over by hand what the item says, or remove the record and import again";
                self.done.findings.push(Finding::new(&codes::IMPORT_WRITE, message).at(Place::file(Arc::from(path))).help(help));
            }
            Err(error) => self.give_up(draft, &path, &error),
        }
    }

    fn give_up(&mut self, draft: &Draft, at: &Path, error: &io::Error) {
        self.over = true;
        let message = format!("no record can be written into `{}`: {}", at.display(), reason(error));
        let help = "mend that, and import again: what is written already is not written twice";
        self.done.findings.push(Finding::new(&codes::IMPORT_WRITE, message).at(draft.place.clone()).help(help));
    }
}

/// The whole file, or code, message and help that say why not.
fn contents(file: &Path) -> Result<Vec<u8>, (&'static Code, String, &'static str)> {
    let help = match file.to_str() {
        Some(address) if address.starts_with("http://") || address.starts_with("https://") => {
            "fetch it into a file first, as `curl -fsS -o feed.xml ADDRESS` does, and name that"
        }
        _ => "check the path and the rights of the file",
    };
    let refuse = |error: &io::Error| (&codes::IMPORT_FILE, format!("the file cannot be read: {}", reason(error)), help);
    let about = fs::metadata(file).map_err(|error| refuse(&error))?;
    if about.is_dir() {
        return Err((&codes::IMPORT_FILE, "this is a folder".to_owned(), "name the files in it"));
    }
    if about.len() > LARGEST {
        let message = format!("the file has {} MB, more than the {} that are read", about.len() >> 20, LARGEST >> 20);
        return Err((&codes::IMPORT_FILE, message, "import it in parts; a large export is a source of its own, as `.ndjson` or `.csv`"));
    }
    fs::read(file).map_err(|error| refuse(&error))
}

/// What the system says, without the number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = plain.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn bad_utf8(bytes: &[u8], at: usize, path: &Arc<Path>) -> Finding {
    let finding = |message: String, place| Finding::new(&codes::IMPORT_ENCODING, message).at(place);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let name = path.display();
        let help = format!("save it as UTF-8, for instance with `iconv -f UTF-16 -t UTF-8 {name} > utf8.txt`");
        return finding("the file is in UTF-16, not in UTF-8".to_owned(), Place::file(path.clone())).help(help);
    }
    let before = String::from_utf8_lossy(&bytes[..at]);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    let place = Place { column, ..Place::line(path.clone(), line) };
    let help = format!("save it as UTF-8, for instance with `iconv -f WINDOWS-1252 -t UTF-8 {} > utf8.txt`", path.display());
    finding(format!("the byte 0x{:02X} is not UTF-8", bytes[at]), place).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "9 February, 2018\n\nA programme begins\n\nBelize. Officials met “there”.\n\n7 February, 2018\n\nOther\n\n# not a heading\n\n+++\n";

    struct Desk {
        folder: tempfile::TempDir,
        options: Options,
    }

    impl Desk {
        fn new() -> Self {
            Desk { folder: tempfile::tempdir().expect("a folder"), options: Options::bare() }
        }

        fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
            let path = self.folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        }

        fn items(&self) -> PathBuf {
            self.folder.path().join("items")
        }

        fn listing(&self, page: impl AsRef<[u8]>) -> Imported {
            listing(&[self.file("page.txt", page)], &self.items(), &self.options).expect("a folder")
        }

        fn feed(&self, feed: &str) -> Imported {
            super::feed(&[self.file("feed.xml", feed)], &self.items(), &self.options).expect("a folder")
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<_> = fs::read_dir(self.items())
                .expect("a folder")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        }
    }

    fn codes_of(imported: &Imported) -> Vec<&'static str> {
        imported.findings.iter().map(|finding| finding.code.name).collect()
    }

    #[test]
    fn a_listing_becomes_records() {
        let desk = Desk::new();
        let imported = desk.listing(PAGE);
        assert_eq!((imported.written.len(), imported.known, codes_of(&imported)), (2, 0, vec![]));
        assert_eq!(desk.names(), ["2018-02-07-other.md", "2018-02-09-a-programme-begins.md"]);
        let text = fs::read_to_string(&imported.written[0]).expect("a record");
        let text: String = text.split_inclusive('\n').filter(|line| !line.starts_with("imported = ")).collect();
        let id = super::super::write::mint(chrono::NaiveDate::from_ymd_opt(2018, 2, 9).expect("a day"), "A programme begins");
        let want = format!(
            "+++\nid = \"{id}\"\ntitle = \"A programme begins\"\ndate = 2018-02-09\ndateline = \"Belize\"\nlanguage = \"en\"\nsyntax = \"plain\"\n+++\n\nOfficials met “there”.\n"
        );
        assert_eq!(text, want);
        assert!(fs::read_to_string(&imported.written[1]).expect("a record").ends_with("+++\n\n# not a heading\n\n+++\n"));
    }

    #[test]
    fn nothing_is_added_twice() {
        let desk = Desk::new();
        assert_eq!(desk.listing(PAGE).written.len(), 2);
        let again = desk.listing(format!("{}\n10 February, 2018\nNew\nText.\n{PAGE}", PAGE.replace("A programme", "A  PROGRAMME")));
        assert_eq!((again.written.len(), again.known), (1, 4));
        // The user mends a title: the id still tells.
        let path = desk.items().join("2018-02-09-a-programme-begins.md");
        let mended = fs::read_to_string(&path).expect("a record").replace("A programme begins", "The programme begins");
        fs::write(&path, &mended).expect("written");
        assert_eq!((desk.listing(PAGE).written.len(), desk.listing(PAGE).known), (0, 2));
        // The user breaks the record: its id is seen all the same, and the file stays as it is.
        fs::write(&path, mended.replace("title =", "title")).expect("written");
        assert_eq!(desk.listing(PAGE).written.len(), 0);
        // Records that no import wrote, in any format, are known by day and title.
        fs::remove_dir_all(desk.items()).expect("removed");
        fs::create_dir(desk.items()).expect("made");
        fs::write(desk.items().join("own.toml"), "title = \"a programme begins\"\ndate = \"9 Feb. 2018 10:00 GMT\"").expect("written");
        fs::write(desk.items().join("bulk.ndjson"), "{\"id\": 1, \"title\": \"Other\", \"date\": \"2018-02-07\"}\n").expect("written");
        assert_eq!((desk.listing(PAGE).written.len(), desk.listing(PAGE).known), (0, 2));
    }

    #[test]
    fn records_beside_the_folder_count_too() {
        let mut desk = Desk::new();
        let beside = desk.folder.path().join("beside");
        let page = desk.file("page.txt", PAGE);
        listing(&[page], &beside, &desk.options).expect("a folder");
        desk.options.beside = vec![beside, desk.folder.path().join("no such folder")];
        assert_eq!((desk.listing(PAGE).written.len(), desk.names().len()), (0, 0));
    }

    #[test]
    fn a_taken_name_is_not_overwritten() {
        let desk = Desk::new();
        fs::create_dir(desk.items()).expect("made");
        fs::write(desk.items().join("2018-02-07-other.md"), "not a record").expect("written");
        assert_eq!(desk.listing(PAGE).written.len(), 2);
        assert_eq!(desk.names(), ["2018-02-07-other-2.md", "2018-02-07-other.md", "2018-02-09-a-programme-begins.md"]);
        assert_eq!(fs::read_to_string(desk.items().join("2018-02-07-other.md")).expect("there"), "not a record");
    }

    #[cfg(unix)]
    #[test]
    fn new_records_may_be_read_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let desk = Desk::new();
        let plain = fs::metadata(desk.file("plain", "x")).expect("there").permissions().mode();
        let record = fs::metadata(&desk.listing(PAGE).written[0]).expect("there").permissions().mode();
        assert_eq!(record, plain);
    }

    #[test]
    fn files_that_cannot_be_read_are_named() {
        let desk = Desk::new();
        let told = |bytes: &[u8]| {
            let finding = desk.listing(bytes).findings.iter().next().cloned().expect("a finding");
            let place = finding.place.expect("a place");
            (finding.code.name, place.line, place.column)
        };
        assert_eq!(told(b"9 February, 2018\nT\nM\xe9xico. Text."), ("import-encoding", 3, 2));
        assert_eq!(told(b"\xff\xfe9\0"), ("import-encoding", 0, 0));
        let missing = listing(
            &[desk.folder.path().join("no.txt"), desk.folder.path().to_owned(), desk.file("p.txt", PAGE)],
            &desk.items(),
            &desk.options,
        );
        let missing = missing.expect("a folder");
        assert_eq!(codes_of(&missing), ["import-file", "import-file"]);
        assert_eq!(missing.written.len(), 2);
        assert_eq!(
            missing.findings.iter().next().map(|finding| finding.message.as_str()),
            Some("the file cannot be read: no such file or directory")
        );
        let address = feed(&["https://example.org/feed/".into()], &desk.items(), &desk.options).expect("a folder");
        let help = address.findings.iter().next().and_then(|finding| finding.help.as_deref());
        assert_eq!(help, Some("fetch it into a file first, as `curl -fsS -o feed.xml ADDRESS` does, and name that"));
        let file = desk.file("a-file", "");
        assert_eq!(listing(&[], &file, &desk.options).expect_err("no folder").code.name, "import-write");
    }

    const FEED: &str = "<rss version='2.0'><channel><link>https://example.org/</link>\
        <item><guid>post-1</guid><title>Daily</title><pubDate>Fri, 9 Feb 2018 10:00:00 GMT</pubDate><description>a</description></item>\
        <item><guid>post-2</guid><title>Daily</title><pubDate>Fri, 9 Feb 2018 12:00:00 GMT</pubDate><description>b</description></item>\
        <item><guid>tag:example.org,2018:3</guid><title>Other</title><pubDate>Wed, 7 Feb 2018 12:00:00 GMT</pubDate></item>\
        </channel></rss>";

    #[test]
    fn a_feed_keeps_its_ids_and_is_known_by_them() {
        let desk = Desk::new();
        let imported = desk.feed(FEED);
        assert_eq!((imported.written.len(), codes_of(&imported)), (3, vec![]));
        assert_eq!(desk.names(), ["2018-02-07-other.toml", "2018-02-09-daily-2.md", "2018-02-09-daily.md"]);
        let text = |name: &str| fs::read_to_string(desk.items().join(name)).expect("a record");
        assert!(text("2018-02-07-other.toml").starts_with("id = \"tag:example.org,2018:3\"\n"));
        assert!(text("2018-02-09-daily.md").contains("\nguid = \"post-1\"\n"));
        let id = |name: &str| text(name).lines().nth(1).map(str::to_owned);
        assert_ne!(id("2018-02-09-daily.md"), id("2018-02-09-daily-2.md"));
        let again = desk.feed(&FEED.replace("Daily", "Changed since"));
        assert_eq!((again.written.len(), again.known), (0, 3));
    }

    #[test]
    fn two_items_with_one_id_are_an_error_and_a_twin_under_another_id_a_warning() {
        let desk = Desk::new();
        let clash = desk.feed(&FEED.replace("post-2", "post-1").replacen("Daily", "First", 1));
        assert_eq!((clash.written.len(), codes_of(&clash)), (2, vec!["feed-item"]));
        let desk = Desk::new();
        desk.listing(PAGE);
        let twin = desk.feed(FEED);
        assert_eq!((twin.written.len(), codes_of(&twin)), (3, vec!["import-similar"]));
    }

    #[test]
    fn what_is_imported_is_read_as_items() {
        let mut desk = Desk::new();
        let config = "[publication]\ntitle = \"T\"\nbase-url = \"https://example.org/\"\nlanguage = \"en\"\ntime-zone = \"America/Costa_Rica\"\n\
            id-authority = \"example.org,2018\"\nauthor = \"Desk\"\n[[source]]\npath = \"items\"\n[topics.trafficking]\ntitle = \"Trafficking\"\nwords = [\"x\"]\n";
        let config = crate::config::load(&desk.file("feeds.toml", config)).expect("a config").0;
        desk.options = Options::of(&config, Box::new(|_| Vec::new()));
        desk.listing(PAGE);
        desk.feed(&FEED.replace("Daily", "Diario &amp;amp; más").replacen("<guid>", "<category>trafficking</category><guid>", 1));
        let loaded = crate::item::source::read(&config, &crate::progress::Progress::default());
        assert_eq!(loaded.findings, Findings::new());
        let told = |item: &std::sync::Arc<crate::item::Item>| {
            let guid = item.guid().unwrap_or("-");
            let text = item.markups().1.map_or("-", |body| body.text.as_str());
            format!(
                "{}|{}|{guid}|{}|{}|{text}",
                item.published,
                item.title(),
                item.dateline().unwrap_or("-"),
                item.topics().map_or(0, <[_]>::len)
            )
        };
        let mut items: Vec<_> = loaded.items.iter().map(told).collect();
        items.sort();
        let want = [
            "2018-02-07 12:00:00 +00:00|Other|-|-|0|-",
            "2018-02-07 12:00:00 -06:00|Other|-|-|0|# not a heading\n\n+++",
            "2018-02-09 10:00:00 +00:00|Diario & más|post-1|-|1|a",
            "2018-02-09 12:00:00 +00:00|Diario & más|post-2|-|0|b",
            "2018-02-09 12:00:00 -06:00|A programme begins|-|Belize|0|Officials met “there”.",
        ];
        assert_eq!(items, want);
    }
}
