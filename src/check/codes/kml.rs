//! KML: the rows of this family.

use super::rules;

rules! {
    INVALID_ALTITUDE_MODE = "invalid-altitude-mode", Error, "`{value}` is no way to reckon an altitude" {
        help: "write `clampToGround`, `relativeToGround` or `absolute`",
        why: "Maps put the place at the wrong height.",
        wrong: "<altitudeMode>floating</altitudeMode>",
        right: "<altitudeMode>absolute</altitudeMode>",
        clause: "OGC KML 2.2, \"altitudeMode\"",
    }
    INVALID_ANGLE = "invalid-angle", Error, "`{value}` is no angle" {
        help: "write degrees from -360 to 360",
        why: "Maps look the wrong way.",
        wrong: "<heading>north</heading>",
        right: "<heading>90</heading>",
        clause: "OGC KML 2.2, \"heading\"",
    }
    INVALID_COLOR = "invalid-color", Error, "`{value}` is no colour" {
        help: "write eight hexadecimal digits: opacity, blue, green, red",
        why: "Maps draw it in another colour.",
        wrong: "<color>red</color>",
        right: "<color>ff0000ff</color>",
        clause: "OGC KML 2.2, \"color\"",
    }
    INVALID_COLOR_MODE = "invalid-color-mode", Error, "`{value}` is no way to choose a colour" {
        help: "write `normal` or `random`",
        why: "Maps draw it in another colour.",
        wrong: "<colorMode>mixed</colorMode>",
        right: "<colorMode>random</colorMode>",
        clause: "OGC KML 2.2, \"colorMode\"",
    }
    INVALID_ITEM_ICON_STATE = "invalid-item-icon-state", Error, "`{value}` is no state of an icon" {
        help: "write `open`, `closed`, `error` or a word of the specification",
        why: "Maps show the usual icon.",
        wrong: "<ItemIcon><state>shut</state><href>a.png</href></ItemIcon>",
        right: "<ItemIcon><state>closed</state><href>a.png</href></ItemIcon>",
        clause: "OGC KML 2.2, \"ItemIcon\"",
    }
    INVALID_LIST_ITEM_TYPE = "invalid-list-item-type", Error, "`{value}` is no way to list" {
        help: "write `check`, `radioFolder`, `checkOffOnly` or `checkHideChildren`",
        why: "Maps list it in the usual way.",
        wrong: "<listItemType>tick</listItemType>",
        right: "<listItemType>check</listItemType>",
        clause: "OGC KML 2.2, \"listItemType\"",
    }
    INVALID_KML_COORD_LIST = "invalid-kml-coord-list", Error, "`{value}` is no list of points" {
        help: "write `longitude,latitude` for each, and blanks between them",
        why: "Maps do not show the place.",
        wrong: "<coordinates>-88.2 17.5</coordinates>",
        right: "<coordinates>-88.2,17.5</coordinates>",
        clause: "OGC KML 2.2, \"coordinates\"",
    }
    INVALID_KML_LATITUDE = "invalid-kml-latitude", Error, "`{value}` is no latitude" {
        help: "write degrees from -90 to 90, after the longitude",
        why: "Maps put the place elsewhere.",
        wrong: "<coordinates>17.5,-98.2</coordinates>",
        right: "<coordinates>-98.2,17.5</coordinates>",
        clause: "OGC KML 2.2, \"coordinates\"",
    }
    INVALID_KML_LONGITUDE = "invalid-kml-longitude", Error, "`{value}` is no longitude" {
        help: "write degrees from -180 to 180, before the latitude",
        why: "Maps put the place elsewhere.",
        wrong: "<coordinates>188.2,17.5</coordinates>",
        right: "<coordinates>-88.2,17.5</coordinates>",
        clause: "OGC KML 2.2, \"coordinates\"",
    }
    INVALID_KML_UNITS = "invalid-kml-units", Error, "`{value}` is no unit" {
        help: "write `fraction`, `pixels` or `insetPixels`",
        why: "Maps put the picture elsewhere.",
        wrong: "<size x=\"1\" y=\"1\" xunits=\"cm\" yunits=\"pixels\"/>",
        right: "<size x=\"1\" y=\"1\" xunits=\"pixels\" yunits=\"pixels\"/>",
        clause: "OGC KML 2.2, \"vec2Type\"",
    }
    INVALID_REFRESH_MODE = "invalid-refresh-mode", Error, "`{value}` is no time to read again" {
        help: "write `onChange`, `onInterval` or `onExpire`",
        why: "Maps show what was read first.",
        wrong: "<refreshMode>hourly</refreshMode>",
        right: "<refreshMode>onInterval</refreshMode>",
        clause: "OGC KML 2.2, \"refreshMode\"",
    }
    INVALID_VIEW_REFRESH_MODE = "invalid-view-refresh-mode", Error, "`{value}` is no time to read again" {
        help: "write `never`, `onRequest`, `onStop` or `onRegion`",
        why: "Maps show what was read first.",
        wrong: "<viewRefreshMode>always</viewRefreshMode>",
        right: "<viewRefreshMode>onStop</viewRefreshMode>",
        clause: "OGC KML 2.2, \"viewRefreshMode\"",
    }
    INVALID_SCHEMA_FIELD_TYPE = "invalid-schema-field-type", Error, "`{value}` is no type of a field" {
        help: "write `string`, `int`, `uint`, `short`, `ushort`, `float`, `double` or `bool`",
        why: "Programs do not read the field.",
        wrong: "<Schema name=\"a\"><SimpleField name=\"b\" type=\"text\"/></Schema>",
        right: "<Schema name=\"a\"><SimpleField name=\"b\" type=\"string\"/></Schema>",
        clause: "OGC KML 2.2, \"SimpleField\"",
    }
    INVALID_STYLE_STATE = "invalid-style-state", Error, "`{value}` is no state of a style" {
        help: "write `normal` or `highlight`",
        why: "Maps show the usual style.",
        wrong: "<key>bright</key>",
        right: "<key>highlight</key>",
        clause: "OGC KML 2.2, \"Pair\"",
    }
    INVALID_ZERO_ONE = "invalid-zero-one", Error, "`{value}` is neither `0` nor `1`" {
        help: "write `1` for yes and `0` for no, without blanks",
        why: "Programs take it for no.",
        wrong: "<visibility>yes</visibility>",
        right: "<visibility>1</visibility>",
        clause: "OGC KML 2.2, \"visibility\"",
    }
    INVALID_KML_MEDIA_TYPE = "invalid-kml-media-type", Warning, "`{value}` is not the media type of KML" {
        help: "serve it as `application/vnd.google-earth.kml+xml`",
        why: "Programs may not open it.",
        wrong: "Content-Type: application/earthviewer",
        right: "Content-Type: application/vnd.google-earth.kml+xml",
        clause: "OGC KML 2.2, annex C",
    }
    MISSING_ID = "missing-id", Warning, "the placemark has no `id`" {
        help: "add one that stays",
        why: "Programs cannot tell whether they know the place already.",
        wrong: "<Placemark><name>a</name></Placemark>",
        right: "<Placemark id=\"a\"><name>a</name></Placemark>",
        clause: "OGC KML 2.2, \"Placemark\"",
    }
    DEPRECATED = "deprecated", Warning, "`{element}` is out of use" {
        help: "look up what took its place: {value}",
        why: "Programs of today may not know it.",
        wrong: "<View><heading>90</heading></View>",
        right: "<LookAt><heading>90</heading></LookAt>",
        clause: "OGC KML 2.2",
    }
}
