//! The elements of RSS 2.0 and of the RSS 1.0 channel and item, as tables.

use super::super::class::{Child, Class, Note};
use super::super::codes as c;
use super::common::*;
use super::rss::*;
use super::rss_item::*;
use super::rss_parts::*;
use super::{atom, link, modules, rdf, text};

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// What channels of RSS 0.9x, 1.0 and 2.0 share.
pub(in crate::check) static ANY_CHANNEL: &[Child] = &[
    row("atom_author", &[&atom::PERSON]),
    row("atom_category", &[&atom::CATEGORY]),
    row("atom_contributor", &[&atom::PERSON]),
    row("atom_generator", &[&atom::GENERATOR, &NONBLANK, &ONCE]),
    row("atom_icon", &[&NONBLANK, &URI, &ONCE]),
    row("atom_id", &[&FULL_URI, &ONCE]),
    Child { name: "atom_link", classes: &[&link::LINK], notes: &[Note::Metadata] },
    row("atom_logo", &[&NONBLANK, &URI, &ONCE]),
    row("atom_rights", &[&text::CONSTRUCT, &ONCE]),
    row("atom_subtitle", &[&text::CONSTRUCT, &ONCE]),
    row("atom_title", &[&text::CONSTRUCT, &ONCE]),
    row("atom_updated", &[&RFC3339, &ONCE]),
    row("blink", &[&BLINK, &ONCE]),
    Child {
        name: "cc_license",
        classes: &[&EATER],
        notes: &[Note::Same(&c::DUPLICATE_SEMANTICS, "creativeCommons_license", "creativeCommons:license", "cc:license")],
    },
    Child {
        name: "creativeCommons_license",
        classes: &[&FULL_URI],
        notes: &[Note::Same(&c::DUPLICATE_SEMANTICS, "cc_license", "creativeCommons:license", "cc:license")],
    },
    Child {
        name: "dc_creator",
        classes: &[&TEXT],
        notes: &[Note::Same(&c::DUPLICATE_SEMANTICS, "managingEditor", "managingEditor", "dc:creator")],
    },
    Child { name: "dc_date", classes: &[&W3CDTF, &ONCE], notes: &[Note::Same(&c::DUPLICATE_SEMANTICS, "pubDate", "pubDate", "dc:date")] },
    Child { name: "dc_subject", classes: &[&TEXT], notes: &[Note::Same(&c::DUPLICATE_SEMANTICS, "category", "category", "dc:subject")] },
    Child { name: "description", classes: &[&PLAIN, &ONCE], notes: &[Note::Metadata] },
    Child { name: "image", classes: &[&IMAGE, &ONCE], notes: &[Note::Metadata] },
    Child { name: "link", classes: &[&CHANNEL_LINK, &ONCE], notes: &[Note::Metadata] },
    Child { name: "textInput", classes: &[&TEXT_INPUT, &ONCE], notes: &[Note::Metadata] },
    Child { name: "textinput", classes: &[&EATER, &ONCE], notes: &[Note::Metadata, Note::Do(lower_case_input)] },
    Child { name: "title", classes: &[&PLAIN_TITLE, &ONCE, &NONBLANK], notes: &[Note::Metadata] },
];

