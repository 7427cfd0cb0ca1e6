//! What is wrong, where, and the way out.
//!
//! Every step of the pipeline reports through [`Finding`]s: a stable [`Code`], a [`Place`], a sentence and a help.
//! A step gathers all that it finds in a [`Findings`] and goes on; whoever called it decides whether an error stops
//! the run. Nothing here prints: [`render`] turns findings into text, and the command line writes that text.

mod alike;
pub mod codes;
mod place;
pub mod render;
mod suggest;

use std::fmt;

pub use alike::{Alike, Turn};
pub use place::{Excerpt, Place};
pub use suggest::{did_you_mean, nearest};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published while one stands (unless the user accepts it).
    Error,
    /// Published all the same, and said.
    Warning,
    /// Said only when asked.
    Info,
}

impl Severity {
    /// The word as it stands in messages: `error`, `warning`, `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// A kind of finding. Its name is a contract: scripts match on it, so it never changes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// Kebab-case, unique in the whole program.
    pub name: &'static str,
    /// The weight that a finding of this kind has unless it says otherwise.
    pub severity: Severity,
    /// One sentence that says what it means.
    pub about: &'static str,
}

/// One thing that is wrong, with its place and its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static Code,
    pub severity: Severity,
    pub place: Option<Place>,
    /// Lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// How many it stands for: more than one where there were too many to keep.
    pub count: usize,
}

impl Finding {
    /// A finding with its code's own severity and no place yet.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Finding { code, severity: code.severity, place: None, message: message.into(), help: None, count: 1 }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says how many it stands for.
    #[must_use]
    pub fn counting(self, count: usize) -> Self {
        Finding { count, ..self }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, where there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

impl fmt::Display for Finding {
    /// As [`render`] has it, without colours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", anstream::adapter::strip_str(&render::render(self)))
    }
}

/// What a step found, in the order it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|finding| finding.fmt(f))
    }
}

impl std::error::Error for Findings {}

impl Findings {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub fn extend(&mut self, other: impl IntoIterator<Item = Finding>) {
        self.0.extend(other);
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many errors.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|f| f.severity == Severity::Error)
    }

    /// In the order of places: by path, line and column; those without a place first.
    pub fn sort_by_place(&mut self) {
        self.0.sort_by(|a, b| a.place.cmp(&b.place));
    }

    fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|f| f.severity == severity).map(|f| f.count).sum()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Findings(vec![finding])
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(iter: I) -> Self {
        Findings(iter.into_iter().collect())
    }
}
