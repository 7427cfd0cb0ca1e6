//! Folders of records in, items and findings out: a case is a line or a few.

mod slips;

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::reader::SHOWN;
use super::*;
use crate::item::Parts;
use crate::item::format::ROW_LIMIT;
use crate::progress::Progress;
use crate::stamp;
use crate::text::Syntax;

const CONFIG: &str = r#"
[publication]
title = "News"
base-url = "https://example.org/feeds/"
languages = ["en", "es"]
time-zone = "America/Belize"
id-authority = "example.org,2018"

[countries.aliases]
BZ = ["Corozal"]

[topics.trafficking]
title = "Trafficking in persons"
words = ["trafficking"]
"#;

/// Reads `files` below `items/` with `more` at the end of the config.
fn load(more: &str, files: &[(&str, &[u8])]) -> Loaded {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("items")).expect("a folder");
    for (name, bytes) in files {
        let path = root.path().join("items").join(name);
        fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    load_root(more, root.path())
}

fn load_root(more: &str, root: &Path) -> Loaded {
    let text = format!("{CONFIG}\n{more}");
    let (config, _) = crate::config::parse(&text, Path::new("feeds.toml"), root).expect("a good config");
    let loaded = read(&config, &Progress::default());
    read_while_listed(&config, &loaded);
    loaded
}

/// Files that are looked at when they are read come to the same as those that were before.
fn read_while_listed(config: &Config, loaded: &Loaded) {
    let now = SystemTime::now();
    let unseen = read_with(config, Intake::Unseen(now), &Progress::default(), &());
    let counts = |loaded: &Loaded| (loaded.records, loaded.bad, loaded.known);
    assert_eq!((&unseen.items, counts(&unseen)), (&loaded.items, counts(loaded)));
    assert_eq!(format!("{:?}", unseen.findings), format!("{:?}", loaded.findings));
    let looked = Files::look(config, now);
    assert_eq!((&unseen.files.found, &unseen.files.findings), (&looked.found, &looked.findings));
    let small =
        |found: &&Found| found.is_young && fs::metadata(config.root.join(&found.path)).is_ok_and(|meta| meta.len() <= ROW_LIMIT as u64);
    for found in looked.found.iter().filter(small) {
        let content = stamp::of_content(&config.root.join(&found.path)).ok();
        assert_eq!(unseen.files.young.get(&found.path).copied(), content, "{}", found.path.display());
    }
}

/// The findings, each as `path:line:column code`, with what the caret stands under.
fn told(loaded: &Loaded) -> Vec<String> {
    loaded.findings.iter().map(tell).collect()
}

fn tell(finding: &Finding) -> String {
    let Some(place) = &finding.place else { return finding.code.name.to_owned() };
    let under = place.excerpt.as_ref().map(|excerpt| format!(" `{}`", &excerpt.text[excerpt.span.clone()])).unwrap_or_default();
    let path = place.path.strip_prefix("items").unwrap_or(&place.path);
    format!("{}:{}:{} {}{under}", path.display(), place.line, place.column, finding.code.name)
}

fn one(name: &str, text: &str) -> Item {
    let mut loaded = load("", &[(name, text.as_bytes())]);
    assert_eq!(told(&loaded), [""; 0], "{:#?}", loaded.findings);
    assert_eq!((loaded.items.len(), loaded.records, loaded.bad), (1, 1, 0));
    Arc::unwrap_or_clone(loaded.items.remove(0))
}

/// One record of each form that says the same.
const SAME: [(&str, &str); 6] = [
    (
        "a.toml",
        "id = 'x'\ntitle = 'T'\ndate = 2018-02-09\nbody = 'B'\ncountries = ['BZ', 'Corozal']\ntopics = 'trafficking'\nauthor = 'Ana <a@b.org>'\nsyntax = 'html'\nlink = '/n'\nimage = 'i.png'\ndraft = true",
    ),
    (
        "a.md",
        "+++\nid = 'x'\ntitle = 'T'\ndate = 2018-02-09\ncountries = ['BZ']\ntopics = 'trafficking'\nauthor = 'Ana <a@b.org>'\nsyntax = 'html'\nlink = '/n'\nimage = 'i.png'\ndraft = true\n+++\n\nB\n",
    ),
    (
        "b.md",
        "\u{FEFF}---\r\nid: x\r\ntitle: T\r\ndate: 2018-02-09\r\ncountries: [BZ]\r\ntopics: trafficking\r\nauthors:\r\n  - {name: Ana, email: a@b.org}\r\nsyntax: html\r\nlink: /n\r\nimage: i.png\r\ndraft: true\r\n---\r\nB\r\n",
    ),
    (
        "a.json",
        r#"{"id":"x","title":" T\n","date":"2018-02-09","body":"B","countries":"84","topics":["trafficking","trafficking"],"authors":[{"name":"Ana","email":"a@b.org"}],"link":"/n","image":{"url":"i.png","alt":null},"draft":true,"rights":null}"#,
    ),
    (
        "a.jsonl",
        "\u{FEFF}\n{\"id\":\"x\",\"title\":\"T\",\"date\":\"2018-02-09\",\"body\":\"B\",\"countries\":\"BLZ\",\"topics\":[\"trafficking\"],\"author\":\"a@b.org (Ana)\",\"link\":\"/n\",\"image\":\"i.png\",\"draft\":true}\n",
    ),
    (
        "a.csv",
        "\u{FEFF}id,TITLE,date,body,countries,topics,author,link,image,draft,unread\r\n\r\nx,T,2018-02-09,B,Belize;bz,trafficking,Ana <a@b.org>,/n,i.png,yes,?\r\n",
    ),
];

