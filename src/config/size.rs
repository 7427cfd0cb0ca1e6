//! Sizes in bytes: `524288`, `"512 KB"`.

use toml::Spanned;
use toml::de::DeValue;

use super::file::number;

/// Units and their bytes; `KB` is of a thousand, as on the label of a disk.
const UNITS: [(&str, u64); 7] =
    [("b", 1), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30)];

/// A document's head alone takes about so much.
const SMALLEST: u64 = 4_000;
const LARGEST: u64 = 1_000_000_000;

/// The bytes that a value stands for, or what is wrong with it, as in "`bytes` is no size".
pub(super) fn read(value: &Spanned<DeValue<'_>>) -> Result<u64, String> {
    let bytes = match value.get_ref() {
        DeValue::String(text) => parse(text).ok_or_else(|| format!("cannot read `{text}` as a size"))?,
        written => number(value).map(|at| at.value).ok_or_else(|| format!("cannot be a {}", written.type_str()))?,
    };
    match bytes {
        ..SMALLEST => Err(format!("is too small: no document fits into {bytes} bytes")),
        SMALLEST..=LARGEST => Ok(bytes),
        _ => Err(format!("is too large: {bytes} bytes, and a gigabyte is the most")),
    }
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let unit = text[digits..].trim().to_ascii_lowercase();
    let unit = if unit.is_empty() { 1 } else { UNITS.iter().find(|(name, _)| *name == unit)?.1 };
    text[..digits].replace('_', "").parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_strangers_refused() {
        for (text, want) in [
            ("512 KB", Some(512_000)),
            ("512kib", Some(524_288)),
            (" 2 MB ", Some(2_000_000)),
            ("70_000", Some(70_000)),
            ("1 XB", None),
            ("KB", None),
            ("-1 KB", None),
            ("1.5 MB", None),
            ("99999999999999999999", None),
            ("18446744073709551615 GB", None),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
    }
}
