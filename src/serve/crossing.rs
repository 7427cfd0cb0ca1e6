//! Channels on demand: `/feed.atom?country=belize+mexico&topic=trafficking&lang=en`. `+` is both, `,` is either, and `+` binds closer.
//!
//! Made by the pipeline from the records that were read at the start or at the last reload, and passed through the same gate as what is published.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::metrics::Counters;
use super::page::{File, Page, header};
use super::target::hex;
use crate::config::{Config, Format, Query};
use crate::pipeline::{self, Built, Demand, ON_DEMAND};
use crate::vocab::slug::is_slug;
use crate::vocab::{Country, Language};

/// The longest question.
const LONGEST: usize = 512;
/// So many names an axis may have.
const NAMES: usize = 12;
/// So many answers are kept.
const KEPT: usize = 256;

/// What channels on demand are made of.
pub struct Stock {
    config: Config,
    built: Built,
    now: DateTime<Utc>,
    /// When it was made.
    since: SystemTime,
    /// The answers that were asked for last, the newest at the end.
    kept: Mutex<VecDeque<(String, Arc<Page>)>>,
}

/// Why there is no such channel, as people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoChannel {
    /// The question cannot be read.
    Bad(String),
    /// It names something that the publication does not have.
    Unknown(String),
    /// The checker found an error in it.
    Invalid,
}

impl Stock {
    /// From what a build made of the records; it need not have been published.
    pub fn new(config: Config, mut built: Built, now: DateTime<Utc>) -> Self {
        (built.documents, built.rest) = (Vec::new(), None);
        Stock { config, built, now, since: SystemTime::now(), kept: Mutex::default() }
    }

    /// Whether a path is that of channels on demand, and in which format.
    pub fn format(path: &str) -> Option<Format> {
        let extension = path.strip_prefix(ON_DEMAND)?.strip_prefix('.')?;
        [Format::Rss, Format::Atom, Format::Json].into_iter().find(|format| format.extension() == extension)
    }

    /// The answer for which nothing need be made: one that is kept, or that there is none.
    pub fn at_hand(&self, question: &str, format: Format) -> Option<Result<Arc<Page>, NoChannel>> {
        match read(&self.config, question) {
            Ok(demand) => self.kept(&key(&demand, format)).map(Ok),
            Err(none) => Some(Err(none)),
        }
    }

    /// The answer to a question, from those that are kept or made now.
    ///
    /// # Errors
    /// Where there is no such channel.
    pub fn page(&self, question: &str, format: Format, counters: Arc<Counters>) -> Result<Arc<Page>, NoChannel> {
        if let Some(answer) = self.at_hand(question, format) {
            return answer;
        }
        let demand = read(&self.config, question)?;
        let key = key(&demand, format);
        let made = pipeline::on_demand(&self.config, &self.built, &demand, format, self.now);
        let (document, _) = made.ok().filter(|(_, checked)| !checked.has_errors()).ok_or(NoChannel::Invalid)?;
        let mut own = pipeline::url(&self.config, &document.path);
        own.set_query(Some(&demand.canonical));
        let file = File {
            path: document.path,
            bytes: document.bytes.in_a_row(&mut Vec::new()).to_vec(),
            // By its newest item it would have been what it is before another item came to it, or went.
            modified: self.since,
        };
        let page = Arc::new(Page::new(file, Some(header(&format!("<{own}>; rel=\"self\""))), None, true, counters));
        page.prepare();
        self.keep(key, page.clone());
        Ok(page)
    }

    fn kept(&self, key: &str) -> Option<Arc<Page>> {
        let mut kept = self.kept.lock().ok()?;
        let at = kept.iter().position(|(own, _)| own == key)?;
        let entry = kept.remove(at)?;
        let page = entry.1.clone();
        kept.push_back(entry);
        Some(page)
    }

