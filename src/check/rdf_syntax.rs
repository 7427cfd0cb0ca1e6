//! RSS 1.0 as RDF/XML: nodes and properties take turns, and RDF's own words stand only where its grammar has them.

use std::collections::HashSet;

use super::codes as c;
use super::found::Detail;
use super::namespace::{Namespaces, NsId, RDF};
use super::walk::{On, Walk};
use super::xml::{Attr, Event, Reader};

/// What an element's children are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// The nodes of the document.
    Document,
    /// One node, the property's object; with a `true`, the property has one already.
    Object(bool),
    /// Any number of nodes.
    Nodes,
    Properties,
    Anything,
}

const SYNTAX: [&str; 7] = ["RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype"];
const WITHDRAWN: [&str; 3] = ["aboutEach", "aboutEachPrefix", "bagID"];

/// Reads the document once more, as RDF.
pub(super) fn check(walk: &mut Walk<'_>) {
    let mut namespaces = Namespaces::new();
    let mut reader = Reader::new(walk.source, &walk.options.limits);
    let mut inside: Vec<Inside> = Vec::new();
    let mut ids = HashSet::new();
    loop {
        match reader.next(&mut namespaces) {
            Ok(Event::Start { ns, name, at }) => {
                walk.at = at;
                let element = Element {
                    uri: namespaces.uri(ns),
                    name,
                    attrs: rdf_attrs(&reader.attrs, &namespaces),
                    others: others(&reader.attrs, &namespaces),
                };
                let next = match inside.last() {
                    None if element.is("RDF") => Inside::Document,
                    None | Some(Inside::Document | Inside::Object(_) | Inside::Nodes) => node(walk, &element, &mut ids),
                    Some(Inside::Properties) => match property(walk, &element) {
                        Some(next) => next,
                        // The reference's reader stops here.
                        None => return,
                    },
                    Some(Inside::Anything) => Inside::Anything,
                };
                inside.push(next);
            }
            Ok(Event::End { at }) => {
                walk.at = at;
                inside.pop();
                if let Some(Inside::Object(taken)) = inside.last_mut()
                    && std::mem::replace(taken, true)
                {
                    say(walk, "a property has one object only");
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
        if walk.found.len() > walk.options.limits.findings {
            return;
        }
    }
}

struct Element<'e> {
    uri: &'e str,
    name: &'e str,
    /// RDF's attributes by their local names.
    attrs: Vec<(String, String)>,
    /// The attributes of other vocabularies, XML's aside.
    others: Vec<String>,
}

impl Element<'_> {
    fn is(&self, name: &str) -> bool {
        self.uri == RDF && self.name == name
    }

    fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Attributes of RDF; a few count as RDF's without a prefix.
fn rdf_attrs(attrs: &[Attr<'_>], namespaces: &Namespaces<'_>) -> Vec<(String, String)> {
    attrs.iter().filter(|attr| is_rdf(attr, namespaces)).map(|attr| (attr.name.to_owned(), attr.value.clone().into_owned())).collect()
}

fn is_rdf(attr: &Attr<'_>, namespaces: &Namespaces<'_>) -> bool {
    namespaces.uri(attr.ns) == RDF || attr.ns == NsId::NONE && matches!(attr.name, "about" | "ID" | "type" | "resource" | "parseType")
}

fn others(attrs: &[Attr<'_>], namespaces: &Namespaces<'_>) -> Vec<String> {
    let is_xml = |attr: &Attr<'_>| attr.ns == NsId::XML || attr.ns == NsId::NONE && attr.name.to_lowercase().starts_with("xml");
    attrs.iter().filter(|attr| !is_xml(attr) && !is_rdf(attr, namespaces)).map(|attr| attr.name.to_owned()).collect()
}

fn say(walk: &mut Walk<'_>, why: &str) {
    walk.say(On::Node(0), &c::INVALID_RDF, Detail::value(why));
}

fn node(walk: &mut Walk<'_>, element: &Element<'_>, ids: &mut HashSet<String>) -> Inside {
    if element.uri == RDF && (SYNTAX.contains(&element.name) || WITHDRAWN.contains(&element.name) || element.name == "li") {
        say(walk, &format!("`rdf:{}` cannot be a node", element.name));
    }
    let names = ["ID", "nodeID", "about"].iter().filter(|name| element.attr(name).is_some()).count();
    if names > 1 {
        say(walk, "only one of `rdf:ID`, `rdf:about` and `rdf:nodeID` can stand on a node");
    }
    if let Some(id) = element.attr("ID") {
        ncname(walk, id);
        if !ids.insert(id.to_owned()) {
            say(walk, &format!("two nodes have the `rdf:ID` `{id}`"));
        }
    }
    if let Some(id) = element.attr("nodeID") {
        ncname(walk, id);
    }
    for (name, _) in &element.attrs {
        let own = matches!(name.as_str(), "ID" | "nodeID" | "about");
        if !own && is_reserved(name) {
            say(walk, &format!("`rdf:{name}` cannot stand on a node"));
        }
    }
    Inside::Properties
}

fn is_reserved(name: &str) -> bool {
    SYNTAX.contains(&name) || WITHDRAWN.contains(&name) || matches!(name, "Description" | "li")
}

/// What stands in a property; nothing where it has an attribute that ends all reading.
fn property(walk: &mut Walk<'_>, element: &Element<'_>) -> Option<Inside> {
    if element.uri == RDF && element.name != "li" && (is_reserved(element.name)) {
        say(walk, &format!("`rdf:{}` cannot be a property", element.name));
    }
    for name in ["ID", "nodeID"] {
        if let Some(id) = element.attr(name) {
            ncname(walk, id);
        }
    }
    let (resource, node_id) = (element.attr("resource").is_some(), element.attr("nodeID").is_some());
    if resource && node_id {
        say(walk, "only one of `rdf:resource` and `rdf:nodeID` can stand on a property");
    }
    match element.attr("parseType").filter(|_| !resource && !node_id) {
        Some(kind) => {
            let own = element.attrs.iter().map(|(name, _)| name).filter(|name| *name != "parseType" && *name != "ID");
            for name in own.chain(&element.others) {
                say(walk, &format!("`{name}` cannot stand beside `rdf:parseType`"));
            }
            Some(match kind {
                "Resource" => Inside::Properties,
                "Collection" => Inside::Nodes,
                _ => Inside::Anything,
            })
        }
        None => {
            let mut object = resource || node_id;
            if element.attr("datatype").is_none() {
                object |= !element.others.is_empty();
                for (name, _) in element.attrs.iter().filter(|(name, _)| !matches!(name.as_str(), "ID" | "resource" | "nodeID")) {
                    object = true;
                    if is_reserved(name) {
                        say(walk, &format!("`rdf:{name}` cannot stand on a property"));
                        return None;
                    }
                }
            }
            Some(Inside::Object(object))
        }
    }
}

fn ncname(walk: &mut Walk<'_>, id: &str) {
    let fits =
        id.starts_with(|c: char| c.is_alphabetic() || c == '_') && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !fits {
        say(walk, &format!("`{id}` is no name"));
    }
}
