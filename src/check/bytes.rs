//! Bytes to text: which encoding a document has by its mark, its declaration and its header, and what is wrong where they disagree.
//!
//! The order of trust is the reference's: the header's `charset`, then the byte order mark and the XML declaration. `iso-8859-1` is
//! Latin-1 itself and not windows-1252, so bytes 0x80 to 0x9F become the controls that they are.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::codes as c;
use super::found::{Detail, Found, Spot};
use super::value::uri::regex;

/// A document as text.
pub(super) struct Decoded<'b> {
    pub text: Cow<'b, str>,
    /// The encoding by the name that the document or the header gave it.
    pub encoding: String,
    pub found: Vec<Found>,
}

/// What the caller knows of a document beside its bytes.
#[derive(Clone, Copy)]
pub(super) struct Told<'t> {
    pub media_type: Option<&'t str>,
    pub charset: Option<&'t str>,
    /// For documents that say nothing at all.
    pub fallback: &'static str,
}

/// An encoding that can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Utf16 { big: bool },
    Utf16ByMark,
    Utf32 { big: bool },
    Utf32ByMark,
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// The encoding of this name, if it is one.
    pub fn named(name: &str) -> Option<Self> {
        let plain: String = name.trim().to_lowercase().replace(['_', ' '], "-");
        Some(match plain.as_str() {
            "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => Encoding::Utf8,
            "us-ascii" | "ascii" | "646" | "ansi-x3.4-1968" | "iso646-us" | "us" | "cp367" | "ibm367" => Encoding::Ascii,
            "iso-8859-1" | "iso8859-1" | "latin-1" | "latin1" | "l1" | "8859" | "cp819" | "ibm819" | "latin" | "iso-ir-100" => {
                Encoding::Latin1
            }
            "utf-16" | "utf16" | "u16" | "iso-10646-ucs-2" | "csunicode" | "ucs-2" => Encoding::Utf16ByMark,
            "utf-16le" | "utf-16-le" | "unicodelittleunmarked" => Encoding::Utf16 { big: false },
            "utf-16be" | "utf-16-be" | "unicodebigunmarked" => Encoding::Utf16 { big: true },
            "utf-32" | "utf32" | "u32" | "iso-10646-ucs-4" | "csucs4" | "ucs-4" => Encoding::Utf32ByMark,
            "utf-32le" | "utf-32-le" => Encoding::Utf32 { big: false },
            "utf-32be" | "utf-32-be" => Encoding::Utf32 { big: true },
            "mac-cyrillic" | "maccyrillic" => Encoding::Other(encoding_rs::X_MAC_CYRILLIC),
            "mac-roman" | "macroman" | "macintosh" => Encoding::Other(encoding_rs::MACINTOSH),
            other => match encoding_rs::Encoding::for_label(name.as_bytes()).or_else(|| encoding_rs::Encoding::for_label(other.as_bytes()))
            {
                // Names that stand for nothing but the replacement character, or for this program's own names above.
                Some(found) if found != encoding_rs::REPLACEMENT && found != encoding_rs::X_USER_DEFINED => Encoding::Other(found),
                _ => return None,
            },
        })
    }
}

/// What is said of a document that is UTF-8, and for which neither a declaration nor a header speaks.
pub(super) const UNNAMED: &str = "nothing names its encoding, and so some bytes are not US-ASCII";

/// Reads a document's bytes, which are this text if they are UTF-8 and known to be.
pub(super) fn decode<'b>(bytes: &'b [u8], text: Option<&'b str>, told: Told<'_>) -> Decoded<'b> {
    let mut found = Vec::new();
    let declared = detect(bytes, &mut found);
    if let Some((name, Some(spot))) = &declared
        && Encoding::named(name).is_some()
    {
        rare(name, *spot, &mut found);
    }
    let (named, spot) = match declared {
        Some((name, spot)) => (Some(name), spot.unwrap_or(Spot::NOWHERE)),
        None => (None, Spot::NOWHERE),
    };
    if let (Some(charset), Some(named)) = (told.charset, &named)
        && !charset.eq_ignore_ascii_case(named)
    {
        found.push(Found::new(&c::ENCODING_MISMATCH, Spot::NOWHERE, "", "", &Detail::value(charset).other(named)));
    }
    if told.charset.is_none() && told.media_type.is_some_and(|kind| kind.starts_with("text/")) {
        found.push(Found::bare(&c::TEXT_XML, Spot::NOWHERE, ""));
    }
    let is_unnamed = told.charset.is_none() && named.is_none();
    let name = match told.charset.map(str::to_owned).or(named) {
        None => {
            found.push(Found::bare(&c::MISSING_ENCODING, Spot::NOWHERE, told.fallback));
            told.fallback.to_owned()
        }
        Some(name) if Encoding::named(&name).is_none() => {
            found.push(Found::bare(&c::UNKNOWN_ENCODING, spot, &name));
            told.fallback.to_owned()
        }
        Some(name) => name,
    };
    let (text, broken) = match (Encoding::named(&name).unwrap_or(Encoding::Utf8), text) {
        (Encoding::Utf8, Some(text)) => (Cow::Borrowed(text), false),
        (encoding, _) => read(bytes, encoding),
    };
    if broken {
        let is_utf8 = is_unnamed && std::str::from_utf8(bytes).is_ok();
        let why = if is_utf8 { UNNAMED.to_owned() } else { format!("some bytes are not {name}") };
        found.push(Found::bare(&c::UNICODE_ERROR, Spot::NOWHERE, &why));
    }
    Decoded { text, encoding: name, found }
}

