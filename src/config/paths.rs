//! Where channels stand below the base address. Paths are a contract with subscribers: what is decided here stays.

use super::{Config, Topic};
use crate::vocab::slug::{is_slug, slug};
use crate::vocab::{Country, Language};

/// The channel of the whole publication.
pub const ALL: &str = "all";

/// The folder of the archives.
const ARCHIVE: &str = "archive/";

/// Paths that other documents need.
const RESERVED: [&str; 2] = ["index", "feeds"];
/// The folder of the items' own pages.
pub const PAGES: &str = "items";
/// The longest path piece; file systems take 255 bytes with the extension and a suffix for the time of writing.
const LONGEST: usize = 200;

/// A country's channel: `country/belize`. The English name decides, so that the publication's languages can change.
pub fn country(country: Country) -> String {
    format!("country/{}", country.slug())
}

/// A topic's channel: `topic/trafficking`.
pub fn topic(topic: &Topic) -> String {
    format!("topic/{}", topic.slug)
}

/// A crossing of the matrix: `country/belize/trafficking`. No `+`, which object stores and some servers take for a blank.
pub fn crossing(country: Country, topic: &Topic) -> String {
    format!("country/{}/{}", country.slug(), topic.slug)
}

/// Whether a family's path is that of a crossing, where no channel of the user's own has it.
pub fn is_crossing(path: &str) -> bool {
    path.strip_prefix("country/").is_some_and(|rest| rest.matches('/').count() == 1)
}

/// A channel's variant in one language: `es/country/belize`.
pub fn in_language(language: &Language, path: &str) -> String {
    format!("{}/{path}", language.as_str().to_ascii_lowercase())
}

/// The paths of a family: the mixed channel, and those of single languages.
pub fn variants(config: &Config, family: &str) -> Vec<String> {
    std::iter::once(family.to_owned()).chain(single(config).map(|language| in_language(language, family))).collect()
}

/// The family of which the path is that of a single language; `None` for any other path.
pub fn family<'p>(config: &Config, path: &'p str) -> Option<&'p str> {
    let (first, family) = path.split_once('/')?;
    single(config).any(|language| language.as_str().eq_ignore_ascii_case(first)).then_some(family)
}

/// The folders of languages that have channels of their own.
pub fn folders(config: &Config) -> Vec<String> {
    single(config).map(|language| language.as_str().to_ascii_lowercase()).collect()
}

/// The languages that have channels of their own.
fn single(config: &Config) -> impl Iterator<Item = &Language> {
    let languages = &config.publication.languages;
    languages.iter().filter(|_| config.channels.per_language && languages.len() > 1)
}

/// A page of a channel's archive, counted from 1, the oldest: `archive/country/belize/3`.
pub fn archive(channel: &str, number: usize) -> String {
    format!("{ARCHIVE}{channel}/{number}")
}

/// The channel and the number of a page of an archive; `None` for the path of anything else.
pub fn of_archive(path: &str) -> Option<(&str, usize)> {
    let (channel, number) = path.strip_prefix(ARCHIVE)?.rsplit_once('/')?;
    Some((channel, number.parse().ok().filter(|number| *number > 0)?))
}

/// Whether a path that the user wrote can be published; else what is wrong and the way out.
pub(super) fn check(path: &str) -> Result<(), (String, String)> {
    let mended = mend(path);
    let help = move || match mended {
        Some(mended) => format!("write `{mended}`"),
        None => "use lower-case letters, digits and single hyphens, in pieces parted by `/`".to_owned(),
    };
    if path.contains("..") {
        return Err((format!("`{path}` leads out of the output folder"), help()));
    }
    if path.starts_with('/') {
        return Err((format!("`{path}` is absolute"), help()));
    }
    if [".rss", ".atom", ".xml", ".json", ".html"].iter().any(|extension| path.to_ascii_lowercase().ends_with(extension)) {
        return Err((format!("`{path}` has an extension, and each format adds its own"), help()));
    }
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err((format!("`{path}` has upper-case letters, which not all servers tell from lower-case ones"), help()));
    }
    if !path.split('/').all(is_slug) {
        return Err((format!("`{path}` is no path of a channel"), help()));
    }
    if path.split('/').any(|piece| piece.len() > LONGEST) {
        return Err((format!("a piece of the path is longer than {LONGEST} bytes"), "shorten it".to_owned()));
    }
    if path == PAGES || path.strip_prefix(PAGES).is_some_and(|rest| rest.starts_with('/')) {
        return Err((format!("the folder `{PAGES}` is for the pages of items"), "choose another path".to_owned()));
    }
    if RESERVED.contains(&path) || path.ends_with("/index") {
        return Err((format!("`{path}` is the name of a page that lists the channels"), "choose another path".to_owned()));
    }
    if path.starts_with(ARCHIVE) {
        return Err(("what lies below `archive/` is the archives of the channels".to_owned(), "choose another path".to_owned()));
    }
    Ok(())
}

/// The path as it could be, where anything of it can be kept.
fn mend(path: &str) -> Option<String> {
    let bare = [".rss", ".atom", ".xml", ".json", ".html"].iter().find_map(|extension| path.strip_suffix(extension)).unwrap_or(path);
    let pieces: Vec<String> = bare.split('/').filter_map(slug).collect();
    let mended = pieces.join("/");
    (!mended.is_empty() && mended != path).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_judged_and_mended() {
        for path in ["all", "desk/belize", "a", "country/belize/press", "2018"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for (path, why, help) in [
            ("../x", "leads out", "write `x`"),
            ("/etc/x", "absolute", "write `etc/x`"),
            ("belize.rss", "extension", "write `belize`"),
            ("Belize", "upper-case", "write `belize`"),
            ("a b", "no path", "write `a-b`"),
            ("a//b", "no path", "write `a/b`"),
            ("a/", "no path", "write `a`"),
            ("méxico", "no path", "write `mexico`"),
            ("—", "no path", "use lower-case"),
            ("index", "name of a page", "choose another"),
            ("archive/x", "archives of", "choose another"),
            ("es/index", "name of a page", "choose another"),
            ("items/x", "pages of items", "choose another"),
        ] {
            let (message, way_out) = check(path).expect_err(path);
            assert!(message.contains(why) && way_out.starts_with(help), "{path}: {message}; {way_out}");
        }
        assert!(check(&"a".repeat(201)).is_err());
        assert_eq!(of_archive(&archive("country/belize", 12)), Some(("country/belize", 12)));
        for path in ["archive/x", "archive/x/0", "archive/x/y", "x/1"] {
            assert_eq!(of_archive(path), None, "{path}");
        }
    }
}
