//! What a WordPress export (WXR) says beyond RSS: which items the public may see, in which language, and texts as that site keeps them.

mod addresses;
mod blocks;
mod paragraphs;
mod shortcodes;
mod site;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use self::site::Site;
use super::entry::{Author, Category, Channel, Entry, Release, plain};
use super::rss;
use super::tree::{Element, Scope, Space, escape};
use super::{Context, Counts, listed, told};
use crate::diag::{Findings, codes};
use crate::item::guess;
use crate::vocab::Language;

/// What WordPress writes where there is no date.
const NO_DATE: [&str; 3] = ["0000-00-00", " -0001 ", "01 Jan 1970 00:00:00"];

/// What WordPress itself keeps in an export beside posts; its own parts begin with `wp_`.
const KINDS: [&str; 8] =
    ["attachment", "custom_css", "customize_changeset", "nav_menu_item", "oembed_cache", "page", "revision", "user_request"];

/// Taxonomies by which WordPress and its translation plugins keep house.
const HOUSEKEEPING: [&str; 6] = ["language", "nav_menu", "post_format", "post_translations", "term_translations", "translation_priority"];

/// The channel of a feed that is such an export.
pub fn export(root: &Element) -> Option<&Element> {
    root.first(Space::Rss, "channel").filter(|channel| channel.first(Space::WordPress, "wxr_version").is_some())
}

/// Reads an export: its posts, and what is to be said of those that are not as the site showed them.
pub fn read(channel: &Element, path: &Arc<Path>, context: Context<'_>) -> (Channel, Vec<Entry>, Findings) {
    let about = Channel { is_export: true, ..rss::of_channel(channel) };
    let stated = about.language.as_deref().and_then(|tag| Language::parse(tag).ok());
    let mut export = Export {
        context,
        stated,
        site: Site::of(channel),
        left_out: Counts::new(),
        types: BTreeSet::new(),
        drafts: 0,
        shortcodes: Counts::new(),
        foreign: Counts::new(),
    };
    let entries: Vec<Entry> = channel.all(Space::Rss, "item").filter_map(|item| export.entry(item)).collect();
    let findings = export.told(path, entries.is_empty());
    (about, entries, findings)
}

struct Export<'a> {
    context: Context<'a>,
    /// The language that the site is said to be in.
    stated: Option<Language>,
    site: Site,
    left_out: Counts,
    /// What of it is of types that the site made for itself.
    types: BTreeSet<String>,
    drafts: usize,
    shortcodes: Counts,
    /// Languages that the publication does not have.
    foreign: Counts,
}

