//! One item out of many, by a word for it.

use super::Failure;
use super::view::one_line;

/// So many items that a name fits are listed.
const SHOWN: usize = 5;

/// Whether a word names an item.
pub(super) type Test<'t, T> = &'t dyn Fn(&T) -> bool;

/// The position of the one item that `wanted` names: by the first of the tests that any item passes. `called` gives an item's key and title.
///
/// # Errors
/// It fits several.
pub(super) fn one<'a, T>(
    items: &'a [T],
    wanted: &str,
    tests: &[Test<'_, T>],
    called: fn(&'a T) -> (&'a str, &'a str),
) -> Result<Option<usize>, Failure> {
    let fits = tests.iter().map(|test| (0..items.len()).filter(|at| test(&items[*at])).collect::<Vec<_>>());
    match fits.into_iter().find(|found| !found.is_empty()).as_deref() {
        None | Some([]) => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(several) => {
            let name = |at: &usize| {
                let (key, title) = called(&items[*at]);
                format!("\n    `{key}`  {}", one_line(title))
            };
            let list: String = several.iter().take(SHOWN).map(name).collect();
            let more = several.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!("\n    and {more} more") } else { String::new() };
            Err(Failure::new(format!("`{wanted}` fits {} items", several.len())).help(format!("name one:{list}{more}")))
        }
    }
}
