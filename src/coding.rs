//! Content codings (RFC 9110 section 8.4.1): what they are called, and bytes put into them.

use std::io::Write;

/// How the bytes of an answer are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coding {
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

/// How much time the bytes are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Made once and sent a thousand times.
    Stored,
    /// Made for one answer.
    Once,
}

/// Less than this gains nothing that a packet would show.
const WORTH: usize = 512;

impl Coding {
    /// Those that documents are stored in beside the plain bytes.
    pub const COMPRESSED: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

    /// The coding that a name of `Content-Encoding` stands for.
    pub fn named(name: &str) -> Option<Coding> {
        Coding::COMPRESSED.into_iter().find(|coding| coding.as_str() == name)
    }

    /// What a file in this coding is called behind the name of the plain one.
    pub fn extension(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => "gz",
            Coding::Brotli => "br",
            Coding::Zstd => "zst",
        }
    }

    /// The path of the plain file that the one at `path` would be a coded copy of.
    pub fn plain(path: &str) -> Option<&str> {
        Coding::of_path(path).and(Some(path.rsplit_once('.')?.0))
    }

    /// The coding of the file at `path`, by its name.
    pub fn of_path(path: &str) -> Option<Coding> {
        let (_, extension) = path.rsplit_once('.')?;
        Coding::COMPRESSED.into_iter().find(|coding| coding.extension() == extension)
    }

    /// The token of `Content-Encoding`.
    pub fn as_str(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }

    /// Whether a client means it by this name; `x-gzip` is the same as `gzip` (RFC 9110 section 8.4.1.3).
    pub fn is(self, name: &str) -> bool {
        let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
        name.eq_ignore_ascii_case(self.as_str())
    }

    /// The bytes in this coding; `None` where that would not make them smaller.
    pub fn encode(self, bytes: &[u8], effort: Effort) -> Option<Vec<u8>> {
        if bytes.len() < WORTH {
            return None;
        }
        let coded = match self {
            Coding::Identity => None,
            Coding::Gzip => gzip(bytes, effort),
            Coding::Brotli => brotli(bytes, effort),
            Coding::Zstd => zstd::bulk::compress(bytes, if effort == Effort::Stored { 15 } else { 3 }).ok(),
        };
        coded.filter(|coded| coded.len() < bytes.len() - bytes.len() / 20)
    }
}

fn gzip(bytes: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let level = if effort == Effort::Stored { flate2::Compression::best() } else { flate2::Compression::fast() };
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn brotli(bytes: &[u8], effort: Effort) -> Option<Vec<u8>> {
    // 10 and 11 take ten times as long for a few per cent.
    let quality = if effort == Effort::Stored { 9 } else { 4 };
    let params = brotli::enc::BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut coded = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut &*bytes, &mut coded, &params).ok()?;
    Some(coded)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn coded_copies_are_known_by_their_names() {
        assert_eq!(Coding::plain("country/belize.atom.gz"), Some("country/belize.atom"));
        assert_eq!((Coding::plain("all.rss.zst"), Coding::plain("all.rss")), (Some("all.rss"), None));
        assert!(Coding::COMPRESSED.iter().all(|coding| Coding::named(coding.as_str()) == Some(*coding)));
        assert_eq!(Coding::named("identity"), None);
    }

    fn decode(coding: Coding, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match coding {
            Coding::Identity => out.extend_from_slice(bytes),
            Coding::Gzip => _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("gzip"),
            Coding::Brotli => brotli::BrotliDecompress(&mut &*bytes, &mut out).expect("brotli"),
            Coding::Zstd => out = zstd::bulk::decompress(bytes, 1 << 20).expect("zstd"),
        }
        out
    }

    #[test]
    fn what_is_coded_can_be_read_back() {
        let text = "<item><title>The port reopens</title></item>\n".repeat(200).into_bytes();
        for coding in Coding::COMPRESSED {
            for effort in [Effort::Stored, Effort::Once] {
                let coded = coding.encode(&text, effort).expect("smaller");
                assert_eq!(decode(coding, &coded), text, "{coding:?} {effort:?}");
            }
        }
    }

    #[test]
    fn what_does_not_shrink_stays_plain() {
        let noise: Vec<u8> = (0..64_u64).flat_map(|n| *blake3::hash(&n.to_le_bytes()).as_bytes()).collect();
        for coding in Coding::COMPRESSED {
            assert_eq!(coding.encode(b"short", Effort::Stored), None);
            assert_eq!(coding.encode(&noise, Effort::Stored), None, "{coding:?}");
        }
    }
}
