//! The values that only KML has: colours, angles, coordinates, lists of words.

use super::super::class::Class;
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::number;
use super::super::walk::{NodeId, On, Walk};
use super::common::one_of;

macro_rules! choices {
    ($($name:ident = $rule:ident, [$($word:literal),*];)*) => {
        $(pub(super) static $name: Class = Class::value(|walk, id, value| one_of(walk, On::Node(id), value, &[$($word),*], &c::$rule));)*
    };
}

choices! {
    ALTITUDE_MODE = INVALID_ALTITUDE_MODE, ["clampToGround", "relativeToGround", "absolute"];
    COLOR_MODE = INVALID_COLOR_MODE, ["normal", "random"];
    REFRESH_MODE = INVALID_REFRESH_MODE, ["onChange", "onInterval", "onExpire"];
    VIEW_REFRESH_MODE = INVALID_VIEW_REFRESH_MODE, ["never", "onRequest", "onStop", "onRegion"];
    STYLE_STATE = INVALID_STYLE_STATE, ["normal", "highlight"];
    LIST_ITEM_TYPE = INVALID_LIST_ITEM_TYPE, ["radioFolder", "check", "checkHideChildren", "checkOffOnly"];
    ICON_STATE = INVALID_ITEM_ICON_STATE, ["open", "closed", "error", "fetching0", "fetching1", "fetching2", "open error",
        "closed error", "fetching0 error", "fetching1 error", "fetching2 error"];
}

pub(super) static ZERO_ONE: Class =
    Class::value(|walk, id, value| one_of(walk, On::Node(id), value, &["0", "1"], &c::INVALID_ZERO_ONE)).untrimmed();

pub(super) static SIGNED_FLOAT: Class = Class::value(|walk, id, value| number::signed_float(walk, On::Node(id), value));

/// Degrees, once around at most.
pub(super) static ANGLE: Class = Class::value(|walk, id, value| {
    if number::fraction(value).is_none_or(|angle| angle.abs() > 360.0) {
        walk.say(On::Node(id), &c::INVALID_ANGLE, Detail::value(value));
    }
});

/// `aabbggrr`, in hexadecimal digits.
pub(super) static COLOR: Class = Class::value(|walk, id, value| color(walk, id, value, value.len() == 8));
/// As KML 2.0 had it; the reference looks at its first eight digits only.
pub(super) static OLD_COLOR: Class = Class::value(|walk, id, value| color(walk, id, value, value.len() >= 8));

fn color(walk: &mut Walk<'_>, id: NodeId, value: &str, long: bool) {
    if !long || !value.bytes().take(8).all(|b| b.is_ascii_hexdigit()) {
        walk.say(On::Node(id), &c::INVALID_COLOR, Detail::value(value));
    }
}

/// Points with blanks between them, each `longitude,latitude` or `longitude,latitude,altitude`.
pub(super) static COORDINATES: Class = Class::value(|walk, id, value| {
    for point in value.split_whitespace() {
        let numbers: Vec<&str> = point.split(',').collect();
        let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
        if !matches!(numbers.len(), 2 | 3) || !numbers.iter().all(letters) {
            return walk.say(On::Node(id), &c::INVALID_KML_COORD_LIST, Detail::value(value));
        }
        for (number, most, rule) in [(numbers[0], 180.0, &c::INVALID_KML_LONGITUDE), (numbers[1], 90.0, &c::INVALID_KML_LATITUDE)] {
            if number::fraction(number).is_none_or(|degrees| degrees.abs() > most) {
                walk.say(On::Node(id), rule, Detail::value(number));
            }
        }
        if let Some(altitude) = numbers.get(2) {
            number::float(walk, On::Node(id), altitude);
        }
    }
});

/// KML 2.1 took these out of use.
pub(super) static ICON_OFFSET: Class = Class::value(|walk, id, _| {
    if walk.version != "2.0" {
        walk.say(On::Node(id), &c::DEPRECATED, Detail::value("Icon"));
    }
});

/// Says that another element takes an element's place since KML 2.1.
pub(super) fn since_2_1(walk: &mut Walk<'_>, name: &'static str, other: &'static str) -> Option<&'static [&'static Class]> {
    if walk.version != "2.0" {
        walk.say(On::Node(0), &c::DEPRECATED, Detail::element(name).with(other));
    }
    None
}