#[test]
fn every_format_says_the_same() {
    let items: Vec<Item> = SAME.iter().map(|(name, text)| one(name, text)).collect();
    let first = &items[0];
    assert_eq!(first.iri(), "tag:example.org,2018:item/x");
    assert_eq!((first.title(), first.published.to_rfc3339().as_str()), ("T", "2018-02-09T12:00:00-06:00"));
    assert_eq!(first.countries().map(<[_]>::len), Some(1));
    assert_eq!(first.address().as_deref(), Some("https://example.org/n"));
    assert_eq!(first.image().map(|image| image.url.as_str()), Some("https://example.org/feeds/i.png"));
    assert!(first.lifetime().draft);
    for (item, (name, _)) in items.iter().zip(SAME) {
        let bulk = name.ends_with("jsonl") || name.ends_with("csv");
        assert_eq!(item.key(), if bulk { "x" } else { name.split('.').next().expect("a stem") }, "{name}");
        assert_eq!(
            item.line(),
            match name {
                "a.jsonl" => 2,
                "a.csv" => 3,
                _ => 0,
            }
        );
        let same = Parts { place: first.place(), key: first.key().into(), offset: first.offset(), ..Parts::from(item) };
        assert_eq!(&Item::from(same), first, "{name}");
    }
}

#[test]
fn a_title_is_one_line() {
    for (title, line) in [(r"a\tb\nc", "a b c"), (r" a \n b", "a b"), ("a b", "a b")] {
        let item = one("a.json", &format!("{{\"id\":\"x\",\"title\":\"{title}\",\"date\":\"2018-02-09\"}}"));
        assert_eq!(item.title(), line);
    }
}

