//! Writing HTML in the one form that a browser's serialiser gives: void elements without a slash, attributes in double quotes, and of the
//! entities only `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&nbsp;`.

use crate::vocab::blocks;

/// Appends text.
pub(super) fn text(out: &mut String, text: &str) {
    escape(out, text, false);
}

/// Appends an attribute with a blank before it.
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value, true);
    out.push('"');
}

/// Elements that have no contents and no end tag.
pub(super) fn is_void(element: &str) -> bool {
    matches!(element, "br" | "col" | "hr" | "img" | "source" | "wbr")
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    let (bytes, mut from) = (text.as_bytes(), 0);
    let is_special = |byte: u8| (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == 0xC2);
    blocks::each(bytes, is_special, |at| {
        let (entity, length) = match bytes[at] {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' if in_attribute => ("&quot;", 1),
            0xC2 if bytes.get(at + 1) == Some(&0xA0) => ("&nbsp;", 2),
            _ => return,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + length;
    });
    out.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_what_must_be_and_no_more() {
        let mut out = String::new();
        super::text(&mut out, "a & b <c> \"d\" 'e'\u{a0}«ñ» ]]>");
        super::attribute(&mut out, "title", "\"<&>'\u{a0}");
        assert_eq!(out, "a &amp; b &lt;c&gt; \"d\" 'e'&nbsp;«ñ» ]]&gt; title=\"&quot;&lt;&amp;&gt;'&nbsp;\"");
    }
}
