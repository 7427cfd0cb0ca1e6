//! Any text as a page of news: nothing may panic, and no text may be lost without a word.
#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use tidings::item::listing;

fuzz_target!(|text: &str| {
    let path: Arc<Path> = Path::new("listing.txt").into();
    let read = listing::read(text, &path);
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}');
    assert!(!read.blocks.is_empty() || !read.findings.is_empty() || text.chars().all(blank));
    for block in &read.blocks {
        assert!(!block.title.is_empty());
        let _ = block.to_draft(&path);
    }
});