/// Says where an encoding is one that readers may not know.
fn rare(name: &str, spot: Spot, found: &mut Vec<Found>) {
    const COMMON: &str = "US-ASCII ISO-8859-1 EUC-JP ISO-8859-2 ISO-8859-15 ISO-8859-7 KOI8-R SHIFT_JIS WINDOWS-1250 WINDOWS-1251 WINDOWS-1252 \
        WINDOWS-1254 WINDOWS-1255 WINDOWS-1256 GB18030";
    let upper = name.to_uppercase();
    if matches!(upper.as_str(), "UTF-8" | "UTF-16") {
        return;
    }
    let rule = if super::value::listed(COMMON, &upper) { &c::NONSTD_ENCODING } else { &c::OBSCURE_ENCODING };
    found.push(Found::bare(rule, spot, name));
}

/// An encoding's name and where the declaration says it.
type Named = (String, Option<Spot>);

/// XML 1.0 appendix F.1, as far as the first letters tell.
fn detect(bytes: &[u8], found: &mut Vec<Found>) -> Option<Named> {
    const UCS4: &[&str] = &["UTF-32", "ISO-10646-UCS-4", "CSUCS4", "UCS-4"];
    const UCS2: &[&str] = &["UTF-16", "ISO-10646-UCS-2", "CSUNICODE", "UCS-2"];
    const UTF8: &[&str] = &["UTF-8"];
    match bytes {
        [0, 0, 0xFE, 0xFF, rest @ ..] => needs_declaration(&head(rest, Encoding::Utf32 { big: true }), UCS4, "", found),
        [0xFF, 0xFE, 0, 0, rest @ ..] => needs_declaration(&head(rest, Encoding::Utf32 { big: false }), UCS4, "", found),
        [0xFE, 0xFF, rest @ ..] => after_mark(&head(rest, Encoding::Utf16 { big: true }), UCS2, found),
        [0xFF, 0xFE, rest @ ..] => after_mark(&head(rest, Encoding::Utf16 { big: false }), UCS2, found),
        [0xEF, 0xBB, 0xBF, rest @ ..] => after_mark(&head(rest, Encoding::Latin1), UTF8, found),
        [0, 0, 0, b'<', ..] => needs_declaration(&head(bytes, Encoding::Utf32 { big: true }), UCS4, "UTF-32BE", found),
        [b'<', 0, 0, 0, ..] => needs_declaration(&head(bytes, Encoding::Utf32 { big: false }), UCS4, "UTF-32LE", found),
        [0, b'<', 0, b'?', ..] => needs_declaration(&head(bytes, Encoding::Utf16 { big: true }), UCS2, "UTF-16BE", found),
        [b'<', 0, b'?', 0, ..] => needs_declaration(&head(bytes, Encoding::Utf16 { big: false }), UCS2, "UTF-16LE", found),
        [b'<', b'?', b'x', b'm', ..] => Some(declaration(&head(bytes, Encoding::Latin1)).unwrap_or(("UTF-8".to_owned(), None))),
        _ => None,
    }
}

/// The first letters of a document.
fn head(bytes: &[u8], encoding: Encoding) -> String {
    read(&bytes[..bytes.len().min(2048)], encoding).0.into_owned()
}

fn needs_declaration(text: &str, permitted: &[&str], own: &str, found: &mut Vec<Found>) -> Option<Named> {
    let declared = declaration(text);
    match &declared {
        None => found.push(Found::bare(&c::UNICODE_ERROR, Spot::place(1, 1), "a document in this encoding must declare it")),
        Some((name, spot)) => {
            let upper = name.to_uppercase();
            if upper != own && !permitted.contains(&upper.as_str()) && Encoding::named(name).is_some() {
                let why = format!("the document declares {name} and is written in {}", if own.is_empty() { permitted[0] } else { own });
                found.push(Found::bare(&c::UNICODE_ERROR, spot.unwrap_or(Spot::NOWHERE), &why));
            }
        }
    }
    declared
}

