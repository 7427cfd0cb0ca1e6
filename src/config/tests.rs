//! Bad configs and what is said of them; every documented key and what it does; text that is no config at all.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;

use super::keys::{self, Default, Key};
use super::{Config, Query, names::Names, parse, query, template};
use crate::diag::render::render;
use crate::diag::{Finding, Findings};
use crate::vocab::Country;

/// Five lines; what follows begins in `[publication]`.
const BASE: &str = "[publication]\ntitle = \"Highlands\"\nbase-url = \"https://example.org/f\"\nlanguages = [\"en\", \"es\"]\nid-authority = \"example.org,2018\"\n";

fn read(text: &str) -> Result<(Config, Findings), Findings> {
    parse(text, Path::new("feeds.toml"), Path::new("."))
}

fn good(text: &str) -> Config {
    match read(text) {
        Ok((config, warnings)) if warnings.is_empty() => config,
        Ok((_, findings)) | Err(findings) => panic!("{text}\n{}", shown(&findings)),
    }
}

fn all(text: &str) -> Vec<Finding> {
    match read(text) {
        Ok((_, findings)) | Err(findings) => findings.into_iter().collect(),
    }
}

fn shown(findings: &Findings) -> String {
    findings.iter().map(|finding| anstream::adapter::strip_str(&render(finding)).to_string()).collect()
}

/// `line:column code` of each finding; `lines` are taken off the line numbers.
fn places(findings: &[Finding], lines: u32) -> String {
    let mut out = String::new();
    for finding in findings {
        let (line, column) = finding.place.as_ref().map_or((0, 0), |place| (place.line.saturating_sub(lines), place.column));
        let _ = write!(out, "{}{line}:{column} {}", if out.is_empty() { "" } else { ", " }, finding.code.name);
    }
    out
}