impl Export<'_> {
    fn entry(&mut self, item: &Element) -> Option<Entry> {
        let release = match self.release(item) {
            Ok(release) => release,
            Err(kind) => {
                *self.left_out.entry(kind).or_default() += 1;
                return None;
            }
        };
        self.drafts += usize::from(release == Release::Draft);
        let read = rss::of_item(item, &Scope::default());
        let mut entry = Entry {
            published: published(item),
            updated: own(item, "post_modified_gmt").map(in_utc).filter(|text| is_date(text)).into_iter().collect(),
            summary: item.text_of(Space::WordPressExcerpt, "encoded").map(|text| self.html(&text)),
            body: read.body.as_deref().map(|text| self.html(text)),
            authors: read.authors.into_iter().map(|author| self.named(author)).collect(),
            categories: self.categories(item),
            image: self.site.picture(item),
            enclosures: read.enclosures.into_iter().chain(site::enclosures(item)).collect(),
            release,
            ..read
        };
        entry.language = self.language(item, &entry).map(|language| language.to_string());
        Some(entry)
    }

    /// The author as the site shows them.
    fn named(&self, author: Author) -> Author {
        // A login that is an address of mail is not for readers.
        let shown = author.name.as_ref().or(author.email.as_ref()).and_then(|login| self.site.shown(login)).cloned();
        if shown.is_some() { Author { name: shown, ..Author::default() } } else { author }
    }

    fn categories(&self, item: &Element) -> Vec<Category> {
        let category = |category: &Element| {
            let domain = category.attribute("domain").unwrap_or_default();
            let label = plain(&category.text()?);
            let term = category.attribute("nicename").unwrap_or(&label).to_owned();
            (!HOUSEKEEPING.contains(&domain)).then(|| Category { broader: self.site.above(domain, &term), term, label: Some(label) })
        };
        item.all(Space::Rss, "category").filter_map(category).collect()
    }

    /// A text as HTML that stands without WordPress.
    fn html(&mut self, text: &str) -> String {
        paragraphs::marked(&addresses::linked(&shortcodes::resolved(&blocks::without_buttons(text), &mut self.shortcodes)))
    }

    /// Who may see an item; else what it is that nobody may, or that is no post.
    fn release(&mut self, item: &Element) -> Result<Release, String> {
        let is_post = |kind: &str| kind == "post" || self.context.post_types.iter().any(|named| named == kind);
        if let Some(kind) = own(item, "post_type").filter(|kind| !is_post(kind)) {
            self.types.extend(Some(kind.clone()).filter(|kind| is_of_site(kind)));
            return Err(kind);
        }
        if own(item, "post_password").is_some() {
            return Err("password".to_owned());
        }
        match own(item, "status").as_deref() {
            None | Some("publish") => Ok(Release::Public),
            Some("future") => Ok(Release::Scheduled),
            Some("draft" | "pending") => Ok(Release::Draft),
            Some(other) => Err(other.to_owned()),
        }
    }

    /// The language that a translation plugin gives the post, else the only one that a category of it is called as, else that of its words where they leave
    /// no doubt, else the site's.
    fn language(&mut self, item: &Element, entry: &Entry) -> Option<Language> {
        let given = item.all(Space::Rss, "category").find(|category| category.attribute("domain") == Some("language"));
        let given = given.and_then(|category| Language::parse(category.attribute("nicename")?).ok());
        let language = given.or_else(|| called(item)).or_else(|| self.guessed(entry)).or_else(|| self.stated.clone())?;
        let own = self.context.language(&language);
        if own.is_none() {
            *self.foreign.entry(language.to_string()).or_default() += 1;
        }
        Some(own.unwrap_or(language))
    }

    /// The language of the words, where it is one of the publication's and not the one that the site is said to be in.
    fn guessed(&self, entry: &Entry) -> Option<Language> {
        let stated = self.stated.as_ref();
        if !stated.is_none_or(guess::tells) {
            return None;
        }
        let texts: Vec<String> = [&entry.title, &entry.body].into_iter().flatten().map(|text| plain(text)).collect();
        let guessed = guess::clearly(texts.iter().map(String::as_str))?;
        let is_news = stated.is_none_or(|stated| !stated.matches(&guessed));
        self.context.language(&guessed).filter(|_| is_news)
    }

    /// What is to be said of the export; `nothing` of it came in.
    fn told(self, path: &Arc<Path>, nothing: bool) -> Findings {
        let drafts = if self.drafts == 0 { String::new() } else { self.drafts.to_string() };
        let way_in = self.way_in();
        let rows = [
            (&codes::FEED_LEFT_OUT, listed(&self.left_out), way_in.as_str()),
            (&codes::FEED_LANGUAGES, listed(&self.foreign), "add these to `languages` of the config, or take the records away"),
            (&codes::FEED_DRAFTS, drafts, ""),
            (&codes::FEED_SHORTCODES, listed(&self.shortcodes), "look at the records of posts that had pictures, forms or films there"),
        ];
        told(path, nothing, rows)
    }

    /// What brings in what is left out: an option where the site has types of its own.
    fn way_in(&self) -> String {
        if self.types.is_empty() {
            return "what of it is to be published needs records of its own (`tidings new`)".to_owned();
        }
        let options: Vec<String> = self.types.iter().map(|kind| format!("`--post-type {kind}`")).collect();
        format!("what of it is news comes in with {}", options.join(", "))
    }
}

