//! Language codes.

use super::super::codes as c;
use super::super::found::Detail;
use super::super::walk::{On, Walk};
use crate::vocab::language::is_registered;

/// RSS 2.0 `language`, `dc:language`, `hreflang`.
pub(in crate::check) fn code(walk: &mut Walk<'_>, on: On, value: &str) {
    if !is_registered(value) {
        walk.say(on, &c::INVALID_LANGUAGE, Detail::value(value));
    }
}