/// What stands behind [`BASE`], the places of all findings (lines counted from there), a piece of the first one's help.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str)] = &[
    // unknown keys and sections
    ("tilte = 'x'", "1:1 unknown-key", "did you mean `title`?"),
    ("ttl = 5", "1:1 unknown-key", "`ttl` belongs to `[output]`"),
    ("[limit]\nitems = 3", "1:2 unknown-key", "did you mean `limits`?"),
    ("[limits]\nitem = 3", "2:1 unknown-key", "did you mean `items`?"),
    ("[limits]\nwhatever = 3", "2:1 unknown-key", "there are `items`, `days`"),
    ("[topics.a]\ntitel = 'A'\nwords = ['a']", "2:1 unknown-key", "did you mean `title`?"),
    ("[channels.countries]\nincluded = ['BZ']", "2:1 unknown-key", "did you mean `include`?"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nquery = 'language:en'\nlimits.itmes = 3", "5:8 unknown-key", "did you mean `items`?"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nquerry = 'language:en'", "1:1 missing-key, 4:1 unknown-key", "add for example `query"),
    ("author = { nmae = 'x' }", "1:10 missing-key, 1:12 unknown-key", "add `name ="),
    // wrong types
    ("rights = 2018", "1:10 wrong-type", "put it in quotes"),
    ("[limits]\nitems = '50'", "2:9 wrong-type", "write `items = 50`, without quotes"),
    ("[limits]\nitems = 5.5", "2:9 wrong-type", "for example `items = 30`"),
    ("[channels]\nall = 'true'", "2:7 wrong-type", "write `all = true`, without quotes"),
    ("[countries]\nallow = 'BZ'", "2:9 wrong-type", "write `allow = [\"BZ\"]`"),
    ("[countries]\nallow = ['BZ', 3]", "2:16 wrong-type", "for example `allow ="),
    ("[source]\npath = 'items'", "1:1 wrong-type", "write `[[source]]`, in two pairs of brackets"),
    ("[[limits]]\nitems = 5", "1:1 wrong-type", "write `[limits]`, in one pair of brackets"),
    ("limits = 3", "1:1 unknown-key", "`[limits]` is a section of its own"),
    ("[topics]\nborder = 'x'", "2:10 wrong-type", "for example"),
    ("[topics.a]\nwords = { en = 'x' }", "2:16 wrong-type", "write `words = [\"x\"]`"),
    ("description = { en = 3 }", "1:22 wrong-type", "for example `description ="),
    ("[channels]\ncountries = ['BZ']", "2:13 wrong-type", "for example `countries = { exclude"),
    // publication
    ("description = ''", "1:15 bad-value", "leave the key out"),
    ("home = 'http://'", "1:8 bad-value", "give a whole address"),
    ("home = 'mailto:a@example.org'", "1:8 bad-value", "write `https://...`"),
    ("hub = 'hub.example.org'", "1:7 bad-value", "write `https://hub.example.org`"),
    ("hub = ['https://hub.example.org/', 'hub.example.com']", "1:36 bad-value", "write `https://hub.example.com`"),
    ("hub = ['self', 'self']", "1:16 bad-value", "take one of the two out"),
    ("hub = []", "1:7 bad-value", "name one at least"),
    ("hub = 3", "1:7 wrong-type", "for example `hub ="),
    ("[websub]\ntimeout = 0", "2:11 bad-value", "leave the key out"),
    ("[websub]\nlease = 60", "2:9 bad-value", "do not decrease"),
    ("[websub]\nshortest-lease = 7000000", "2:18 bad-value", "do not decrease"),
    ("hub = 'https://me:secret@hub.example.org'", "1:7 bad-value", "take out what stands before `@`"),
    ("time-zone = 'America/Costa Rica'", "1:13 bad-value", "did you mean `America/Costa_Rica`?"),
    ("time-zone = 'madrid'", "1:13 bad-value", "did you mean `Europe/Madrid`?"),
    ("time-zone = 'Eurpe/Madrid'", "1:13 bad-value", "did you mean `Europe/Madrid`?"),
    ("time-zone = 'our own'", "1:13 bad-value", "give a name of the IANA database"),
    ("language = 'en'", "1:12 bad-value", "keep `languages`"),
    ("author = { name = 'x', email = 'nobody' }", "1:32 bad-value", "write it as in"),
    ("author = { name = 'x', uri = 'nowhere' }", "1:30 bad-value", "give a whole address"),
    ("description = { en = 'a', spanish = 'b' }", "1:27 bad-value", "write `es`"),
    ("description = { en = 'a', EN = 'b' }", "1:27 bad-value", "take one of the two out"),
    ("description = { en = 'a', fr = 'b' }", "1:27 unused-key", "add it to `languages`"),
    ("description = {}", "1:15 bad-value", "for example"),
    // sources
    ("[[source]]\nformat = 'json'", "1:1 missing-key", "add `path = "),
    ("[[source]]\npath = 'a'\nformat = 'jsno'", "3:10 bad-value", "did you mean `json`?"),
    ("[[source]]\npath = 'a'\n[[source]]\npath = './a/'", "4:8 bad-value", "take one of the two out"),
    ("[[source]]\npath = 'a'\ncolumns = { titel = 'T' }", "3:13 bad-value", "did you mean `title`?"),
    ("[[source]]\npath = 'a'\ndelimiter = '||'", "3:13 bad-value", "for example"),
    ("[[source]]\npath = 'a'\ndelimiter = 'ñ'", "3:13 bad-value", "use `,`"),
    ("[[source]]\npath = 'a'\nlist-separator = ','", "3:18 bad-value", "give another `list-separator`"),
    ("[[source]]\npath = 'a'\nformat = 'json'\ndelimiter = '|'", "4:13 unused-key", "take it out"),
    ("[[source]]\npath = 'a'\nlanguage = 'EN_gb'", "3:12 bad-value", "write `en-GB`"),
    ("[[source]]\npath = 'public'", "2:8 bad-value", "name another `folder`"),
    ("[[source]]\npath = 'a'\nformat = 'csv'\nappend-only = true", "4:15 unused-key", "take it out"),
    ("[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\nappend-only = true", "4:15 unused-key", "take it out"),
    ("[[source]]\npath = 'a'\nquery = 'SELECT 1'", "3:9 unused-key", "`sqlite` or `postgres`"),
    ("[[source]]\npath = 'a'\nsqlite = 'a.db'\nquery = 'SELECT 1'", "3:10 bad-value", "a second `[[source]]`"),
    ("[[source]]\nsqlite = 'a.db'", "1:1 missing-key", "add `query = "),
    ("[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\ndelimiter = '|'", "4:13 unused-key", "take it out"),
    ("[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\nlisten = 'a'", "4:10 unused-key", "watches the file"),
    ("[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\nname = 'a/b'", "4:8 bad-value", "write `a-b`"),
    ("[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\n[[source]]\nsqlite = 'b/a.db'\nquery = 'SELECT 1'", "4:1 bad-value", "another `name`"),
    ("[[source]]\npostgres = 'postgresql://a:b@h/d'\nquery = 'SELECT 1'", "2:12 bad-value", "`PGPASSWORD`"),
    ("[[source]]\npostgres = 'mysql://h/d'\nquery = 'SELECT 1'", "2:12 bad-value", "`env:NAME`"),
    // countries
    ("[countries]\nallow = ['Belice', 'Belise']", "2:20 unknown-country", "did you mean"),
    ("[countries]\nallow = ['ZZ']", "2:10 unknown-country", "give its ISO 3166-1 code"),
    ("[countries]\nallow = ['BZ', 'Belize']", "2:16 bad-value", "take one of the two out"),
    ("[countries]\nallow = []", "2:9 bad-value", "`countries = false`"),
    ("[countries]\nallow = ['BZ']\naliases.MX = ['Tijuana']", "3:9 unused-key", "add `MX` to `allow`"),
    ("[countries.aliases]\nMX = ['Norte']\nGT = ['norte']", "3:7 bad-value", "one country only"),
    ("[countries.aliases]\nNarnia = ['x']", "2:1 unknown-country", "give its ISO"),
    // topics
    ("[topics.a-b]\n[topics.'A b']", "2:9 duplicate-path", "another `slug`"),
    ("[topics.a]\n[topics.b]\nslug = 'a'", "3:8 duplicate-path", "another `slug`"),
    ("[topics.a]\nslug = 'A b'", "2:8 bad-value", "write `a-b`"),
    ("[topics.'—']", "1:9 bad-value", "give the topic a `slug`"),
    ("[topics.a]\nwords = ['ok', ' ']", "2:16 bad-value", "take it out"),
    ("[topics.a]\nwords = ['++']", "2:10 bad-value", "use a pattern"),
    ("[topics.a]\nwords = ['x', 'y']\nexclude = ['y']", "3:11 bad-value", "take it out of `words`"),
    ("[topics.a]\npatterns = ['ab(c', 'x']", "2:16 bad-value", "close it"),
    ("[topics.a]\npatterns = [\"\\\"ñ\\\" [z-a]\"]", "2:21 bad-value", "mend the pattern"),
    ("[topics.a]\npatterns = ['a(?=b)']", "2:15 bad-value", "no look-around"),
    ("[topics.a]\npatterns = ['a*']", "2:13 bad-value", "match one character at least"),
    ("[topics.a]\npatterns = { en = ['\\p{Nope}'] }", "2:21 bad-value", "mend the pattern"),
    // evidence
    ("[classify]\ncountries = ['field', 'dateline+titel']", "2:33 bad-value", "did you mean `title`?"),
    ("[classify]\ntopics = ['field', 'field']", "2:21 bad-value", "keep the first"),
    ("[classify]\ntopics = []", "2:10 bad-value", "`topics = false`"),
    ("[classify]\ntopics = ['title+']", "2:18 bad-value", "the ranks are"),
    // automatic channels
    ("[channels.topics]\ninclude = ['trafficking']", "2:12 unknown-topic", "define it with a section `[topics.trafficking]`"),
    ("[channels.topics]\nexclude = ['traficking']\n[topics.trafficking]", "2:12 unknown-topic", "did you mean `trafficking`?"),
    ("[countries]\nallow = ['BZ']\n[channels.countries]\ninclude = ['MX']", "4:12 bad-value", "add `MX` to `allow`"),
    ("[channels.countries]\ninclude = ['BZ']\nexclude = ['Belize']", "3:11 bad-value", "one of the two lists"),
    ("[channels.countries]\ninclude = []", "2:11 bad-value", "`countries = false`"),
    ("[channels.countries]\ntitle = 'x {nmae}'", "2:12 bad-value", "`{name}` or `{publication}`"),
    ("[channels]\nempty = 'skips'", "2:9 bad-value", "did you mean `skip`?"),
    ("[channels.matrix]\nmin-items = 0", "2:13 bad-value", "leave the key out"),
    // named channels
    ("[[channel]]\npath = '../x'\ntitle = 'X'\nauthors = ['A']", "2:8 bad-value", "write `x`"),
    ("[[channel]]\npath = 'Belize.rss'\ntitle = 'X'\nauthors = ['A']", "2:8 bad-value", "write `belize`"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\ncountries = ['MX', 'Mexcio']", "4:20 unknown-country", "did you mean"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\ntopics = []", "4:10 bad-value", "leave the key out"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nlanguages = ['Spanish']", "4:14 bad-query", "write `es`"),
    ("[[channel]]\npath = 'x'\nquery = 'country:belize'", "1:1 missing-key", "add `title ="),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nquery = 'topic:border or topic:whales'\n[topics.border]", "4:32 unknown-topic", "define it"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nquery = \"author:\\\"A\\\" and contry:belize\"", "4:27 bad-query", "did you mean `country`?"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nquery = '''\ncountry:belize\nand topic:a'''", "6:11 unknown-topic", "define it"),
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nauthors = ['A']\nlimits.items = 0", "5:16 bad-value", "leave the key out"),
    // two channels with one path
    ("[[channel]]\npath = 'x'\ntitle = 'X'\nauthors = ['A']\n[[channel]]\npath = 'x'\ntitle = 'Y'\nauthors = ['B']", "6:8 duplicate-path", "another path"),
    ("[[channel]]\npath = 'all'\ntitle = 'X'\nauthors = ['A']", "2:8 duplicate-path", "`all = false`"),
    ("[[channel]]\npath = 'country/costa-rica'\ntitle = 'X'\nauthors = ['A']", "2:8 duplicate-path", "`exclude` of `countries`"),
    ("[[channel]]\npath = 'topic/a'\ntitle = 'X'\nauthors = ['A']\n[topics.a]", "2:8 duplicate-path", "`exclude` of `topics`"),
    ("[channels]\nmatrix = true\n[[channel]]\npath = 'country/belize/a'\ntitle = 'X'\nauthors = ['A']\n[topics.a]", "4:8 duplicate-path", "`matrix = false`"),
    ("[channels]\nper-language = true\n[[channel]]\npath = 'es/all'\ntitle = 'X'\nauthors = ['A']", "4:8 duplicate-path", "`per-language = false`"),
    // limits and output
    ("[limits]\nitems = 0\ndays = -3", "2:9 bad-value, 3:8 bad-value", "leave the key out"),
    ("[limits]\nbytes = '512 XB'", "2:9 bad-value", "for example `bytes ="),
    ("[limits]\nbytes = 12", "2:9 bad-value", "for example"),
    ("[limits]\ndays = 3\nfloor-days = 7", "3:14 bad-value", "less than `days`"),
    ("[output]\nfolder = '.'", "2:10 bad-value", "a folder of its own"),
    ("[output]\nfolder = '../www'", "2:10 bad-value", "absolute path"),
    ("[output]\nfolder = 'items/out'", "2:10 bad-value", "a folder of its own"),
    ("[output]\nformats = ['rss', 'atm']", "2:19 bad-value", "did you mean `atom`?"),
    ("[output]\nformats = []", "2:11 bad-value", "name one at least"),
    ("[output]\nsummary-length = 99999999999999999999999", "2:18 bad-value", "within these bounds"),
    // syntax
    ("[limits]\nitems = 3\nitems = 4", "3:1 config-syntax", "take one of the two `items` out"),
    ("[limits]\nitems = many\nwhat = 3\n[output", "2:9 config-syntax", "write texts in quotes"),
    ("[limits]\nitems = 3\nbytes = \"1 MB\nitems = 4\nwhat = 3", "3:9 config-syntax", "end the text"),
    ("[output]\nformats = [\"rss\", \"atom]\nfolder = \"x\"\n[limits]\nitems = 0", "2:19 config-syntax", "Is one missing"),
];

