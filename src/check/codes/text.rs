//! Text, HTML and what could harm readers: the rows of this family.

use super::rules;

rules! {
    CONTAINS_HTML = "contains-html", Warning, "`{element}` seems to hold HTML: `{value}`" {
        help: "write plain text",
        why: "Readers show the tags as they stand, or drop them with what is in them.",
        wrong: "<description>&lt;b&gt;News&lt;/b&gt;</description>",
        right: "<description>News</description>",
        clause: "RSS 2.0 profile, \"title\"",
    }
    CONTAINS_UNDECLARED_HTML = "contains-undeclared-html", Warning, "`{element}` is declared as plain text and seems to hold HTML: `{value}`" {
        help: "if it is HTML, say `type=\"html\"` and leave it escaped as it is; if readers are to see these very signs, say `type=\"html\"` too and escape them once more, as in `&amp;lt;b&amp;gt;`; else leave them out",
        why: "A text without a `type` is plain: readers show the tags as they stand, and some take them for HTML all the same.",
        wrong: "<summary>&lt;b&gt;x&lt;/b&gt;</summary>",
        right: "<summary type=\"html\">&lt;b&gt;x&lt;/b&gt;</summary>",
        clause: "RFC 4287 section 3.1.1",
    }
    CHARACTER_DATA = "character-data", Warning, "`{element}` holds a sign that readers understand in different ways" {
        help: "write `&#x26;` for an ampersand and `&#x3C;` for a less-than sign",
        why: "Half of the readers take it for markup.",
        wrong: "<title>a &lt;b c</title>",
        right: "<title>a &#x3C;b c</title>",
        clause: "RSS 2.0 profile, \"character data\"",
    }
    NOT_HTML = "not-html", Warning, "the HTML of `{element}` has an error: {value}" {
        help: "mend the HTML",
        why: "Browsers repair it each in their way; what follows may be swallowed. The W3C Feed Validator takes `svg` in HTML for no element of HTML, and so does this.",
        wrong: "<description>&lt;b&gt;bold</description>",
        right: "<description>&lt;b&gt;bold&lt;/b&gt;</description>",
        clause: "HTML, \"Parsing\"",
    }
    HTML_FRAGMENT = "html-fragment", Warning, "`{element}` is declared as `{value}` and holds a piece of it only" {
        help: "say `type=\"html\"`",
        why: "Readers expect a whole document with `<html>`.",
        wrong: "<content type=\"text/html\">&lt;p&gt;x&lt;/p&gt;</content>",
        right: "<content type=\"html\">&lt;p&gt;x&lt;/p&gt;</content>",
        clause: "RFC 4287 section 4.1.3.3",
    }
    NOT_INLINE = "not-inline", Warning, "`{element}` is declared as XHTML and holds escaped HTML: `{value}`" {
        help: "write the elements as elements, or say `type=\"html\"`",
        why: "Readers show the tags as they stand.",
        wrong: "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">&lt;b&gt;x&lt;/b&gt;</div></summary>",
        right: "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><b>x</b></div></summary>",
        clause: "RFC 4287 section 3.1.1.3",
    }
    NOT_ESCAPED = "not-escaped", Error, "`{element}` is declared as escaped and holds elements" {
        help: "escape the markup, or drop `mode`",
        why: "Atom 1.0 has no `mode`; readers of the old draft expect text.",
        wrong: "<content type=\"application/xml\" mode=\"escaped\"><x xmlns=\"https://example.org/x\"/></content>",
        right: "<content type=\"application/xml\"><x xmlns=\"https://example.org/x\"/></content>",
        clause: "RFC 4287 section 3.1.1",
    }
    NOT_BASE64 = "not-base64", Error, "`{element}` is declared as `Base64` by its media type, and is not" {
        help: "encode it, or name the right media type",
        why: "Readers cannot decode it.",
        wrong: "<summary>s</summary><content type=\"image/png\">hello</content>",
        right: "<summary>s</summary><content type=\"image/png\">aGVsbG8=</content>",
        clause: "RFC 4287 section 4.1.3.3",
    }
    MISSING_XHTML_DIV = "missing-xhtml-div", Error, "`{element}` of the type `xhtml` has no `div`" {
        help: "put the content into one `<div xmlns=\"http://www.w3.org/1999/xhtml\">`",
        why: "Readers take the first `div` for the content and drop the rest.",
        wrong: "<summary type=\"xhtml\"><p xmlns=\"http://www.w3.org/1999/xhtml\">x</p></summary>",
        right: "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">x</div></summary>",
        clause: "RFC 4287 section 3.1.1.3",
    }
    INVALID_TEXT_TYPE = "invalid-text-type", Error, "`{value}` is no type of a text construct" {
        help: "write `text`, `html` or `xhtml`",
        why: "Readers do not know how to show it.",
        wrong: "<title type=\"text/html\">x</title>",
        right: "<title type=\"html\">x</title>",
        clause: "RFC 4287 section 3.1.1",
    }
    SECURITY_RISK = "security-risk", Warning, "`{value}` could harm the page that shows it" {
        help: "remove it",
        why: "Readers remove it, and some remove the whole item. As in the W3C Feed Validator, the line that is named is the one before the element that holds the HTML.",
        wrong: "<description>&lt;script&gt;x()&lt;/script&gt;</description>",
        right: "<description>&lt;p&gt;x&lt;/p&gt;</description>",
        clause: "HTML, \"Security\"",
    }
    SECURITY_RISK_ATTR = "security-risk-attr", Warning, "the attribute `{value}` could harm the page that shows it" {
        help: "remove it",
        why: "Readers remove it, and some remove the whole item. As in the W3C Feed Validator, the line that is named is the one before the element that holds the HTML.",
        wrong: "<description>&lt;p onclick=\"x()\"&gt;x&lt;/p&gt;</description>",
        right: "<description>&lt;p&gt;x&lt;/p&gt;</description>",
        clause: "HTML, \"Security\"",
    }
    DANGEROUS_STYLE_ATTR = "dangerous-style-attr", Warning, "the style `{value}` is not known to be harmless" {
        help: "remove it",
        why: "Styles can cover a page, load trackers and run programs in old browsers; readers remove them. The W3C Feed Validator counts `max-width` as dangerous, and so does this; the line that is named is the one before the element that holds the HTML.",
        wrong: "<description>&lt;p style=\"position: absolute\"&gt;x&lt;/p&gt;</description>",
        right: "<description>&lt;p style=\"color: red\"&gt;x&lt;/p&gt;</description>",
        clause: "CSS 2.1",
    }
}
