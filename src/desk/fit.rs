//! What of a record no database keeps: names that are too long for an index, or that hold a NUL.

use crate::diag::{Finding, codes};
use crate::item::Item;

/// In bytes; an index of PostgreSQL takes 2,704 of a whole row, the path of a channel included.
const LONGEST: usize = 2_000;

/// What is wrong with it, if anything is.
pub(super) fn unfit(item: &Item) -> Option<Finding> {
    let names = [("id", item.key()), ("id", item.iri()), ("story", item.story().unwrap_or_default())];
    let (field, why, help) = names.into_iter().find_map(|(field, name)| {
        if name.contains('\0') {
            return Some((field, "holds a NUL character, which a database does not keep".to_owned(), "take it out"));
        }
        let why = || format!("has {} bytes, and the index of a database takes no more than {LONGEST}", name.len());
        (name.len() > LONGEST).then(|| (field, why(), "shorten it"))
    })?;
    let message = format!("the `{field}` of `{}` {why}", item.title());
    Some(Finding::new(&codes::INVALID_ID, message).at(item.place()).help(help))
}