#[test]
fn every_mistake_is_told_with_its_place_and_a_way_out() {
    let mut wrong = String::new();
    for (text, want, help) in CASES {
        let findings = all(&format!("{BASE}{text}\n"));
        let got = places(&findings, 5);
        let first = findings.first().and_then(|finding| finding.help.clone()).unwrap_or_default();
        if got != *want || !first.contains(help) {
            let _ = writeln!(wrong, "{text}\n  want {want}; {help}\n  got  {got}; {first}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_publication_itself_is_judged() {
    for (from, to, want, help) in [
        ("title = \"Highlands\"\n", "", "1:1 missing-key", "add `title ="),
        ("languages = [\"en\", \"es\"]\n", "", "1:1 missing-key", "add `languages = [\"en\"]`"),
        ("id-authority = \"example.org,2018\"\n", "", "1:1 missing-key", "add `id-authority = \"example.org,YYYY\"`"),
        ("[\"en\", \"es\"]", "[]", "4:13 bad-value", "name one at least"),
        ("\"es\"]", "\"EN\"]", "4:20 bad-value", "take one of the two out"),
        ("\"es\"]", "\"english\"]", "4:20 bad-value", "write `en`"),
        ("https://example.org/f", "ftp://example.org/f", "3:12 bad-value", "write `https://...`"),
        ("https://example.org/f", "https://example.org/f?a=1", "3:12 bad-value", "write `https://example.org/f`"),
        ("https://example.org/f", "example.org/f", "3:12 bad-value", "write `https://example.org/f`"),
        ("https://example.org/f", "https://exa mple.org", "3:12 bad-value", "give a whole address"),
        ("example.org,2018", "example.org", "5:16 bad-value", "write `example.org,YYYY`"),
        ("example.org,2018", "news.example.net", "5:16 bad-value", "write `news.example.net,YYYY`"),
        ("example.org,2018", "Example.org,2018", "5:16 bad-value", "write `example.org,YYYY`"),
        ("[publication]", "[publicaton]", "0:0 missing-key, 1:2 unknown-key", "run `tidings init`"),
        (BASE, "publication = 3\n", "1:15 wrong-type", "write `[publication]`"),
        (BASE, "", "0:0 missing-key", "run `tidings init`"),
    ] {
        let findings = all(&BASE.replacen(from, to, 1));
        assert_eq!(places(&findings, 0), want, "{from} -> {to}");
        let first = findings[0].help.clone().unwrap_or_default();
        assert!(first.contains(help), "{from} -> {to}: {first}");
    }
}

#[test]
fn one_run_tells_all_with_the_lines_and_carets() {
    let text = format!(
        "{BASE}tme-zone = \"UTC\"\n\n[limits]\nitems = 0\n\n[[channel]]\npath = \"all\"\ntitle = \"X\"\nquery = \"topic:traficking\"\n\n[topics.trafficking]\n"
    );
    let findings = read(&text).expect_err("four mistakes");
    assert_eq!(
        shown(&findings),
        "\
feeds.toml:6:1: error[unknown-key]: unknown key `tme-zone` in `[publication]`
  6 | tme-zone = \"UTC\"
    | ^^^^^^^^
  help: did you mean `time-zone`?
feeds.toml:9:9: error[bad-value]: `items` takes a whole number from 1 to 100000, not `0`
  9 | items = 0
    |         ^
  help: leave the key out for what holds without it
feeds.toml:12:8: error[duplicate-path]: the path `all` is taken by the whole publication's channel
  12 | path = \"all\"
     |        ^^^^^
  help: give it another path, or write `all = false` in `[channels]`
feeds.toml:14:16: error[unknown-topic]: the topic `traficking` is not defined
  14 | query = \"topic:traficking\"
     |                ^^^^^^^^^^
  help: did you mean `trafficking`?
"
    );
}

#[test]
fn an_author_may_be_written_in_short() {
    let written = |author: &str| format!("{BASE}author = \"{author}\"\n");
    for (text, name, email) in [
        ("Press office", "Press office", None),
        ("Press office <press@example.org>", "Press office", Some("press@example.org")),
        ("press@example.org (Press office)", "Press office", Some("press@example.org")),
        ("press@example.org", "press", Some("press@example.org")),
        ("Press office <>", "Press office", None),
        ("<>", "<>", None),
    ] {
        let author = good(&written(text)).publication.author;
        assert_eq!((&*author.name, author.email.as_deref()), (name, email), "{text}");
    }
    let findings = all(&written("Press office <press at example.org>"));
    assert_eq!(findings.iter().map(|finding| &*finding.message).collect::<Vec<_>>(), ["`press at example.org` is no e-mail address"]);
}

#[test]
fn what_is_not_said_is_filled_in() {
    let config = good(BASE);
    let publication = &config.publication;
    assert_eq!(publication.base_url.as_str(), "https://example.org/f/");
    assert_eq!(publication.home, publication.base_url);
    assert_eq!(publication.author.name, "Highlands");
    assert_eq!(publication.description, publication.title);
    assert_eq!(config.sources[0].path, Path::new("items"));
    assert_eq!((config.limits.items, config.output.ttl, config.output.summary_length), (50, Some(60), 300));
    assert!(
        config.channels.all && config.channels.countries.is_some() && config.channels.topics.is_some() && config.channels.matrix.is_none()
    );
}

#[test]
fn what_is_said_is_taken_as_it_stands() {
    let config = good(&format!(
        "{BASE}logo = 'logo.png'\ndescription = {{ es = 'Hola', en = 'Hello' }}\n\
         [limits]\ndays = 30\nbytes = '1 MB'\n\
         [topics.zebra]\n[topics.border-management]\nwords = {{ es = ['frontera'], en = ['border', 'frontier'] }}\n\
         [channels]\ncountries = false\n\
         [[channel]]\npath = 'country/belize'\ntitle = 'B'\nquery = 'topic:zebra'\ncountries = ['Belize', 'MX']\nlimits.items = 5\n"
    ));
    assert_eq!(config.publication.logo.as_ref().map(url::Url::as_str), Some("https://example.org/f/logo.png"));
    let fallback = crate::vocab::Language::parse("fr").expect("a tag");
    assert_eq!(config.publication.description.get(&fallback), "Hello", "the publication's first language is what others fall back on");
    let keys: Vec<&str> = config.topics.iter().map(|topic| &*topic.key).collect();
    assert_eq!(keys, ["zebra", "border-management"], "in the order of the file");
    assert_eq!(config.topics[1].title.get(&fallback), "Border management");
    assert_eq!(config.topics[1].words.len(), 3);
    let channel = &config.named[0];
    assert_eq!((channel.limits.items, channel.limits.days, channel.limits.bytes), (5, Some(30), Some(1_000_000)));
    let country = |code: &str| Query::Country(Country::parse(code).expect("a country"));
    assert_eq!(channel.query, Query::All(vec![Query::Topic("zebra".into()), Query::Any(vec![country("BZ"), country("MX")])]));
}

#[test]
fn where_many_moves_stand_is_known_at_once() {
    let moved: String = (0..10_000).map(|n| format!("[[moved]]\nfrom = 'old/n{n}'\nto = 'all'\n")).collect();
    let config = good(&format!("{BASE}{moved}"));
    assert!(config.moved.iter().zip(0..).all(|(moved, n)| moved.line == 7 + 3 * n));
    // And where so much is wrong.
    let findings = all(&format!("{BASE}{}", moved.replace("'old/n", "'Ö/n")));
    assert!(
        findings
            .iter()
            .zip(0..)
            .all(|(finding, n)| finding.place.as_ref().is_some_and(|place| (place.line, place.column) == (7 + 3 * n, 8)))
    );
    assert_eq!(findings.len(), 10_000);
}

/// What must stand before a key of the table `parent`, the key's own line left out.
fn context(key: &Key) -> String {
    const CHANNEL: &str = "[[channel]]\npath = \"x\"\ntitle = \"X\"\nquery = \"author:x\"\n";
    const SOURCE: &str = "[[source]]\npath = \"data\"\n";
    let inner = match key.parent() {
        "" | "publication" => String::new(),
        "publication.author" => "[publication.author]\nname = \"A\"\n".to_owned(),
        "source" => match key.name() {
            "sqlite" | "postgres" => "[[source]]\nquery = \"SELECT 1\"\n".to_owned(),
            "query" | "key" | "watermark" | "deleted" | "name" => "[[source]]\nsqlite = \"a.db\"\nquery = \"SELECT 1\"\n".to_owned(),
            "listen" => "[[source]]\npostgres = \"env:DB\"\nquery = \"SELECT 1\"\n".to_owned(),
            _ => SOURCE.to_owned(),
        },
        "database" => "[database]\nurl = \"env:DB\"\n".to_owned(),
        "moved" => "[[moved]]\nfrom = \"a\"\nto = \"b\"\n".to_owned(),
        "channel" => CHANNEL.to_owned(),
        parent if parent.starts_with("source.") => format!("{SOURCE}[{parent}]\n"),
        parent if parent.starts_with("channel.") => format!("{CHANNEL}[{parent}]\n"),
        parent => format!("[{}]\n", parent.replace("KEY", "other")),
    };
    let own = format!("{} = ", key.name());
    let is_own = |line: &str| line.starts_with(&own) || (key.path == "publication.language" && line.starts_with("languages"));
    let (before, table) = if inner.is_empty() { ("", BASE) } else { (BASE, inner.as_str()) };
    before.lines().chain(table.lines().filter(|line| !is_own(line))).map(|line| format!("{line}\n")).collect()
}

fn with(key: &Key, value: &str) -> String {
    let name = key.name().replace("COUNTRY", "MX").replace("FIELD", "title").replace("KEY", "other");
    format!("{}{name} = {value}\n[topics.trafficking]\n", context(key))
}

/// Whether this program was built with what the key needs.
fn is_there(key: &&'static Key) -> bool {
    match key.path {
        "output.url" => cfg!(feature = "object-store"),
        path => !path.starts_with("database.") || cfg!(feature = "postgres"),
    }
}

#[test]
fn every_documented_key_does_something() {
    for key in keys::all().filter(|key| !key.parent().is_empty()).filter(is_there) {
        let config = format!("{:?}", good(&with(key, key.example)));
        let without = match read(&format!("{}[topics.trafficking]\n", context(key))) {
            Ok((config, _)) => format!("{config:?}"),
            Err(_) => continue, // it must be there, and so does something
        };
        assert_ne!(config, without, "`{} = {}` changes nothing", key.path, key.example);
    }
}

#[test]
fn every_documented_default_is_the_default() {
    for key in keys::all().filter(|key| !key.parent().is_empty()).filter(is_there) {
        let Default::Is(value) = key.default else { continue };
        let explicit = format!("{:?}", good(&with(key, value)));
        let without = format!("{:?}", good(&format!("{}[topics.trafficking]\n", context(key))));
        assert_eq!(explicit, without, "`{}` is not {value} by itself", key.path);
    }
}

#[test]
fn a_config_that_cannot_be_read_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("feeds.toml");
    let code =
        |path: &Path| super::load(path).expect_err("an error").iter().next().map(|finding| (finding.code.name, finding.place.clone()));
    assert_eq!(code(&path).map(|(code, _)| code), Some("config-missing"));
    assert_eq!(code(folder.path()).map(|(code, _)| code), Some("config-unreadable"));
    std::fs::write(&path, b"[publication]\ntitle = \"ma\xf1ana\"\n").expect("written");
    let (name, place) = code(&path).expect("a finding");
    assert_eq!((name, place.map(|place| (place.line, place.column))), ("config-unreadable", Some((2, 12))));
    std::fs::write(&path, BASE).expect("written");
    let (config, _) = super::load(&path).expect("a config");
    assert_eq!(config.root, folder.path());
}

/// A query written out in full, its value, and the names it uses.
fn queries() -> impl Strategy<Value = (String, Query)> {
    let country = |code: &str| Query::Country(Country::parse(code).expect("a country"));
    let leaf = prop_oneof![
        Just(("country:belize".to_owned(), country("BZ"))),
        Just(("Country:\"costa rica\"".to_owned(), country("CR"))),
        Just(("country:costa-rica".to_owned(), country("CR"))),
        Just(("topic:trafficking".to_owned(), Query::Topic("trafficking".into()))),
        Just(("topic:'in two words'".to_owned(), Query::Topic("in two words".into()))),
        Just(("language:ES-cr".to_owned(), Query::Language(crate::vocab::Language::parse("es-CR").expect("a tag")))),
        Just(("author:\"O'Neil (press)\"".to_owned(), Query::Author("O'Neil (press)".to_owned()))),
        (1u32..5000).prop_map(|days| (format!("within:{days}d"), Query::WithinDays(days))),
        (1u32..50).prop_map(|weeks| (format!("age<={weeks}w"), Query::WithinDays(weeks * 7))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let join = |word: &'static str, make: fn(Vec<Query>) -> Query| {
            move |parts: Vec<(String, Query)>| {
                let text: Vec<String> = parts.iter().map(|(text, _)| format!("({text})")).collect();
                (text.join(word), make(parts.into_iter().map(|(_, query)| query).collect()))
            }
        };
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(join(" and ", Query::All)),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(join(" OR ", Query::Any)),
            inner.prop_map(|(text, query)| (format!("not ({text})"), Query::Not(Box::new(query)))),
        ]
    })
}

