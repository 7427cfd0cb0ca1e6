//! Reasons in the reader's words.

use std::fmt::{self, Display, Formatter};

use super::{Because, Reason, Rule};
use crate::config::{Rank, Step};

/// `the title names it: `Belize``
impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (place, matched) = (place(self.rank), &self.matched);
        match &self.rule {
            Rule::Record => write!(f, "{place} says so: `{matched}`"),
            Rule::Name(_) => write!(f, "{place} names it: `{matched}`"),
            Rule::Demonym(_) => write!(f, "{place} names its people: `{matched}`"),
            Rule::Capital => write!(f, "{place} names its capital or a city: `{matched}`"),
            Rule::Alias => write!(f, "{place} has an alias of the config: `{matched}`"),
            Rule::Word(word) if word.eq_ignore_ascii_case(matched) => write!(f, "{place} has the words `{matched}`"),
            Rule::Word(word) => write!(f, "{place} has the words `{matched}`, by `{word}`"),
            Rule::Pattern(pattern) => write!(f, "{place} has the words `{matched}`, by the pattern `{pattern}`"),
        }
    }
}

/// `the dateline and the title decided before it`
impl Display for Because {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Because::NotAllowed => f.write_str("it is not among the countries of the publication"),
            Because::Outranked(ranks) => {
                let places: Vec<_> = ranks.iter().map(|rank| place(*rank)).collect();
                write!(f, "stronger evidence decided: {}", joined(&places, "or"))
            }
            Because::RankNotUsed => f.write_str("the config takes no evidence from there"),
            Because::NotAlone(others) => write!(f, "it is not alone there, and only one would count; the others: {}", others.join(", ")),
            Because::Inside(phrase) => write!(f, "it is part of `{phrase}`"),
            Because::Ambiguous => f.write_str("the word has another meaning too, and `countries.ambiguous` does not let it count"),
        }
    }
}

/// Where an axis looks for evidence: `the record, the title or the first paragraph`.
pub fn looked_at(steps: &[Step]) -> String {
    let mut places: Vec<&str> = Vec::new();
    for place in steps.iter().flatten().map(|rank| place(*rank)) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    joined(&places, "or")
}

fn place(rank: Rank) -> &'static str {
    match rank {
        Rank::Field => "the record",
        Rank::Dateline => "the dateline",
        Rank::Title => "the title",
        Rank::SoleBody | Rank::Body => "the first paragraph",
        Rank::Text => "the text",
    }
}

fn joined(places: &[&str], with: &str) -> String {
    match places {
        [before @ .., last] if !before.is_empty() => format!("{} {with} {last}", before.join(", ")),
        _ => places.concat(),
    }
}
