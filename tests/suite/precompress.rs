//! Compressed copies beside documents: `precompress` in `[output]`.

use std::io::Read;

use crate::support::{CONFIG, Publication};

fn with(codings: &str) -> String {
    format!("{CONFIG}\n[output]\nprecompress = [{codings}]\n")
}

fn published(codings: &str) -> Publication {
    let publication = Publication::with_config(&with(codings));
    (1..=8).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    publication
}

fn bytes(publication: &Publication, path: &str) -> Vec<u8> {
    std::fs::read(publication.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_document_has_its_copies() {
    let publication = published("'gzip', 'br', 'zstd'");
    for path in ["public/all.rss", "public/country/belize.json", "public/index.html", "public/feeds.opml"] {
        let plain = bytes(&publication, path);
        let [mut gzip, mut br] = [Vec::new(), Vec::new()];
        flate2::read::GzDecoder::new(&*bytes(&publication, &format!("{path}.gz"))).read_to_end(&mut gzip).expect("gzip");
        brotli::BrotliDecompress(&mut &*bytes(&publication, &format!("{path}.br")), &mut br).expect("brotli");
        let zst = zstd::bulk::decompress(&bytes(&publication, &format!("{path}.zst")), 1 << 20).expect("zstd");
        assert!(gzip == plain && br == plain && zst == plain, "{path}");
    }
    // What servers say with Last-Modified is the same for both.
    let modified = |path: &str| std::fs::metadata(publication.path(path)).and_then(|metadata| metadata.modified()).expect("a time");
    assert_eq!(modified("public/all.rss.gz"), modified("public/all.rss"));
    publication.run(&["build", "-v"]).expect(0, &["unchanged all.rss.gz"]);
}

#[test]
fn copies_follow_their_documents() {
    let publication = published("'gzip'");
    let before = (bytes(&publication, "public/all.rss.gz"), bytes(&publication, "public/topic/ports.rss.gz"));
    publication.item(9, "A ship comes");
    publication.build();
    assert_ne!(bytes(&publication, "public/all.rss.gz"), before.0);
    assert_eq!(bytes(&publication, "public/topic/ports.rss.gz"), before.1);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*bytes(&publication, "public/all.rss.gz")).read_to_end(&mut plain).expect("gzip");
    assert_eq!(plain, bytes(&publication, "public/all.rss"));
    // One that was lost comes back, one that somebody else wrote is not overwritten.
    publication.remove("public/all.rss.gz");
    publication.run(&["build"]).expect(0, &["1 new"]);
    publication.write("public/all.atom.gz", "no gzip");
    publication.run(&["build"]).expect(1, &["foreign-file", "all.atom.gz"]);
    publication.run(&["build", "--force"]).expect(0, &["1 changed"]);
    // Without the key they go, and nobody asks whether a path may disappear.
    publication.write("feeds.toml", CONFIG);
    publication.build();
    assert!(!publication.files("public").iter().any(|file| file.ends_with(".gz")));
}

#[test]
fn copies_of_what_is_kept_are_kept() {
    let keep = |config: &str| config.replace("[channels]", "[channels]\nempty = 'keep'");
    let publication = Publication::with_config(&keep(&with("'gzip'")));
    publication.item(1, "The port of Belize reopens");
    publication.item(2, "A ship comes");
    publication.build();
    assert!(publication.exists("public/topic/ships.rss.gz"));
    publication.item(2, "A boat comes");
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    assert!(publication.exists("public/topic/ships.rss") && publication.exists("public/topic/ships.rss.gz"));
}

#[test]
fn the_key_takes_codings_that_there_are() {
    let publication = Publication::with_config(&with("'gzip', 'deflate'"));
    publication.run(&["build"]).expect(1, &["bad-value", "`deflate`"]);
    publication.write("feeds.toml", with("'gzip', 'gzip'"));
    publication.run(&["build"]).expect(1, &["bad-value", "`gzip` stands twice"]);
}