fn names() -> Names {
    Names { topics: vec!["trafficking".into(), "in two words".into()], allow: None }
}

#[test]
fn not_binds_before_and_before_or() {
    let read = |text: &str| query::parse(text, &names()).unwrap_or_else(|misread| panic!("{text}: {misread:?}"));
    assert_eq!(read("language:en or not language:es and within:1y"), read("language:en or ((not language:es) and within:365d)"));
    assert_eq!(read("((language:en))"), read("language:en"));
    assert_ne!(read("(language:en or language:es) and within:1d"), read("language:en or language:es and within:1d"));
}

/// A bad query, the piece that is pointed at, a piece of the help.
#[rustfmt::skip]
const QUERIES: &[(&str, &str, &str)] = &[
    ("", "", "terms are"),
    ("belize", "belize", "write `country:belize`"),
    ("trafficking", "trafficking", "write `topic:trafficking`"),
    ("whatever", "whatever", "terms are"),
    ("country:belize topic:trafficking", "topic:trafficking", "`and` or by `or`"),
    ("country:belize && language:en", "&&", "write `and`"),
    ("country:belize , language:en", ",", "write `or`"),
    ("country:belize and", "and", "terms are"),
    ("or country:belize", "or", "terms are"),
    ("not", "not", "terms are"),
    ("()", ")", "terms are"),
    ("(country:belize", "(", "close it"),
    ("country:belize)", ")", "take it out"),
    ("(country:belize language:en)", "language:en", "join two terms"),
    ("author:\"A", "\"A", "end it with `\"`"),
    ("topic:", "topic:", "`topic:trafficking`"),
    ("country: belize", "country:", "write it right behind"),
    ("topics:trafficking", "topics", "did you mean `topic`?"),
    ("langauge:es", "langauge", "did you mean `language`?"),
    ("colour:red", "colour", "terms are"),
    ("topic<3", "<", "write `topic:trafficking`"),
    ("within:90", "90", "`90d`"),
    ("within:3m", "3m", "`90d`"),
    ("age<0d", "0d", "`90d`"),
    ("within:99999999999y", "99999999999y", "`90d`"),
    ("language:spanish", "spanish", "write `es`"),
    ("country:\"Costa Rico\"", "Costa Rico", "did you mean `Costa Rica`?"),
    ("topic:'traficking'", "traficking", "did you mean `trafficking`?"),
];

