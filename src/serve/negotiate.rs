//! What a request asks for beside its path: which coding it takes, and whether it has the document already. Pure.

use std::time::{Duration, SystemTime};

use crate::coding::Coding;

/// The first of the codings that the client likes best (RFC 9110 section 12.5.3); of those that it likes as much, the first in `available`.
///
/// `available` stands in the order of our own preference, smallest first; the plain bytes are [`Coding::Identity`] among them. `None` where
/// the client takes none.
pub fn coding(accept: Option<&str>, available: &[Coding]) -> Option<Coding> {
    let wishes: Vec<(&str, u16)> = accept.unwrap_or_default().split(',').filter_map(weighted).collect();
    let mut best: Option<(u16, Coding)> = None;
    for coding in available {
        let weight = weight(&wishes, *coding);
        if weight > best.map_or(0, |(best, _)| best) {
            best = Some((weight, *coding));
        }
    }
    best.map(|(_, coding)| coding)
}

/// How much the client likes a coding; 0 for not at all. Plain bytes are acceptable unless they are ruled out, but what is named goes before them.
fn weight(wishes: &[(&str, u16)], coding: Coding) -> u16 {
    let said = |wanted: &dyn Fn(&str) -> bool| wishes.iter().find(|(name, _)| wanted(name)).map(|(_, weight)| weight * 2);
    let own = said(&|name| coding.is(name));
    let any = said(&|name| name == "*");
    match coding {
        Coding::Identity => own.or(any.filter(|weight| *weight == 0)).unwrap_or(1),
        _ => own.or(any).unwrap_or(0),
    }
}

/// A member of a list with its weight in thousandths: `gzip;q=0.5`. One whose weight cannot be read is left out.
pub(super) fn weighted(member: &str) -> Option<(&str, u16)> {
    let mut parts = member.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    match weight {
        None => Some((name, 1000)),
        Some(text) => text.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).map(|q| (name, (q * 1000.0) as u16)),
    }
}

/// The tags of an `If-None-Match` or `If-Match` list: what stands between the quotes, and whether the tag is weak.
///
/// Tags without quotes, which some clients send, are read as well.
pub fn tags(list: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return None;
        }
        let (opaque, is_weak) = match rest.strip_prefix("W/").or_else(|| rest.strip_prefix("w/")) {
            Some(opaque) => (opaque, true),
            None => (rest, false),
        };
        let (tag, after) = match opaque.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => opaque.split_once(',').map_or((opaque.trim_end(), ""), |(tag, after)| (tag.trim_end(), after)),
        };
        rest = after;
        Some((tag, is_weak))
    })
}

/// Whether `If-None-Match` names the document: `*`, or its tag by the weak comparison (RFC 9110 section 13.1.2).
pub fn names(list: &str, tag: &str) -> bool {
    list.trim() == "*" || tags(list).any(|(own, _)| own == tag)
}

/// Whether `If-Match` names the document: `*`, or its tag by the strong comparison (RFC 9110 section 13.1.1).
pub fn names_strongly(list: &str, tag: &str) -> bool {
    list.trim() == "*" || tags(list).any(|(own, is_weak)| own == tag && !is_weak)
}

/// What the conditions of a request say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions<'a> {
    pub if_match: Option<&'a str>,
    pub if_none_match: Option<&'a str>,
    pub if_modified_since: Option<&'a str>,
    pub if_unmodified_since: Option<&'a str>,
}

/// What becomes of a request with conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 200.
    Send,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Judges the conditions in the order of RFC 9110 section 13.2.2: tags go before dates.
pub fn judge(conditions: Conditions<'_>, tag: &str, modified: SystemTime) -> Verdict {
    let failed = match (conditions.if_match, conditions.if_unmodified_since.and_then(date)) {
        (Some(list), _) => !names_strongly(list, tag),
        (None, Some(date)) => whole(modified) > date,
        (None, None) => false,
    };
    if failed {
        return Verdict::Failed;
    }
    let is_had = match (conditions.if_none_match, conditions.if_modified_since.and_then(date)) {
        (Some(list), _) => names(list, tag),
        (None, Some(date)) => whole(modified) <= date,
        (None, None) => false,
    };
    if is_had { Verdict::NotModified } else { Verdict::Send }
}

