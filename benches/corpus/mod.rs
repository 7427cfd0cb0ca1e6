//! Records made up by rule: the same number gives the same record on every machine, and every form holds the same records.
//!
//! What is measured with them stands in `benches/pipeline.rs` and `examples/measure/`.

pub mod words;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{DateTime, Duration};
use serde::Serialize;

use words::{COUNTRIES, Country, ENGLISH, SPANISH, TOPICS, Tongue};

/// How records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One Markdown file a record, in a folder a year.
    Folder,
    Ndjson,
    Csv,
}

impl Form {
    #[allow(dead_code)] // not every user of this module goes through all
    pub const ALL: [Form; 3] = [Form::Folder, Form::Ndjson, Form::Csv];

    #[allow(dead_code)]
    pub fn name(self) -> &'static str {
        match self {
            Form::Folder => "folder",
            Form::Ndjson => "ndjson",
            Form::Csv => "csv",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Form::Folder => "items",
            Form::Ndjson => "items.ndjson",
            Form::Csv => "items.csv",
        }
    }
}

/// One record; the fields have the names that Tidings knows.
#[derive(Debug, Serialize)]
pub struct Record {
    pub id: String,
    pub title: String,
    /// RFC 3339.
    pub date: String,
    pub dateline: String,
    pub language: &'static str,
    pub story: String,
    pub link: String,
    pub authors: String,
    /// Markdown, about a kilobyte.
    pub body: String,
    /// Where the record says it itself.
    pub countries: String,
    pub topics: String,
}

/// What the publication has beside the plain one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// 33 channels: all, 10 countries, 15 topics, 7 named.
    #[default]
    Plain,
    /// The same with archives.
    #[allow(dead_code)]
    Archives,
    /// 100 countries and 100 topics, which every record names, and a channel for each crossing: 10,201 channels.
    #[allow(dead_code)]
    Matrix,
}

/// Of each in a matrix.
const SIDE: usize = 100;

/// Writes a whole publication into `folder`: `feeds.toml` and its records.
pub fn write(folder: &Path, form: Form, kind: Kind, records: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("feeds.toml"), if kind == Kind::Matrix { matrix(form) } else { config(form, kind) })?;
    let path = folder.join(form.path());
    let records = (0..records).map(|number| match kind {
        Kind::Matrix => Record::numbered(number).placed(number),
        Kind::Plain | Kind::Archives => Record::numbered(number),
    });
    match form {
        Form::Folder => write_folder(&path, records),
        Form::Ndjson => write_ndjson(&path, records),
        Form::Csv => write_csv(&path, records),
    }
}

impl Record {
    /// The record of that number. Every tenth is the translation of the one before it.
    pub fn numbered(number: usize) -> Self {
        let translation = number % 10 == 9;
        let story = if translation { number - 1 } else { number };
        let mut dice = Dice::new(story as u64);
        let (country, topic) = (dice.pick(&COUNTRIES), dice.pick(&TOPICS));
        let translated = number % 10 == 8;
        let spanish = dice.below(100) < 30;
        let tongue = if translation || (spanish && !translated) { &SPANISH } else { &ENGLISH };
        let mut writer = Writer { dice: Dice::new(number as u64 ^ 0x5eed), tongue };
        let word = topic.word(tongue);
        let place = writer.dice.below(10);
        Record {
            id: format!("bench-{number:07}"),
            title: writer.title(word, (place < 7).then_some(country)),
            date: date(number),
            dateline: if (7..9).contains(&place) { format!("{}, {}", country.city, country.name(tongue)) } else { String::new() },
            language: tongue.tag,
            story: if translation || translated { format!("story-{story}") } else { String::new() },
            link: format!("https://news.example.org/{}/{number}/", tongue.tag),
            authors: if number.is_multiple_of(4) { format!("{} <desk{}@example.org>", "Desk", number % 7) } else { String::new() },
            body: writer.body(word, (place == 9).then_some(country)),
            countries: String::new(),
            topics: String::new(),
        }
    }

    /// The same in one crossing of a matrix.
    fn placed(self, number: usize) -> Self {
        Record { countries: codes()[number % SIDE].to_owned(), topics: format!("t{}", number / SIDE % SIDE), ..self }
    }

    fn markdown(&self) -> String {
        let mut text = String::from("+++\n");
        let pairs = [
            ("id", &self.id),
            ("title", &self.title),
            ("date", &self.date),
            ("dateline", &self.dateline),
            ("language", &self.language.to_owned()),
            ("story", &self.story),
            ("link", &self.link),
            ("authors", &self.authors),
            ("countries", &self.countries),
            ("topics", &self.topics),
        ];
        for (key, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            let value = if key == "date" { value.clone() } else { toml::Value::String(value.clone()).to_string() };
            writeln!(text, "{key} = {value}").expect("a string takes all");
        }
        text + "+++\n\n" + &self.body
    }
}

fn write_folder(folder: &Path, records: impl Iterator<Item = Record>) -> io::Result<()> {
    for record in records {
        let year = folder.join(&record.date[..4]);
        fs::create_dir_all(&year)?;
        fs::write(year.join(format!("{}.md", record.id)), record.markdown())?;
    }
    Ok(())
}

