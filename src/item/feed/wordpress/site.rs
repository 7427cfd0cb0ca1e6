//! What stands in an export beside its posts and says something of them: authors, categories above categories, and files.

use std::collections::{BTreeMap, HashMap};

use super::own;
use crate::item::feed::entry::{File, Picture, plain};
use crate::item::feed::tree::{Element, Space};

/// Deeper than any site keeps categories; a category may be above itself where a site is broken.
const DEEPEST: usize = 10;

/// What is known of a site.
#[derive(Debug, Default)]
pub struct Site {
    /// The names of authors by those that they log in with.
    people: BTreeMap<String, String>,
    /// By taxonomy and short name: the name as it is shown, and the short name of the one above.
    terms: HashMap<(String, String), (String, Option<String>)>,
    /// The pictures among the attachments, by number.
    pictures: HashMap<String, Attachment>,
}

#[derive(Debug)]
struct Attachment {
    url: String,
    alt: Option<String>,
    width: Option<String>,
    height: Option<String>,
}

impl Site {
    pub fn of(channel: &Element) -> Self {
        let person = |author: &Element| Some((own(author, "author_login")?, own(author, "author_display_name")?));
        let term = |term: &Element, taxonomy: Option<String>, [slug, name, parent]: [&str; 3]| {
            Some(((taxonomy?, own(term, slug)?), (plain(&own(term, name)?), own(term, parent))))
        };
        let category = |element: &Element| term(element, Some("category".to_owned()), ["category_nicename", "cat_name", "category_parent"]);
        let other = |element: &Element| term(element, own(element, "term_taxonomy"), ["term_slug", "term_name", "term_parent"]);
        let categories = channel.all(Space::WordPress, "category").filter_map(category);
        Site {
            people: channel.all(Space::WordPress, "author").filter_map(person).collect(),
            terms: categories.chain(channel.all(Space::WordPress, "term").filter_map(other)).collect(),
            pictures: channel.all(Space::Rss, "item").filter_map(attachment).collect(),
        }
    }

    /// The name of an author as the site shows it.
    pub fn shown(&self, login: &str) -> Option<&String> {
        self.people.get(login)
    }

    /// The names of the categories above this one, the nearest first.
    pub fn above(&self, taxonomy: &str, slug: &str) -> Vec<String> {
        let term = |slug: &str| self.terms.get(&(taxonomy.to_owned(), slug.to_owned()));
        let parent = |slug: &String| term(slug).and_then(|(_, parent)| parent.clone());
        let slugs = std::iter::successors(parent(&slug.to_owned()), parent).take(DEEPEST);
        slugs.filter_map(|slug| term(&slug).map(|(name, _)| name.clone())).collect()
    }

    /// The picture that stands for a post.
    pub fn picture(&self, post: &Element) -> Option<Picture> {
        let Attachment { url, alt, width, height } = self.pictures.get(&meta(post, "_thumbnail_id").next()?)?;
        Some(Picture { url: url.clone(), alt: alt.clone(), width: width.clone(), height: height.clone() })
    }
}

/// What a post has as enclosures: address, length and type on lines, and what plugins keep behind.
pub fn enclosures(post: &Element) -> impl Iterator<Item = File> {
    meta(post, "enclosure").filter_map(|text| {
        let mut lines = text.lines().map(|line| line.trim().to_owned());
        let mut next = || lines.next().filter(|line| !line.is_empty());
        Some(File { url: next()?, length: next(), media_type: next(), title: None })
    })
}

fn attachment(item: &Element) -> Option<(String, Attachment)> {
    let url = own(item, "attachment_url")?;
    let about = meta(item, "_wp_attachment_metadata").next().unwrap_or_default();
    let attachment = Attachment {
        url,
        alt: meta(item, "_wp_attachment_image_alt").next(),
        width: number(&about, "width"),
        height: number(&about, "height"),
    };
    Some((own(item, "post_id")?, attachment))
}

/// The first number of this name in what PHP serialised: that of the picture itself, before those of its smaller copies.
fn number(php: &str, name: &str) -> Option<String> {
    let rest = php.split_once(&format!("\"{name}\";i:"))?.1;
    rest.split_once(';').map(|(number, _)| number.to_owned())
}

/// The values of what a site or a plugin keeps of a post under this name.
fn meta<'a>(post: &'a Element, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let is = move |meta: &&Element| own(meta, "meta_key").as_deref() == Some(name);
    post.all(Space::WordPress, "postmeta").filter(is).filter_map(|meta| own(meta, "meta_value"))
}