/// One faulty file, and all that is said of it.
#[test]
fn faults_have_a_place() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        // Texts that are none.
        ("a.toml", b"", &["a.toml:0:0 empty-record"]),
        ("a.md", b" \n\t\n", &["a.md:0:0 empty-record"]),
        ("a.json", b"\xEF\xBB\xBF", &["a.json:0:0 empty-record"]),
        ("a.toml", b"title = 'T'\nbody = 'a\xFFb'", &["a.toml:2:10 bad-utf8 `\u{FFFD}`"]),
        ("a.toml", b"\xFF\xFEt\0", &["a.toml:1:1 bad-utf8 `\u{FFFD}`"]),
        ("a.json", b"{}\0", &["a.json:1:3 nul-byte `\0`"]),
        ("a.ndjson", b"\n{\"a\xFF\": 1}", &["a.ndjson:2:4 bad-utf8 `\u{FFFD}`"]),
        ("a.csv", b"id,title,date\n1,a\xFF,2018-02-09", &["a.csv:2:2 bad-utf8 `\u{FFFD}`"]),
        // Syntax.
        ("a.toml", b"title = 'T'\ndate = ", &["a.toml:2:8 record-syntax ``"]),
        ("a.toml", b"title = 'T'\ntitle = 'U'", &["a.toml:2:1 record-syntax `title`"]),
        ("a.json", b"{\"title\": \"T\",\n}", &["a.json:2:1 record-syntax `}`"]),
        ("a.json", b"{\"title\": \"T\"}\n{}", &["a.json:2:1 record-syntax `{`"]),
        ("a.json", b"[{}]", &["a.json:1:1 wrong-type `[{}]`"]),
        (
            "a.json",
            b"{\"title\": 1, \"title\": 2}",
            &["a.json:0:0 missing-date", "a.json:1:11 wrong-type `1`", "a.json:1:15 record-syntax `title`"],
        ),
        ("a.json", b"{\"author\": \"A\", \"authors\": \"B\"}", &["a.json:1:1 record-syntax `{\"author\": \"A\", \"authors\": \"B\"}`"]),
        ("a.md", b"# Title\n", &["a.md:1:1 missing-front-matter `# Title`"]),
        ("a.md", b"---\ntitle: T\n", &["a.md:1:1 missing-front-matter `---`"]),
        ("a.md", b"---\ntitle: T\ntitle: U\ndate: 2018-02-09\n---\n", &["a.md:3:1 record-syntax `title`"]),
        ("a.md", b"+++\ntitle = 'T'\ndate = 2018-02-09\nbody = 'B'\n+++\nbody", &["a.md:6:1 record-syntax `body`"]),
        (
            "a.ndjson",
            b"{\"id\": 1\n{}",
            &["a.ndjson:1:8 record-syntax `1`", "a.ndjson:2:0 missing-id", "a.ndjson:2:0 missing-title", "a.ndjson:2:0 missing-date"],
        ),
        (
            "a.csv",
            b"id,title,date\n1,T\n2,\"a\nb\",2018-02-09\n\n3,T,2018-02-30\n",
            &["a.csv:2:0 record-syntax", "a.csv:6:0 invalid-date `2018-02-30`"],
        ),
        ("a.csv", b"id,title,date\n1,T,2018-02-09\n\n2,\"T\n,2018-02-09", &["a.csv:4:0 record-syntax"]),
        ("a.csv", b"id,title,\"date\n1,T,2018-02-09", &["a.csv:0:0 unreadable-file"]),
        // Types and keys, all of them at once.
        (
            "a.toml",
            b"title = 1\ndate = true\ntilte = 'T'",
            &["a.toml:1:9 wrong-type `1`", "a.toml:2:8 wrong-type `true`", "a.toml:3:1 unknown-key `tilte`"],
        ),
        ("a.toml", b"title = 2018-02-09\ndate = 2018-02-09", &["a.toml:1:9 wrong-type `2018-02-09`"]),
        ("a.toml", b"title = 'T'\ndate = 2018-02-09\ncountries = ['BZ', true]", &["a.toml:3:20 wrong-type `true`"]),
        ("a.toml", b"title = 'T'\ndate = 2018-02-09\n[[enclosures]]\nurl = 'a.mp3'\nlenght = 3", &["a.toml:5:1 unknown-key `lenght`"]),
        ("a.toml", b"title = 'T'\ndate = 2018-02-09\n[[enclosures]]\nurl = 'a.mp3'\nlength = -3", &["a.toml:5:10 wrong-type `-3`"]),
        ("a.json", b"{\"title\": \"T\", \"date\": \"2018-02-09\", \"image\": {\"url\": 3}}", &["a.json:1:55 wrong-type `3`"]),
        (
            "a.md",
            b"---\ntitle: [a]\ndraft: no\ncountry: x\n---\n",
            &["a.md:0:0 missing-date", "a.md:2:8 wrong-type `[`", "a.md:3:8 wrong-type `no`", "a.md:4:1 unknown-key `country`"],
        ),
        ("a.json", b"[1]", &["a.json:1:1 wrong-type `[1]`"]),
        ("a.json", b"{\"title\": \"T\",\n}", &["a.json:2:1 record-syntax `}`"]),
        ("a.md", b"---\n# Ours\ntitle = 'T'\n---\n", &["a.md:1:1 record-syntax `---`"]),
        ("a.md", b"+++\ntitle: T\n+++\n", &["a.md:1:1 record-syntax `+++`"]),
        // What the form and what the values are faulted for, in one run.
        (
            "a.md",
            b"+++\ntitle = ''\ndate = 2018-02-09\ncountries = ['Beliz']\nlangauge = 'es'\n+++\n",
            &["a.md:2:9 missing-title `''`", "a.md:4:14 unknown-country `'Beliz'`", "a.md:5:1 unknown-key `langauge`"],
        ),
        (
            "a.md",
            b"---\ndate: 31 February 2018\ntitel: T\n---\n",
            &["a.md:2:7 invalid-date `31 February 2018`", "a.md:3:1 unknown-key `titel`"],
        ),
        (
            "a.json",
            b"{\"title\": \"T\", \"date\": 1.5, \"language\": \"Spanish\"}",
            &["a.json:1:24 wrong-type `1.5`", "a.json:1:41 invalid-language `\"Spanish\"`"],
        ),
        (
            "a.ndjson",
            b"{\"id\": {}, \"title\": \"T\", \"topics\": \"x\"}",
            &["a.ndjson:1:0 missing-date", "a.ndjson:1:8 wrong-type `{}`", "a.ndjson:1:36 unknown-topic `\"x\"`"],
        ),
        ("a.csv", b"id,title,date,draft\n1,T,soon,maybe", &["a.csv:2:0 wrong-type `maybe`", "a.csv:2:0 invalid-date `soon`"]),
        ("a.csv", b"id,title,date,draft\n1,T,2018-02-09,maybe", &["a.csv:2:0 wrong-type `maybe`"]),
        ("a.csv", b"id,headline,date\n1,T,2018-02-09", &["a.csv:1:0 missing-column"]),
        ("a.csv", b"id,title,date,contries\n1,T,2018-02-09,BZ", &["a.csv:1:0 unknown-column"]),
        ("a.csv", b"", &["a.csv:0:0 no-records"]),
        ("a.ndjson", b"\n\n", &["a.ndjson:0:0 no-records"]),
        // What must be there.
        ("a.toml", b"body = 'B'", &["a.toml:0:0 missing-title", "a.toml:0:0 missing-date"]),
        ("a.toml", b"title = \" \\u200b\"\ndate = ''", &["a.toml:0:0 missing-date", "a.toml:1:9 missing-title `\" \\u200b\"`"]),
        ("a.toml", b"id = ''\ntitle = 'T'\ndate = 2018-02-09", &["a.toml:1:6 invalid-id `''`"]),
        ("a.toml", b"id = 'tag:a b'\ntitle = 'T'\ndate = 2018-02-09", &["a.toml:1:6 invalid-id `'tag:a b'`"]),
    ];
    for (name, bytes, want) in cases {
        let loaded = load("", &[(name, bytes)]);
        assert_eq!(told(&loaded), *want, "{name} {:?}\n{:#?}", String::from_utf8_lossy(bytes), loaded.findings);
        assert!(loaded.findings.iter().all(|finding| finding.help.is_some()), "{:#?}", loaded.findings);
    }
}

