//! JSON Feed 1.0 and 1.1. A value of the wrong type is as good as none, so that one slip does not cost the feed.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::entry::{Author, Category, Channel, Entry, File, Picture, Release};
use super::tree::{escape, paragraphs};
use super::{Parsed, no_feed, no_syntax};
use crate::diag::{Findings, Place};

/// Reads the feed and its items.
pub fn read(text: &str, path: &Arc<Path>) -> Parsed {
    let feed: Value = serde_json::from_str(text).map_err(|error| {
        let mut place = Place::line(path.clone(), error.line() as u32);
        // Which is told in bytes.
        let before = text.split('\n').nth(error.line().saturating_sub(1)).and_then(|line| line.get(..error.column().saturating_sub(1)));
        place.column = before.map_or(0, |before| before.chars().count() as u32 + 1);
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        Box::new(no_syntax(format!("not valid JSON: {message}"), place))
    })?;
    let is_feed = string(&feed, "version").is_some_and(|version| version.contains("jsonfeed.org/version/"));
    if !is_feed && !feed["items"].is_array() {
        let finding = no_feed(path, "this JSON is no JSON Feed: it has neither its `version` nor `items`");
        let is_ghost = feed["db"][0]["data"]["posts"].is_array();
        let help =
            "this is an export of Ghost, which is not read: give the file of its feed, `/rss/` of the site, which has the newest posts";
        return Err(Box::new(if is_ghost { finding.help(help) } else { finding }));
    }
    let channel = Channel {
        link: string(&feed, "home_page_url").or_else(|| string(&feed, "feed_url")),
        language: string(&feed, "language"),
        authors: authors(&feed),
        dates: Vec::new(),
        is_export: false,
        // The format has no word for who made it.
        published_at: string(&feed, "feed_url").filter(|address| address.ends_with(".json")),
    };
    Ok((channel, list(&feed, "items").iter().map(of_item).collect(), Findings::new()))
}

fn of_item(item: &Value) -> Entry {
    let (link, external) = (string(item, "url"), string(item, "external_url"));
    Entry {
        line: 0,
        id: string(item, "id"),
        title: string(item, "title").map(|title| escape(&title).into_owned()),
        published: string(item, "date_published").into_iter().collect(),
        updated: string(item, "date_modified").into_iter().collect(),
        summary: string(item, "summary").map(|summary| escape(&summary).into_owned()),
        body: string(item, "content_html").or_else(|| string(item, "content_text").map(|text| paragraphs(&text))),
        authors: authors(item),
        categories: list(item, "tags")
            .iter()
            .filter_map(Value::as_str)
            .map(|tag| Category { term: tag.to_owned(), label: None, broader: Vec::new() })
            .collect(),
        enclosures: list(item, "attachments").iter().filter_map(attachment).collect(),
        image: string(item, "image").or_else(|| string(item, "banner_image")).map(|url| Picture { url, ..Picture::default() }),
        language: string(item, "language"),
        rights: None,
        // An item that only points elsewhere has that page for its own.
        source: None,
        link: link.or(external),
        base: None,
        text_base: None,
        release: Release::Public,
    }
}

/// `authors` of version 1.1, else `author` of 1.0.
fn authors(value: &Value) -> Vec<Author> {
    let one = |author: &Value| Author { name: string(author, "name"), email: None, uri: string(author, "url") };
    match list(value, "authors") {
        [] => Some(&value["author"]).filter(|author| author.is_object()).map(one).into_iter().collect(),
        authors => authors.iter().map(one).collect(),
    }
}

fn attachment(file: &Value) -> Option<File> {
    Some(File {
        url: string(file, "url")?,
        media_type: string(file, "mime_type"),
        length: string(file, "size_in_bytes"),
        title: string(file, "title"),
    })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// A text that is not blank, or a number, which version 1.0 lets an id be.
fn string(value: &Value, key: &str) -> Option<String> {
    let text = match &value[key] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
