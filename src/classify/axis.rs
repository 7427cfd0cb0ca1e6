//! The steps of evidence: which of what an axis finds in an item's texts counts.

use std::cmp::Ordering;

use super::texts::Texts;
use super::{Because, Placed, Reason, Rejected, Rule};
use crate::config::{Rank, Step};
use crate::vocab::fold::Folded;

/// A dimension that items are sorted by.
pub(super) trait Axis {
    type Value: Clone + PartialEq;

    /// What the record names; `None` where it says nothing. Evidence that cannot count carries its reason.
    fn field(&self, texts: &Texts<'_>) -> Option<Vec<Evidence<Self::Value>>>;

    /// What a text of a rank speaks of, from its start to its end. Without `all`, only what counts.
    fn find(&self, text: &Folded<'_>, rank: Rank, texts: &Texts<'_>, all: bool) -> Vec<Evidence<Self::Value>>;

    /// The order of the values.
    fn compare(&self, left: &Self::Value, right: &Self::Value) -> Ordering;

    /// The value as users read it.
    fn label(&self, value: &Self::Value) -> String;
}

/// Something that a text or the record says.
pub(super) struct Evidence<T> {
    pub value: T,
    pub rule: Rule,
    pub matched: String,
    /// Why it cannot count wherever it stands.
    pub against: Option<Because>,
}

/// The values of the first step that finds any; the ranks of each step come with the strongest first.
pub(super) fn place<A: Axis>(axis: &A, steps: &[Step], texts: &Texts<'_>) -> Vec<Placed<A::Value>> {
    decide(axis, steps, texts).map_or_else(Vec::new, |(_, placed)| placed)
}

/// The step that decides, and what it found.
fn decide<'s, A: Axis>(axis: &A, steps: &'s [Step], texts: &Texts<'_>) -> Option<(&'s Step, Vec<Placed<A::Value>>)> {
    steps.iter().find_map(|step| {
        let mut placed = Vec::new();
        let mut decided = false;
        for rank in step {
            let found = counted(axis, *rank, texts);
            decided |= found.is_some();
            found.into_iter().flatten().for_each(|one| add(&mut placed, one));
        }
        placed.sort_by(|left: &Placed<A::Value>, right| axis.compare(&left.value, &right.value));
        (decided && (!placed.is_empty() || step.contains(&Rank::Field))).then_some((step, placed))
    })
}

/// What counts of a rank; `None` where it has nothing to say. An empty field says that there is none.
fn counted<A: Axis>(axis: &A, rank: Rank, texts: &Texts<'_>) -> Option<Vec<Placed<A::Value>>> {
    let evidence = match rank {
        Rank::Field => axis.field(texts)?,
        _ => texts.of(rank).iter().flat_map(|text| axis.find(text, rank, texts, false)).collect(),
    };
    let mut placed = Vec::new();
    for one in evidence.into_iter().filter(|one| one.against.is_none()) {
        add(&mut placed, Placed { value: one.value, reason: Reason { rank, rule: one.rule, matched: one.matched } });
    }
    match rank {
        Rank::Field => Some(placed),
        Rank::SoleBody if placed.len() != 1 => None,
        _ => (!placed.is_empty()).then_some(placed),
    }
}

fn add<T: PartialEq>(placed: &mut Vec<Placed<T>>, one: Placed<T>) {
    if !placed.iter().any(|other| other.value == one.value) {
        placed.push(one);
    }
}

/// The evidence for values that the item is not placed in, one a value and rank.
pub(super) fn rejected<A: Axis>(axis: &A, steps: &[Step], texts: &Texts<'_>, placed: &[Placed<A::Value>]) -> Vec<Rejected<A::Value>> {
    let decider = decide(axis, steps, texts).map(|(step, _)| step);
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
                _ => Because::NotAlone(others(axis, &found, &one.value)),
            });
            let reason = Reason { rank, rule: one.rule.clone(), matched: one.matched.clone() };
            out.push(Rejected { value: one.value.clone(), reason, because });
        }
    }
    out.sort_by(|left, right| axis.compare(&left.value, &right.value));
    out
}

/// All that a rank says of each value; what counts before what does not.
fn evidence<A: Axis>(axis: &A, rank: Rank, texts: &Texts<'_>) -> Vec<Evidence<A::Value>> {
    let mut found: Vec<_> = match rank {
        Rank::Field => axis.field(texts).unwrap_or_default(),
        _ => texts.of(rank).iter().flat_map(|text| axis.find(text, rank, texts, true)).collect(),
    };
    found.sort_by_key(|one| one.against.is_some());
    found
}

fn others<A: Axis>(axis: &A, found: &[Evidence<A::Value>], value: &A::Value) -> Vec<String> {
    let mut labels: Vec<_> =
        found.iter().filter(|one| one.against.is_none() && one.value != *value).map(|one| axis.label(&one.value)).collect();
    labels.sort();
    labels.dedup();
    labels
}
