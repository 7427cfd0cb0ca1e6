//! What rules say through the walk.

use super::super::codes::{self as c, Rule};
use super::super::found::{Detail, Found, Spot};
use super::{NodeId, On, Walk};

impl<'a> Walk<'a> {
    pub fn say(&mut self, on: On, rule: &'static Rule, detail: Detail<'_>) {
        self.say_at(on, rule, detail, Spot::at(self.at));
    }

    pub fn say_at(&mut self, on: On, rule: &'static Rule, detail: Detail<'_>, spot: Spot) {
        let (node, part) = match on {
            On::Node(node) => (node, None),
            On::Part(node, part) | On::As(node, part) => (node, Some(part)),
        };
        let above = if matches!(on, On::Part(..)) { node } else { self.parent(node) };
        // The document itself has no name.
        let name = |id: NodeId| if id == 0 && node == 0 { "" } else { self.name(id) };
        let element = detail.element.or(part).unwrap_or(name(node));
        let parent = detail.parent.unwrap_or(name(above));
        let found = Found::new(rule, spot, element, parent, &detail);
        self.found.push(found);
    }

    /// The element lacks a child.
    pub fn lacks(&mut self, id: NodeId, rule: &'static Rule, child: &'static str) {
        self.say(On::Part(id, child), rule, Detail::default());
    }

    /// Checks one attribute with a rule for values.
    pub fn check_attr(&mut self, id: NodeId, ns: &str, name: &'static str, shown: &'static str, rule: fn(&mut Walk<'_>, On, &str)) {
        if let Some(value) = self.find_attr(id, ns, name).cloned() {
            rule(self, On::Part(id, shown), &value);
        }
    }

    /// As [`Walk::check_attr`], and says so where the attribute is missing.
    pub fn need_attr(&mut self, id: NodeId, name: &'static str, rule: fn(&mut Walk<'_>, On, &str)) {
        if self.attr(id, "", name).is_some() {
            self.check_attr(id, "", name, name, rule);
        } else {
            self.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value(name));
        }
    }
}