/// A date of HTTP (RFC 9110 section 5.6.7); one that cannot be read counts as not sent.
fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// Dates of HTTP are whole seconds.
fn whole(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Brotli, Gzip, Identity, Zstd};

    #[test]
    fn the_best_coding_is_chosen() {
        for (accept, expected) in [
            (None, Some(Identity)),
            (Some(""), Some(Identity)),
            (Some("gzip"), Some(Gzip)),
            (Some("x-gzip"), Some(Gzip)),
            (Some("GZIP"), Some(Gzip)),
            (Some("gzip, deflate, br, zstd"), Some(Brotli)),
            (Some("gzip;q=1.0, br;q=0.5"), Some(Gzip)),
            (Some("gzip;q=0.001"), Some(Gzip)),
            (Some("gzip;q=0, br;q=0.0"), Some(Identity)),
            (Some("gzip;q=0.5, identity"), Some(Identity)),
            (Some("identity;q=0.5, gzip;q=0.5"), Some(Gzip)),
            (Some("*"), Some(Brotli)),
            (Some("*;q=0.5, br;q=0"), Some(Zstd)),
            (Some("*;q=0"), None),
            (Some("identity;q=0"), None),
            (Some("identity;q=0, gzip"), Some(Gzip)),
            (Some("deflate"), Some(Identity)),
            (Some("gzip;q=x"), Some(Identity)),
            (Some(";;,,;q=1"), Some(Identity)),
        ] {
            assert_eq!(coding(accept, &[Brotli, Zstd, Gzip, Identity]), expected, "{accept:?}");
        }
        // Something that does not shrink has only its plain bytes.
        assert_eq!(coding(Some("gzip, br"), &[Identity]), Some(Identity));
        assert_eq!(coding(Some("gzip, identity;q=0"), &[Identity]), None);
    }

    #[test]
    fn lists_of_tags_are_read() {
        for (list, tag, weak, strong) in [
            ("\"a\"", "a", true, true),
            ("W/\"a\"", "a", true, false),
            ("\"x\", W/\"y\" ,\"a\"", "a", true, true),
            ("\"x,a\"", "a", false, false),
            ("\"x,a\"", "x,a", true, true),
            ("*", "a", true, true),
            ("\"*\"", "a", false, false),
            ("a", "a", true, true),
            ("x, a ", "a", true, true),
            ("\"a", "a", true, true),
            ("", "a", false, false),
            (",,,", "a", false, false),
            ("\"a-gz\"", "a", false, false),
        ] {
            assert_eq!((names(list, tag), names_strongly(list, tag)), (weak, strong), "{list}");
        }
    }

    #[test]
    fn tags_go_before_dates() {
        let modified = SystemTime::UNIX_EPOCH + Duration::new(1_518_170_400, 500);
        let none = Conditions::default();
        let (same, before, after) = ("Fri, 09 Feb 2018 10:00:00 GMT", "Fri, 09 Feb 2018 09:59:59 GMT", "Sat, 10 Feb 2018 10:00:00 GMT");
        let since = |date| Conditions { if_modified_since: Some(date), ..none };
        let unmodified = |date| Conditions { if_unmodified_since: Some(date), ..none };
        for (conditions, expected) in [
            (none, Verdict::Send),
            (since(same), Verdict::NotModified),
            (since(after), Verdict::NotModified),
            (since(before), Verdict::Send),
            (since("yesterday"), Verdict::Send),
            // The older forms of a date (RFC 9110 section 5.6.7).
            (since("Friday, 09-Feb-18 10:00:00 GMT"), Verdict::NotModified),
            (since("Fri Feb  9 10:00:00 2018"), Verdict::NotModified),
            (Conditions { if_none_match: Some("\"a\""), ..since(before) }, Verdict::NotModified),
            (Conditions { if_none_match: Some("\"b\""), ..since(after) }, Verdict::Send),
            (Conditions { if_match: Some("\"b\""), ..none }, Verdict::Failed),
            (Conditions { if_match: Some("\"a\""), ..unmodified(before) }, Verdict::Send),
            (Conditions { if_match: Some("\"a\""), if_none_match: Some("\"a\""), ..none }, Verdict::NotModified),
            (unmodified(before), Verdict::Failed),
            (unmodified(same), Verdict::Send),
        ] {
            assert_eq!(judge(conditions, "a", modified), expected, "{conditions:?}");
        }
    }
}
