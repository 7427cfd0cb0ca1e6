//! What the HTML parser builds: names and attributes in their order, and the first error. The tree itself is of no interest.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, QualName, local_name, ns};

use super::Element;

pub(super) struct Made {
    name: QualName,
    pub seen: Option<Element>,
}

/// Keeps names and attributes; the tree itself is of no interest.
#[derive(Default)]
pub(super) struct Sink {
    pub elements: RefCell<Vec<Made>>,
    pub error: RefCell<Option<String>>,
    /// The latest call told the first error.
    fresh: Cell<bool>,
}

impl Sink {
    /// Today's parsers want `rt` and `rp` in a `ruby`; to the reference's they are elements like others outside of one.
    fn forgive(&self, name: &QualName) {
        let lone = matches!(&*name.local, "rt" | "rp") && !self.elements.borrow().iter().any(|made| &*made.name.local == "ruby");
        if self.fresh.replace(false) && lone {
            self.error.take();
        }
    }
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        // The reference's parser takes these two as they come.
        if matches!(&*message, "Non-space table text" | "</html> with no <body> in scope") {
            return;
        }
        let mut error = self.error.borrow_mut();
        self.fresh.set(error.is_none());
        error.get_or_insert_with(|| message.into_owned());
    }

    fn get_document(&self) -> usize {
        usize::MAX
    }

    fn elem_name(&self, target: &usize) -> Name {
        let elements = self.elements.borrow();
        Name(elements.get(*target).map_or_else(|| QualName::new(None, ns!(), local_name!("")), |made| made.name.clone()))
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _flags: ElementFlags) -> usize {
        self.forgive(&name);
        // The parser makes the context element and the fragment's root before the first tag.
        let mut elements = self.elements.borrow_mut();
        let own = elements.len() < 2;
        let seen = (!own).then(|| Element {
            name: name.local.to_string(),
            attrs: attrs.iter().map(|attr| (attr_name(&attr.name), attr.value.to_string())).collect(),
        });
        elements.push(Made { name, seen });
        elements.len() - 1
    }

    fn create_comment(&self, _text: StrTendril) -> usize {
        usize::MAX
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> usize {
        usize::MAX
    }

    fn append(&self, _parent: &usize, _child: NodeOrText<usize>) {}

    fn append_based_on_parent_node(&self, _element: &usize, _previous: &usize, _child: NodeOrText<usize>) {}

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, x: &usize, y: &usize) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, _sibling: &usize, _new: NodeOrText<usize>) {}

    fn add_attrs_if_missing(&self, _target: &usize, _attrs: Vec<Attribute>) {}

    fn remove_from_parent(&self, _target: &usize) {}

    fn reparent_children(&self, _node: &usize, _parent: &usize) {}
}

fn attr_name(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => name.local.to_string(),
    }
}

#[derive(Debug)]
pub(super) struct Name(QualName);

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &html5ever::LocalName {
        &self.0.local
    }
}
