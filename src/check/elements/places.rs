//! Places on earth: GeoRSS, GML and the W3C's geo vocabulary.

use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::number::decimal_length;
use super::super::walk::{NodeId, On, Walk};
use super::common::*;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

pub(super) static GEO_POINT: Class = Class::container(&[GEO_PARTS]).close(|walk, id, _| {
    for (child, shown) in [("geo_lat", "geo:lat"), ("geo_long", "geo:long")] {
        if !walk.has_child(id, child) {
            walk.lacks(id, &c::MISSING_ELEMENT, shown);
        }
    }
});
static GEO_PARTS: &[Child] = &[row("geo_lat", &[&LATITUDE]), row("geo_long", &[&LONGITUDE])];

pub(super) static WHERE: Class = Class::container(&[SHAPES]);
static SHAPES: &[Child] =
    &[row("gml_Envelope", &[&ENVELOPE]), row("gml_LineString", &[&LINE]), row("gml_Point", &[&POINT]), row("gml_Polygon", &[&POLYGON])];

const fn shape(parts: &'static [&'static [Child]]) -> Class {
    Class::container(parts).attrs(&[("", "srsName")])
}

static POINT: Class = shape(&[POINT_PARTS]);
static POINT_PARTS: &[Child] = &[row("gml_pos", &[&POSITION])];
static LINE: Class = shape(&[LINE_PARTS]);
static LINE_PARTS: &[Child] = &[row("gml_posList", &[&POSITIONS])];
static POLYGON: Class = shape(&[POLYGON_PARTS]);
static POLYGON_PARTS: &[Child] = &[row("gml_exterior", &[&EXTERIOR])];
static EXTERIOR: Class = Class::container(&[EXTERIOR_PARTS]);
static EXTERIOR_PARTS: &[Child] = &[row("gml_LinearRing", &[&LINE])];
static ENVELOPE: Class = shape(&[ENVELOPE_PARTS]);
static ENVELOPE_PARTS: &[Child] = &[row("gml_lowerCorner", &[&POSITION]), row("gml_upperCorner", &[&POSITION])];

/// One point: two numbers.
pub(super) static POSITION: Class = Class::value(|walk, id, value| {
    let pair = value.split_once([' ', ',']);
    if !pair.is_some_and(|(one, two)| is_signed(one) && is_signed(two)) {
        walk.say(On::Node(id), &c::INVALID_COORD, Detail::value(value));
    } else if value.contains(',') {
        walk.say(On::Node(id), &c::COORD_COMMA, Detail::value(value));
    }
});

/// Several points.
pub(super) static POSITIONS: Class = Class::value(positions);

fn positions(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    let on = On::Node(id);
    if value.contains(',') {
        if !is_paired(value) {
            return walk.say(on, &c::INVALID_COORD_LIST, Detail::value(value));
        }
        walk.say(on, &c::COORD_COMMA, Detail::value(value));
    }
    let spaced = value.replace(',', " ");
    let numbers: Vec<&str> = spaced.split_whitespace().collect();
    if numbers.len() < 3 || numbers.len() % 2 == 1 {
        return walk.say(on, &c::INVALID_COORD_LIST, Detail::value(value));
    }
    if let Some(wrong) = numbers.iter().find(|number| !is_signed(number)) {
        walk.say(on, &c::INVALID_COORD_LIST, Detail::value(wrong));
    }
}

/// Commas between latitude and longitude only. The reference's pattern lets the second number have one sign, and so does this.
fn is_paired(value: &str) -> bool {
    let letter = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
    let pairs: Vec<&str> = value.split(' ').collect();
    pairs.len() > 1
        && pairs.iter().all(|pair| {
            pair.split_once(',')
                .is_some_and(|(one, two)| !one.is_empty() && one.bytes().all(letter) && two.len() == 1 && two.bytes().all(letter))
        })
}

fn is_signed(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    decimal_length(bare) == Some(bare.len())
}