/// One line beside a good title and date, and what is said of it: place below the record, and message.
#[test]
fn values_are_looked_at() {
    for (line, want) in [
        ("date = 'soon'", "1:8 invalid-date `'soon'`"),
        ("date = 12:00:00", "1:8 invalid-date `12:00:00`"),
        ("updated = 2018-02-08", "3:11 updated-too-early `2018-02-08`"),
        ("expires = 2018-02-08", "3:11 expires-too-early `2018-02-08`"),
        ("publish-at = 'never'", "3:14 invalid-date `'never'`"),
        ("publish-at = 2018-02-08", "3:14 publish-at-too-early `2018-02-08`"),
        ("link = 'http//a.org/x'", "3:8 invalid-url `'http//a.org/x'`"),
        ("authors = 'Ana Ruiz, John Smith, Al Coe'", "3:11 doubtful-author `'Ana Ruiz, John Smith, Al Coe'`"),
        ("syntax = 'markdwon'", "3:10 bad-value `'markdwon'`"),
        ("link = 'javascript:alert(1)'", "3:8 invalid-url `'javascript:alert(1)'`"),
        ("link = 'www.example.org'", "3:8 invalid-url `'www.example.org'`"),
        ("image = { url = 'data:x' }", "3:17 invalid-url `'data:x'`"),
        ("image = { alt = 'x' }", "3:9 invalid-url `{ alt = 'x' }`"),
        ("source = { title = 'x' }", "3:10 invalid-url `{ title = 'x' }`"),
        ("countries = ['BZ', 'Guatemela']", "3:20 unknown-country `'Guatemela'`"),
        ("topics = ['trafficing']", "3:11 unknown-topic `'trafficing'`"),
        ("topics = 'Trafficking in persons'", "3:10 unknown-topic `'Trafficking in persons'`"),
        ("source = 'Reuters'", "3:10 invalid-url `'Reuters'`"),
        ("source = { title = 'R', url = 'reuters.com' }", "3:31 invalid-url `'reuters.com'`"),
        ("language = 'Spanish'", "3:12 invalid-language `'Spanish'`"),
        ("language = 'sp'", "3:12 invalid-language `'sp'`"),
        ("author = 'Ana <ana>'", "3:10 invalid-email `'Ana <ana>'`"),
        ("authors = [{ name = 'Ana', email = 'ana' }]", "3:36 invalid-email `'ana'`"),
        ("authors = [{ email = '' }]", "3:12 bad-value `{ email = '' }`"),
        ("author = 'Jos&eacute; P&eacute;rez'", "3:10 html-reference `'Jos&eacute; P&eacute;rez'`"),
        ("rights = 'A &amp; B'", "3:10 html-reference `'A &amp; B'`"),
        ("rights = \"a\\u0001b\"", "3:10 forbidden-characters `\"a\\u0001b\"`"),
        ("body = \"a\\u0001b\"", "3:8 forbidden-characters `\"a\\u0001b\"`"),
        ("enclosures = 'http://a.org/x.mp3'", "3:14 unknown-length `'http://a.org/x.mp3'`"),
        ("enclosures = [{ url = 'http://a.org/x', length = 3 }]", "3:15 unknown-media-type `{ url = 'http://a.org/x', length = 3 }`"),
        ("enclosures = [{ url = 'http://a.org/x', length = 3, type = 'mp3' }]", "3:60 invalid-media-type `'mp3'`"),
        ("enclosures = [{ file = 'gone.mp3', length = 3 }]", "3:24 missing-file `'gone.mp3'`"),
        ("enclosures = [{ url = 'here.mp3', length = 3 }]", "3:44 wrong-length `3`"),
        ("enclosures = [{ length = 3 }]", "3:15 invalid-url `{ length = 3 }`"),
    ] {
        let rest = if line.starts_with("date") { "title = 'T'" } else { "date = 2018-02-09\ntitle = 'T'" };
        let text = if line.starts_with("date") { format!("{line}\n{rest}") } else { format!("{rest}\n{line}") };
        let loaded = load("", &[("a.toml", text.as_bytes()), ("here.mp3", b"12345")]);
        assert_eq!(told(&loaded), [format!("a.toml:{want}")], "{:#?}", loaded.findings);
        assert_eq!(loaded.findings.has_errors(), loaded.items.is_empty());
        assert!(loaded.findings.iter().all(|finding| finding.help.is_some()), "{:#?}", loaded.findings);
    }
}

