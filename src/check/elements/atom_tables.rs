//! The elements of Atom, as tables.

use super::super::class::{Child, Class, Note};
use super::atom::*;
use super::atom_entries::{KEEP_ID, KEEP_PUBLISHED, KEEP_UPDATED};
use super::common::*;
use super::{app, link, modules, text, xhtml};

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// RFC 4287 section 4.1.1.
pub(in crate::check) static FEED_PARTS: &[Child] = &[
    row("access_restriction", &[&modules::ACCESS]),
    row("app_collection", &[&app::COLLECTION, &ONCE]),
    Child { name: "author", classes: &[&PERSON], notes: &[Note::Metadata] },
    Child { name: "category", classes: &[&CATEGORY], notes: &[Note::Metadata] },
    Child { name: "contributor", classes: &[&PERSON], notes: &[Note::Metadata] },
    row("creativeCommons_license", &[&FULL_URI]),
    row("dc_creator", &[&TEXT]),
    row("dc_date", &[&W3CDTF, &ONCE]),
    row("dc_subject", &[&TEXT]),
    Child { name: "entry", classes: &[&ENTRY], notes: &[Note::Do(entry_begins)] },
    Child { name: "generator", classes: &[&GENERATOR, &NONBLANK, &ONCE], notes: &[Note::Metadata] },
    Child { name: "icon", classes: &[&NONBLANK, &TIGHT, &URI, &ONCE], notes: &[Note::Metadata] },
    Child { name: "id", classes: &[&IDENTIFIER, &TIGHT, &ONCE], notes: &[Note::Metadata] },
    Child { name: "link", classes: &[&link::LINK], notes: &[Note::Metadata] },
    Child { name: "logo", classes: &[&NONBLANK, &TIGHT, &URI, &ONCE], notes: &[Note::Metadata] },
    Child { name: "rights", classes: &[&text::CONSTRUCT, &ONCE], notes: &[Note::Metadata] },
    Child { name: "subtitle", classes: &[&text::CONSTRUCT, &ONCE], notes: &[Note::Metadata] },
    Child { name: "title", classes: &[&text::CONSTRUCT, &ONCE], notes: &[Note::Metadata] },
    Child { name: "updated", classes: &[&RFC3339, &TIGHT, &ONCE], notes: &[Note::Metadata] },
];

/// RFC 4287 section 4.1.2.
pub(in crate::check) static ENTRY_PARTS: &[Child] = &[
    row("app_control", &[&CONTROL, &ONCE]),
    row("app_edited", &[&RFC3339, &TIGHT, &ONCE]),
    row("author", &[&PERSON]),
    row("category", &[&CATEGORY]),
    Child { name: "content", classes: &[&text::CONTENT, &ONCE], notes: &[Note::Do(content_begins)] },
    row("contributor", &[&PERSON]),
    row("creativeCommons_license", &[&FULL_URI]),
    row("dc_creator", &[&TEXT]),
    row("dc_date", &[&W3CDTF, &ONCE]),
    row("dc_subject", &[&TEXT]),
    row("id", &[&IDENTIFIER, &TIGHT, &ONCE, &UNIQUE_ID, &KEEP_ID]),
    row("link", &[&link::LINK]),
    row("published", &[&RFC3339, &TIGHT, &ONCE, &KEEP_PUBLISHED]),
    row("rights", &[&text::CONSTRUCT, &ONCE]),
    row("source", &[&SOURCE, &ONCE]),
    row("summary", &[&text::CONSTRUCT, &ONCE]),
    row("title", &[&text::CONSTRUCT, &ONCE]),
    row("trackback_about", &[&FULL_URI]),
    row("trackback_ping", &[&FULL_URI, &ONCE]),
    row("updated", &[&RFC3339, &TIGHT, &ONCE, &UNIQUE_UPDATED, &KEEP_UPDATED]),
];

/// RFC 4287 section 4.2.11, where it is not as in a feed.
pub(in crate::check) static SOURCE_PARTS: &[Child] = &[
    Child { name: "author", classes: &[&PERSON], notes: &[Note::Do(source_author), Note::Metadata] },
    Child { name: "entry", classes: &[&EATER], notes: &[Note::Do(entry_in_source)] },
];

/// RFC 4287 section 3.2.
pub(in crate::check) static PERSON_PARTS: &[Child] = &[
    row("atom_email", &[&ADDRESS, &ONCE]),
    row("atom_name", &[&PLAIN, &NO_ADDRESS, &NONBLANK, &ONCE]),
    row("atom_uri", &[&NONBLANK, &IRI, &TIGHT, &ONCE]),
    row("email", &[&ADDRESS, &ONCE]),
    row("foaf_firstName", &[&TEXT]),
    row("foaf_homepage", &[&RESOURCE]),
    row("foaf_plan", &[&TEXT]),
    row("foaf_weblog", &[&RESOURCE]),
    row("foaf_workplaceHomepage", &[&RESOURCE]),
    row("name", &[&PLAIN, &NO_ADDRESS, &NONBLANK, &ONCE]),
    row("uri", &[&NONBLANK, &IRI, &TIGHT, &ONCE]),
    row("xhtml_div", &[&xhtml::DIV]),
];

/// Atom's elements where no rule expects them.
pub(in crate::check) static STRAY: &[Child] = &[
    row("app_categories", &[&app::CATEGORIES]),
    row("app_collection", &[&app::COLLECTION]),
    row("app_workspace", &[&app::WORKSPACE]),
    row("atom_author", &[&PERSON]),
    row("atom_category", &[&CATEGORY]),
    row("atom_content", &[&text::CONTENT]),
    row("atom_contributor", &[&PERSON]),
    row("atom_generator", &[&GENERATOR]),
    row("atom_icon", &[&URI, &ONCE]),
    row("atom_id", &[&IDENTIFIER, &ONCE]),
    row("atom_link", &[&link::LINK]),
    row("atom_logo", &[&URI, &ONCE]),
    row("atom_published", &[&RFC3339, &ONCE]),
    row("atom_rights", &[&text::CONSTRUCT, &ONCE]),
    row("atom_subtitle", &[&text::CONSTRUCT, &ONCE]),
    row("atom_summary", &[&text::CONSTRUCT, &ONCE]),
    row("atom_title", &[&text::CONSTRUCT, &ONCE]),
    row("atom_updated", &[&RFC3339, &ONCE]),
];
