//! KML 2.0 to 2.2, the parts that feeds of places use: documents, placemarks, geometry, links. Styles stand in `kml_style`.

use super::super::class::{Child, Class, Note};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::number;
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::kml_style::{ICON, STYLE, STYLE_MAP};
use super::kml_values::*;
use super::{atom, link};

pub(super) const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// An element that may have an `id`.
pub(super) const fn with_id(children: &'static [&'static [Child]]) -> Class {
    Class::container(children).attrs(&[("", "id")])
}

pub(super) fn need(walk: &mut Walk<'_>, id: NodeId, children: &[&'static str]) {
    for child in children {
        if !walk.has_child(id, child) {
            walk.lacks(id, &c::MISSING_ELEMENT, child);
        }
    }
}

pub(super) static KML: Class = Class::container(&[ROOT_PARTS, CONTAINERS, PLACEMARKS, OVERLAYS]);
static ROOT_PARTS: &[Child] =
    &[row("NetworkLinkControl", &[&LINK_CONTROL]), row("atom_author", &[&atom::PERSON]), row("atom_link", &[&link::LINK])];

// ---- features

/// What every feature may say of itself.
static FEATURE: &[Child] = &[
    row("LookAt", &[&LOOK_AT, &ONCE]),
    row("Metadata", &[&METADATA]),
    row("Region", &[&REGION, &ONCE]),
    row("Snippet", &[&SNIPPET, &ONCE]),
    row("Style", &[&STYLE]),
    row("StyleMap", &[&STYLE_MAP]),
    row("TimeSpan", &[&TIME_SPAN, &ONCE]),
    row("TimeStamp", &[&TIME_STAMP, &ONCE]),
    row("View", &[&VIEW, &ONCE]),
    row("address", &[&PLAIN, &ONCE]),
    row("atom_author", &[&atom::PERSON]),
    row("atom_link", &[&link::LINK]),
    row("description", &[&TEXT, &ONCE]),
    row("name", &[&TEXT, &ONCE]),
    row("open", &[&ZERO_ONE, &ONCE]),
    row("phoneNumber", &[&TEXT, &ONCE]),
    row("styleUrl", &[&TEXT, &ONCE]),
    row("visibility", &[&ZERO_ONE, &ONCE]),
];
static CONTAINERS: &[Child] = &[row("Document", &[&DOCUMENT]), row("Folder", &[&FOLDER])];
static PLACEMARKS: &[Child] = &[row("Placemark", &[&PLACEMARK])];
static OVERLAYS: &[Child] =
    &[row("GroundOverlay", &[&GROUND_OVERLAY]), row("NetworkLink", &[&NETWORK_LINK]), row("ScreenOverlay", &[&SCREEN_OVERLAY])];

static DOCUMENT: Class = with_id(&[SCHEMAS, FEATURE, CONTAINERS, PLACEMARKS, OVERLAYS]);
static FOLDER: Class = with_id(&[FEATURE, CONTAINERS, PLACEMARKS, OVERLAYS]);

static PLACEMARK: Class = with_id(&[PLACEMARK_PARTS, FEATURE, GEOMETRY]).open(|walk, id| {
    if walk.attr(id, "", "id").is_none() {
        walk.lacks(id, &c::MISSING_ID, "id");
    }
    unique_id(walk, id);
});
static PLACEMARK_PARTS: &[Child] = &[Child {
    name: "GeometryCollection",
    classes: &[&COLLECTION],
    notes: &[Note::Do(|walk, _, _| since_2_1(walk, "GeometryCollection", "MultiGeometry"))],
}];

static METADATA: Class = Class::container(&[]);
static SNIPPET: Class = TEXT_CLASS.attrs(&[("", "maxLines")]);

/// An `id` that no sibling has.
pub(super) fn unique_id(walk: &mut Walk<'_>, id: NodeId) {
    if let Some(name) = walk.plain_attr(id, "id") {
        nonblank(walk, On::Part(id, "id"), &name);
        if !name.is_empty() && walk.seen_before(walk.parent(id), "id", &name) {
            walk.say(On::Part(id, "id"), &c::DUPLICATE_VALUE, Detail::value(&name));
        }
    }
}

