//! Watchers that many elements share: one value rule each.

use super::super::Kind;
use super::super::class::{Attributes, Class, Start, Text};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::html;
use super::super::namespace::{DC, RDF};
use super::super::value::{date, iso, language, mail, number, plain, uri};
use super::super::walk::{NodeId, On, State, Walk};

macro_rules! values {
    ($($name:ident = $rule:expr;)*) => {
        $(pub(in crate::check) static $name: Class = Class::value(|walk, id, value| $rule(walk, On::Node(id), value));)*
    };
}

values! {
    FULL_URI = uri::full;
    IRI = uri::iri_rule;
    IDENTIFIER = uri::identifier;
    WEB_URL = uri::web;
    RFC822 = date::rfc822_rule;
    RFC3339 = date::rfc3339;
    W3CDTF = date::w3cdtf;
    ISO8601 = date::iso8601;
    ANY_ISO8601 = date::any_iso8601;
    DAY = date::day;
    LANGUAGE = language::code;
    ADDRESS = mail::address;
    POSITIVE = number::positive;
    NON_NEGATIVE = number::non_negative;
    INTEGER = number::integer;
    FLOAT = number::float;
    FLOAT_AND_MORE = number::float_and_more;
    FLOAT_UNIT = number::float_unit;
    INTEGER_UNIT = number::integer_unit;
    DECIMAL = number::decimal;
    PERCENT = number::percent;
    LATITUDE = number::latitude;
    LONGITUDE = number::longitude;
    DURATION = number::duration;
}

/// Any address, absolute or not.
pub(in crate::check) static URI: Class = Class::value(|walk, id, value| {
    uri::reference(walk, On::Node(id), value);
});

/// Any text.
pub(in crate::check) static TEXT: Class = Class { close: None, ..Class::value(|_, _, _| {}) };

/// Stands once in its parent.
pub(in crate::check) static ONCE: Class = Class { once: Some(&c::DUPLICATE_ELEMENT), ..Class::container(&[]) };
pub(in crate::check) static ONE_ENCLOSURE: Class = Class { once: Some(&c::DUPLICATE_ENCLOSURE), ..Class::container(&[]) };

/// Has something in it.
pub(in crate::check) static NONBLANK: Class = Class::value(not_blank);

fn not_blank(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    nonblank(walk, On::Node(id), value);
}

pub(in crate::check) fn nonblank(walk: &mut Walk<'_>, on: On, value: &str) {
    if value.is_empty() {
        walk.say(on, &c::NOT_BLANK, Detail::default());
    }
}

/// Has no white space around its value.
pub(in crate::check) static TIGHT: Class = Class { text: Text::Tight, ..TEXT_CLASS };
pub(in crate::check) const TEXT_CLASS: Class = Class { close: None, ..Class::value(|_, _, _| {}) };

/// Text without markup.
pub(in crate::check) static PLAIN: Class = PLAIN_CLASS;
pub(in crate::check) const PLAIN_CLASS: Class = Class::value(plain_text).open(plain::begins);

fn plain_text(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML);
}

/// HTML for all to see.
pub(in crate::check) static HTML: Class = Class::value(|walk, id, value| {
    let at = walk.node(id).at;
    html::check(walk, On::Node(id), value, at, Some(id));
})
.open(|walk, id| walk.node_mut(id).mixed = true);

/// A mail address with a name or without.
pub(in crate::check) static CONTACT: Class =
    Class::value(|walk, id, value| mail::contact(walk, id, On::Node(id), value)).open(plain::begins);
pub(in crate::check) static NAMED_CONTACT: Class =
    Class::value(|walk, id, value| mail::named_contact(walk, id, On::Node(id), value)).open(plain::begins);

/// No mail address in angle brackets.
pub(in crate::check) static NO_ADDRESS: Class = Class::value(|walk, id, value| {
    if mail::holds_address(value) {
        walk.say(On::Node(id), &c::CONTAINS_EMAIL, Detail::default());
    }
});

pub(in crate::check) static YES_NO: Class = Class::value(|walk, id, value| yes_no(walk, On::Node(id), value)).untrimmed();