    fn keep(&self, key: String, page: Arc<Page>) {
        let Ok(mut kept) = self.kept.lock() else { return };
        kept.retain(|(own, _)| *own != key);
        kept.push_back((key, page));
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}

/// By what an answer is kept.
fn key(demand: &Demand, format: Format) -> String {
    format!("{}?{}", format.extension(), demand.canonical)
}

/// Reads a question. Two that ask the same are one: the names are sorted, and each is written in one way.
fn read(config: &Config, question: &str) -> Result<Demand, NoChannel> {
    if question.len() > LONGEST {
        return Err(NoChannel::Bad(format!("the question is longer than {LONGEST} bytes")));
    }
    let (mut parts, mut canonical, mut title, mut language) = (Vec::new(), Vec::new(), Vec::new(), None);
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for pair in question.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| bad(pair))?;
        pairs.push((name, unescaped(value).ok_or_else(|| bad(pair))?));
    }
    pairs.sort();
    if pairs.is_empty() || pairs.windows(2).any(|two| two[0].0 == two[1].0) {
        return Err(bad(question));
    }
    for (name, value) in &pairs {
        let axis = match *name {
            "country" => axis(value, |word| country(config, word))?,
            "topic" => axis(value, |word| topic(config, word))?,
            "lang" => {
                let named = Language::parse(value).map_err(|_| NoChannel::Unknown(format!("`{}` is no language", shown(value))))?;
                if !config.publication.languages.iter().any(|own| own.primary() == named.primary()) {
                    return Err(NoChannel::Unknown(format!("`{named}` is no language of the publication")));
                }
                language = Some(named.clone());
                Axis { query: Query::Language(named.clone()), canonical: named.to_string(), title: named.to_string() }
            }
            _ => return Err(bad(name)),
        };
        canonical.push(format!("{name}={}", axis.canonical));
        title.push(axis.title);
        parts.push(axis.query);
    }
    let publication = config.publication.title.get(language.as_ref().unwrap_or(config.publication.language()));
    Ok(Demand { query: Query::All(parts), canonical: canonical.join("&"), title: format!("{publication}: {}", title.join(", ")), language })
}

/// A value with its escapes resolved (RFC 3986 section 2.1): browsers send `México` as `M%C3%A9xico`. A blank is a hyphen, as in slugs. `None` where it is no text.
fn unescaped(value: &str) -> Option<String> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            byte => byte,
        });
    }
    Some(String::from_utf8(out).ok()?.replace(' ', "-"))
}

/// What a question says of one axis.
struct Axis {
    query: Query,
    canonical: String,
    title: String,
}

/// A name as the config knows it: its condition, its one way to be written, what people call it.
type Name = (Query, String, String);

fn axis(value: &str, name: impl Fn(&str) -> Result<Name, NoChannel>) -> Result<Axis, NoChannel> {
    if value.split([',', '+']).count() > NAMES {
        return Err(NoChannel::Bad(format!("more than {NAMES} names for one axis")));
    }
    let mut either: BTreeSet<(String, String)> = BTreeSet::new();
    let mut queries = Vec::new();
    for group in value.split(',') {
        let mut both = group.split('+').map(&name).collect::<Result<Vec<Name>, _>>()?;
        both.sort_by(|a, b| a.1.cmp(&b.1));
        both.dedup_by(|a, b| a.1 == b.1);
        let join = |text: fn(&Name) -> &str, by: &str| both.iter().map(text).collect::<Vec<_>>().join(by);
        let (canonical, title) = (join(|name| &name.1, "+"), join(|name| &name.2, " + "));
        if either.insert((canonical, title)) {
            queries.push(Query::All(both.into_iter().map(|name| name.0).collect()));
        }
    }
    let (canonical, title): (Vec<String>, Vec<String>) = either.into_iter().unzip();
    Ok(Axis { query: Query::Any(queries), canonical: canonical.join(","), title: title.join(" / ") })
}

