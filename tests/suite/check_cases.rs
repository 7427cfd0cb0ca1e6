//! The checker's own cases: a folder for each code, a file that it fires on and one that it does not. The expectation stands inside.

use std::path::{Path, PathBuf};

use tidings::check::{Document, Options, check, check_set, codes};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// `expect: CODE` or `expect: no CODE`, and maybe `content-type: TYPE`, in the file's first comment or, in JSON, its `_case`.
struct Expectation {
    code: String,
    fires: bool,
    content_type: Option<String>,
}

fn expectation(path: &Path, bytes: &[u8]) -> Expectation {
    let text = String::from_utf8_lossy(bytes);
    let at = text.find("expect: ").unwrap_or_else(|| panic!("{} expects nothing", path.display()));
    let end = text[at..].find([']', '\n', '"']).map_or(text.len(), |length| at + length);
    let line = text[at + "expect: ".len()..end].trim_end_matches("-->").trim();
    let mut parts = line.split("; ");
    let code = parts.next().expect("a code").trim();
    let content_type = parts.next().and_then(|part| part.strip_prefix("content-type: ")).map(|kind| {
        let rest: Vec<&str> = line.splitn(2, "content-type: ").collect();
        rest.get(1).copied().unwrap_or(kind).trim().to_owned()
    });
    Expectation { code: code.trim_start_matches("no ").to_owned(), fires: !code.starts_with("no "), content_type }
}

/// What is found between the documents of a folder.
fn set(folder: &Path) -> Vec<&'static str> {
    let files: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a case")))
        .collect();
    let url = |name: &str| url::Url::parse("https://example.org/").ok()?.join(name).ok();
    let documents: Vec<Document> = files.iter().map(|(name, bytes)| Document { name, url: url(name), bytes }).collect();
    check_set(&documents).into_iter().map(|(_, finding)| finding.rule.code.name).collect()
}

#[test]
fn each_code_has_a_case_that_fires_and_one_that_does_not() {
    let now = chrono::DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z").expect("a date").to_utc();
    let mut wrong = Vec::new();
    for rule in codes::all() {
        for (name, fires) in [("fires", true), ("silent", false)] {
            let place = folder("check").join(rule.code.name);
            if place.join(name).is_dir() {
                if set(&place.join(name)).contains(&rule.code.name) != fires {
                    wrong.push(format!("{}: {:?}", place.join(name).display(), set(&place.join(name))));
                }
                continue;
            }
            let Some(path) = ["xml", "json"].iter().map(|ending| place.join(name).with_extension(ending)).find(|path| path.exists()) else {
                wrong.push(format!("{} has no case that is {name}", rule.code.name));
                continue;
            };
            let bytes = std::fs::read(&path).expect("a case");
            let expected = expectation(&path, &bytes);
            assert_eq!((expected.code.as_str(), expected.fires), (rule.code.name, fires), "{}", path.display());
            let url = url::Url::parse("https://example.org/feed.xml").ok();
            let report = check(&bytes, &Options { url, content_type: expected.content_type, now: Some(now), ..Options::default() });
            let found: Vec<&str> = report.findings.iter().map(|finding| finding.rule.code.name).collect();
            if found.contains(&rule.code.name) != fires {
                wrong.push(format!("{}: {found:?}", path.display()));
            }
            if !fires && !report.valid() {
                wrong.push(format!("{} is not valid: {found:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_page_of_codes_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let page = codes::document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("docs");
        std::fs::write(&path, &page).expect("written");
    }
    let standing = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(standing == page, "docs/checks.md is not what the table says: run the tests with UPDATE_DOCS=1");
}
