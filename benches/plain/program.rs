//! The program that one would write in an afternoon: NDJSON in, feeds out through the `rss` and `atom_syndication` crates. It knows countries and
//! topics by their names in the title, takes every text as it comes, remembers nothing and checks nothing. What Tidings costs is told beside it.

#[allow(dead_code)] // the rest of it is for who makes the records up
#[path = "../corpus/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

use words::{COUNTRIES, TOPICS};

const SHOWN: usize = 50;

#[derive(Deserialize)]
struct Record {
    id: String,
    title: String,
    date: DateTime<FixedOffset>,
    link: String,
    #[serde(default)]
    authors: String,
    body: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(from), Some(to)) = (args.next(), args.next()) else { return Err("plain RECORDS FOLDER".into()) };
    let mut records = Vec::new();
    for line in BufReader::new(File::open(from)?).lines() {
        records.push(serde_json::from_str::<Record>(&line?)?);
    }
    records.sort_by_key(|record| std::cmp::Reverse(record.date));
    let mut channels: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in &records {
        for channel in places(&record.title.to_lowercase()) {
            channels.entry(channel).or_default().push(record);
        }
    }
    for (channel, records) in &channels {
        let shown = &records[..records.len().min(SHOWN)];
        write_rss(&to.join(format!("{channel}.rss")), channel, shown)?;
        write_atom(&to.join(format!("{channel}.atom")), channel, shown)?;
    }
    Ok(())
}

fn places(title: &str) -> Vec<String> {
    let mut places = vec!["all".to_owned()];
    for country in &COUNTRIES {
        if title.contains(&country.en.to_lowercase()) || title.contains(&country.es.to_lowercase()) {
            places.push(format!("country/{}", country.code));
        }
    }
    for topic in &TOPICS {
        if topic.en.iter().chain(&topic.es).any(|word| title.contains(word)) {
            places.push(format!("topic/{}", topic.key));
        }
    }
    places
}

fn html(markdown: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(markdown));
    html
}

fn write_rss(path: &Path, channel: &str, records: &[&Record]) -> Result<(), Box<dyn Error>> {
    let item = |record: &&Record| rss::Item {
        title: Some(record.title.clone()),
        link: Some(record.link.clone()),
        guid: Some(rss::Guid { value: record.id.clone(), permalink: false }),
        pub_date: Some(record.date.to_rfc2822()),
        author: (!record.authors.is_empty()).then(|| record.authors.clone()),
        description: Some(html(&record.body)),
        ..Default::default()
    };
    let channel = rss::Channel {
        title: channel.to_owned(),
        link: "https://feeds.example.org/".to_owned(),
        description: channel.to_owned(),
        items: records.iter().map(item).collect(),
        ..Default::default()
    };
    channel.write_to(out(path)?)?;
    Ok(())
}

fn write_atom(path: &Path, channel: &str, records: &[&Record]) -> Result<(), Box<dyn Error>> {
    let entry = |record: &&Record| atom_syndication::Entry {
        id: format!("tag:example.org,2010:{}", record.id),
        title: record.title.as_str().into(),
        updated: record.date,
        links: vec![atom_syndication::Link { href: record.link.clone(), ..Default::default() }],
        content: Some(atom_syndication::Content {
            value: Some(html(&record.body)),
            content_type: Some("html".to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let feed = atom_syndication::Feed {
        id: format!("tag:example.org,2010:{channel}"),
        title: channel.into(),
        updated: records.first().map(|record| record.date).unwrap_or_default(),
        entries: records.iter().map(entry).collect(),
        ..Default::default()
    };
    feed.write_to(out(path)?)?;
    Ok(())
}

fn out(path: &Path) -> Result<BufWriter<File>, Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(BufWriter::new(File::create(path)?))
}
