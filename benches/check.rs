//! How long a check takes: a small feed, one with HTML, a large one, and every case of the checker's own.
//!
//! Beside the figures of criterion it prints each aim with what was measured; `cargo bench --bench check -- nothing` prints those alone.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

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

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| std::fs::read(entry.path()).ok()).collect()
}

/// The median of eleven rounds.
fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..11)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

/// What was aimed at, what it is, and the one as a part of the other: below 1 is better than the aim.
fn aims() {
    let options = Options { url: url::Url::parse("https://example.org/feed.xml").ok(), ..Options::default() };
    let milliseconds = |documents: &[Vec<u8>]| {
        let all = || documents.iter().for_each(|document| drop(black_box(check(document, &options))));
        median(all).as_secs_f64() * 1000.0
    };
    let plain = "A sentence of plain text without any markup in it. ".repeat(17);
    let small = milliseconds(&[feed(50, &plain).into_bytes()]);
    println!("50 items of plain text: {small:.3} ms, aim 0.5 ms, ratio {:.2}", small / 0.5);
    for (name, document) in [("60,000 items of plain text", feed(60_000, &plain)), ("170,000 tiny items", feed(170_000, "Short"))] {
        let megabytes = document.len() as f64 / 1e6;
        let speed = megabytes * 1000.0 / milliseconds(&[document.into_bytes()]);
        println!("{name}, {megabytes:.0} MB: {speed:.0} MB/s, aim 200 MB/s, ratio {:.2}", 200.0 / speed);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("shared").join("feed-cases/cases");
    let cases = files(&beside);
    if !cases.is_empty() {
        let time = milliseconds(&cases);
        println!("the reference's {} cases: {time:.1} ms, aim 50 ms, ratio {:.2}", cases.len(), time / 50.0);
    }
}

fn checks(criterion: &mut Criterion) {
    aims();
    let options = Options { url: url::Url::parse("https://example.org/feed.xml").ok(), ..Options::default() };
    let plain = "A sentence of plain text without any markup in it. ".repeat(17);
    let html = "&lt;p&gt;A &lt;b&gt;sentence&lt;/b&gt; with &lt;a href=\"https://example.org/\"&gt;a link&lt;/a&gt;.&lt;/p&gt;".repeat(8);
    let mut group = criterion.benchmark_group("check");
    for (name, document) in [("50 items", feed(50, &plain)), ("50 items of HTML", feed(50, &html)), ("10,000 items", feed(10_000, &plain))]
    {
        group.throughput(Throughput::Bytes(document.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| check(black_box(document.as_bytes()), &options)));
    }
    let cases = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check")));
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("own cases", |bencher| {
        bencher.iter(|| cases.iter().map(|case| check(black_box(case), &options).findings.len()).sum::<usize>())
    });
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
