//! What a client says of itself: which reader it is, and for how many subscribers it asks.

/// A service that fetches for several people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader<'a> {
    /// As it calls itself, without version: `Feedly`.
    pub name: &'a str,
    pub subscribers: u64,
}

/// The longest name that is kept; nobody's is longer, but anybody can send one.
const LONGEST: usize = 40;

/// Reads a `User-Agent` such as `Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)`; `None` for one that tells no number.
pub fn reader(agent: &str) -> Option<Reader<'_>> {
    Some(Reader { name: name(agent), subscribers: count(agent)? })
}

/// Whether it is `tidings doctor`, of whichever version, under its own name.
pub fn is_doctor(agent: &str) -> bool {
    agent.strip_prefix("tidings/").is_some_and(|rest| rest.split_once(' ').is_some_and(|(_, rest)| rest == "(doctor)"))
}

/// The number before the word `subscriber` or `reader`.
fn count(agent: &str) -> Option<u64> {
    let lower = agent.to_ascii_lowercase();
    ["subscriber", "reader"].iter().find_map(|word| lower.match_indices(word).find_map(|(at, _)| number_before(&agent[..at])))
}

fn number_before(text: &str) -> Option<u64> {
    let text = text.strip_suffix(' ')?;
    let start = text.bytes().rposition(|b| !(b.is_ascii_digit() || b == b',')).map_or(0, |at| at + 1);
    let digits: String = text[start..].chars().filter(char::is_ascii_digit).collect();
    // More than there are people is a joke.
    digits.parse().ok().filter(|count| *count <= 8_000_000_000)
}

/// What the reader is called: the first product, or the one that a browser's mask hides.
pub fn name(agent: &str) -> &str {
    let masked = agent.strip_prefix("Mozilla/5.0 (compatible; ").or_else(|| agent.strip_prefix("Mozilla/4.0 (compatible; "));
    let agent = masked.unwrap_or(agent).trim_start();
    let end = [" - ", " feed-id", "/", "(", ";", ","].iter().filter_map(|end| agent.find(end)).min().unwrap_or(agent.len());
    let name = agent[..end].trim_end();
    if name.is_empty() { "unnamed" } else { cut(name) }
}

fn cut(name: &str) -> &str {
    let end = (0..=LONGEST.min(name.len())).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_tell_their_subscribers() {
        for (agent, name, subscribers) in [
            ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)", "Feedly", 16),
            ("Feedbin feed-id:1373711 - 142 subscribers", "Feedbin", 142),
            ("NewsBlur Feed Fetcher - 39 subscribers - http://www.newsblur.com/site/1 (Mac OS X)", "NewsBlur Feed Fetcher", 39),
            ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscribers; )", "Inoreader", 1),
            ("Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 1,204 subscribers)", "BazQux", 1204),
            ("theoldreader.com (7 subscribers; feed-id=55d1)", "theoldreader.com", 7),
            ("Bloglovin/1.0 (http://www.bloglovin.com; 1 subscriber)", "Bloglovin", 1),
            ("Newshub/2 (12 readers)", "Newshub", 12),
        ] {
            assert_eq!(reader(agent), Some(Reader { name, subscribers }), "{agent}");
        }
    }

    #[test]
    fn others_do_not() {
        for agent in [
            "",
            "curl/8.0",
            "NetNewsWire (RSS Reader; https://netnewswire.com/)",
            "x subscribers",
            "99999999999999999999 subscribers",
            "subscribers",
            "é subscribers",
            "FeedReader 3",
        ] {
            assert_eq!(reader(agent), None, "{agent}");
        }
        assert_eq!((name(""), name("curl/8.0"), name(&"é".repeat(40)).len()), ("unnamed", "curl", 40));
    }
}