static SCHEMAS: &[Child] = &[row("Schema", &[&SCHEMA, &ONCE])];
static SCHEMA: Class = Class::container(&[SCHEMA_PARTS]).attrs(&[("", "name"), ("", "parent")]);
static SCHEMA_PARTS: &[Child] = &[
    row("ObjArrayField", &[&SCHEMA_FIELD]),
    row("ObjField", &[&SCHEMA_FIELD]),
    row("SimpleArrayField", &[&SCHEMA_FIELD]),
    row("SimpleField", &[&SCHEMA_FIELD]),
];
static SCHEMA_FIELD: Class = Class::container(&[]).attrs(&[("", "name"), ("", "type")]).close(|walk, id, _| {
    walk.need_attr(id, "name", |_, _, _| {});
    walk.need_attr(id, "type", |walk, on, value| {
        let words = ["string", "int", "uint", "short", "ushort", "float", "double", "bool"];
        one_of(walk, on, value, &words, &c::INVALID_SCHEMA_FIELD_TYPE);
    });
});

// ---- where one looks from, and when

static LOOK_AT: Class = with_id(&[LOOK_AT_PARTS, PLACEMARKS]);
static VIEW: Class = with_id(&[LOOK_AT_PARTS, PLACEMARKS]).open(|walk, id| {
    walk.say(On::Node(id), &c::DEPRECATED, Detail::value("LookAt"));
});
static LOOK_AT_PARTS: &[Child] = &[
    row("altitude", &[&SIGNED_FLOAT, &ONCE]),
    row("altitudeMode", &[&ALTITUDE_MODE, &ONCE]),
    row("heading", &[&ANGLE, &ONCE]),
    row("latitude", &[&LATITUDE, &ONCE]),
    row("longitude", &[&LONGITUDE, &ONCE]),
    row("range", &[&FLOAT, &ONCE]),
    row("tilt", &[&LATITUDE, &ONCE]),
];

static TIME_SPAN: Class = with_id(&[TIME_SPAN_PARTS]);
static TIME_SPAN_PARTS: &[Child] = &[row("begin", &[&W3CDTF, &ONCE]), row("end", &[&W3CDTF, &ONCE])];
static TIME_STAMP: Class = with_id(&[TIME_STAMP_PARTS]).close(|walk, id, _| need(walk, id, &["when"]));
/// The reference takes any text for a time here.
static TIME_STAMP_PARTS: &[Child] = &[row("when", &[&TEXT, &ONCE])];

static REGION: Class = Class::container(&[REGION_PARTS]).close(|walk, id, _| need(walk, id, &["LatLonAltBox"]));
static REGION_PARTS: &[Child] = &[row("LatLonAltBox", &[&ALTITUDE_BOX, &ONCE]), row("Lod", &[&DETAIL, &ONCE])];
static DETAIL: Class = Class::container(&[DETAIL_PARTS]);
static DETAIL_PARTS: &[Child] = &[
    row("maxFadeExtent", &[&FLOAT, &ONCE]),
    row("maxLodPixels", &[&FLOAT, &ONCE]),
    row("minFadeExtent", &[&FLOAT, &ONCE]),
    row("minLodPixels", &[&FLOAT, &ONCE]),
];

static BOX: Class = with_id(&[BOX_PARTS]).close(box_ends);
static ALTITUDE_BOX: Class = with_id(&[ALTITUDE_PARTS, BOX_PARTS]).close(box_ends);
static BOX_PARTS: &[Child] = &[
    row("east", &[&LONGITUDE, &ONCE]),
    row("north", &[&LATITUDE, &ONCE]),
    row("rotation", &[&LONGITUDE, &ONCE]),
    row("south", &[&LATITUDE, &ONCE]),
    row("west", &[&LONGITUDE, &ONCE]),
];
static ALTITUDE_PARTS: &[Child] =
    &[row("altitudeMode", &[&ALTITUDE_MODE, &ONCE]), row("maxAltitude", &[&FLOAT, &ONCE]), row("minAltitude", &[&FLOAT, &ONCE])];

fn box_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    need(walk, id, &["north", "south", "east", "west"]);
}

// ---- overlays and links

static OVERLAY: &[Child] = &[row("Icon", &[&ICON, &ONCE]), row("color", &[&COLOR, &ONCE]), row("drawOrder", &[&INTEGER, &ONCE])];

