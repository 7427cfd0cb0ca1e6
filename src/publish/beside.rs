//! Compressed copies that stand beside documents, for web servers that send such files.
//!
//! They go through the same plan as what they are copies of. Compressing is the dearest thing in a build, so that what stands already beside an
//! unchanged document is taken as it is.

use rayon::prelude::*;

use super::Destination;
use crate::coding::{Coding, Effort};
use crate::document::Document;

/// The documents in these codings, each beside its document, where that makes it smaller.
pub fn copies(documents: &[&Document], codings: &[Coding], folder: &Destination) -> Vec<Document> {
    if codings.is_empty() {
        return Vec::new();
    }
    documents.par_iter().flat_map_iter(|document| copies_of(document, codings, folder)).collect()
}

fn copies_of(document: &Document, codings: &[Coding], folder: &Destination) -> Vec<Document> {
    let stands = folder.settled_bytes(&document.path).is_some_and(|bytes| document.bytes == *bytes);
    let copy = |coding: &Coding| {
        let path = format!("{}.{}", document.path, coding.extension());
        let standing = if stands { folder.settled_bytes(&path) } else { None };
        let bytes = standing.or_else(|| coding.encode(document.bytes.whole(&mut Vec::new()), Effort::Stored))?;
        Some(Document { path, bytes: bytes.into(), format: document.format, changed: document.changed })
    };
    codings.iter().filter_map(copy).collect()
}
