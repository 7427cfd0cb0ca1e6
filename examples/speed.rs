use std::time::Instant;
fn best(n: usize, mut f: impl FnMut()) -> f64 {
    (0..n)
        .map(|_| {
            let t = Instant::now();
            f();
            t.elapsed().as_secs_f64()
        })
        .fold(f64::MAX, f64::min)
}
fn feed(items: usize, body: usize) -> String {
    let mut s = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n<title>News</title>\n<link>https://example.org/</link>\n<description>News</description>\n<atom:link href=\"https://example.org/feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>\n",
    );
    for i in 0..items {
        s += &format!(
            "<item>\n<title>Story number {i} of the day</title>\n<link>https://example.org/news/{i}</link>\n<guid isPermaLink=\"false\">tag:example.org,2020:{i}</guid>\n<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>\n<category>News</category>\n<description>{}</description>\n</item>\n",
            "A sentence of plain text without any markup in it. ".repeat(body)
        );
    }
    s + "</channel>\n</rss>\n"
}
fn main() {
    let o = tidings::check::Options {
        url: url::Url::parse("https://example.org/feed.xml").ok(),
        now: Some(chrono::Utc::now()),
        ..Default::default()
    };
    let small = feed(50, 17);
    let t = best(200, || {
        std::hint::black_box(tidings::check::check(small.as_bytes(), &o));
    });
    println!("{} bytes: {:.3} ms, {} findings", small.len(), t * 1e3, tidings::check::check(small.as_bytes(), &o).findings.len());
    let html = small
        .replace("A sentence of", "&lt;p&gt;A &lt;b&gt;sentence&lt;/b&gt; of &lt;a href=\"https://example.org/\"&gt;x&lt;/a&gt;&lt;/p&gt;");
    let t = best(100, || {
        std::hint::black_box(tidings::check::check(html.as_bytes(), &o));
    });
    println!("{} bytes html: {:.3} ms, {} findings", html.len(), t * 1e3, tidings::check::check(html.as_bytes(), &o).findings.len());
    for (items, body) in [(100_000, 17), (100_000, 4), (10_000, 200)] {
        let big = feed(items, body);
        let t = best(5, || {
            std::hint::black_box(tidings::check::check(big.as_bytes(), &o));
        });
        println!("{} MB ({items} items): {:.1} ms, {:.0} MB/s", big.len() / 1_000_000, t * 1e3, big.len() as f64 / t / 1e6);
    }
    if let Some(dir) = std::env::args().nth(1) {
        let files: Vec<_> = walkdir::WalkDir::new(dir)
            .into_iter()
            .flatten()
            .filter(|e| e.file_type().is_file())
            .map(|e| std::fs::read(e.path()).unwrap_or_default())
            .collect();
        let t = best(5, || {
            for f in &files {
                std::hint::black_box(tidings::check::check(f, &o));
            }
        });
        println!("{} files: {:.1} ms", files.len(), t * 1e3);
    }
}
