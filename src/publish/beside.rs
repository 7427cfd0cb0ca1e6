//! Compressed copies that stand beside documents, for web servers that send such files.
//!
//! They go through the same plan as what they are copies of. Compressing is the dearest thing in a build, so that what stands already beside an
//! unchanged document is taken as it is.

use rayon::prelude::*;

use super::{Depot, Destination, PublishError};
use crate::coding::{Coding, Effort};
use crate::document::{Depot as _, Document};

/// The documents in these codings, each beside its document, where that makes it smaller; what there is no room for waits in the `depot`.
///
/// # Errors
/// A document that waits and cannot be read.
pub fn copies(
    documents: &[&Document],
    codings: &[Coding],
    folder: &Destination,
    depot: Option<&Depot<'_>>,
) -> Result<Vec<Document>, PublishError> {
    if codings.is_empty() {
        return Ok(Vec::new());
    }
    let copies: Vec<Vec<Document>> =
        documents.par_iter().map(|document| copies_of(document, codings, folder, depot)).collect::<Result<_, _>>()?;
    Ok(copies.into_iter().flatten().collect())
}

fn copies_of(
    document: &Document,
    codings: &[Coding],
    folder: &Destination,
    depot: Option<&Depot<'_>>,
) -> Result<Vec<Document>, PublishError> {
    let stands = folder.settled_bytes(&document.path).is_some_and(|bytes| document.bytes == *bytes);
    let mut room = Vec::new();
    let copy = |coding: &Coding| {
        let path = format!("{}.{}", document.path, coding.extension());
        let standing = if stands { folder.settled_bytes(&path) } else { None };
        let bytes = match standing {
            Some(bytes) => bytes,
            None => match coding.encode(document.bytes.whole(&mut room)?, Effort::Stored) {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let copy = Document { path, bytes: bytes.into(), format: document.format, changed: document.changed };
        Ok(Some(match depot.filter(|_| document.bytes.file().is_some()) {
            Some(depot) => depot.take(copy),
            None => copy,
        }))
    };
    codings.iter().map(copy).filter_map(Result::transpose).collect()
}