#[test]
fn what_was_meant_is_said() {
    for (line, want) in [
        ("tilte = 'x'", "did you mean `title`?"),
        ("countries = 'Guatemela'", "did you mean `Guatemala`?"),
        ("countries = 'Corosal'", "did you mean `Corozal`?"),
        ("topics = 'traficking'", "did you mean `trafficking`?"),
        ("topics = 'trafficking in persons'", "write the topic's key, `trafficking`"),
        ("syntax = 'htm'", "did you mean `html`?"),
        ("tags = ['a']", "here it is called `topics`"),
        ("countries = 'Belize, Guatemala'", "each country is an entry of its own in the list: `Belize`, `Guatemala`"),
        ("topics = 'trafficking, migration'", "each topic is an entry of its own in the list: `trafficking`, `migration`"),
        (
            "topics = 'wild life'",
            "define it in the config, in a table `[topics.wild-life]`, and write `wild-life` here; a topic with another key now is called by that",
        ),
        ("link = 'http//a.org'", "write `http://a.org`; a page of your own is `./http//a.org`"),
        ("source = 'reuters.com'", "write `https://reuters.com`"),
        ("rights = “ours”", "these are quotes of print; write straight ones: `key = \"value\"`"),
        ("link = 'www.a.org'", "write `https://www.a.org`; a page of your own is `./www.a.org`"),
        ("enclosures = [{ url = 'x', type = 'mp3', length = 1 }]", "write `audio/mpeg`"),
        ("enclosures = [{ url = 'x', type = 'text/html; charset=utf-8', length = 1 }]", "write `text/html`"),
    ] {
        let record = format!("title = 'T'\ndate = 2018-02-09\n{line}");
        let loaded = load("[topics.migration]\nwords = ['visas']\n", &[("a.toml", record.as_bytes())]);
        let help: Vec<_> = loaded.findings.iter().map(|finding| finding.help.as_deref().unwrap_or_default()).collect();
        assert_eq!(help, [want], "{line}");
    }
}

#[test]
fn ids_are_kept_or_minted() {
    let base = "title = 'T'\ndate = 2018-02-09\n";
    for (line, iri, guid) in [
        ("", "tag:example.org,2018:item/a%20b/c", None),
        ("id = 7", "tag:example.org,2018:item/7", None),
        ("id = 'Note: this'", "tag:example.org,2018:item/Note:%20this", None),
        ("id = 'urn:uuid:1'", "urn:uuid:1", None),
        ("guid = 'http://a.org/?p=1'", "http://a.org/?p=1", None),
        ("guid = '4711 at a.org'", "tag:example.org,2018:item/a%20b/c", Some("4711 at a.org")),
        ("id = 'x'\nguid = 'http://a.org/?p=1'", "tag:example.org,2018:item/x", Some("http://a.org/?p=1")),
    ] {
        let item = one("a b/c.toml", &format!("{base}{line}"));
        assert_eq!((item.iri(), item.guid(), item.key()), (iri, guid, "a b/c"), "{line}");
    }
}

