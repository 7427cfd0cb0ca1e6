//! Former feeds: RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed become drafts of records, under the ids that readers know.
//!
//! The three formats are read into [`entry::Entry`], and what the texts in it mean is decided there, once. The writer crates could
//! read RSS and Atom too, but they lose `xml:lang` and `xml:base` of entries, give a whole feed up for one bad date, and say no line.

mod atom;
mod blogger;
mod drupal;
mod entry;
mod json;
mod rss;
mod tree;
mod wordpress;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;

use self::entry::{Channel, Entry};
use self::tree::{Element, Space};
use super::write::Draft;
use crate::config::TopicKey;
use crate::diag::{Code, Finding, Findings, Place, Severity, codes};
use crate::vocab::{Country, Language};

/// What a feed held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// In the order of the feed.
    pub drafts: Vec<Draft>,
    /// Whether it is an export of a site, so that what is not in it is there no more; a feed has the newest items, or a part of them.
    pub is_export: bool,
    /// Whether this publication made it, of its records.
    pub is_own: bool,
    pub findings: Findings,
}

/// What a feed is read with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Of dates that name no zone.
    pub zone: Tz,
    /// The publication's topics, each with the names that a category may call it by; its key need not be among them.
    pub topics: &'a [(TopicKey, Vec<String>)],
    /// The countries that a category means, as it is written.
    pub countries: &'a dyn Fn(&str) -> Vec<Country>,
    /// Its languages; none where it is not known.
    pub languages: &'a [Language],
    /// What is taken in of a WordPress export beside posts, by its name there.
    pub post_types: &'a [String],
    /// What the addresses of the publication's own feeds begin with.
    pub base: Option<&'a str>,
}

impl Context<'_> {
    /// The publication's own word for a language, where it has it: `en` for `en-US`.
    fn language(&self, language: &Language) -> Option<Language> {
        let own =
            self.languages.iter().find(|own| language.matches(own)).or_else(|| self.languages.iter().find(|own| own.matches(language)));
        own.cloned().or_else(|| self.languages.is_empty().then(|| language.clone()))
    }
}

/// Reads a feed of any of the formats. An item that cannot be read is a finding, and the others are read all the same.
pub fn read(bytes: &[u8], path: &Arc<Path>, context: Context<'_>) -> Feed {
    let text = decode(bytes);
    let parsed = match text.trim_start().bytes().next() {
        Some(b'{') => json::read(&text, path),
        Some(b'<') => read_xml(&text, path, context),
        _ => Err(Box::new(no_feed(path, "this is neither XML nor JSON"))),
    };
    match parsed {
        Ok((channel, entries, mut findings)) => {
            let mut feed = entry::resolve(&channel, entries, path, context);
            findings.extend(std::mem::take(&mut feed.findings));
            Feed { findings, ..feed }
        }
        Err(finding) => Feed { findings: Findings::from(*finding), ..Feed::default() },
    }
}

/// What a feed says of itself, its entries, and what is to be said of them as a whole.
type Parsed = Result<(Channel, Vec<Entry>, Findings), Box<Finding>>;

fn read_xml(text: &str, path: &Arc<Path>, context: Context<'_>) -> Parsed {
    if is_page(text) {
        return Err(Box::new(no_feed(path, "this is a web page (HTML) and no feed")));
    }
    let root = Element::parse(text).map_err(|broken| {
        let place = Place::span(path.clone(), text, broken.at..broken.at + 1);
        Box::new(no_syntax(format!("not well-formed XML: {}", broken.message), place))
    })?;
    let (channel, entries) = match (root.space, root.name.as_str()) {
        (Space::Rss, "rss") if let Some(channel) = wordpress::export(&root) => return Ok(wordpress::read(channel, path, context)),
        (Space::Rss, "rss" | "RDF") => rss::read(&root),
        (Space::Atom | Space::Rss, "feed") => return Ok(atom::read(&root, path)),
        (_, name) => return Err(Box::new(no_feed(path, &format!("`{name}` is the root of no feed")))),
    };
    Ok((channel, entries, Findings::new()))
}

/// Whether a text begins as web pages do.
fn is_page(text: &str) -> bool {
    let start = text.trim_start();
    ["<!doctype html", "<html"].iter().any(|page| start.get(..page.len()).is_some_and(|own| own.eq_ignore_ascii_case(page)))
}