fn country(config: &Config, word: &str) -> Result<Name, NoChannel> {
    let found = Country::parse(word).or_else(|| Country::parse(&word.replace(['-', '_'], " ")));
    let country = found.filter(|country| config.countries.allows(*country));
    let country = country.ok_or_else(|| NoChannel::Unknown(format!("there is no country `{}` here", shown(word))))?;
    Ok((Query::Country(country), country.slug(), country.name(config.publication.language()).to_owned()))
}

fn topic(config: &Config, word: &str) -> Result<Name, NoChannel> {
    let by_key = |word: &str| config.topics.iter().find(|topic| *topic.key == *word);
    let topic = by_key(word).or_else(|| config.topics.iter().find(|topic| topic.slug == word));
    let topic = topic.ok_or_else(|| NoChannel::Unknown(format!("there is no topic `{}` here", shown(word))))?;
    // A key such as `R&D` would be taken apart where it is asked for.
    let name = if is_slug(&topic.key) || by_key(&topic.slug).is_some() { &*topic.key } else { &*topic.slug };
    Ok((Query::Topic(topic.key.clone()), name.to_owned(), topic.title.get(config.publication.language()).to_owned()))
}

fn bad(what: &str) -> NoChannel {
    let what = shown(what);
    NoChannel::Bad(format!("`{what}` is no question; ask as in `country=belize+mexico&topic=trafficking&lang=en`: `+` is both, `,` either"))
}

/// A word of a stranger, short and plain.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const CONFIG: &str = "[publication]\ntitle = 'T'\nbase-url = 'https://e.org/'\nid-authority = 'e.org,2018'\nlanguages = ['en']\n\
        [countries]\nallow = ['BZ', 'MX', 'CR']\n[topics.ports]\ntitle = 'Ports'\nwords = ['port']\n[topics.ships]\ntitle = 'Ships'\nwords = ['ship']\n\
        [topics.'R&D']\ntitle = 'R&D'\nwords = ['trial']\n";

    fn config() -> Config {
        crate::config::parse(CONFIG, Path::new("feeds.toml"), Path::new(".")).expect("a config").0
    }

    #[test]
    fn questions_that_ask_the_same_are_one() {
        let config = config();
        for (question, canonical) in [
            ("country=belize", "country=belize"),
            ("topic=ports&country=BZ", "country=belize&topic=ports"),
            ("country=mexico+BZ+belize", "country=belize+mexico"),
            ("country=mexico%2BBZ", "country=belize+mexico"),
            ("country=MX,BZ,Costa%20Rica,mx", "country=belize,costa-rica,mexico"),
            ("country=M%C3%A9xico%2c%42Z", "country=belize,mexico"),
            ("topic=R%26D", "topic=r-and-d"),
            ("country=MX+BZ,CR&lang=EN&", "country=belize+mexico,costa-rica&lang=en"),
        ] {
            assert_eq!(read(&config, question).map(|demand| demand.canonical).as_deref(), Ok(canonical), "{question}");
        }
        let demand = read(&config, "country=belize+mexico&topic=ports,ships").expect("a question");
        assert_eq!(demand.query.to_string().matches("country:").count(), 2);
        assert_eq!(demand.title, "T: Belize + Mexico, Ports / Ships");
    }

    #[test]
    fn other_questions_are_refused() {
        let config = config();
        let (long, many) = ("a".repeat(600), format!("topic={}", "ports,".repeat(20)));
        for question in ["", "&", "x", "x=1", "country=belize&country=mexico", "topic=%", "topic=%f", "topic=%ff", &long, &many] {
            assert!(matches!(read(&config, question), Err(NoChannel::Bad(_))), "{question}");
        }
        for question in ["country=", "country=guatemala", "country=belize+", "topic=%00", "lang=12345678901", "topic=ports,none"] {
            assert!(matches!(read(&config, question), Err(NoChannel::Unknown(_))), "{question}");
        }
    }
}
