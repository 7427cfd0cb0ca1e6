//! The root of a document: what kind of document it is.

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::{Child, Class, Note, Start};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::{self, NsId};
use super::super::walk::{NodeId, On, Walk};
use super::{EATER, app, atom, kml, opml, rdf, rss, search_description, xrd};

/// The document itself: knows which elements may be its root.
pub(in crate::check) static ROOT: Class = Class { start: Start::Root, ..Class::container(&[ROOTS]) };

static ROOTS: &[Child] = &[
    Child { name: "Channel", classes: &[&rss::CHANNEL_10], notes: &[] },
    Child { name: "app_categories", classes: &[&app::CATEGORIES], notes: &[Note::Do(categories_document)] },
    Child { name: "app_service", classes: &[&app::SERVICE], notes: &[Note::Do(service_document)] },
    Child { name: "entry", classes: &[&atom::ENTRY], notes: &[] },
    Child { name: "feed", classes: &[&atom::FEED], notes: &[Note::Do(old_feed)] },
    Child { name: "kml", classes: &[&kml::KML], notes: &[] },
    Child {
        name: "opensearch_OpenSearchDescription",
        classes: &[&search_description::DESCRIPTION],
        notes: &[Note::Do(search_description)],
    },
    Child { name: "opml", classes: &[&opml::OPML], notes: &[] },
    Child { name: "outlineDocument", classes: &[&opml::OPML], notes: &[Note::Do(outline_document)] },
    Child { name: "rdf_RDF", classes: &[&rdf::RDF_ROOT], notes: &[Note::Do(rdf_root)] },
    Child { name: "request", classes: &[&ROOT], notes: &[] },
    Child { name: "rss", classes: &[&rss::RSS], notes: &[] },
    Child { name: "soap_Body", classes: &[&ROOT], notes: &[Note::Do(soap_body)] },
    Child { name: "soap_Envelope", classes: &[&ROOT], notes: &[] },
    Child { name: "xhtml_html", classes: &[&EATER], notes: &[Note::Do(web_page)] },
    Child { name: "xrds_XRDS", classes: &[&xrd::XRDS], notes: &[] },
];

fn old_feed(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.is_default(namespace::OLD_ATOM).then_some(const { &[&EATER] })
}

fn outline_document(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.say(On::Node(id), &c::OBSOLETE_VERSION, Detail::element("outlineDocument"));
    None
}

fn rdf_root(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::RSS10));
    None
}

fn categories_document(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.kind = Kind::AtomCategories;
    None
}

fn service_document(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.kind = Kind::AtomService;
    None
}

fn search_description(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::OPENSEARCH));
    walk.kind = Kind::Opensearch;
    None
}

fn soap_body(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::SOAP_WRAPPER));
    None
}

fn web_page(walk: &mut Walk<'_>, id: NodeId, name: &str) -> Option<&'static [&'static Class]> {
    walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(name, "root"));
    None
}

/// The document's root element begins: what kind of document is it?
pub(in crate::check) fn root<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    let ns = if matches!(name, "kml" | "OpenSearchDescription" | "XRDS") { other_root(walk, id, ns, name) } else { ns };
    let uri = walk.namespaces.uri(ns).to_owned();
    let wrong = |walk: &mut Walk<'a>| walk.say(On::Node(id), &c::INVALID_NAMESPACE, Detail::named(name, "root").with(&uri));
    let missing = |walk: &mut Walk<'a>| walk.say(On::Node(id), &c::MISSING_NAMESPACE, Detail::named(name, "root"));
    match name {
        "rss" if !uri.is_empty() => {
            wrong(walk);
            walk.add_default(Cow::Owned(uri.clone()));
        }
        "feed" | "entry" => {
            for prefix in ["atom", "xhtml"] {
                if walk.declares(id, prefix) {
                    walk.say(On::Node(id), &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
                }
            }
            if uri == namespace::OLD_ATOM {
                walk.say(On::Node(id), &c::OBSOLETE_NAMESPACE, Detail::element("feed"));
                walk.add_default(Cow::Borrowed(namespace::OLD_ATOM));
                walk.kind = Kind::Atom;
            } else if uri.is_empty() {
                missing(walk);
            } else {
                walk.kind = if name == "feed" { Kind::Atom } else { Kind::AtomEntry };
                walk.add_default(Cow::Borrowed(namespace::ATOM));
                if uri != namespace::ATOM {
                    wrong(walk);
                    walk.add_default(Cow::Owned(uri.clone()));
                }
            }
        }
        "Channel" if uri.is_empty() => missing(walk),
        "Channel" if uri != namespace::RSS11 => wrong(walk),
        "Channel" => {
            walk.add_default(Cow::Owned(uri.clone()));
            walk.kind = Kind::Rss1;
        }
        _ => {}
    }
    walk.start_child(id, ns, name, attrs);
}

/// The root element of no feed begins: the namespace that it counts as.
fn other_root<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str) -> NsId {
    let uri = walk.namespaces.uri(ns).to_owned();
    let meant: &[&'static str] = match name {
        "kml" => &namespace::KML,
        "XRDS" => &[namespace::XRDS],
        _ => &[namespace::OPENSEARCH],
    };
    match name {
        "kml" => walk.kind = Kind::Kml,
        "XRDS" => walk.kind = Kind::Xrd,
        _ => {}
    }
    let known = meant.iter().position(|known| *known == uri);
    if name == "kml" {
        // What is no version of KML is read as its latest.
        let version = known.unwrap_or(if uri.is_empty() { 0 } else { 2 });
        ["2.0", "2.1", "2.2"][version].clone_into(&mut walk.version);
    }
    if uri.is_empty() {
        walk.say(On::Node(id), &c::MISSING_NAMESPACE, Detail::named(name, "root"));
        return walk.namespaces.intern(Cow::Borrowed(meant[0]));
    }
    if name == "kml" || known.is_none() {
        walk.add_default(Cow::Owned(uri.clone()));
    }
    if known.is_some() {
        return ns;
    }
    walk.say(On::Node(id), &c::INVALID_NAMESPACE, Detail::element(name).with(&uri));
    walk.namespaces.intern(Cow::Borrowed(meant[meant.len() - 1]))
}

/// A root element of a namespace that the rules do not know.
pub(in crate::check) fn foreign_root(walk: &mut Walk<'_>, id: NodeId, ns: Option<NsId>, name: &str) {
    let uri = ns.map(|ns| walk.namespaces.uri(ns).to_owned()).unwrap_or_default();
    let (rule, detail) = match uri.as_str() {
        namespace::OLD_ATOM => (&c::OBSOLETE_NAMESPACE, Detail::element(name)),
        _ if name == "feed" => (&c::INVALID_NAMESPACE, Detail::element(name)),
        _ => (&c::UNDEFINED_ELEMENT, Detail::named(name, "root")),
    };
    walk.say(On::Node(id), rule, detail.with(&uri));
}