/// Whether a feed says that this program made it.
fn is_of_tidings(generator: Option<String>) -> bool {
    generator.is_some_and(|name| name.split_whitespace().next() == Some("Tidings"))
}

/// How often there is what, by the name that its program has for it.
type Counts = BTreeMap<String, usize>;

/// `gallery` (2), `video` (1); of very many names the first.
fn listed(counts: &Counts) -> String {
    const SHOWN: usize = 20;
    let shown = counts.iter().take(SHOWN).map(|(name, count)| format!("`{name}` ({count})")).collect::<Vec<_>>().join(", ");
    if counts.len() > SHOWN { format!("{shown} and {} more", counts.len() - SHOWN) } else { shown }
}

/// What is to be said of an export as a whole, by code, what it is about, and the way out; of nothing, nothing. An export of which `nothing` comes in is an
/// error.
fn told<'a>(path: &Arc<Path>, nothing: bool, rows: impl IntoIterator<Item = (&'static Code, String, &'a str)>) -> Findings {
    let finding = |(code, what, help): (&'static Code, String, &str)| {
        let is_error = nothing && *code == codes::FEED_LEFT_OUT;
        let (message, help) = match code {
            code if *code == codes::FEED_DRAFTS => (
                "unpublished posts come in as records with `draft = true`, which no build publishes",
                "take `draft = true` out of the record of one that is to be published",
            ),
            code if *code == codes::FEED_LANGUAGES => ("posts are in languages that the publication does not have", help),
            code if *code == codes::FEED_SHORTCODES => {
                ("shortcodes, which only WordPress shows, are replaced by what stands in them", help)
            }
            _ if nothing => ("nothing comes in: all that is here is no post of the public", help),
            _ => ("what is no post of the public is left out", help),
        };
        let finding = Finding::new(code, format!("{message}: {what}")).at(Place::file(path.clone())).help(help);
        Finding { severity: if is_error { Severity::Error } else { finding.severity }, ..finding }
    };
    rows.into_iter().filter(|(_, what, _)| !what.is_empty()).map(finding).collect()
}

/// A file that breaks somewhere; nothing of it is read.
fn no_syntax(message: String, place: Place) -> Finding {
    let help = "nothing of this file is imported: export or download it again, for it may have been cut off; where it breaks again at the same \
                place, mend it there";
    Finding::new(&codes::FEED_SYNTAX, message).at(place).help(help)
}

fn no_feed(path: &Arc<Path>, message: &str) -> Finding {
    let help = "give the file of an RSS, Atom or JSON feed; a web page names its feed in `link rel=\"alternate\"`";
    Finding::new(&codes::IMPORT_FORMAT, message).at(Place::file(path.clone())).help(help)
}

/// The text by its byte order mark, else by the encoding that its XML declaration names, else as UTF-8. Bytes that mean nothing there
/// become U+FFFD, which is never published.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(bytes).unwrap_or_else(|| (declared(bytes), 0));
    encoding.decode_without_bom_handling(&bytes[mark..]).0
}

