//! Media types and character encodings by name.

use std::sync::LazyLock;

use regex::Regex;

use super::super::codes as c;
use super::super::found::Detail;
use super::super::walk::{On, Walk};

static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    const TOKEN: &str = r#"[^\s()<>,;:\\"/\[\]?=]+"#;
    super::uri::regex(&format!(r#"^{TOKEN}/{TOKEN}(\s*;\s*{TOKEN}=("(\\"|[^"])*"|{TOKEN}))*$"#))
});

/// Whether the text is `type/subtype`, with parameters or without.
pub(in crate::check) fn is_media_type(text: &str) -> bool {
    let simple = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b));
    text.split_once('/').is_some_and(|(main, sub)| simple(main) && simple(sub)) || TYPE.is_match(text)
}

pub(in crate::check) fn media_type(walk: &mut Walk<'_>, on: On, value: &str) {
    if !is_media_type(value) {
        walk.say(on, &c::INVALID_MIME_TYPE, Detail::value(value));
    }
}

/// An encoding that is known by this name.
pub(in crate::check) fn charset(walk: &mut Walk<'_>, on: On, value: &str) {
    if super::super::bytes::Encoding::named(value).is_none() {
        walk.say(on, &c::INVALID_ENCODING, Detail::value(value));
    }
}
