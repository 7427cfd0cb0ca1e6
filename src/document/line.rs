//! JSON as items are published: an object on one line, spelt as `serde_json` would. Most of an item is one long text, of which few letters need a look.

use std::fmt::Write;

use crate::vocab::blocks;

/// An object on its way, member by member.
pub(super) struct Line(String);

impl Line {
    /// Behind the blanks of the line on which it stands.
    pub fn new(capacity: usize) -> Self {
        let mut out = String::with_capacity(capacity);
        out.push_str("\n    {");
        Line(out)
    }

    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }

    pub fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.string(text);
    }

    pub fn maybe(&mut self, name: &str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.text(name, text));
    }

    pub fn number(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.name(name);
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{number}");
        }
    }

    /// A list, if there is anything in it.
    pub fn list<T>(&mut self, name: &str, list: Vec<T>, each: impl Fn(&mut Self, T)) {
        if list.is_empty() {
            return;
        }
        self.name(name);
        self.0.push('[');
        for one in list {
            self.comma();
            each(self, one);
        }
        self.0.push(']');
    }

    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.0.push('{');
        members(self);
        self.0.push('}');
    }

    pub fn string(&mut self, text: &str) {
        let (bytes, mut done) = (text.as_bytes(), 0);
        self.0.push('"');
        blocks::each(bytes, is_special, |at| {
            self.0.push_str(&text[done..at]);
            self.escape(bytes[at]);
            done = at + 1;
        });
        self.0.push_str(&text[done..]);
        self.0.push('"');
    }

    fn escape(&mut self, byte: u8) {
        let written = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0C => "\\f",
            other => return self.0.push_str(&format!("\\u{other:04x}")),
        };
        self.0.push_str(written);
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// Between two members, or two values of a list.
    fn comma(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }
}

fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn strings_are_what_serde_json_writes(text in "(\\PC|[\\x00-\\x7f]|[a-z]{60,70}){0,20}") {
            let mut line = Line(String::new());
            line.string(&text);
            proptest::prop_assert_eq!(line.0, serde_json::to_string(&text).expect("a string"));
        }
    }

    #[test]
    fn members_are_parted_by_commas() {
        let mut line = Line::new(0);
        line.list("none", Vec::<&str>::new(), Line::string);
        line.list("ends", vec!["{", "["], Line::string);
        line.list("objects", vec![Some(1), None], |line, number| line.object(|line| line.number("n", number)));
        line.maybe("nothing", None);
        line.text("text", "");
        assert_eq!(line.end(), "\n    {\"ends\":[\"{\",\"[\"],\"objects\":[{\"n\":1},{}],\"text\":\"\"}");
    }
}
