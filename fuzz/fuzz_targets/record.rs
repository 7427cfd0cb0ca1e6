//! Any bytes as a record of each format: nothing may panic, and every fault must have its place.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use tidings::config::{RecordFormat, Source};
use tidings::item::format::csv::Table;
use tidings::item::format::{self, Body, Passage};

fuzz_target!(|bytes: &[u8]| {
    let path: Arc<Path> = Path::new("items/x").into();
    if let Ok(text) = std::str::from_utf8(bytes) {
        for format in [RecordFormat::Toml, RecordFormat::Markdown, RecordFormat::Json] {
            if let Err(faults) = format::parse(format, text) {
                let passage = Passage { path: &path, line: 1, body: Body::Text(format, text) };
                assert!(!passage.findings(faults).is_empty());
            }
        }
    }
    let source = Source::at(PathBuf::from("x.csv"));
    let bytes = [b"id,title,date,authors,draft\n", bytes].concat();
    if let Ok(Some((mut table, _))) = Table::open(bytes.as_slice(), &source) {
        while let (rows, None) = table.rows(100) {
            if rows.is_empty() {
                break;
            }
            for row in rows {
                assert!(row.line > 1);
                if let Ok(cells) = row.decode() {
                    let _ = table.columns.record(&cells);
                }
            }
        }
    }
});
