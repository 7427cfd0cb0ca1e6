//! Keeping tags in pairs: which elements are open, which a new tag closes, what an end tag may close.
//!
//! The rules are those of HTML's tree construction (section 13.2.6) as far as they keep a text well nested: a paragraph ends where a block
//! begins, a list item where the next one does. Where HTML would mend crossed tags by copying them (`<b><i></b></i>`), the inner one simply
//! ends, so that no input can make the output many times its size; and nothing nests deeper than [`DEEPEST`].

/// How many elements may be open at once.
const DEEPEST: usize = 100;

/// The elements that are open, outermost first.
#[derive(Default)]
pub(super) struct Open(Vec<&'static str>);

impl Open {
    /// Makes place for a start tag: writes the end tags of all that it closes. `false` where it cannot stand here and has to be left out.
    pub(super) fn prepare(&mut self, element: &'static str, out: &mut String) -> bool {
        match element {
            "caption" | "colgroup" | "tbody" | "tfoot" | "thead" => return self.rewind(&["table"], out),
            "col" => return self.rewind(&["colgroup", "table"], out),
            "tr" => return self.rewind(&["tbody", "tfoot", "thead", "table"], out),
            "td" | "th" => return self.rewind(&["tr", "tbody", "tfoot", "thead", "table"], out),
            // A table stands in another one's cell or after it.
            "table" => self.close_one(|open| open == "table", is_cell, out),
            "a" => self.close_one(|open| open == "a", is_cell, out),
            "rp" | "rt" => return self.rewind(&["ruby"], out),
            "li" => self.close_one(|open| open == "li", is_special, out),
            "dd" | "dt" => self.close_one(|open| matches!(open, "dd" | "dt"), is_special, out),
            _ if is_heading(element) => self.close_one(is_heading, is_cell, out),
            _ => {}
        }
        if ends_paragraph(element) {
            self.close_one(|open| open == "p", is_cell, out);
        }
        self.0.len() < DEEPEST
    }

    /// Notes that an element was opened.
    pub(super) fn push(&mut self, element: &'static str) {
        self.0.push(element);
    }

    /// Writes the end tag, with those of all that is open within. Nothing where no such element is open.
    pub(super) fn close(&mut self, element: &str, out: &mut String) {
        match element {
            "table" | "caption" | "colgroup" | "tbody" | "tfoot" | "thead" | "tr" | "td" | "th" => {
                self.close_one(|open| open == element, |open| open == "table", out);
            }
            "li" => self.close_one(|open| open == "li", |open| is_cell(open) || matches!(open, "ul" | "ol"), out),
            _ if is_heading(element) => self.close_one(is_heading, |open| is_cell(open) || open == "table", out),
            _ => self.close_one(|open| open == element, |open| is_cell(open) || open == "table", out),
        }
    }

    /// Writes all end tags that are missing.
    pub(super) fn close_all(&mut self, out: &mut String) {
        self.close_down_to(0, out);
    }

    /// Whether a link is open, so that none may begin.
    pub(super) fn in_link(&self) -> bool {
        self.0.iter().rev().take_while(|open| !is_cell(open)).any(|open| *open == "a")
    }

    /// Whether a paragraph may begin here.
    pub(super) fn in_flow(&self) -> bool {
        let holds_no_paragraph =
            |open| is_heading(open) || matches!(open, "address" | "dl" | "hgroup" | "ol" | "p" | "pre" | "summary" | "table" | "ul");
        self.0.last().is_none_or(|open| is_cell(open) || ends_paragraph(open) && !holds_no_paragraph(open))
    }

    /// Closes the innermost element that `matches`, unless one that `bars` stands within it.
    fn close_one(&mut self, matches: impl Fn(&str) -> bool, bars: impl Fn(&str) -> bool, out: &mut String) {
        for (index, open) in self.0.iter().enumerate().rev() {
            if matches(open) {
                return self.close_down_to(index, out);
            }
            if bars(open) {
                return;
            }
        }
    }

    /// Closes all within the innermost of `parents`; `false` where none of them is open.
    fn rewind(&mut self, parents: &[&str], out: &mut String) -> bool {
        let Some(index) = self.0.iter().rposition(|open| parents.contains(open)) else { return false };
        self.close_down_to(index + 1, out);
        self.0.len() < DEEPEST
    }

    fn close_down_to(&mut self, length: usize, out: &mut String) {
        for element in self.0.drain(length..).rev() {
            out.push_str("</");
            out.push_str(element);
            out.push('>');
        }
    }
}

fn is_cell(element: &str) -> bool {
    matches!(element, "td" | "th" | "caption")
}

fn is_heading(element: &str) -> bool {
    matches!(element, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Blocks that a list item does not reach across to end the one before it: HTML's special elements, less those that it passes over and less
/// those that older parsers do not know for such (the W3C validator's among them).
fn is_special(element: &str) -> bool {
    is_cell(element)
        || ends_paragraph(element) && !matches!(element, "address" | "div" | "figcaption" | "li" | "main" | "p" | "summary" | "table")
}

/// Blocks, before which a paragraph ends.
fn ends_paragraph(element: &str) -> bool {
    is_heading(element)
        || matches!(
            element,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "dd"
                | "details"
                | "div"
                | "dl"
                | "dt"
                | "figcaption"
                | "figure"
                | "footer"
                | "header"
                | "hgroup"
                | "hr"
                | "li"
                | "main"
                | "nav"
                | "ol"
                | "p"
                | "pre"
                | "section"
                | "summary"
                | "table"
                | "ul"
        )
}
