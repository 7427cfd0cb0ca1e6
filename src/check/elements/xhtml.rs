//! Markup that stands as elements: XHTML in Atom's texts and in RSS, with SVG and MathML inside.

use std::borrow::Cow;

use super::super::class::{Attributes, Class, Start};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::{self, MATHML, NsId, SVG, XHTML};
use super::super::value::style;
use super::super::value::words::{
    HTML_ELEMENTS, MATHML_ATTRIBUTES, MATHML_ELEMENTS, SAFE_ATTRIBUTES, SAFE_ELEMENTS, SVG_ATTRIBUTES, SVG_ELEMENTS, Words,
};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::text::is_without_base;

/// XHTML inside a construct.
pub(super) static DIV: Class =
    Class { attrs: Attributes::All, start: Start::Div, prose: true, close: Some(div_ends), ..Class::container(&[]) };

/// An element inside XHTML.
pub(in crate::check) fn div_child<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    let on = On::Node(id);
    let uri = walk.namespaces.uri(ns).to_owned();
    match uri.as_str() {
        "" => walk.say(on, &c::MISSING_NAMESPACE, Detail::named(name, "xhtml:div")),
        XHTML => {
            xhtml(walk, on, name, attrs);
            addresses(walk, id, attrs);
        }
        SVG => foreign(walk, on, name, attrs, &SVG_ELEMENTS, &SVG_ATTRIBUTES),
        MATHML => foreign(walk, on, name, attrs, &MATHML_ELEMENTS, &MATHML_ATTRIBUTES),
        _ => {
            if let Some(prefix) = namespace::prefix(&uri) {
                if walk.name(id) != "metadata" {
                    let parent = walk.name(id).to_owned();
                    walk.say(on, &c::UNDEFINED_ELEMENT, Detail::named(&format!("{prefix}:{name}"), &parent));
                }
                return walk.push(&[&EATER], Cow::Borrowed(name), attrs, id);
            }
        }
    }
    walk.node_mut(id).mixed = true;
    walk.taken_unseen(id, ns, name, attrs);
    walk.push(&[&DIV], Cow::Borrowed(name), attrs, id);
}

fn unprefixed(walk: &Walk<'_>, attrs: (usize, usize)) -> Vec<(String, String)> {
    let plain = walk.attrs_of(attrs).iter().filter(|attr| attr.ns == NsId::NONE);
    plain.map(|attr| (attr.name.to_owned(), attr.value.clone().into_owned())).collect()
}

fn xhtml(walk: &mut Walk<'_>, on: On, name: &str, attrs: (usize, usize)) {
    if !HTML_ELEMENTS.contains(name) {
        walk.say(on, &c::NOT_HTML, Detail::value(&format!("`{name}` is no element of HTML")));
    } else if !SAFE_ELEMENTS.contains(name) {
        walk.say(on, &c::SECURITY_RISK, Detail::value(name));
    }
    for (attr, value) in unprefixed(walk, attrs) {
        if attr == "style" {
            for what in style::dangers(&value) {
                walk.say(on, &c::DANGEROUS_STYLE_ATTR, Detail::value(&what));
            }
        } else if !SAFE_ATTRIBUTES.contains(attr.as_str()) {
            walk.say(on, &c::SECURITY_RISK_ATTR, Detail::value(&attr));
        }
    }
}

/// Links and pictures in XHTML that mean something else wherever the text is shown.
fn addresses(walk: &mut Walk<'_>, id: NodeId, attrs: (usize, usize)) {
    let named = |name: &str| matches!(name, "href" | "src");
    let relative = |value: &str| {
        !value.is_empty() && !value.starts_with('#') && url::Url::parse(value) == Err(url::ParseError::RelativeUrlWithoutBase)
    };
    let found: Vec<String> =
        unprefixed(walk, attrs).into_iter().filter(|(name, value)| named(name) && relative(value)).map(|(_, value)| value).collect();
    let own_base = walk.attrs_of(attrs).iter().any(|attr| attr.ns == NsId::XML && attr.name == "base");
    if own_base || !is_without_base(walk, id) {
        return;
    }
    for value in found {
        walk.say(On::Node(id), &c::RELATIVE_WITHOUT_BASE, Detail::value(&value));
    }
}

fn foreign(walk: &mut Walk<'_>, on: On, name: &str, attrs: (usize, usize), elements: &Words, attributes: &Words) {
    if !elements.contains(name) {
        walk.say(on, &c::SECURITY_RISK, Detail::value(name));
    }
    for (attr, _) in unprefixed(walk, attrs) {
        if !attributes.contains(attr.as_str()) {
            walk.say(on, &c::SECURITY_RISK_ATTR, Detail::value(&attr));
        }
    }
}

/// Text that is all of a `div` counts as the construct's own.
fn div_ends(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    if !walk.node(id).mixed {
        let above = walk.parent(id);
        walk.add_text(above, value);
    }
}

/// An element inside `xhtml:body`.
pub(in crate::check) fn html_child<'a>(walk: &mut Walk<'a>, id: NodeId, name: &'a str, attrs: (usize, usize)) {
    let on = On::Node(id);
    for (attr, value) in unprefixed(walk, attrs) {
        let lower = attr.to_lowercase();
        if lower == "style" {
            for what in style::dangers(&value) {
                walk.say(on, &c::DANGEROUS_STYLE_ATTR, Detail::value(&what));
            }
        } else if !SAFE_ATTRIBUTES.contains(lower.as_str()) {
            walk.say(on, &c::SECURITY_RISK_ATTR, Detail::value(&attr));
        }
    }
    let own = walk.node(id).name.clone();
    walk.push(&[&super::rss_item::XHTML_BODY], own, attrs, id);
    if !SAFE_ELEMENTS.contains(name.to_lowercase().as_str()) {
        walk.say(on, &c::SECURITY_RISK, Detail::value(name));
    }
}