/// Whether a type is one that a site or a plugin made, by a name that WordPress takes.
fn is_of_site(kind: &str) -> bool {
    let is_wordpress = KINDS.contains(&kind) || kind.starts_with("wp_");
    !is_wordpress && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn published(item: &Element) -> Vec<String> {
    let dates = [item.text_of(Space::Rss, "pubDate"), own(item, "post_date_gmt").map(in_utc), own(item, "post_date")];
    dates.into_iter().flatten().filter(|text| is_date(text)).collect()
}

fn is_date(text: &str) -> bool {
    !NO_DATE.iter().any(|none| text.contains(none))
}

fn in_utc(text: String) -> String {
    text + "Z"
}

/// The language that a category, and no other, is called as: `Español`, `In English`.
fn called(item: &Element) -> Option<Language> {
    let categories = item.all(Space::Rss, "category").filter(|category| category.attribute("domain") == Some("category"));
    let languages: BTreeSet<Language> = categories.filter_map(|category| Language::of_own_name(&plain(&category.text()?))).collect();
    languages.first().filter(|_| languages.len() == 1).cloned()
}

/// An address as a link, in HTML. Of references only those to `&` are read: `&copy=1` is a part of one.
fn link(address: &str) -> String {
    let address = ["&amp;", "&#038;", "&#38;"].iter().fold(address.to_owned(), |address, and| address.replace(and, "&"));
    let address = escape(&address).replace('"', "&quot;");
    format!("<a href=\"{address}\">{address}</a>")
}

fn own(item: &Element, name: &str) -> Option<String> {
    item.text_of(Space::WordPress, name)
}

/// Where the bracket is that ends a tag: the first that stands in no quotes, with none before it that would begin another.
fn tag_end(text: &str, [begins, ends]: [char; 2]) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, c) if c == ends => return Some(at),
            (None, c) if c == begins => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Feed;
    use super::*;
    use crate::diag::Severity;
    use crate::item::write::{Draft, When};
    use crate::vocab::Country;

    fn export(items: &str) -> String {
        format!(
            "<rss version='2.0' xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
             xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>C</title><link>https://example.org/</link>\
             <pubDate>Fri, 20 Mar 2026 08:00:00 +0000</pubDate><language>en-US</language><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
        )
    }

    fn post(inside: &str) -> String {
        format!("<item><title>T</title><pubDate>Mon, 05 Jan 2026 15:30:00 +0000</pubDate>{inside}</item>")
    }

    fn read(items: &str) -> Feed {
        let languages = ["en", "es"].map(|tag| Language::parse(tag).expect(tag));
        let (belize, mexico) = (Country::parse("BZ").expect("a country"), Country::parse("MX").expect("a country"));
        let countries = |name: &str| match name {
            "belice" => vec![belize],
            "mexico" => vec![mexico],
            _ => Vec::new(),
        };
        let topics = [("ports".into(), vec!["Ports & trade".to_owned()])];
        let types = ["noticia".to_owned()];
        let context = Context {
            zone: chrono_tz::Tz::UTC,
            topics: &topics,
            countries: &countries,
            languages: &languages,
            post_types: &types,
            base: None,
        };
        super::super::read(export(items).as_bytes(), &Arc::from(Path::new("export.xml")), context)
    }

    fn told(feed: &Feed) -> Vec<String> {
        feed.findings.iter().map(|finding| format!("{}: {}", finding.code.name, finding.message)).collect()
    }

    fn one(inside: &str) -> Draft {
        let feed = read(&post(inside));
        assert_eq!(feed.drafts.len(), 1, "{inside}: {:?}", told(&feed));
        feed.drafts[0].clone()
    }

    #[test]
    fn only_posts_of_the_public_come_in() {
        let kinds = [
            "<wp:post_type>page</wp:post_type><wp:status>draft</wp:status>",
            "<wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status>",
            "<wp:post_type>page</wp:post_type><wp:status>publish</wp:status>",
            "<wp:post_type>post</wp:post_type><wp:status>private</wp:status>",
            "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status><wp:post_password>x</wp:post_password>",
            "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status>",
            "<wp:post_type>noticia</wp:post_type><wp:status>publish</wp:status>",
        ];
        let feed = read(&kinds.map(post).concat());
        assert_eq!(feed.drafts.len(), 2);
        let want = "feed-left-out: what is no post of the public is left out: `attachment` (1), `page` (2), `password` (1), `private` (1)";
        assert_eq!(told(&feed), [want]);
    }

    #[test]
    fn an_export_of_which_nothing_comes_in_says_what_would() {
        let kind = |kind: &str| post(&format!("<wp:post_type>{kind}</wp:post_type><wp:status>publish</wp:status>"));
        let said = |kinds: &[&str]| {
            let feed = read(&kinds.iter().map(|name| kind(name)).collect::<String>());
            let finding = feed.findings.iter().next().expect("a finding");
            (finding.severity, finding.help.clone().unwrap_or_default())
        };
        let news = "what of it is news comes in with `--post-type event`, `--post-type news`".to_owned();
        assert_eq!(said(&["news", "page", "event"]), (Severity::Error, news.clone()));
        assert_eq!(said(&["news", "post", "event", "not $(a) name"]), (Severity::Warning, news));
        let records = "what of it is to be published needs records of its own (`tidings new`)".to_owned();
        assert_eq!(said(&["page", "wp_navigation"]), (Severity::Error, records));
        assert!(read("").findings.is_empty());
    }

    #[test]
    fn what_was_not_published_stays_unpublished() {
        for (status, draft) in [("draft", true), ("pending", true), ("publish", false), ("future", false)] {
            let read = one(&format!("<wp:status>{status}</wp:status>"));
            assert_eq!((read.draft, read.publish_at.is_some()), (draft, status == "future"), "{status}");
        }
        let record = one("<wp:status>draft</wp:status>").to_record().expect("a record").0;
        assert!(record.contains("\ndraft = true\n"), "{record}");
        let record = one("<wp:status>future</wp:status>").to_record().expect("a record").0;
        assert!(record.contains("\npublish-at = 2026-01-05T15:30:00+00:00\n"), "{record}");
    }

    #[test]
    fn dates_that_are_none_are_passed_over() {
        let date = |item: &str| match read(&format!("<item><title>T</title>{item}</item>")).drafts[0].date {
            When::Instant(date) => date.to_rfc3339(),
            When::Day(day) => day.to_string(),
        };
        for (item, want) in [
            (
                "<pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate><wp:post_date_gmt>2026-01-05 15:30:00</wp:post_date_gmt>",
                "2026-01-05T15:30:00+00:00",
            ),
            (
                "<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate><wp:post_date>2026-01-05 09:30:00</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>",
                "2026-01-05T09:30:00+00:00",
            ),
            ("<pubDate/><wp:post_modified_gmt>2026-01-06 10:00:00</wp:post_modified_gmt>", "2026-01-06T10:00:00+00:00"),
        ] {
            assert_eq!(date(item), want);
        }
        let updated = one("<wp:post_modified_gmt>2026-01-06 10:00:00</wp:post_modified_gmt>").updated;
        assert_eq!(updated.map(|date| date.to_rfc3339()).as_deref(), Some("2026-01-06T10:00:00+00:00"));
    }

    /// The languages of posts of a site in one language, in a publication in others, and what is said of them.
    fn languages(site: &str, own: &[&str], inside: &[&str]) -> (Vec<String>, Vec<String>) {
        let own: Vec<_> = own.iter().map(|tag| Language::parse(tag).expect(tag)).collect();
        let context =
            Context { zone: chrono_tz::Tz::UTC, topics: &[], countries: &|_| Vec::new(), languages: &own, post_types: &[], base: None };
        let text = export(&inside.iter().map(|inside| post(inside)).collect::<String>()).replace("en-US", site);
        let feed = super::super::read(text.as_bytes(), &Arc::from(Path::new("export.xml")), context);
        (feed.drafts.iter().map(|draft| draft.language.as_ref().map(Language::to_string).unwrap_or_default()).collect(), told(&feed))
    }

    #[test]
    fn languages_are_the_publications_own() {
        let plugin = "<category domain='language' nicename='es'>Español</category><content:encoded>After the storm the ports take ships.</content:encoded>";
        let spanish = "<content:encoded>Tras la tormenta, los puertos reciben barcos.</content:encoded>";
        let english = "<content:encoded>After the storm the ports take ships.</content:encoded>";
        let names = "<content:encoded>Flooding at San Pedro de la Laguna. Photos: Juan de la Cruz.</content:encoded>";
        let french = "<content:encoded>Les navires de la ville arrivent en avril avec la marchandise de la région.</content:encoded>";
        let posts = [plugin, spanish, english, names, french, ""];
        assert_eq!(languages("en-US", &["en", "es"], &posts).0, ["es", "es", "en", "en", "en", "en"]);
        assert_eq!(languages("es", &["en", "es"], &posts).0, ["es", "es", "en", "es", "es", "es"]);
        assert_eq!(languages("en-US", &["en"], &posts[1..]).0, ["en"; 5], "none that the publication does not have is guessed");
        assert_eq!(languages("en-US", &[], &posts).0, ["es", "es", "en-US", "en-US", "en-US", "en-US"]);
        assert_eq!(languages("", &["en", "es"], &posts).0, ["es", "es", "en", "", "", ""]);
        assert_eq!(languages("fr", &["es", "fr"], &[french, spanish]).0, ["fr", "fr"], "nor beside one that cannot be told");
    }

    #[test]
    fn a_language_that_the_plugin_gives_stands() {
        let french =
            "<category domain='language' nicename='fr'>Français</category><content:encoded>Les navires de la ville.</content:encoded>";
        let (given, said) = languages("en-US", &["en", "es"], &[french, french, ""]);
        assert_eq!(given, ["fr", "fr", "en"]);
        assert_eq!(said, ["feed-languages: posts are in languages that the publication does not have: `fr` (2)"]);
    }

    #[test]
    fn categories_are_topics_and_countries() {
        let feed = read(&post(
            "<category domain='category' nicename='ports-trade'><![CDATA[Ports &amp; trade]]></category>\
             <category domain='post_tag' nicename='x'>belice</category><category domain='category' nicename='mexico'>Vecinos</category>\
             <category domain='post_translations' nicename='pll_5'>pll_5</category><category domain='category' nicename='news'>News</category>",
        ));
        let draft = &feed.drafts[0];
        assert_eq!(draft.topics.iter().map(|topic| &**topic).collect::<Vec<_>>(), ["ports"]);
        assert_eq!(draft.countries.iter().map(|country| country.alpha2()).collect::<Vec<_>>(), ["BZ", "MX"]);
        assert_eq!(told(&feed), ["feed-categories: 1 category is no topic or country and is left out: `News`"]);
    }

    #[test]
    fn what_is_in_a_category_is_in_those_above_it() {
        let category = |slug: &str, name: &str, above: &str| {
            format!(
                "<wp:category><wp:category_nicename>{slug}</wp:category_nicename><wp:category_parent>{above}</wp:category_parent>\
                 <wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>"
            )
        };
        let terms = [
            category("quays", "Quays", "harbours"),
            category("harbours", "Harbours", "ports"),
            category("ports", "Ports &amp; trade", ""),
            category("a", "A", "b"),
            category("b", "B", "a"),
            "<wp:term><wp:term_taxonomy>place</wp:term_taxonomy><wp:term_slug>x</wp:term_slug><wp:term_parent>y</wp:term_parent><wp:term_name>X</wp:term_name></wp:term>\
             <wp:term><wp:term_taxonomy>place</wp:term_taxonomy><wp:term_slug>y</wp:term_slug><wp:term_parent></wp:term_parent><wp:term_name>belice</wp:term_name></wp:term>"
                .to_owned(),
        ];
        let post = post(
            "<category domain='category' nicename='quays'>Quays</category><category domain='category' nicename='a'>A</category>\
             <category domain='place' nicename='x'>X</category>",
        );
        let feed = read(&(terms.concat() + &post));
        let draft = &feed.drafts[0];
        assert_eq!(draft.topics.iter().map(|topic| &**topic).collect::<Vec<_>>(), ["ports"]);
        assert_eq!(draft.countries.iter().map(|country| country.alpha2()).collect::<Vec<_>>(), ["BZ"]);
        assert_eq!(told(&feed), ["feed-categories: 1 category is no topic or country and is left out: `A`"]);
    }

    #[test]
    fn pictures_and_enclosures_come_along() {
        let meta = |key: &str, value: &str| {
            format!("<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>")
        };
        let post = post(&[meta("_thumbnail_id", "11"), meta("enclosure", "https://example.org/t.mp3\r\n123\naudio/mpeg\na:1:{}")].concat());
        let php = "a:3:{s:5:\"width\";i:1200;s:6:\"height\";i:800;s:5:\"sizes\";a:1:{s:5:\"width\";i:3;}}";
        let picture = format!(
            "<item><wp:post_id>11</wp:post_id><wp:post_type>attachment</wp:post_type><wp:attachment_url>https://example.org/a.jpg</wp:attachment_url>{}{}</item>",
            meta("_wp_attachment_image_alt", "A quay"),
            meta("_wp_attachment_metadata", php)
        );
        let draft = read(&[post.as_str(), &picture].concat()).drafts[0].to_record().expect("a record").0;
        for lines in [
            "[image]\nurl = \"https://example.org/a.jpg\"\nalt = \"A quay\"\nwidth = 1200\nheight = 800\n",
            "[[enclosures]]\nurl = \"https://example.org/t.mp3\"\ntype = \"audio/mpeg\"\nlength = 123\n",
        ] {
            assert!(draft.contains(lines), "{draft}");
        }
    }

    #[test]
    fn authors_are_called_as_the_site_shows_them() {
        let author =
            "<wp:author><wp:author_login>ana</wp:author_login><wp:author_display_name>Ana Pérez</wp:author_display_name></wp:author>";
        let creator = |name: &str| post(&format!("<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>{name}</dc:creator>"));
        let by_mail = author.replace("ana<", "ana@example.org<").replace("Ana", "Eva");
        let feed = read(&[author, &by_mail, &creator("ana"), &creator("bo"), &creator("ana@example.org")].concat());
        let names: Vec<&str> = feed.drafts.iter().flat_map(|draft| &draft.authors).map(|author| author.name.as_str()).collect();
        assert_eq!(names, ["Ana Pérez", "bo", "Eva Pérez"]);
        assert!(feed.drafts.iter().flat_map(|draft| &draft.authors).all(|author| author.email.is_none()));
    }

    #[test]
    fn texts_stand_without_wordpress() {
        let feed = read(&post(
            "<excerpt:encoded>Short [gallery]</excerpt:encoded><content:encoded><![CDATA[One\n\n[gallery ids=\"1\"]\n\n[caption id=\"a\"]Two[/caption]]]></content:encoded>",
        ));
        let draft = &feed.drafts[0];
        assert_eq!((draft.summary.as_deref(), draft.body.as_deref()), (Some("Short "), Some("<p>One</p>\n\n<p>Two</p>")));
        let want =
            "feed-shortcodes: shortcodes, which only WordPress shows, are replaced by what stands in them: `caption` (1), `gallery` (2)";
        assert_eq!(told(&feed), [want]);
        let many: String = (10..40).map(|number| format!("[s{number} a=\"1\"]")).collect();
        let said = told(&read(&post(&format!("<content:encoded>{many}</content:encoded>"))));
        assert!(said[0].ends_with("`s28` (1), `s29` (1) and 10 more"), "{said:?}");
    }
}