fn after_mark(text: &str, permitted: &[&str], found: &mut Vec<Found>) -> Option<Named> {
    match declaration(text) {
        Some((name, spot)) if !permitted.contains(&name.to_uppercase().as_str()) => {
            let why = format!("the document starts with the mark of {} and declares {name}", permitted[0]);
            found.push(Found::bare(&c::UNICODE_ERROR, spot.unwrap_or(Spot::NOWHERE), &why));
            None
        }
        Some(named) => Some(named),
        None => Some((permitted[0].to_owned(), None)),
    }
}

/// The encoding that an XML declaration names, and where.
fn declaration(text: &str) -> Option<Named> {
    static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"^<\?xml\s+version\s*=\s*(?:"[-a-zA-Z0-9_.:]+"|'[-a-zA-Z0-9_.:]+')\s+encoding\s*=\s*(?:"([-A-Za-z0-9._]+)"|'([-A-Za-z0-9._]+)')"#,
        )
    });
    let found = DECLARATION.captures(text)?;
    let name = found.get(1).or_else(|| found.get(2))?;
    let before = &text[..name.start()];
    let line = 1 + before.matches('\n').count();
    let last = before.rsplit('\n').next().unwrap_or_default();
    let column = last.chars().fold(0, |column, c| if c == '\t' { (column / 8 + 1) * 8 } else { column + 1 });
    Some((name.as_str().to_owned(), Some(Spot::place(line as isize, column + 1))))
}

/// The text, and whether some of it had to be replaced.
fn read(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, bool) {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (String::from_utf8_lossy(bytes), true),
        },
        Encoding::Ascii => match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => (Cow::Borrowed(text), false),
            _ => (bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '\u{fffd}' }).collect::<String>().into(), true),
        },
        Encoding::Latin1 => (encoding_rs::mem::decode_latin1(bytes), false),
        Encoding::Utf16 { big } => {
            let (text, broken) = if big { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE }.decode_without_bom_handling(bytes);
            (text, broken)
        }
        Encoding::Utf16ByMark => match bytes {
            [0xFE, 0xFF, rest @ ..] => read(rest, Encoding::Utf16 { big: true }),
            [0xFF, 0xFE, rest @ ..] => read(rest, Encoding::Utf16 { big: false }),
            _ => read(bytes, Encoding::Utf16 { big: false }),
        },
        Encoding::Utf32 { big } => utf32(bytes, big),
        Encoding::Utf32ByMark => match bytes {
            [0, 0, 0xFE, 0xFF, rest @ ..] => utf32(rest, true),
            [0xFF, 0xFE, 0, 0, rest @ ..] => utf32(rest, false),
            [0, ..] => utf32(bytes, true),
            _ => utf32(bytes, false),
        },
        Encoding::Other(found) => found.decode_without_bom_handling(bytes),
    }
}

fn utf32(bytes: &[u8], big: bool) -> (Cow<'_, str>, bool) {
    let mut broken = !bytes.len().is_multiple_of(4);
    let letter = |four: [u8; 4]| char::from_u32(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) });
    let letters = bytes.chunks_exact(4).map(|four| letter([four[0], four[1], four[2], four[3]]));
    let text = letters
        .map(|c| {
            c.unwrap_or_else(|| {
                broken = true;
                '\u{fffd}'
            })
        })
        .collect::<String>();
    (text.into(), broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, String, Vec<&'static str>) {
        let told = Told { media_type: None, charset: None, fallback: "UTF-8" };
        let decoded = decode(bytes, None, told);
        (decoded.text.into_owned(), decoded.encoding, decoded.found.iter().map(|found| found.rule.code.name).collect())
    }

    #[test]
    fn marks_and_declarations() {
        let utf16: Vec<u8> = "<?xml version='1.0'?><é/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xFF, 0xFE], utf16.as_slice()].concat();
        assert_eq!(text(&marked), ("<?xml version='1.0'?><é/>".into(), "UTF-16".into(), vec![]));
        assert_eq!(text(b"<?xml version='1.0'?><a/>").1, "UTF-8");
        let (latin, _, found) = text(b"<?xml version='1.0' encoding='iso-8859-1'?>\x93");
        assert!(latin.ends_with('\u{93}'));
        assert_eq!(found, ["nonstd-encoding"]);
        assert_eq!(text(b"<?xml version='1.0' encoding='x-fake'?><a/>").2, ["unknown-encoding"]);
        assert_eq!(text(b"<?xml version='1.0'?>\xff").2, ["unicode-error"]);
    }
}