static SCREEN_OVERLAY: Class = with_id(&[SCREEN_PARTS, FEATURE, OVERLAY]);
static SCREEN_PARTS: &[Child] = &[
    Child { name: "geomColor", classes: &[&OLD_COLOR, &ONCE], notes: &[Note::Do(|walk, _, _| since_2_1(walk, "geomColor", "color"))] },
    row("overlayXY", &[&POINT_ON_SCREEN, &ONCE]),
    row("rotationXY", &[&POINT_ON_SCREEN, &ONCE]),
    row("screenXY", &[&POINT_ON_SCREEN, &ONCE]),
    row("size", &[&POINT_ON_SCREEN, &ONCE]),
];
static GROUND_OVERLAY: Class = with_id(&[GROUND_PARTS, FEATURE, OVERLAY]).close(|walk, id, _| need(walk, id, &["LatLonBox"]));
static GROUND_PARTS: &[Child] = &[
    row("LatLonBox", &[&BOX, &ONCE]),
    row("altitude", &[&SIGNED_FLOAT, &ONCE]),
    row("altitudeMode", &[&ALTITUDE_MODE, &ONCE]),
    Child { name: "geomColor", classes: &[&OLD_COLOR, &ONCE], notes: &[Note::Do(|walk, _, _| since_2_1(walk, "geomColor", "color"))] },
];

static NETWORK_LINK: Class = with_id(&[NETWORK_LINK_PARTS, FEATURE, PLACEMARKS]).close(|walk, id, _| {
    if !walk.has_child(id, "Url") {
        need(walk, id, &["Link"]);
    }
});
static NETWORK_LINK_PARTS: &[Child] = &[
    row("Link", &[&LINK, &ONCE]),
    Child { name: "Url", classes: &[&ADDRESS_OF_LINK, &ONCE], notes: &[Note::Do(|walk, _, _| since_2_1(walk, "Url", "Link"))] },
    row("flyToView", &[&ZERO_ONE, &ONCE]),
    row("refreshInterval", &[&FLOAT, &ONCE]),
    row("targetHref", &[&UPDATE, &ONCE]),
];
static LINK: Class = with_id(&[LINK_PARTS]);
static ADDRESS_OF_LINK: Class = Class::container(&[LINK_PARTS]);
static LINK_PARTS: &[Child] = &[
    row("href", &[&TEXT, &ONCE]),
    row("httpQuery", &[&TEXT, &ONCE]),
    row("refreshInterval", &[&FLOAT, &ONCE]),
    row("refreshMode", &[&REFRESH_MODE, &ONCE]),
    Child {
        name: "refreshVisibility",
        classes: &[&METADATA, &ONCE],
        notes: &[Note::Do(|walk, _, _| since_2_1(walk, "refreshVisibility", "Update"))],
    },
    row("viewBoundScale", &[&FLOAT, &ONCE]),
    row("viewFormat", &[&TEXT, &ONCE]),
    row("viewRefreshMode", &[&VIEW_REFRESH_MODE, &ONCE]),
    row("viewRefreshTime", &[&FLOAT, &ONCE]),
];

static LINK_CONTROL: Class = Class::container(&[LINK_CONTROL_PARTS]);
static LINK_CONTROL_PARTS: &[Child] = &[
    row("LookAt", &[&LOOK_AT, &ONCE]),
    row("Update", &[&UPDATE, &ONCE]),
    row("View", &[&VIEW, &ONCE]),
    row("cookie", &[&TEXT, &ONCE]),
    row("expires", &[&W3CDTF, &ONCE]),
    row("linkDescription", &[&TEXT, &ONCE]),
    row("linkName", &[&TEXT, &ONCE]),
    row("linkSnippet", &[&SNIPPET, &ONCE]),
    row("message", &[&TEXT, &ONCE]),
    row("minRefreshPeriod", &[&FLOAT, &ONCE]),
];
static UPDATE: Class = Class::container(&[UPDATE_PARTS]).close(|walk, id, _| need(walk, id, &["targetHref"]));
static UPDATE_PARTS: &[Child] =
    &[row("Change", &[&ONCE]), row("Delete", &[&ONCE]), row("Update", &[&ONCE]), row("targetHref", &[&TEXT, &ONCE])];

// ---- geometry

