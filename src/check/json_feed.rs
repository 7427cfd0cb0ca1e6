//! JSON Feed.
use super::Options;
use super::found::Found;
use super::report::{self, Kind, Report};

pub(super) fn looks_like(bytes: &[u8], media_type: Option<&str>) -> bool {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    matches!(media_type, Some("application/feed+json")) || start.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

pub(super) fn check(_bytes: &[u8], _options: &Options, found: Vec<Found>) -> Report {
    report::make("", Kind::Json, found, 0)
}