#[test]
fn clashes_name_both_places() {
    let record = |more: &str| format!("title = 'T'\ndate = 2018-02-09\n{more}").into_bytes();
    let row = b"{\"id\": \"x\", \"title\": \"T\", \"date\": \"2018-02-09\", \"guid\": \"g\"}\n".repeat(2);
    let loaded = load(
        "",
        &[
            ("a.toml", &record("story = 's'\nguid = 'h'")),
            ("b.md", b"---\ntitle: T\ndate: 2018-02-09\nstory: s\nlanguage: es\n---\n"),
            ("c.toml", &record("story = 's'\nlanguage = 'en'")),
            ("d.toml", &record("guid = 'h'")),
            ("x.ndjson", &row),
            ("x.toml", &record("")),
        ],
    );
    let said: Vec<_> = loaded.findings.iter().map(|finding| (tell(finding), finding.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("c.toml:3:9 duplicate-translation `'s'`".to_owned(), "the story `s` has a version in `en` already: `items/a.toml`"),
            ("d.toml:3:8 duplicate-id `'h'`".to_owned(), "the guid `h` is that of `items/a.toml` too"),
            ("x.ndjson:2:0 duplicate-id".to_owned(), "the id `tag:example.org,2018:item/x` is that of `items/x.ndjson:1` too"),
            ("x.toml:0:0 duplicate-id".to_owned(), "the id `tag:example.org,2018:item/x` is that of `items/x.ndjson:1` too"),
        ]
    );
    // Of two with one id neither stays.
    assert_eq!((loaded.items.len(), loaded.records, loaded.bad), (1, 7, 6));
}

#[test]
fn local_enclosures_are_measured() {
    let text = "title = 'T'\ndate = 2018-02-09\nenclosures = ['talk.mp3', { file = 'my talk.pdf', title = 'P' }, { url = 'https://cdn.example.org/1', file = 'talk.mp3' }]";
    let loaded = load("", &[("2018/a.toml", text.as_bytes()), ("2018/talk.mp3", b"12345"), ("2018/my talk.pdf", b"123")]);
    assert_eq!(told(&loaded), [""; 0]);
    let got: Vec<_> = loaded.items[0].enclosures().iter().map(|own| (own.url.as_str(), own.media_type.as_str(), own.length)).collect();
    assert_eq!(
        got,
        [
            ("https://example.org/feeds/talk.mp3", "audio/mpeg", Some(5)),
            ("https://example.org/feeds/my%20talk.pdf", "application/pdf", Some(3)),
            ("https://cdn.example.org/1", "audio/mpeg", Some(5)),
        ]
    );
}

#[test]
fn yaml_words_stay_words() {
    let item = one("a.md", "---\nid: 007\ntitle: Yes\ndate: 2018-02-09\nstory: 1_000\ncountries: [NO, SE]\n---\n");
    assert_eq!((item.iri(), item.title(), item.story()), ("tag:example.org,2018:item/007", "Yes", Some("1_000")));
    assert_eq!(
        item.countries().map(|list| list.iter().map(|country| country.to_string()).collect::<Vec<_>>()),
        Some(vec!["NO".into(), "SE".into()])
    );
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "---\ntitle: T\ndate: 2018-02-09\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        text += &format!("{name}: &{name} [*{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}]\n");
    }
    let loaded = load("", &[("a.md", format!("{text}---\n").as_bytes())]);
    assert_eq!((loaded.bad, loaded.findings.errors()), (1, 1));
    assert_eq!(loaded.findings.iter().next().map(|finding| finding.code.name), Some("record-syntax"));
}

#[test]
fn a_bad_record_does_not_stop_the_others() {
    let rows =
        b"{\"id\": 1, \"title\": \"T\", \"date\": \"2018-02-09\"}\n{\"id\": 2}\n{\"id\": 3, \"title\": \"T\", \"date\": \"2018-02-09\"}";
    let loaded = load("", &[("a.toml", b"title = 'T'"), ("b.toml", b"title = 'T'\ndate = 2018-02-09"), ("c.ndjson", rows)]);
    assert_eq!((loaded.items.len(), loaded.records, loaded.bad), (3, 5, 2));
}

#[test]
fn order_is_by_path_then_line_and_the_same_each_time() {
    let mut csv = "id,title,date\n".to_owned();
    (0..2000).for_each(|row| csv += &format!("r{row},T,2018-02-09\n"));
    let record = b"title = 'T'\ndate = 2018-02-09".as_slice();
    let ndjson: String = (0..2000).map(|row| format!("{{\"id\":\"n{row}\",\"title\":\"T\",\"date\":\"2018-02-09\"}}\n")).collect();
    let files: &[(&str, &[u8])] =
        &[("b/z.toml", record), ("b-a.toml", record), ("b.csv", csv.as_bytes()), ("a.toml", record), ("b/n.ndjson", ndjson.as_bytes())];
    let loaded = load("", files);
    let places: Vec<_> = loaded.items.iter().map(|item| (item.path().to_owned(), item.line())).collect();
    assert!(places.is_sorted() && places.len() == 4003);
    assert_eq!(places[2].1, 2);
    let keys = |loaded: Loaded| loaded.items.iter().map(|item| item.key().to_string()).collect::<Vec<_>>();
    assert_eq!(keys(loaded), keys(load("", files)));
}

