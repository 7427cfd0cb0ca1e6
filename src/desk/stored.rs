//! An item as the database has it: the record resolved, in JSON, with its texts and where it belongs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::DeskError;
use crate::classify::Placement;
use crate::diag::Place;
use crate::item::{Item, Text};

/// To be written.
#[derive(Serialize)]
struct Written<'a> {
    item: &'a Item,
    text: Option<&'a Text>,
    placement: &'a Placement,
}

/// As read.
#[derive(Deserialize)]
struct Read {
    item: Item,
    text: Option<Box<Text>>,
    placement: Placement,
}

pub fn write(item: &Item, placement: &Placement) -> String {
    // These values always have a JSON form.
    serde_json::to_string(&Written { item, text: item.text(), placement }).unwrap_or_default()
}

/// By which an item is known to be as it is stored, texts, lifetime and placement included.
pub fn mark(data: &str) -> i64 {
    xxh3_64(data.as_bytes()) as i64
}

/// # Errors
/// That it is no item that this version knows.
pub fn read(json: &str) -> Result<(Item, Placement), DeskError> {
    let Read { mut item, text, placement } = serde_json::from_str(json).map_err(|error| DeskError::Cannot {
        why: format!("an item of the database cannot be read: {error}"),
        help: "`tidings db load --full` writes the items anew, in the form that this version knows",
    })?;
    item.put_text(Some(text.unwrap_or_default()));
    item.found_at(Place::file(PathBuf::from(format!("item `{}`", item.key()))), 0);
    Ok((item, placement))
}
