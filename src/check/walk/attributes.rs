//! Namespace declarations and attributes that nobody expects.

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::Attributes;
use super::super::codes as c;
use super::super::elements::beyond;
use super::super::found::Detail;
use super::super::namespace::{self, NsId};
use super::super::value::uri;
use super::{NodeId, On, Walk};

impl<'a> Walk<'a> {
    /// Namespace declarations, before the element that carries them begins.
    pub(super) fn declare(&mut self, declared: &[(&'a str, Cow<'a, str>)]) -> Result<(), ()> {
        for (prefix, uri) in declared {
            let top = self.layers.last().map_or(0, |layer| layer.first);
            self.bind(top);
            for node in &mut self.nodes[top..] {
                if node.prefixes.len() < self.limits.attributes && !node.prefixes.contains(prefix) {
                    node.prefixes.push(prefix);
                }
            }
            if uri.split_whitespace().count() > 1 {
                self.say(On::Node(0), &c::SAX_ERROR, Detail::value("a namespace with white space in it"));
                return Err(());
            }
            self.declaration(prefix, uri);
        }
        Ok(())
    }

    pub(super) fn declaration(&mut self, prefix: &str, uri: &str) {
        let on = On::Node(0);
        let usual = namespace::prefix(uri);
        let atom_or_unknown = matches!(self.kind, Kind::Atom | Kind::Unknown);
        if let Some(meant) = namespace::of_prefix(prefix).filter(|_| !prefix.is_empty()) {
            if usual != Some(prefix) {
                let rule = if uri == namespace::MRSS_WITHOUT_SLASH { &c::MEDIA_RSS_NAMESPACE } else { &c::RESERVED_PREFIX };
                self.say(on, rule, Detail::value(prefix).other(meant));
            } else if prefix == "wiki" && uri.contains("usemod") {
                self.say(on, &c::OBSOLETE_WIKI_NAMESPACE, Detail::value(uri));
            } else if matches!(prefix, "atom" | "xhtml") && self.kind == Kind::Atom {
                self.say(on, &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
            }
        } else if let Some(usual) = usual {
            if usual != prefix && !prefix.is_empty() {
                self.say(on, &c::NONSTD_PREFIX, Detail::value(prefix).other(usual));
                if matches!(usual, "atom" | "xhtml") && atom_or_unknown {
                    self.say(on, &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
                }
            }
        } else if uri == namespace::MRSS_WITHOUT_SLASH {
            self.say(on, &c::MEDIA_RSS_NAMESPACE, Detail::value(prefix));
        } else if uri == beyond::TOMBSTONE {
            // Younger than the reference, and looked into here: nothing to warn of.
        } else if uri.is_empty() || uri::iri(self, On::Part(0, "xmlns"), uri) {
            match namespace::unchecked(uri) {
                Some(name) => self.say(on, &c::UNSUPPORTED_NAMESPACE, Detail::value(name)),
                None => self.say(on, &c::UNKNOWN_NAMESPACE, Detail::value(uri)),
            }
        }
    }

    pub(super) fn check_attributes(&mut self, ns: NsId, name: &str, attrs: (usize, usize)) {
        let first = self.layers.last().map_or(0, |layer| layer.first);
        for at in attrs.0..attrs.1 {
            let attr = &self.attrs[at];
            let (attr_ns, attr_name) = (attr.ns, attr.name);
            let standard = attr_ns == NsId::XML && matches!(attr_name, "base" | "id" | "lang" | "space");
            if standard || (first..self.nodes.len()).any(|id| self.expects(id, attr_ns, attr_name)) {
                continue;
            }
            if attr_ns != NsId::NONE && self.namespaces.get(attr_ns).near.is_none() {
                if ns == NsId::NONE && self.kind == Kind::Rss2 {
                    self.say(On::Node(0), &c::USE_OF_EXTENSION_ATTR, Detail::element(name).with(attr_name));
                }
                continue;
            }
            self.say(On::Node(0), &c::UNEXPECTED_ATTRIBUTE, Detail::named(name, name).with(attr_name));
        }
    }

    pub(super) fn expects(&self, id: NodeId, ns: NsId, name: &str) -> bool {
        let uri = self.namespaces.uri(ns);
        let rdf = |names: &[&str]| uri == namespace::RDF && names.contains(&name);
        match self.nodes[id].class.attrs {
            Attributes::Silent => false,
            Attributes::All => self.attr(id, uri, name).is_some(),
            Attributes::NotRss11 => uri != namespace::RSS11 && self.attr(id, uri, name).is_some(),
            Attributes::These(names) => names.iter().any(|(of, own)| *own == name && self.namespaces.is(ns, of)),
            Attributes::Rdf => self.kind == Kind::Rss1 && rdf(&["parseType", "datatype", "resource"]),
            Attributes::ParseType => self.kind == Kind::Rss1 && rdf(&["parseType"]),
        }
    }
}
