//! Language codes: the primary subtag must be one of ISO 639-1 or 639-2.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::codes as c;
use super::super::found::Detail;
use super::super::walk::{On, Walk};
use super::iso::LANGUAGES;

/// Whether the tag's first subtag is a known language code, in any case.
pub(in crate::check) fn is_known(tag: &str) -> bool {
    static CODES: LazyLock<HashSet<&str, foldhash::fast::RandomState>> = LazyLock::new(|| LANGUAGES.split(' ').collect());
    let primary = tag.split('-').next().unwrap_or(tag);
    CODES.contains(primary) || CODES.contains(primary.to_lowercase().as_str())
}

/// RSS 2.0 `language`, `dc:language`, `hreflang`.
pub(in crate::check) fn code(walk: &mut Walk<'_>, on: On, value: &str) {
    if !is_known(value) {
        walk.say(on, &c::INVALID_LANGUAGE, Detail::value(value));
    }
}