#[test]
fn many_files_stand_in_order_whichever_is_read_first() {
    let names: Vec<String> = (0..2500).map(|number| format!("{:02}/{number:04}.md", number % 7)).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"+++\ntitle = 'T'\ndate = 2024-01-01\n+++\n".as_slice())).collect();
    let loaded = load("", &files);
    assert_eq!((loaded.items.len(), loaded.files.found.len()), (2500, 2500));
    assert!(loaded.items.is_sorted_by_key(|item| item.path()));
}

#[test]
fn findings_of_a_bulk_file_have_an_end() {
    let rows = "{\"id\": \"a\", \"date\": \"2018-02-09\", \"tilte\": 1}\n".repeat(1500);
    let loaded = load("", &[("a.ndjson", rows.as_bytes())]);
    assert_eq!((loaded.findings.iter().count(), loaded.bad), (SHOWN + 1, 1500));
    assert!(loaded.findings.iter().any(|finding| finding.message == "500 more findings in this file are not shown"));
    assert_eq!(loaded.findings.errors(), 1500);
}

#[test]
fn no_number_of_warnings_hides_an_error() {
    let warned = |row| format!("{{\"id\": \"a{row}\", \"title\": \"T\\u0007\", \"date\": \"2018-02-09\"}}\n");
    let mut rows: String = (0..SHOWN + 10).map(warned).collect();
    rows += "{\"id\": \"b\", \"tilte\": \"T\", \"date\": \"2018-02-09\"}\n";
    let loaded = load("", &[("a.ndjson", rows.as_bytes())]);
    let shown = loaded.findings.iter().find(|finding| finding.code.name == "unknown-key");
    assert_eq!(shown.and_then(|finding| finding.place.as_ref()).map(|place| place.line), Some(SHOWN as u32 + 11));
    assert_eq!(loaded.findings.iter().last().map(|finding| finding.code.name), Some("unknown-key"));
}

#[test]
fn strange_files_are_named_or_passed_over() {
    let good = b"title = 'T'\ndate = 2018-02-09".as_slice();
    let loaded = load(
        "",
        &[
            ("a.toml", good),
            (".a.toml", b"x"),
            ("a.toml~", b"x"),
            ("a.toml.swp", b"x"),
            ("photo.JPG", b"x"),
            ("README.md", b"x"),
            ("b.yaml", b"x"),
            ("c.txt", b"x"),
            ("d.tmol", b"x"),
            ("e.toml/x.toml", good),
        ],
    );
    assert_eq!(
        told(&loaded),
        ["b.yaml:0:0 unknown-file-type", "c.txt:0:0 unknown-file-type", "d.tmol:0:0 unknown-file-type", "e.toml:0:0 not-a-file"]
    );
    assert_eq!(loaded.items.len(), 1);
}

#[test]
fn a_huge_file_is_not_read() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("items")).expect("a folder");
    // Sparse: takes no room on the disk.
    let file = File::create(root.path().join("items/a.toml")).expect("a file");
    file.set_len(200 << 20).expect("a sparse file");
    let loaded = load_root("", root.path());
    assert_eq!(told(&loaded), ["a.toml:0:0 file-too-large"]);
}

#[test]
fn a_line_that_is_too_long_is_passed_over_wherever_it_ends() {
    let record =
        |id: &str, body: usize| format!("{{\"id\":\"{id}\",\"title\":\"T\",\"date\":\"2018-02-09\",\"body\":\"{}\"}}\n", "x".repeat(body));
    for long in [ROW_LIMIT, ROW_LIMIT + (1 << 20), 2 * ROW_LIMIT] {
        let text = [record("a", 1), record("b", long), record("c", 1)].concat();
        let loaded = load("", &[("a.ndjson", text.as_bytes())]);
        assert_eq!((told(&loaded), loaded.items.len()), (vec!["a.ndjson:2:0 file-too-large".to_owned()], 2), "{long}");
    }
    let text = record("b", ROW_LIMIT);
    assert_eq!(told(&load("", &[("a.ndjson", text.trim_end().as_bytes())])), ["a.ndjson:1:0 file-too-large"], "at the end");
}

