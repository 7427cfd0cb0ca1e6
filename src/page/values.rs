//! What a template can say: plain values, the same for the built-in templates and for the user's. `docs/pages.md` is their page.
//!
//! Templates of both engines can only ask whether a text is empty, so what is not there is an empty text. Paths are below the output
//! folder; `page.root` leads there from every page.

use serde::Serialize;

use super::words::Words;

/// Of every page.
#[derive(Debug, Serialize)]
pub struct Page<'a> {
    /// BCP 47.
    pub lang: &'a str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// For the head of the document: the heading and the publication.
    pub title: String,
    pub heading: String,
    /// For search engines and previews.
    pub description: String,
    /// Where the page is served.
    pub url: String,
    /// A picture for previews; empty where there is none.
    pub image: String,
    /// Open Graph's word: `website` or `article`.
    pub kind: &'static str,
    /// What leads from the page to the output folder: empty, `../`, `../../`.
    pub root: String,
    /// The path of the page that lists the channels in the page's language.
    pub index: String,
    /// The publication's title.
    pub site: &'a str,
    /// The publication's own web page; empty where it is the list of channels.
    pub website: String,
    /// The path of the list of all feeds; empty where there is none.
    pub list: &'static str,
    /// Empty where nobody said anything.
    pub rights: &'a str,
    /// The feeds that stand for the page, its own first.
    pub feeds: Vec<Feed>,
    /// The same page in the other languages.
    pub languages: Vec<Link>,
    pub words: &'static Words,
    /// The stylesheet, to be written as it is.
    pub style: &'static str,
    /// The script of the list of channels, to be written as it is; empty on other pages.
    pub script: &'static str,
    /// The Content-Security-Policy that lets the style, the script and pictures through and nothing else.
    pub policy: &'static str,
    pub generator: &'static str,
}

/// A feed of a channel.
#[derive(Clone, Debug, Serialize)]
pub struct Feed {
    /// `RSS`, `Atom` or `JSON Feed`.
    pub name: &'static str,
    /// The channel's title.
    pub title: String,
    pub media_type: &'static str,
    pub path: String,
    pub url: String,
}

/// A page in another language.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    pub lang: String,
    pub dir: &'static str,
    /// What the language calls itself.
    pub name: String,
    pub url: String,
    /// Empty where the page is not among the published ones.
    pub path: String,
}

/// A date for machines and for people; both empty where there is none.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Day {
    /// RFC 3339, or the day alone.
    pub iso: String,
    pub text: String,
}

/// A channel among others.
#[derive(Debug, Serialize)]
pub struct Channel<'a> {
    /// Without the publication's name: `Belize`.
    pub name: String,
    pub title: &'a str,
    /// Empty where it says no more than the title.
    pub description: &'a str,
    /// Of its page.
    pub path: String,
    /// How many items it has.
    pub items: usize,
    /// The date of the newest.
    pub newest: Day,
    /// When it last changed.
    pub updated: Day,
    pub feeds: Vec<Feed>,
}

/// The channels of one axis.
#[derive(Debug, Serialize)]
pub struct Section<'a> {
    /// `all`, `countries`, `topics`, `crossings` or `others`.
    pub id: &'static str,
    pub title: &'static str,
    pub channels: Vec<&'a Channel<'a>>,
}

/// An item.
#[derive(Debug, Serialize)]
pub struct Item<'a> {
    pub title: &'a str,
    /// Its page, here or elsewhere.
    pub url: String,
    /// The path of its page where that is published here, else empty.
    pub path: String,
    pub lang: &'a str,
    pub dir: &'static str,
    pub published: Day,
    pub updated: Day,
    /// Plain text.
    pub summary: &'a str,
    /// Clean HTML, to be written as it is; empty on pages that list items.
    pub body: &'a str,
    pub authors: Vec<Person<'a>>,
    pub tags: Vec<Tag>,
    pub image: Image<'a>,
    pub files: Vec<File<'a>>,
    pub source: Source<'a>,
    pub rights: &'a str,
    /// The same item in other languages.
    pub translations: Vec<Link>,
}

/// A country or topic.
#[derive(Debug, Serialize)]
pub struct Tag {
    pub name: String,
    /// Of the channel's page; empty where there is no such channel.
    pub path: String,
}

#[derive(Debug, Serialize)]
pub struct Person<'a> {
    pub name: &'a str,
    /// Empty where there is none.
    pub url: &'a str,
}

/// A picture; all empty where there is none.
#[derive(Debug, Default, Serialize)]
pub struct Image<'a> {
    pub url: &'a str,
    pub alt: &'a str,
    /// In pixels.
    pub width: String,
    /// In pixels.
    pub height: String,
}

/// A file that comes with the item.
#[derive(Debug, Serialize)]
pub struct File<'a> {
    pub url: &'a str,
    /// Its title, else its name.
    pub title: String,
    pub media_type: &'a str,
    /// As people read it: `278 KB`; empty where it is not known.
    pub size: String,
}

/// Where the item was taken from; both empty where it was not.
#[derive(Debug, Default, Serialize)]
pub struct Source<'a> {
    pub title: &'a str,
    pub url: &'a str,
}