fn write_ndjson(path: &Path, records: impl Iterator<Item = Record>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for record in records {
        let mut fields = serde_json::to_value(record)?;
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| value != "");
        }
        serde_json::to_writer(&mut out, &fields)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_csv(path: &Path, records: impl Iterator<Item = Record>) -> io::Result<()> {
    let mut out = csv::Writer::from_path(path).map_err(io::Error::other)?;
    for record in records {
        out.serialize(record).map_err(io::Error::other)?;
    }
    out.flush()
}

/// One record about every fourteen hours from 2010 on, none two at the same second.
fn date(number: usize) -> String {
    let start = DateTime::parse_from_rfc3339("2010-01-01T06:00:00-06:00").expect("a date");
    let within = (number % 10_000) as i64;
    (start + Duration::seconds(within * 51_733 + (number / 10_000) as i64)).to_rfc3339()
}

fn codes() -> Vec<&'static str> {
    tidings::vocab::Country::all().map(|country| country.alpha2()).take(SIDE).collect()
}

fn head(form: Form) -> String {
    format!("{}\n[[source]]\npath = \"{}\"\nsyntax = \"markdown\"\n", HEAD, form.path())
}

fn matrix(form: Form) -> String {
    let mut text = head(form);
    write!(text, "\n[countries]\nallow = {:?}\n\n[channels.matrix]\nmin-items = 1\nmax-channels = 10000\n", codes())
        .expect("a string takes all");
    for topic in 0..SIDE {
        write!(text, "\n[topics.t{topic}]\ntitle = \"Topic {topic}\"\nwords = [\"wordoftopic{topic}\"]\n").expect("a string takes all");
    }
    text
}

const HEAD: &str = r#"[publication]
title = { en = "Highlands news", es = "Noticias de las tierras altas" }
base-url = "https://feeds.example.org/"
home = "https://news.example.org/"
languages = ["en", "es"]
time-zone = "America/Costa_Rica"
id-authority = "example.org,2010"
author = "Highlands office"
"#;

fn config(form: Form, kind: Kind) -> String {
    let mut text = head(form);
    if kind == Kind::Archives {
        text.push_str("\n[output]\narchives = true\n");
    }
    let codes: Vec<_> = COUNTRIES.iter().map(|country| country.code).collect();
    write!(text, "\n[countries]\nallow = {codes:?}\nignore = [\"New Mexico\"]\n").expect("a string takes all");
    for topic in &TOPICS {
        write!(text, "\n[topics.{}]\nwords = {{ en = {:?}, es = {:?} }}\n", topic.key, topic.en, topic.es).expect("a string takes all");
    }
    for (at, country) in COUNTRIES.iter().take(7).enumerate() {
        let topic = TOPICS[at].key;
        let (path, code) = (format!("{}-{topic}", country.code.to_lowercase()), country.code);
        write!(text, "\n[[channel]]\npath = \"{path}\"\ntitle = \"{code}: {topic}\"\nquery = \"country:{code} and topic:{topic}\"\n")
            .expect("a string takes all");
    }
    text
}

/// Sentences in one language.
struct Writer {
    dice: Dice,
    tongue: &'static Tongue,
}

impl Writer {
    fn title(&mut self, topic: &str, country: Option<&Country>) -> String {
        let mut title = self.words(4);
        write!(title, " {} {topic}", self.tongue.on).expect("a string takes all");
        if let Some(country) = country {
            write!(title, " {} {}", self.tongue.within, country.name(self.tongue)).expect("a string takes all");
        }
        capital(&title)
    }

    /// Three paragraphs, a list and now and then a quotation or a table.
    fn body(&mut self, topic: &str, country: Option<&Country>) -> String {
        let mut body = String::with_capacity(1200);
        body.push_str(&self.paragraph(3));
        if let Some(country) = country {
            write!(body, " {} {} {}.", capital(&self.words(3)), self.tongue.within, country.name(self.tongue)).expect("a string takes all");
        }
        write!(body, " {} **{topic}** {}.\n\n", capital(&self.words(2)), self.words(3)).expect("a string takes all");
        write!(body, "{} [{}](../{}/) & {}.\n\n", self.paragraph(3), self.words(2), self.dice.below(9999), self.words(4))
            .expect("a string takes all");
        for _ in 0..3 {
            writeln!(body, "- {}", self.words(6)).expect("a string takes all");
        }
        match self.dice.below(6) {
            0 => write!(body, "\n> “{}”\n", capital(&self.words(9))),
            1 => write!(body, "\n| {} | {} |\n|---|---|\n| {} | {} |\n", self.words(1), self.words(1), self.words(2), self.words(2)),
            _ => Ok(()),
        }
        .expect("a string takes all");
        body + "\n" + &self.paragraph(3) + "\n"
    }

    fn paragraph(&mut self, sentences: usize) -> String {
        let mut paragraph = String::new();
        for at in 0..sentences {
            let length = 7 + self.dice.below(9) as usize;
            let blank = if at == 0 { "" } else { " " };
            write!(paragraph, "{blank}{}.", capital(&self.words(length))).expect("a string takes all");
        }
        paragraph
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| *self.dice.pick(self.tongue.words)).collect();
        words.join(" ")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Numbers by rule (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}