static GEOMETRY: &[Child] = &[
    row("LineString", &[&LINE]),
    row("LinearRing", &[&LINE]),
    row("Model", &[&MODEL]),
    row("MultiGeometry", &[&COLLECTION]),
    row("Placemark", &[&PLACEMARK]),
    row("Point", &[&POINT]),
    row("Polygon", &[&POLYGON]),
];
static ON_GROUND: &[Child] =
    &[row("altitudeMode", &[&ALTITUDE_MODE, &ONCE]), row("extrude", &[&ZERO_ONE, &ONCE]), row("tessellate", &[&ZERO_ONE, &ONCE])];

static COLLECTION: Class = with_id(&[GEOMETRY]);
static LINE: Class = with_id(&[LINE_PARTS, GEOMETRY, ON_GROUND]).close(|walk, id, _| need(walk, id, &["coordinates"]));
static LINE_PARTS: &[Child] = &[row("coordinates", &[&COORDINATES, &ONCE])];
static POINT: Class = with_id(&[POINT_PARTS, GEOMETRY, ON_GROUND]).close(|walk, id, _| need(walk, id, &["coordinates"]));
static POINT_PARTS: &[Child] = &[row("coordinates", &[&COORDINATES])];
static POLYGON: Class = with_id(&[POLYGON_PARTS, GEOMETRY, ON_GROUND]).close(|walk, id, _| need(walk, id, &["outerBoundaryIs"]));
static POLYGON_PARTS: &[Child] = &[row("innerBoundaryIs", &[&BOUNDARY]), row("outerBoundaryIs", &[&BOUNDARY, &ONCE])];
static BOUNDARY: Class = Class::container(&[BOUNDARY_PARTS]).close(|walk, id, _| need(walk, id, &["LinearRing"]));
static BOUNDARY_PARTS: &[Child] = &[row("LinearRing", &[&LINE])];

static MODEL: Class = with_id(&[MODEL_PARTS]).close(|walk, id, _| need(walk, id, &["Link"]));
static MODEL_PARTS: &[Child] = &[
    row("Link", &[&LINK, &ONCE]),
    row("Location", &[&LOCATION, &ONCE]),
    row("Orientation", &[&ORIENTATION, &ONCE]),
    row("ResourceMap", &[&RESOURCE_MAP, &ONCE]),
    row("Scale", &[&SCALE, &ONCE]),
    row("altitudeMode", &[&ALTITUDE_MODE, &ONCE]),
];
static LOCATION: Class = Class::container(&[LOCATION_PARTS]).close(|walk, id, _| need(walk, id, &["longitude", "latitude", "altitude"]));
static LOCATION_PARTS: &[Child] =
    &[row("altitude", &[&SIGNED_FLOAT, &ONCE]), row("latitude", &[&LATITUDE, &ONCE]), row("longitude", &[&LONGITUDE, &ONCE])];
static ORIENTATION: Class = Class::container(&[ORIENTATION_PARTS]);
static ORIENTATION_PARTS: &[Child] = &[row("heading", &[&ANGLE, &ONCE]), row("roll", &[&ANGLE, &ONCE]), row("tilt", &[&ANGLE, &ONCE])];
static SCALE: Class = Class::container(&[SCALE_PARTS]);
static SCALE_PARTS: &[Child] = &[row("x", &[&FLOAT, &ONCE]), row("y", &[&FLOAT, &ONCE]), row("z", &[&FLOAT, &ONCE])];
static RESOURCE_MAP: Class = Class::container(&[RESOURCE_MAP_PARTS]);
static RESOURCE_MAP_PARTS: &[Child] = &[row("Alias", &[&ALIAS])];
static ALIAS: Class = Class::container(&[ALIAS_PARTS]);
static ALIAS_PARTS: &[Child] = &[row("sourceHref", &[&TEXT, &ONCE]), row("targetHref", &[&TEXT, &ONCE])];

/// A part of the overlay and of the screen that come together.
pub(super) static POINT_ON_SCREEN: Class =
    Class::container(&[]).attrs(&[("", "x"), ("", "y"), ("", "xunits"), ("", "yunits")]).close(|walk, id, _| {
        for name in ["x", "y"] {
            walk.need_attr(id, name, number::signed_float);
        }
        for name in ["xunits", "yunits"] {
            walk.need_attr(id, name, |walk, on, value| {
                one_of(walk, on, value, &["fraction", "pixels", "insetPixels"], &c::INVALID_KML_UNITS);
            });
        }
    });
