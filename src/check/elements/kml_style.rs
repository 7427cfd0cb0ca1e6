//! KML's styles: colours, icons, lists.

use super::super::class::{Child, Class, Note};
use super::common::*;
use super::kml::{POINT_ON_SCREEN, need, row, unique_id, with_id};
use super::kml_values::*;

const fn style(children: &'static [&'static [Child]]) -> Class {
    with_id(children).open(unique_id)
}

pub(super) static STYLE: Class = style(&[STYLE_PARTS]);
static STYLE_PARTS: &[Child] = &[
    row("BalloonStyle", &[&BALLOON, &ONCE]),
    row("IconStyle", &[&ICON_STYLE, &ONCE]),
    row("LabelStyle", &[&LABEL, &ONCE]),
    row("LineStyle", &[&LINE, &ONCE]),
    row("ListStyle", &[&LIST, &ONCE]),
    row("PolyStyle", &[&POLYGON, &ONCE]),
    LABEL_COLOR,
    row("scale", &[&FLOAT, &ONCE]),
];
const LABEL_COLOR: Child = Child {
    name: "labelColor",
    classes: &[&OLD_COLOR, &ONCE],
    notes: &[Note::Do(|walk, _, _| since_2_1(walk, "labelColor", "LabelStyle"))],
};

pub(super) static STYLE_MAP: Class = with_id(&[STYLE_MAP_PARTS]).close(|walk, id, _| need(walk, id, &["Pair"]));
static STYLE_MAP_PARTS: &[Child] = &[row("Pair", &[&PAIR])];
static PAIR: Class = Class::container(&[PAIR_PARTS]).close(|walk, id, _| need(walk, id, &["key", "styleUrl"]));
static PAIR_PARTS: &[Child] = &[row("key", &[&STYLE_STATE, &ONCE]), row("styleUrl", &[&TEXT, &ONCE])];

static COLORED: &[Child] = &[row("color", &[&COLOR, &ONCE]), row("colorMode", &[&COLOR_MODE, &ONCE])];

static ICON_STYLE: Class = style(&[ICON_STYLE_PARTS, COLORED]);
static ICON_STYLE_PARTS: &[Child] = &[
    row("Icon", &[&ICON, &ONCE]),
    row("heading", &[&ANGLE, &ONCE]),
    row("hotSpot", &[&POINT_ON_SCREEN, &ONCE]),
    row("scale", &[&FLOAT, &ONCE]),
];
static LABEL: Class = style(&[LABEL_PARTS, COLORED]);
static LABEL_PARTS: &[Child] = &[LABEL_COLOR, row("scale", &[&FLOAT, &ONCE])];
static LINE: Class = style(&[LINE_PARTS, COLORED]);
static LINE_PARTS: &[Child] = &[row("width", &[&FLOAT, &ONCE])];
static POLYGON: Class = style(&[POLYGON_PARTS, COLORED]);
static POLYGON_PARTS: &[Child] = &[row("fill", &[&ZERO_ONE, &ONCE]), row("outline", &[&ZERO_ONE, &ONCE])];
static BALLOON: Class = style(&[BALLOON_PARTS]);
static BALLOON_PARTS: &[Child] =
    &[row("bgColor", &[&COLOR, &ONCE]), row("color", &[&COLOR, &ONCE]), row("text", &[&TEXT, &ONCE]), row("textColor", &[&COLOR, &ONCE])];
static LIST: Class = style(&[LIST_PARTS]);
static LIST_PARTS: &[Child] = &[
    row("ItemIcon", &[&ITEM_ICON]),
    row("bgColor", &[&COLOR, &ONCE]),
    row("listItemType", &[&LIST_ITEM_TYPE, &ONCE]),
    row("scale", &[&FLOAT, &ONCE]),
];
static ITEM_ICON: Class = Class::container(&[ITEM_ICON_PARTS]).close(|walk, id, _| need(walk, id, &["href"]));
static ITEM_ICON_PARTS: &[Child] = &[row("href", &[&TEXT, &ONCE]), row("state", &[&ICON_STATE, &ONCE])];

pub(super) static ICON: Class = Class::container(&[ICON_PARTS]).close(|walk, id, _| need(walk, id, &["href"]));
static ICON_PARTS: &[Child] = &[
    row("h", &[&ICON_OFFSET]),
    row("href", &[&TEXT, &ONCE]),
    row("refreshInterval", &[&FLOAT, &ONCE]),
    row("refreshMode", &[&REFRESH_MODE, &ONCE]),
    row("viewBoundScale", &[&FLOAT, &ONCE]),
    row("viewRefreshMode", &[&VIEW_REFRESH_MODE, &ONCE]),
    row("viewRefreshTime", &[&FLOAT, &ONCE]),
    row("w", &[&ICON_OFFSET]),
    row("x", &[&ICON_OFFSET]),
    row("y", &[&ICON_OFFSET]),
];