#[test]
fn a_bad_query_is_pointed_at() {
    for (text, piece, help) in QUERIES {
        let misread = query::parse(text, &names()).expect_err(text);
        let (span, problem) = &misread[0];
        assert_eq!((&text[span.clone()], problem.help.contains(help)), (*piece, true), "{text}: {problem:?}");
    }
    let both = query::parse("topic:a and country:b", &names()).expect_err("two unknown names");
    assert_eq!(both.len(), 2, "every unknown name is told");
    for deep in ["(".repeat(100_000), "not ".repeat(100_000)] {
        assert!(query::parse(&deep, &names()).is_err());
    }
}

/// The template with every setting uncommented and one piece of it replaced.
fn broken_templates() -> impl Strategy<Value = String> {
    let answers = template::Answers { title: "T", base_url: "https://e.org/", authority: "e.org,2018", language: "en", time_zone: "UTC" };
    let bare: String = template::feeds_toml(&answers)
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| format!("{}\n", line.trim_start_matches('#')))
        .collect();
    let piece =
        prop_oneof!["[\\[\\]{}=\"'.,#\\\\\n 0-9a-zñ-]{0,6}", Just("= 3".to_owned()), Just("\"\"\"".to_owned()), Just("= [[".to_owned())];
    (0..bare.len(), 0usize..20, piece).prop_map(move |(from, length, piece)| {
        let (from, to) = (bare.floor_char_boundary(from), bare.floor_char_boundary((from + length).min(bare.len())));
        format!("{}{piece}{}", &bare[..from], &bare[to.max(from)..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,60}|([a-z.-]{1,8} ?= ?[\\[{]?['\"]?[a-zñ😀.]{0,5}['\"]?[\\]}]?\n){0,6}") {
        prop_assert!(read(&text).is_err());
    }

    #[test]
    fn no_slip_in_a_config_is_too_strange(text in broken_templates()) {
        for finding in all(&text) {
            prop_assert!(!render(&finding).is_empty());
            prop_assert!(finding.place.is_some());
        }
    }

    #[test]
    fn no_query_is_too_strange(text in "(\\PC|country:|topic:| and | or |not |\\(|\\)|[\"'<: ]){0,12}") {
        if let Err(misread) = query::parse(&text, &names()) {
            prop_assert!(!misread.is_empty());
            for (span, _) in misread {
                prop_assert!(text.get(span.clone()).is_some(), "{span:?}");
            }
        }
    }

    #[test]
    fn a_query_is_read_as_it_is_meant((text, query) in queries()) {
        prop_assert_eq!(query::parse(&text, &names()), Ok(query));
    }
}