#[test]
fn a_quote_that_is_never_closed_ends_the_reading() {
    let mut text = b"id,title,date\n1,T,2018-02-09\n2,\"T,2018-02-09\n".to_vec();
    text.resize(ROW_LIMIT + (1 << 20), b'x');
    let loaded = load("", &[("a.csv", &text)]);
    assert_eq!((told(&loaded), loaded.items.len()), (vec!["a.csv:0:0 unreadable-file".to_owned()], 1));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_broken_ones_named() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().expect("a folder");
    let items = root.path().join("items");
    fs::create_dir(&items).expect("a folder");
    fs::write(root.path().join("real.toml"), "title = 'T'\ndate = 2018-02-09").expect("a file");
    for (target, name) in
        [("../real.toml", "a.toml"), ("nowhere.toml", "b.toml"), (".", "loop"), ("self.toml", "self.toml"), ("gone", ".#lock.toml")]
    {
        symlink(target, items.join(name)).expect("a link");
    }
    let loaded = load_root("", root.path());
    assert_eq!(told(&loaded), ["b.toml:0:0 broken-link", "loop:0:0 broken-link", "self.toml:0:0 broken-link"]);
    assert_eq!(loaded.items.len(), 1);
}

#[test]
fn sources_have_settings_of_their_own() {
    let more = r#"
        [[source]]
        path = "items"
        [[source]]
        path = "./items/es"
        language = "es"
        syntax = "plain"
        [[source]]
        path = "items/old.txt"
        format = "csv"
        delimiter = ";"
        list-separator = "|"
        columns = { title = "Headline", date = "Day", id = "No", countries = "Where" }
    "#;
    let good = b"title = 'T'\ndate = 2018-02-09\nbody = 'B'".as_slice();
    let loaded = load(more, &[("a.toml", good), ("es/b.toml", good), ("old.txt", b"No;Headline;Day;Where\n1;T;9 Feb 2018;BZ|MX\n")]);
    assert_eq!(told(&loaded), [""; 0], "{:#?}", loaded.findings);
    let got: Vec<_> =
        loaded.items.iter().map(|item| (item.key(), item.language.as_str(), item.markups().1.map(|body| body.syntax))).collect();
    assert_eq!(got, [("a", "en", Some(Syntax::Markdown)), ("b", "es", Some(Syntax::Plain)), ("1", "en", None)]);
    assert_eq!(loaded.items[2].countries().map(<[_]>::len), Some(2));
}

#[test]
fn sources_that_are_missing_or_empty_are_named() {
    let more = "[[source]]\npath = 'items'\n[[source]]\npath = 'gone'\n[[source]]\npath = 'gone.csv'\n";
    assert_eq!(told(&load(more, &[])), ["gone:0:0 missing-source", "gone.csv:0:0 missing-source", ":0:0 no-records"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.toml", "a.md", "a.json", "a.ndjson", "a.csv"] {
            let head: &[u8] = if name == "a.csv" { b"id,title,date\n" } else { b"" };
            let loaded = load("", &[(name, &[head, &bytes].concat())]);
            prop_assert_eq!(loaded.items.len() + loaded.bad, loaded.records);
        }
    }

    #[test]
    fn no_text_near_a_record_makes_a_reader_panic(text in r#"(title|date|id|image|authors|enclosures|[a-z]|"|'|:|=|\{|\}|\[|\]|,|-|\n|\t| |&a|\*a|<<|\\u0001|ñ|\.|0|9){0,40}"#) {
        for (name, text) in [
            ("a.toml", text.clone()),
            ("a.md", format!("---\n{text}\n---\n{text}")),
            ("b.md", format!("+++\n{text}\n+++\n")),
            ("a.json", text.clone()),
            ("b.json", format!("{{{text}}}")),
            ("a.csv", format!("id,title,date\n{text}")),
        ] {
            let loaded = load("", &[(name, text.as_bytes())]);
            prop_assert_eq!(loaded.items.len() + loaded.bad, loaded.records);
        }
    }

    #[test]
    fn any_title_survives_every_format(title in "[^\\p{C}]{1,40}") {
        prop_assume!(title.chars().any(|c| c.is_alphanumeric()));
        let json = serde_json::to_string(&title).expect("a string");
        let want = crate::text::plain_line(&title).0.into_owned();
        for (name, text) in [
            ("a.toml", format!("title = {}\ndate = 2018-02-09", toml::Value::String(title.clone()))),
            ("a.json", format!("{{\"title\": {json}, \"date\": \"2018-02-09\"}}")),
            ("a.ndjson", format!("{{\"id\": 1, \"title\": {json}, \"date\": \"2018-02-09\"}}")),
            ("a.csv", format!("id,title,date\n1,\"{}\",2018-02-09", title.replace('"', "\"\""))),
        ] {
            let loaded = load("", &[(name, text.as_bytes())]);
            prop_assert_eq!(loaded.items[0].title(), &want, "{}", name);
        }
    }
}
