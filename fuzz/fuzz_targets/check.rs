//! Any bytes at all: the checker neither panics nor takes long.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tidings::check::{Options, check};

fuzz_target!(|bytes: &[u8]| {
    let report = check(bytes, &Options::default());
    for finding in &report.findings {
        assert!(!finding.message.is_empty());
    }
});