/// RSS 0.91 to 2.0.
pub(in crate::check) static CHANNEL_20: &[Child] = &[
    Child { name: "category", classes: &[&CATEGORY], notes: &[Note::Metadata] },
    Child { name: "cloud", classes: &[&CLOUD, &ONCE], notes: &[Note::Metadata] },
    Child {
        name: "copyright",
        classes: &[&PLAIN, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dc_rights", "copyright", "dc:rights")],
    },
    Child { name: "docs", classes: &[&DOCS, &ONCE], notes: &[Note::Metadata] },
    Child {
        name: "generator",
        classes: &[&TEXT, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "admin_generatorAgent", "generator", "admin:generatorAgent")],
    },
    Child { name: "item", classes: &[&ITEM], notes: &[Note::Do(item_begins)] },
    Child {
        name: "language",
        classes: &[&LANGUAGE, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dc_language", "language", "dc:language")],
    },
    Child {
        name: "lastBuildDate",
        classes: &[&RFC822, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dcterms_modified", "lastBuildDate", "dcterms:modified")],
    },
    Child {
        name: "managingEditor",
        classes: &[&NAMED_CONTACT, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dc_creator", "managingEditor", "dc:creator")],
    },
    Child {
        name: "pubDate",
        classes: &[&RFC822, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dc_date", "pubDate", "dc:date")],
    },
    row("rating", &[&TEXT]),
    Child { name: "skipDays", classes: &[&SKIP_DAYS], notes: &[Note::Metadata] },
    Child { name: "skipHours", classes: &[&SKIP_HOURS], notes: &[Note::Metadata] },
    Child { name: "textInput", classes: &[&TEXT_INPUT, &ONCE], notes: &[Note::Do(avoid_text_input), Note::Metadata] },
    Child { name: "ttl", classes: &[&POSITIVE, &NONBLANK, &ONCE], notes: &[Note::Metadata] },
    Child {
        name: "webMaster",
        classes: &[&NAMED_CONTACT, &ONCE],
        notes: &[Note::Metadata, Note::Same(&c::DUPLICATE_SEMANTICS, "dc_publisher", "webMaster", "dc:publisher")],
    },
];

/// RSS 1.0.
pub(in crate::check) static CHANNEL_10: &[Child] = &[
    Child { name: "items", classes: &[&rdf::ITEMS, &ONCE], notes: &[Note::Do(rdf::items_begin)] },
    row("rdfs_comment", &[&TEXT]),
    row("rdfs_label", &[&TEXT]),
];

/// What items of RSS 0.9x, 1.0 and 2.0 share.
pub(in crate::check) static ANY_ITEM: &[Child] = &[
    row("atom_author", &[&atom::PERSON, &ONCE]),
    row("atom_content", &[&text::CONTENT]),
    row("atom_contributor", &[&atom::PERSON]),
    Child {
        name: "atom_id",
        classes: &[&FULL_URI, &ONCE, &UNIQUE_ATOM_ID],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "guid", "guid", "atom:id")],
    },
    row("atom_link", &[&link::LINK]),
    Child {
        name: "atom_published",
        classes: &[&RFC3339, &ONCE],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "published", "pubDate", "atom:published")],
    },
    row("atom_summary", &[&text::CONSTRUCT, &ONCE]),
    row("atom_title", &[&text::CONTENT, &ONCE]),
    row("atom_updated", &[&RFC3339, &ONCE]),
    Child {
        name: "cc_license",
        classes: &[&EATER],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "creativeCommons_license", "creativeCommons:license", "cc:license")],
    },
    Child { name: "content_encoded", classes: &[&HTML, &ONCE], notes: &[Note::Do(content_encoded)] },
    row("content_items", &[&rdf::CONTENT_ITEMS, &ONCE]),
    Child {
        name: "creativeCommons_license",
        classes: &[&FULL_URI],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "cc_license", "creativeCommons:license", "cc:license")],
    },
    Child { name: "dc_creator", classes: &[&TEXT], notes: &[Note::Do(dc_creator)] },
    Child { name: "dc_date", classes: &[&W3CDTF], notes: &[Note::Do(dc_date)] },
    Child { name: "dc_subject", classes: &[&TEXT], notes: &[Note::Do(dc_subject)] },
    Child { name: "description", classes: &[&HTML, &ONCE], notes: &[Note::Do(description)] },
    row("link", &[&FULL_URI, &ONCE]),
    row("title", &[&PLAIN, &NONBLANK, &ONCE]),
    Child { name: "xhtml_body", classes: &[&XHTML_BODY], notes: &[Note::Do(xhtml_body)] },
];

/// RSS 0.91 to 2.0.
pub(in crate::check) static ITEM_20: &[Child] = &[
    Child {
        name: "author",
        classes: &[&NAMED_CONTACT, &ONCE],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "dc_creator", "author", "dc:creator")],
    },
    Child {
        name: "category",
        classes: &[&CATEGORY, &NONBLANK],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "dc_subject", "category", "dc:subject")],
    },
    row("comments", &[&FULL_URI, &ONCE]),
    row("enclosure", &[&ENCLOSURE, &ONE_ENCLOSURE]),
    Child {
        name: "guid",
        classes: &[&GUID, &ONCE, &UNIQUE_GUID],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "atom_id", "guid", "atom:id")],
    },
    Child {
        name: "pubDate",
        classes: &[&PUBLISHED, &ONCE],
        notes: &[
            Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "dc_date", "pubDate", "dc:date"),
            Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "atom_published", "pubDate", "atom:published"),
        ],
    },
    Child {
        name: "source",
        classes: &[&SOURCE, &ONCE],
        notes: &[Note::Same(&c::DUPLICATE_ITEM_SEMANTICS, "dc_source", "source", "dc:source")],
    },
    row("trackback_about", &[&FULL_URI]),
    row("trackback_ping", &[&FULL_URI, &ONCE]),
];

/// RSS 1.0.
pub(in crate::check) static ITEM_10: &[Child] = &[
    row("l_permalink", &[&modules::PERMALINK]),
    row("rdfs_comment", &[&TEXT]),
    row("rdfs_label", &[&TEXT]),
    row("trackback_about", &[&RESOURCE]),
    row("trackback_ping", &[&RESOURCE, &ONCE]),
];
