//! The floor under the checker's agreement with the W3C Feed Validator, where the reference's cases are at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tidings::check::{Kind, Options, check};
use tidings::diag::Severity;

const VERDICTS: usize = 1096;
const CODES: usize = 1096;
const LINES: usize = 1096;

/// Names of codes without case and hyphens.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

fn cases() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|place| place.join("shared/feed-cases"));
    beside.into_iter().find(|place| place.join("expected.jsonl").exists())
}

type Found = Vec<(String, u64)>;

#[test]
fn agrees_with_the_reference() {
    let Some(folder) = cases() else {
        println!("skipped: the reference's cases are not beside this folder");
        return;
    };
    let rows: Vec<Value> = std::fs::read_to_string(folder.join("expected.jsonl"))
        .expect("the expectations")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    let findings = |row: &Value| row["findings"].as_array().cloned().unwrap_or_default();
    let code = |finding: &Value| plain(finding["code"].as_str().unwrap_or_default());
    let known: BTreeSet<String> = rows.iter().flat_map(findings).map(|finding| code(&finding)).collect();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let mut different = Vec::new();
    for row in &rows {
        let file = row["file"].as_str().expect("a file");
        let bytes = std::fs::read(folder.join("cases").join(file)).expect("a case");
        let url = url::Url::parse(&format!("http://www.feedvalidator.org/testcases/{file}")).ok();
        let report = check(&bytes, &Options { url, now: Some(chrono::Utc::now()), ..Options::default() });
        let mut want: Found = findings(row).iter().map(|finding| (code(finding), finding["line"].as_u64().unwrap_or(0))).collect();
        let mut got: Found = report
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Info)
            .map(|finding| (plain(finding.rule.code.name), u64::from(finding.line)))
            .filter(|(code, _)| known.contains(code))
            .collect();
        want.sort();
        got.sort();
        let codes = |found: &Found| found.iter().map(|(code, _)| code.clone()).collect::<BTreeSet<_>>();
        let right = [
            ("verdict", report.valid() == row["valid"].as_bool().unwrap_or(false)),
            ("codes", codes(&want) == codes(&got)),
            ("lines", want == got),
            ("kind", report.kind != Kind::Json),
        ];
        for (what, _) in right.iter().filter(|(_, right)| *right) {
            *tally.entry(what).or_default() += 1;
        }
        if right.iter().any(|(_, right)| !right) {
            different.push(file.to_owned());
        }
    }
    let count = |what: &str| tally.get(what).copied().unwrap_or(0);
    assert!(
        count("verdict") >= VERDICTS && count("codes") >= CODES && count("lines") >= LINES,
        "verdict {}, codes {}, lines {} of {}: {different:?}",
        count("verdict"),
        count("codes"),
        count("lines"),
        rows.len()
    );
}
