//! The checker on input that nobody meant well.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use tidings::check::{Options, check, codes};

fn names(bytes: &[u8]) -> Vec<&'static str> {
    check(bytes, &Options::default()).findings.iter().map(|finding| finding.rule.code.name).collect()
}

fn rss(inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><item>{inside}</item></channel></rss>")
}

#[test]
fn entities_are_never_expanded() {
    let laughs: String = (1..10).map(|n| format!("<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1)).collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a0 \"ha\">{laughs}]><rss version=\"2.0\"><channel><title>&a9;</title></channel></rss>"
    );
    let report = check(bomb.as_bytes(), &Options::default());
    assert!(report.findings.iter().all(|finding| !finding.message.contains("haha")));
    let outside = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel><title>&x;</title></channel></rss>";
    assert!(!names(outside.as_bytes()).contains(&"sax-error"));
}

#[test]
fn limits_end_the_reading_with_a_finding() {
    let deep = rss(&format!("<x:a xmlns:x=\"u:x\">{}", "<x:a>".repeat(10_000)));
    assert!(names(deep.as_bytes()).contains(&"too-deep"));
    let wide = rss(&format!("<x:a xmlns:x=\"u:x\"{}/>", (0..10_000).map(|n| format!(" a{n}=\"\"")).collect::<String>()));
    assert!(names(wide.as_bytes()).contains(&"too-many-attributes"));
    let many = rss(&"<nothing/>".repeat(30_000));
    let report = check(many.as_bytes(), &Options::default());
    assert!(report.findings.len() <= 20_001 && report.dropped > 5_000, "{} and {}", report.findings.len(), report.dropped);
}

#[test]
fn no_number_of_warnings_hides_an_error() {
    let has = |text: &str, name: &str| {
        let report = check(text.as_bytes(), &Options::default());
        assert!(report.dropped > 5_000, "{}", report.dropped);
        report.findings.iter().any(|finding| finding.rule.code.name == name)
    };
    let item =
        |n| format!("<title>{n}</title><guid isPermaLink=\"false\">{n}</guid><description>&lt;script&gt;</description></item><item>");
    let items: String = (0..20_000).map(item).collect();
    assert!(has(&rss(&format!("{items}<pubDate>yesterday</pubDate>")), "invalid-rfc2822-date"));
    let items: String = (0..20_000).map(|n| format!("{{\"id\": \"a{n}\", \"content_html\": \"<script>\"}},")).collect();
    let feed = "\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\"";
    assert!(has(&format!("{{{feed}, \"items\": [{items} {{\"id\": 1}}]}}"), "json-wrong-type"));
}

/// Shapes that make careless readers take a time that grows with the square of the length.
#[test]
fn no_shape_takes_long() {
    let escaped = |html: &str| rss(&format!("<description>{}</description>", html.replace('<', "&lt;").replace('>', "&gt;")));
    let shapes = [
        escaped(&"<div>".repeat(20_000)),
        escaped(&"<b><p>".repeat(10_000)),
        escaped(&"<a x=".repeat(10_000)),
        escaped(&"<img ".repeat(10_000)),
        escaped(&"<!--".repeat(10_000)),
        escaped(&"<table>".repeat(10_000)),
        rss(&format!("<title>{}</title>", "&amp;amp;".repeat(20_000))),
        rss(&format!("<description>{}</description>", "&lt;&#150;".repeat(200_000))),
        rss(&format!("<description>{}</description>", "&lt;\u{a0}".repeat(200_000))),
        rss(&"<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"self\" href=\"http://x/\"/>".repeat(20_000)),
        rss(&(0..5_000).map(|n| format!("<x{n}:a xmlns:x{n}=\"u:{n}\"/>")).collect::<String>()),
        format!("{{\"a\":{}", "[".repeat(300_000)),
    ];
    for (at, shape) in shapes.iter().enumerate() {
        let start = Instant::now();
        check(shape.as_bytes(), &Options::default());
        println!("shape {at}: {:?}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(20), "shape {at} took {:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = names(&bytes);
    }

    #[test]
    fn any_text_inside_an_element_is_answered_and_its_places_are_in_the_document(text in "\\PC{0,200}") {
        let document = rss(&format!("\n<description>{text}</description>\n<title>{text}</title>"));
        let lines = document.lines().count() as u32;
        for finding in check(document.as_bytes(), &Options::default()).findings {
            prop_assert!(finding.line <= lines && codes::find(finding.rule.code.name).is_some());
            if let Some(excerpt) = &finding.excerpt {
                prop_assert!(excerpt.text.get(excerpt.span.clone()).is_some());
            }
        }
    }
}
