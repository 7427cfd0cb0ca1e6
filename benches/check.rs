//! How long a check takes: a small feed, one with HTML, a large one, and every case of the checker's own.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tidings::check::{Options, check};

fn feed(items: usize, description: &str) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n<title>News</title>\n\
         <link>https://example.org/</link>\n<description>News</description>\n\
         <atom:link href=\"https://example.org/feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>\n",
    );
    for item in 0..items {
        let _ = write!(
            out,
            "<item>\n<title>Story number {item} of the day</title>\n<link>https://example.org/news/{item}</link>\n\
             <guid isPermaLink=\"false\">tag:example.org,2020:{item}</guid>\n<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>\n\
             <category>News</category>\n<description>{description}</description>\n</item>\n"
        );
    }
    out + "</channel>\n</rss>\n"
}

fn checks(criterion: &mut Criterion) {
    let options = Options { url: url::Url::parse("https://example.org/feed.xml").ok(), ..Options::default() };
    let plain = "A sentence of plain text without any markup in it. ".repeat(17);
    let html = "&lt;p&gt;A &lt;b&gt;sentence&lt;/b&gt; with &lt;a href=\"https://example.org/\"&gt;a link&lt;/a&gt;.&lt;/p&gt;".repeat(8);
    let mut group = criterion.benchmark_group("check");
    for (name, document) in [("50 items", feed(50, &plain)), ("50 items of HTML", feed(50, &html)), ("10,000 items", feed(10_000, &plain))]
    {
        group.throughput(Throughput::Bytes(document.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| check(black_box(document.as_bytes()), &options)));
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check");
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let cases: Vec<Vec<u8>> = files.filter_map(|entry| std::fs::read(entry.path()).ok()).collect();
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("own cases", |bencher| {
        bencher.iter(|| cases.iter().map(|case| check(black_box(case), &options).findings.len()).sum::<usize>())
    });
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
