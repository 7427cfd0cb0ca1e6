//! The steps of evidence: which of what an axis finds in an item's texts counts.

use std::borrow::Cow;

use super::texts::Texts;
use super::{Because, Placed, Reason, Rejected, Rule};
use crate::config::{Rank, Step};
use crate::vocab::fold::Folded;

/// A dimension that items are sorted by.
pub(super) trait Axis {
    /// In the order that values stand in.
    type Value: Copy + Ord;

    /// What the record names; `None` where it says nothing. Evidence that cannot count carries its reason.
    fn field<'a>(&'a self, texts: &'a Texts<'_>) -> Option<Vec<Evidence<'a, Self::Value>>>;

    /// Adds what a text of a rank speaks of, from its start to its end. Without `all`, only what counts.
    fn find<'a>(&'a self, text: &'a Folded<'_>, rank: Rank, texts: &Texts<'_>, all: bool, found: &mut Vec<Evidence<'a, Self::Value>>);

    /// The value as users read it.
    fn label(&self, value: Self::Value) -> String;
}

/// Something that a text or the record says. Of most items nobody asks why they are where they are: all of it is borrowed.
pub(super) struct Evidence<'a, T> {
    pub value: T,
    pub rule: &'a Rule,
    pub matched: Cow<'a, str>,
    /// Why it cannot count wherever it stands.
    pub against: Option<Because>,
}

/// A value, and the evidence for it.
pub(super) struct Counted<'a, T> {
    pub value: T,
    rank: Rank,
    rule: &'a Rule,
    matched: Cow<'a, str>,
}

impl<T> Counted<'_, T> {
    /// The same by itself, the value as the room's callers know it.
    pub fn placed<V>(self, value: impl FnOnce(T) -> V) -> Placed<V> {
        let reason = Reason { rank: self.rank, rule: self.rule.clone(), matched: self.matched.into_owned() };
        Placed { value: value(self.value), reason }
    }
}

/// The values of the first step that finds any; the ranks of each step come with the strongest first.
pub(super) fn place<'a, A: Axis>(axis: &'a A, steps: &[Step], texts: &'a Texts<'_>) -> Vec<Counted<'a, A::Value>> {
    decide(axis, steps, texts).map_or_else(Vec::new, |(_, placed)| placed)
}

/// The step that decides, and what it found.
fn decide<'a, 's, A: Axis>(axis: &'a A, steps: &'s [Step], texts: &'a Texts<'_>) -> Option<(&'s Step, Vec<Counted<'a, A::Value>>)> {
    steps.iter().find_map(|step| {
        let mut placed = Vec::new();
        let mut decided = false;
        for rank in step {
            let found = counted(axis, *rank, texts);
            decided |= found.is_some();
            match found {
                Some(found) if placed.is_empty() => placed = found,
                found => found.into_iter().flatten().for_each(|one| add(&mut placed, one)),
            }
        }
        placed.sort_by_key(|one: &Counted<'_, A::Value>| one.value);
        (decided && (!placed.is_empty() || step.contains(&Rank::Field))).then_some((step, placed))
    })
}

/// What counts of a rank; `None` where it has nothing to say. An empty field says that there is none.
fn counted<'a, A: Axis>(axis: &'a A, rank: Rank, texts: &'a Texts<'_>) -> Option<Vec<Counted<'a, A::Value>>> {
    let evidence = match rank {
        Rank::Field => axis.field(texts)?,
        _ => found(axis, rank, texts, false),
    };
    let mut placed = Vec::with_capacity(evidence.len());
    for Evidence { value, rule, matched, .. } in evidence.into_iter().filter(|one| one.against.is_none()) {
        add(&mut placed, Counted { value, rank, rule, matched });
    }
    match rank {
        Rank::Field => Some(placed),
        Rank::SoleBody if placed.len() != 1 => None,
        _ => (!placed.is_empty()).then_some(placed),
    }
}

/// What the texts of a rank say.
fn found<'a, A: Axis>(axis: &'a A, rank: Rank, texts: &'a Texts<'_>, all: bool) -> Vec<Evidence<'a, A::Value>> {
    let mut found = Vec::new();
    texts.of(rank).iter().for_each(|text| axis.find(text, rank, texts, all, &mut found));
    found
}

fn add<'a, T: PartialEq>(placed: &mut Vec<Counted<'a, T>>, one: Counted<'a, T>) {
    if !placed.iter().any(|other| other.value == one.value) {
        placed.push(one);
    }
}

/// The evidence for values that the item is not placed in, one a value and rank.
pub(super) fn rejected<A: Axis>(axis: &A, steps: &[Step], texts: &Texts<'_>) -> Vec<Rejected<A::Value>> {
    let (decider, placed) = decide(axis, steps, texts).unzip();
    let placed = placed.unwrap_or_default();
    let used = |rank: Rank| steps.iter().any(|step| step.contains(&rank));
    // The first paragraph is reported under the rank that the config takes it by.
    let paragraph = if used(Rank::SoleBody) { Rank::SoleBody } else { Rank::Body };
    let mut out: Vec<Rejected<A::Value>> = Vec::new();
    for rank in [Rank::Field, Rank::Dateline, Rank::Title, paragraph, Rank::Text] {
        let found = evidence(axis, rank, texts);
        for one in &found {
            let again = |other: &Rejected<A::Value>| other.value == one.value && (other.reason.rank == rank || rank == Rank::Text);
            if placed.iter().any(|other| other.value == one.value) || out.iter().any(again) {
                continue;
            }
            let because = one.against.clone().unwrap_or_else(|| match decider {
                _ if !used(rank) => Because::RankNotUsed,
                Some(step) if !step.contains(&rank) => Because::Outranked(step.clone()),
                _ => Because::NotAlone(others(axis, &found, one.value)),
            });
            let reason = Reason { rank, rule: one.rule.clone(), matched: one.matched.clone().into_owned() };
            out.push(Rejected { value: one.value, reason, because });
        }
    }
    out.sort_by_key(|one| one.value);
    out
}

/// All that a rank says of each value; what counts before what does not.
fn evidence<'a, A: Axis>(axis: &'a A, rank: Rank, texts: &'a Texts<'_>) -> Vec<Evidence<'a, A::Value>> {
    let mut found = match rank {
        Rank::Field => axis.field(texts).unwrap_or_default(),
        _ => found(axis, rank, texts, true),
    };
    found.sort_by_key(|one| one.against.is_some());
    found
}

fn others<A: Axis>(axis: &A, found: &[Evidence<'_, A::Value>], value: A::Value) -> Vec<String> {
    let mut labels: Vec<_> =
        found.iter().filter(|one| one.against.is_none() && one.value != value).map(|one| axis.label(one.value)).collect();
    labels.sort();
    labels.dedup();
    labels
}