pub(in crate::check) fn yes_no(walk: &mut Walk<'_>, on: On, value: &str) {
    if !matches!(value, "yes" | "no") {
        walk.say(on, &c::INVALID_YES_NO, Detail::value(value));
    }
}

pub(in crate::check) static TRUE_FALSE: Class = Class::value(|walk, id, value| true_false(walk, On::Node(id), value)).untrimmed();

pub(in crate::check) fn true_false(walk: &mut Walk<'_>, on: On, value: &str) {
    if !matches!(value.to_lowercase().as_str(), "true" | "false") {
        walk.say(on, &c::INVALID_TRUE_FALSE, Detail::value(value));
    }
}

pub(in crate::check) fn strict_true_false(walk: &mut Walk<'_>, on: On, value: &str) {
    if !matches!(value, "true" | "false") {
        walk.say(on, &c::INVALID_TRUE_FALSE, Detail::value(value));
    }
}

/// The attribute `rdf:resource` holds the address.
pub(in crate::check) static RESOURCE: Class = Class::value(resource).attrs(&[(RDF, "resource"), (DC, "title")]);

pub(in crate::check) fn resource(walk: &mut Walk<'_>, id: NodeId, _value: &str) {
    match walk.attr(id, RDF, "resource").map(str::to_owned) {
        Some(address) => {
            uri::reference(walk, On::Node(id), &address);
        }
        None if walk.kind == Kind::Rss1 => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("rdf:resource")),
        None => {}
    }
}

pub(in crate::check) static EATER: Class =
    Class { attrs: Attributes::All, start: Start::Eat, text: Text::Eat, prose: true, ..Class::container(&[]) };

/// Whole numbers with commas between them.
pub(in crate::check) static NUMBER_LIST: Class = Class::value(|walk, id, value| {
    if !number::is_number_list(value) {
        walk.say(On::Node(id), &c::INVALID_COMMA_SEPARATED_INTEGERS, Detail::value(value));
    }
});

/// Any value of a list.
pub(in crate::check) fn one_of(walk: &mut Walk<'_>, on: On, value: &str, words: &[&str], rule: &'static c::Rule) {
    if !words.contains(&value) {
        walk.say(on, rule, Detail::value(value));
    }
}

pub(in crate::check) static COUNTRY: Class = Class::value(|walk, id, value| {
    if !iso::is_country(value) {
        walk.say(On::Node(id), &c::INVALID_COUNTRY_CODE, Detail::value(value));
    }
});

pub(in crate::check) static CURRENCY: Class = Class::value(|walk, id, value| {
    if !iso::is_currency(value) {
        walk.say(On::Node(id), &c::INVALID_CURRENCY_UNIT, Detail::value(value));
    }
});

/// Plain text of so many characters at most.
pub(in crate::check) const fn limited(close: fn(&mut Walk<'_>, NodeId, &str)) -> Class {
    Class::value(close).open(plain::begins)
}

pub(in crate::check) fn limit(walk: &mut Walk<'_>, id: NodeId, value: &str, most: usize) {
    if value.len() > most && value.chars().count() > most {
        walk.say(On::Node(id), &c::TOO_LONG, Detail::value(&most.to_string()));
    }
    plain_text(walk, id, value);
}

pub(in crate::check) static UP_TO_255: Class = limited(|walk, id, value| limit(walk, id, value, 255));
pub(in crate::check) static UP_TO_4000: Class = limited(|walk, id, value| limit(walk, id, value, 4000));

/// Stands in `scope` with this value only once.
pub(in crate::check) fn unique(walk: &mut Walk<'_>, id: NodeId, value: &str, list: &'static str, rule: &'static c::Rule) {
    nonblank(walk, On::Node(id), value);
    let scope = walk.parent(walk.parent(id));
    if !value.is_empty() && walk.seen_before(scope, list, value) {
        walk.say(On::Node(id), rule, Detail::value(value));
    }
}

/// The state of a watcher that remembers nothing but a yes.
pub(in crate::check) fn flag(walk: &Walk<'_>, id: NodeId) -> bool {
    matches!(walk.state(id), State::Flag(true))
}
