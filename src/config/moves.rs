//! Old paths: what the config says became of a channel's path.

use std::collections::HashMap;

use super::{Config, Moved, paths};

/// The paths that a `[[moved]]` says something of, to be looked up.
#[derive(Debug, Default)]
pub struct OldPaths {
    /// In the order of the config.
    moved: Vec<Moved>,
    /// Where each stands among them, by its old path.
    at: HashMap<String, usize>,
    /// The folders of languages that have channels of their own.
    languages: Vec<String>,
}

impl OldPaths {
    pub fn of(config: &Config) -> Self {
        OldPaths::new(config.moved.clone(), paths::folders(config))
    }

    /// Of a publication whose config is elsewhere.
    pub fn new(moved: Vec<Moved>, languages: Vec<String>) -> Self {
        let at = moved.iter().enumerate().map(|(at, moved)| (moved.from.clone(), at)).collect();
        OldPaths { moved, at, languages }
    }

    /// What became of a channel's path, without extension. A move is one of the channel in all languages that have channels of their own: nothing is made of
    /// it at other paths, neither where the path is the end of a longer one nor in a language that the publication has no more, which takes a move of its own.
    pub fn find(&self, path: &str) -> Option<&Moved> {
        let of = |family: &str| self.at.get(family).map(|at| &self.moved[*at]);
        let in_language = || {
            let (language, family) = path.split_once('/')?;
            self.languages.iter().any(|own| own == language).then(|| of(family))?
        };
        of(path).or_else(in_language)
    }

    /// The paths of channels that have ended, in whatever language.
    pub fn ended(&self) -> impl Iterator<Item = String> {
        let in_languages = |from: &String| self.languages.iter().map(|language| format!("{language}/{from}")).collect::<Vec<_>>();
        let ended = self.moved.iter().filter(|moved| moved.to.is_none()).map(|moved| &moved.from);
        ended.flat_map(move |from| std::iter::once(from.clone()).chain(in_languages(from)))
    }

    /// Where the channel of that path is now, in the language of the path; `None` where nothing is said of it, or that it has ended.
    pub fn now(&self, path: &str) -> Option<String> {
        let moved = self.find(path)?;
        Some(format!("{}{}", path.strip_suffix(moved.from.as_str())?, moved.to.as_ref()?))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_move_is_of_its_path_and_of_that_in_each_language() {
        let config = |more: &str| {
            let text = format!(
                "[publication]\ntitle = 'T'\nbase-url = 'https://e.org/'\nid-authority = 'e.org,2018'\n{more}\n\
                 [[moved]]\nfrom = 'news'\nto = 'all'\n[[moved]]\nfrom = 'desk/press'\n"
            );
            crate::config::parse(&text, Path::new("feeds.toml"), Path::new(".")).expect("a config").0
        };
        let both = config("languages = ['en', 'es']\n[channels]\nper-language = true");
        let old = OldPaths::of(&both);
        for (path, now) in [("news", "all"), ("en/news", "en/all"), ("es/news", "es/all")] {
            assert_eq!(old.now(path).as_deref(), Some(now), "{path}");
        }
        for path in ["desk/press", "es/desk/press"] {
            assert!(old.find(path).is_some_and(|moved| moved.to.is_none()) && old.now(path).is_none(), "{path}");
        }
        for path in ["fr/news", "desk/news", "es/desk/news", "en/es/news", "newsnews", "press", "all", "es/all"] {
            assert_eq!(old.find(path), None, "{path}");
        }
        for mixed_only in ["languages = ['en']\n[channels]\nper-language = true", "languages = ['en', 'es']"] {
            let config = config(mixed_only);
            let old = OldPaths::of(&config);
            assert!(old.find("news").is_some() && old.find("en/news").is_none(), "{mixed_only}");
        }
    }
}
