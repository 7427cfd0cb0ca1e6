//! What a store calls one state of an object, as a text.
//!
//! Everywhere an entity tag tells one state from another. A put can depend on it in S3 and in Azure; in Google Cloud Storage it can depend on nothing but the
//! number of the generation, which its answers tell and a list as we get it does not. So there the text has both: `"x" 17`.

/// The text for an entity tag and a generation.
pub(super) fn with_generation(etag: &str, generation: &str) -> String {
    format!("{etag} {generation}")
}

/// The two in a text.
pub(super) fn parts(tag: &str) -> (&str, Option<&str>) {
    match tag.rsplit_once(' ') {
        Some((etag, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => (etag, Some(number)),
        _ => (tag, None),
    }
}

/// As in a header (RFC 9110 section 8.8.3). Lists of Azure have it without the quotes.
pub(super) fn quoted(etag: String) -> String {
    if etag.ends_with('"') { etag } else { format!("\"{etag}\"") }
}

/// Whether two texts are of the same state, by what both of them tell.
pub fn is_same(one: &str, other: &str) -> bool {
    let ((etag, generation), (other, later)) = (parts(one), parts(other));
    etag.trim_matches('"') == other.trim_matches('"') && (generation == later || generation.is_none() || later.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_same_with_quotes_and_without_and_by_its_generation() {
        for (one, other, same) in [
            ("\"x\"", "\"x\"", true),
            ("\"x\"", "x", true),
            ("\"x\" 17", "\"x\"", true),
            ("x", "\"x\" 17", true),
            ("\"x\" 17", "\"x\" 17", true),
            ("\"x\" 17", "\"x\" 18", false),
            ("\"x\"", "\"y\"", false),
            ("12-1700", "12-1700", true),
            ("", "\"x\"", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
        assert_eq!(parts(&with_generation("\"x\"", "17")), ("\"x\"", Some("17")));
        assert_eq!([quoted("0x8D".to_owned()), quoted("\"x\"".to_owned())], ["\"0x8D\"", "\"x\""]);
    }
}