fn declared(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    match bytes {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let declaration = bytes[..bytes.len().min(200)].split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration);
    let value = declaration.split_once("encoding").and_then(|(_, rest)| rest.trim_start().strip_prefix('=')).map(str::trim_start);
    let label = value.and_then(|value| value.strip_prefix(['"', '\''])?.split(['"', '\'']).next());
    // A label of two-byte units was itself read byte by byte, so it is not true.
    let named = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    named.filter(|named| *named != encoding_rs::UTF_16LE && *named != encoding_rs::UTF_16BE).unwrap_or(encoding_rs::UTF_8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn feed(bytes: impl AsRef<[u8]>) -> Feed {
        let topics = [("trafficking".into(), vec!["Trafficking in persons".to_owned(), "Trata de personas".to_owned()])];
        let context = Context {
            zone: chrono_tz::America::Costa_Rica,
            topics: &topics,
            countries: &|_| Vec::new(),
            languages: &[],
            post_types: &[],
            base: None,
        };
        read(bytes.as_ref(), &Arc::from(Path::new("feed.xml")), context)
    }

    fn told(feed: &Feed) -> Vec<String> {
        feed.findings.iter().map(|f| format!("{} {} {}", f.place.as_ref().map_or(0, |p| p.line), f.code.name, f.message)).collect()
    }

    /// The text of the record of the only draft.
    fn record(bytes: impl AsRef<[u8]>) -> String {
        let feed = feed(bytes);
        assert_eq!((feed.drafts.len(), told(&feed)), (1, vec![]));
        let text = feed.drafts[0].to_record().expect("a record").0;
        text.split_inclusive('\n').filter(|line| !line.starts_with("imported = ")).collect()
    }

    fn rss(item: &str) -> String {
        format!(
            "<rss version=\"2.0\"><channel><title>C</title><link>https://example.org/</link>\n<item>{item}<pubDate>Fri, 09 Feb 2018 10:00:00 GMT</pubDate></item></channel></rss>"
        )
    }

    fn atom(entry: &str) -> String {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>C</title>\n<entry><id>urn:x:1</id><updated>2018-02-09T10:00:00Z</updated>{entry}</entry></feed>"
        )
    }

    #[test]
    fn rss_2_with_all_it_has() {
        let text = record(
            r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:d="http://purl.org/dc/elements/1.1/"
  xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>C</title><link>https://example.org/</link><language>es</language>
<atom:link rel="self" href="https://example.org/feed"/>
<item>
  <title>R&amp;D &lt;b&gt;bold&lt;/b&gt; &amp;amp; more</title>
  <link>/news/1</link>
  <guid>post 1</guid>
  <description>Short &amp;amp; sweet</description>
  <content:encoded><![CDATA[<p>Whole <a href="https://example.org/x">text</a></p>]]></content:encoded>
  <d:creator>Ana Pérez</d:creator><author>ana@example.org (Ana)</author>
  <pubDate>Thu, 09 Feb 2018 10:00:00 EST</pubDate>
  <atom:updated>2018-02-10T10:00:00Z</atom:updated>
  <category>trata de PERSONAS</category>
  <enclosure url="/talk.mp3" length="123" type="audio/mpeg"/>
  <source url="https://example.com/feed">Other</source>
  <media:group><media:thumbnail url="https://example.org/i.png" width="10" height="0"/></media:group>
</item></channel></rss>"#,
        );
        let want = r#"
guid = "post 1"
title = "R&D bold & more"
date = 2018-02-09T10:00:00-05:00
updated = 2018-02-10T10:00:00+00:00
language = "es"
link = "https://example.org/news/1"
topics = ["trafficking"]
syntax = "html"
summary = "Short &amp; sweet"

[[authors]]
name = "Ana Pérez"
email = "ana@example.org"

[image]
url = "https://example.org/i.png"
width = 10

[[enclosures]]
url = "https://example.org/talk.mp3"
type = "audio/mpeg"
length = 123

[source]
title = "Other"
url = "https://example.com/feed"
+++

<p>Whole <a href="https://example.org/x">text</a></p>
"#;
        assert!(text.ends_with(want), "{text}");
    }

    #[test]
    fn atom_with_all_it_has() {
        let text = record(
            r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://example.org/blog/">
<a:author><a:name>Desk</a:name></a:author>
<a:entry xml:lang="es" xml:base="2018/">
  <a:id>tag:example.org,2018:1</a:id>
  <a:title type="html">Uno &amp;amp; &lt;i&gt;dos&lt;/i&gt;</a:title>
  <a:link href="uno.html"/><a:link rel="enclosure" href="a.mp3" type="audio/mpeg" length="0" title="T"/>
  <a:published>2018-02-09T10:00:00Z</a:published><a:updated>2018-02-09T10:00:00Z</a:updated>
  <a:category term="x1" label="Trafficking in Persons"/>
  <a:summary>a &lt; b</a:summary>
  <a:content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>A <b title="&quot;q&quot;">b</b> &amp; c<br/>d</p></div></a:content>
  <a:rights>© Desk</a:rights>
</a:entry></a:feed>"#,
        );
        let want = r#"+++
id = "tag:example.org,2018:1"
title = "Uno & dos"
date = 2018-02-09T10:00:00+00:00
language = "es"
link = "https://example.org/blog/2018/uno.html"
topics = ["trafficking"]
rights = "© Desk"
syntax = "html"
summary = "a &lt; b"

[[authors]]
name = "Desk"

[[enclosures]]
url = "https://example.org/blog/2018/a.mp3"
type = "audio/mpeg"
title = "T"
+++

<p>A <b title="&quot;q&quot;">b</b> &amp; c<br>d</p>
"#;
        assert_eq!(text, want);
    }

    #[test]
    fn json_feed_with_all_it_has() {
        let text = record(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "C", "language": "en", "authors": [{"name": "Desk", "url": "https://example.org/"}],
"items": [{"id": 7, "url": "https://example.org/7", "title": "a < b & c", "content_text": "One <1>\n\nTwo", "summary": "S & T",
"date_published": "2018-02-09T10:00:00-06:00", "tags": ["Trafficking in persons"], "image": "https://example.org/i.png",
"attachments": [{"url": "https://example.org/t.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}]}]}"#,
        );
        for line in [
            "guid = \"7\"",
            "title = \"a < b & c\"",
            "date = 2018-02-09T10:00:00-06:00",
            "summary = \"S &amp; T\"",
            "uri = \"https://example.org/\"",
            "length = 9",
            "<p>One &lt;1&gt;</p>",
            "<p>Two</p>",
            "topics = [\"trafficking\"]",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}: {text}");
        }
    }

    #[test]
    fn old_kinds_are_read_too() {
        for (name, text, title, date) in [
            (
                "1.0",
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
                 <channel rdf:about='https://example.org/'><title>C</title></channel><item rdf:about='https://example.org/1'><title>T</title>\
                 <dc:date>2018-02-09T10:00:00Z</dc:date></item></rdf:RDF>",
                "T",
                "2018-02-09T10:00:00+00:00",
            ),
            (
                "0.91, dated by its channel",
                "<rss version='0.91'><channel><lastBuildDate>9 Feb 2018</lastBuildDate><item><description>&lt;p&gt;Only a text</description></item></channel></rss>",
                "Only a text",
                "2018-02-09T12:00:00-06:00",
            ),
            (
                "Atom 0.3",
                "<feed xmlns='http://purl.org/atom/ns#' version='0.3'><entry><id>tag:a,1:1</id><title mode='escaped'>T &amp;amp; U</title><issued>2018-02-09T10:00:00Z</issued>\
                 <modified>2018-02-09T10:00:00Z</modified><content type='text/html' mode='escaped'>&lt;p&gt;x</content></entry></feed>",
                "T & U",
                "2018-02-09T10:00:00+00:00",
            ),
            (
                "JSON Feed 1.0",
                "{\"version\": \"https://jsonfeed.org/version/1\", \"author\": {\"name\": 5}, \"items\": [{\"id\": \"a:b\", \"title\": \"T\", \"date_published\": \"2018-02-09T10:00:00Z\"}]}",
                "T",
                "2018-02-09T10:00:00+00:00",
            ),
        ] {
            let feed = feed(text);
            assert_eq!(feed.drafts.len(), 1, "{name}: {:?}", told(&feed));
            let crate::item::write::When::Instant(at) = feed.drafts[0].date else { panic!("{name}") };
            assert_eq!((feed.drafts[0].title.as_str(), at.to_rfc3339().as_str()), (title, date), "{name}");
        }
    }

    #[test]
    fn what_stands_in_place_of_a_text_is_one() {
        let film = "<m:group xmlns:m='http://search.yahoo.com/mrss/'><m:thumbnail url='https://example.org/i.jpg'/><m:description>One &lt;1&gt;\n\nTwo</m:description></m:group>";
        let text = record(atom(&format!("<title>T</title>{film}")));
        assert!(
            text.contains("[image]\nurl = \"https://example.org/i.jpg\"\n") && text.ends_with("\n<p>One &lt;1&gt;</p>\n<p>Two</p>\n"),
            "{text}"
        );
        let text = record(atom(&format!("<title>T</title><summary>S</summary>{film}")));
        assert!(text.contains("summary = \"S\"") && !text.contains("Two"), "{text}");
        let episode = "<i:summary xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd'>One\n\nTwo</i:summary>";
        assert!(record(rss(&format!("<title>T</title>{episode}"))).ends_with("\n<p>One</p>\n<p>Two</p>\n"));
        let text = record(rss(&format!("<title>T</title><description>Own</description>{episode}")));
        assert!(text.ends_with("\nOwn\n"), "{text}");
    }

    #[test]
    fn ids_are_kept_as_they_are() {
        for (text, id, guid) in [
            (rss("<guid>https://example.org/?p=1</guid><title>T</title>"), Some("https://example.org/?p=1"), None),
            (rss("<guid isPermaLink='false'>  urn:uuid:1 </guid><title>T</title>"), Some("urn:uuid:1"), None),
            (rss("<guid>42 at example.org</guid><link>https://example.org/42</link><title>T</title>"), None, Some("42 at example.org")),
            (rss("<guid>http://a b</guid><title>T</title>"), None, Some("http://a b")),
            (rss("<link>https://example.org/42</link><title>T</title>"), Some("https://example.org/42"), None),
            (rss("<title>T</title>"), None, None),
            (atom("<title>T</title>").replace("urn:x:1", "HTTP://Example.ORG/%7Ea"), Some("HTTP://Example.ORG/%7Ea"), None),
        ] {
            let feed = feed(&text);
            assert_eq!(told(&feed), Vec::<String>::new(), "{text}");
            assert_eq!((feed.drafts[0].id.as_deref(), feed.drafts[0].guid.as_deref()), (id, guid), "{text}");
        }
    }

    #[test]
    fn texts_are_read_as_they_were_meant() {
        for (text, title, body) in [
            (rss("<title>a &lt; b &amp;amp; c</title><description>x</description>"), "a < b & c", Some("x")),
            (rss("<title>AT&T</title><description>R & D</description>"), "AT&T", Some("R & D")),
            (rss("<title>a&nbsp;b</title><description>caf&eacute; &#233; &#x1F30D;</description>"), "a b", Some("caf&eacute; é 🌍")),
            (rss("<title><![CDATA[<em>a</em>  b]]></title>"), "a b", None),
            (rss("<title>T</title><description>a]]&gt;b</description>"), "T", Some("a]]>b")),
            (
                rss(
                    "<description>&lt;p&gt;Some words, and some more words, and then so many words that no title holds them all.&lt;/p&gt;</description>",
                ),
                "Some words, and some more words, and then so many words that no title holds…",
                Some("<p>Some words, and some more words, and then so many words that no title holds them all.</p>"),
            ),
            (atom("<title>T</title><content>One\n\nTwo &lt;3</content>"), "T", Some("<p>One</p>\n<p>Two &lt;3</p>")),
            (atom("<title>T</title><content type='application/octet-stream'>AAAA</content>"), "T", None),
            (atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b></div></title>"), "a b", None),
        ] {
            let feed = feed(&text);
            assert_eq!(feed.drafts.len(), 1, "{text}: {:?}", told(&feed));
            assert_eq!((feed.drafts[0].title.as_str(), feed.drafts[0].body.as_deref()), (title, body), "{text}");
        }
    }

    #[test]
    fn relative_addresses_in_texts_keep_their_base() {
        let body = |text: &str| feed(text).drafts[0].body.clone().unwrap_or_default();
        let html = "<title>T</title><content type='html' xml:base='https://example.org/a/'>&lt;a href=\"b\"&gt;x&lt;/a&gt;</content>";
        assert!(body(&atom(html)).contains("href=\"https://example.org/a/b\""));
        // With a page of its own the item is the base, which is for the publishing to say.
        let html = "<title>T</title><link>https://example.org/1</link><description>&lt;a href=\"b\"&gt;x&lt;/a&gt;</description>";
        assert!(body(&rss(html)).contains("href=\"b\""));
    }

    #[test]
    fn encodings_are_read_as_declared() {
        let text = |name: &str| format!("<?xml version='1.0' encoding='{name}'?>{}", rss("<title>Ñandú “x”</title>"));
        let utf16 = |big: bool, mark: bool| {
            let units = mark.then_some(0xfeff).into_iter().chain(text("UTF-16").encode_utf16().collect::<Vec<_>>());
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
        };
        let latin = encoding_rs::WINDOWS_1252.encode(&text("windows-1252")).0.into_owned();
        for (name, bytes) in [
            ("declared as UTF-8", text("utf-8").into_bytes()),
            ("not declared", rss("<title>Ñandú “x”</title>").into_bytes()),
            ("a byte order mark", [b"\xef\xbb\xbf".to_vec(), text("iso-8859-1").into_bytes()].concat()),
            ("windows-1252", latin),
            ("UTF-16, little end first", utf16(false, true)),
            ("UTF-16, big end first", utf16(true, true)),
            ("UTF-16 without a mark", utf16(false, false)),
            ("no such encoding", text("klingon").into_bytes()),
        ] {
            let feed = feed(&bytes);
            assert_eq!(feed.drafts.first().map(|draft| draft.title.as_str()), Some("Ñandú “x”"), "{name}: {:?}", told(&feed));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let deep = format!("<rss>{}", "<a>".repeat(100_000));
        let bomb =
            "<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><rss><channel><item><title>&b;</title></item></channel></rss>";
        for (name, text, want) in [
            ("nothing", "", "0 import-format this is neither XML nor JSON"),
            ("a page", " <!doctype HTML>\n<html><meta charset=utf-8>", "0 import-format this is a web page (HTML) and no feed"),
            ("a list", "<opml/>", "0 import-format `opml` is the root of no feed"),
            ("other JSON", "{\"a\": 1}", "0 import-format this JSON is no JSON Feed"),
            ("broken JSON", "{\"items\":\n [}", "2 feed-syntax not valid JSON"),
            ("a wrong end", "<rss>\n<channel>\n</rss>", "3 feed-syntax not well-formed XML"),
            ("no end", "<rss><channel>\n<item>", "2 feed-syntax not well-formed XML: the file ends inside `item`"),
            ("too deep", &deep, "1 feed-syntax not well-formed XML: more than 200 elements"),
            ("an entity", bomb, "1 feed-item `&b;` has no date"),
            ("an empty item", &rss(""), "2 feed-item an item with neither title nor text"),
            ("a bad date", &rss("<title>T</title><atom:updated>soon</atom:updated>"), "2 feed-value `soon` is not a date"),
            ("a bad link", &rss("<title>T</title><link>javascript:x()</link>"), "2 feed-value the link `javascript:x()`"),
            (
                "a bad language",
                &atom("<title xml:lang='x'>T</title>").replace("<entry>", "<entry xml:lang='not a tag'>"),
                "2 feed-value `not a tag`",
            ),
            ("no topic", &rss("<title>T</title><category>Sport</category>"), "0 feed-categories 1 category is no topic"),
        ] {
            let found = told(&feed(text));
            assert!(found.len() == 1 && found[0].starts_with(want), "{name}: {found:?}");
        }
    }

    #[test]
    fn one_bad_item_does_not_cost_the_others() {
        let text = atom("<title>Good</title>")
            .replace("</feed>", "<entry><id>urn:x:2</id><title>Bad</title><updated>soon</updated></entry></feed>");
        let feed = feed(&text);
        assert_eq!((feed.drafts.len(), told(&feed).len()), (1, 2));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            feed(bytes);
        }

        #[test]
        fn near_feeds_are_read_or_refused(text in "(<rss>|<channel>|<item>|</item>|<feed xmlns='http://www.w3.org/2005/Atom'>|<entry>|</entry>|<title>|</title>|<content type='xhtml'>|<link href='a'/>|<a:b c='&d;'|/>|<!\\[CDATA\\[|\\]\\]>|&#0;|&#x110000;|&|2018-02-09|\\PC){0,20}") {
            feed(text);
        }

        #[test]
        fn any_title_and_text_survive(title in "[^\\p{Cc}\\p{Cn}\\p{Co}<&\u{fffd}\u{2028}\u{2029}]{1,20}", body in "[^\\p{Cc}\\p{Cn}\\p{Co}\u{fffd}]{1,30}") {
            prop_assume!(!title.trim().is_empty() && !body.trim().is_empty());
            let inside = format!("<title>{}</title><description>{}</description>", tree::escape(&title), tree::escape(&body));
            let feed = feed(rss(&inside));
            prop_assert_eq!(feed.drafts.len(), 1);
            let folded = title.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(feed.drafts[0].title.trim(), folded.trim());
            prop_assert_eq!(feed.drafts[0].body.as_deref(), Some(body.trim()));
        }
    }
}
