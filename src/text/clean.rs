//! Cleaning: markup in any of the three syntaxes to HTML that is safe to publish.
//!
//! What this room writes itself from Markdown and plain text is within the allow-list by construction and needs no sanitiser. Only HTML that
//! the user wrote goes through the filter (allow-list, URLs, report) and then through ammonia, which builds the tree as a browser does and
//! lets nothing pass that the same list does not name.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::chars::xml_chars;
use super::filter::filter;
use super::report::{Removed, Report};
use super::{allow, markdown, plain, write};
use crate::text::{Markup, Syntax};

/// A text made ready for publishing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// HTML that the allow-list lets through, balanced, every URL absolute. Free of characters that XML 1.0 forbids.
    pub html: String,
    /// What was taken out, each once.
    pub removed: Vec<Removed>,
}

/// Markup to clean HTML, every URL made absolute against `base`. Cleaning what is clean changes nothing.
pub fn clean(markup: &Markup, base: &Url) -> Clean {
    let (text, dropped) = xml_chars(&markup.text);
    let text = text.trim_start_matches('\u{feff}');
    let mut report = Report::default();
    report.characters(dropped);
    let html = match markup.syntax {
        Syntax::Plain => from_plain(text),
        Syntax::Html => sanitise(text, base, &mut report),
        Syntax::Markdown => match markdown::to_html(text, base, &mut report) {
            Some(html) => html,
            None => sanitise(&markdown::to_raw_html(text, &mut report), base, &mut report),
        },
    };
    // Brackets that are part of no link come out as they went in.
    if markup.syntax == Syntax::Markdown && html.contains("](") {
        markdown::unlinked(text).into_iter().for_each(|link| report.unlinked(link));
    }
    Clean { html, removed: report.finish() }
}

/// Paragraphs at blank lines, line breaks kept, everything else as written.
fn from_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for paragraph in plain::paragraphs(text) {
        out.push_str("<p>");
        for (number, line) in paragraph.trim().lines().enumerate() {
            if number > 0 {
                out.push_str("<br>\n");
            }
            write::text(&mut out, line.trim_end());
        }
        out.push_str("</p>\n");
    }
    out
}

/// HTML as it was written to clean HTML.
fn sanitise(html: &str, base: &Url, report: &mut Report) -> String {
    let filtered = filter(html, base, report);
    let mut clean = AMMONIA.clean(&filtered).to_string();
    // A parser takes a byte order mark at the beginning for no text; one that came to stand there would be lost the next time.
    clean.drain(..clean.len() - clean.trim_start_matches('\u{feff}').len());
    clean
}

/// The sanitiser, with the filter's own list: URLs are absolute when they come to it, so it need not know the base and is made once.
static AMMONIA: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let names = |element: &&'static str| allow::attributes(element).iter().map(|(name, _)| *name).collect::<HashSet<_>>();
    let attributes: HashMap<_, _> = allow::kept().iter().map(|element| (*element, names(element))).collect();
    let mut builder = Builder::empty();
    builder
        .tags(allow::kept().iter().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(allow::GENERIC))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None);
    builder
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Url {
        Url::parse("https://example.org/news/item.html").expect("a URL")
    }

    fn run(syntax: Syntax, text: &str) -> Clean {
        clean(&Markup { syntax, text: text.to_owned() }, &base())
    }

    fn html(text: &str) -> String {
        run(Syntax::Html, text).html
    }

    /// Removed things in short: `<x>` an element, `a<x>` one that became a link, `x@y` an attribute, `!x` a URL, `#n` characters.
    fn short(removed: &[Removed]) -> String {
        let one = |removed: &Removed| match removed {
            Removed::Element(name) => format!("<{name}>"),
            Removed::Linked(name) => format!("a<{name}>"),
            Removed::Attribute { element, attribute } => format!("{attribute}@{element}"),
            Removed::Url(url) => format!("!{url}"),
            Removed::Slip { written, meant } => format!("{written}→{meant}"),
            Removed::Unlinked(link) => format!("?{link}"),
            Removed::Characters(count) => format!("#{count}"),
        };
        removed.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plain_text_is_paragraphs() {
        for (text, expected) in [
            ("", ""),
            ("One", "<p>One</p>\n"),
            ("One\r\ntwo  \n\n \nThree", "<p>One<br>\ntwo</p>\n<p>Three</p>\n"),
            ("a < b & \"c\" <script> *d* https://x.example/", "<p>a &lt; b &amp; \"c\" &lt;script&gt; *d* https://x.example/</p>\n"),
            ("]]> &amp; 👩‍👩‍👧 \u{202e}שלום\u{202c}", "<p>]]&gt; &amp;amp; 👩‍👩‍👧 \u{202e}שלום\u{202c}</p>\n"),
        ] {
            assert_eq!(run(Syntax::Plain, text), Clean { html: expected.into(), removed: vec![] }, "{text:?}");
        }
    }

    #[test]
    fn markdown() {
        for (text, expected, removed) in [
            (
                "One *two* **three** `four<` ~~five~~\n",
                "<p>One <em>two</em> <strong>three</strong> <code>four&lt;</code> <del>five</del></p>\n",
                "",
            ),
            ("\"quotes\" -- stay...", "<p>\"quotes\" -- stay...</p>\n", ""),
            (
                "[a](/b \"c\") <d@e.example> [f](#g)",
                "<p><a href=\"https://example.org/b\" title=\"c\">a</a> <a href=\"mailto:d@e.example\">d@e.example</a> <a href=\"https://example.org/news/item.html#g\">f</a></p>\n",
                "",
            ),
            ("[a](javascript:b) ![c *d*](data:e)", "<p>a c d</p>\n", "!javascript:b !data:e"),
            ("[a](<java&#10;script:b>)", "<p>a</p>\n", "!javascript:b"),
            ("![a *b*\nc](d.png \"e\")", "<p><img src=\"https://example.org/news/d.png\" alt=\"a b c\" title=\"e\"></p>\n", ""),
            (
                "|a|b|\n|:-|-:|\n|c|d|",
                "<table><thead><tr><th align=\"left\">a</th><th align=\"right\">b</th></tr></thead><tbody>\n<tr><td align=\"left\">c</td><td align=\"right\">d</td></tr>\n</tbody></table>\n",
                "",
            ),
            ("# H {#id .c}\n3. a\n4. b\n\n---", "<h1>H</h1>\n<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n<hr>\n", ""),
            ("- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n", ""),
            ("```rust\n\na < b\n```", "<pre><code>\na &lt; b\n</code></pre>\n", ""),
            ("a[^n]\n\n[^n]: b", "<p>a<sup>1</sup></p>\n<div>\n<p><sup>1</sup> b</p>\n</div>\n", ""),
            ("a  \nb\nc", "<p>a<br>\nb\nc</p>\n", ""),
            ("a&nbsp;b &#1; &#x0; &#146;", "<p>a&nbsp;b   ’</p>\n", "#2"),
            (
                "![a b](c d.png) [e](f.pdf \"g h\")",
                "<p>![a b](c d.png) <a href=\"https://example.org/news/f.pdf\" title=\"g h\">e</a></p>\n",
                "?![a b](c d.png)",
            ),
            ("<b>a</b> [e](f g.pdf) `[e](h)`", "<p><b>a</b> [e](f g.pdf) <code>[e](h)</code></p>\n", "?[e](f g.pdf)"),
            (
                "f[0](a or b, c.d) [1](cf. Smith 2018) [2](see: fig. 3) [a](<b c.pdf>)",
                "<p>f[0](a or b, c.d) [1](cf. Smith 2018) [2](see: fig. 3) <a href=\"https://example.org/news/b%20c.pdf\">a</a></p>\n",
                "",
            ),
            ("[a](www.b.org)", "<p><a href=\"https://example.org/news/www.b.org\">a</a></p>\n", "www.b.org→https://www.b.org"),
            ("[a](b@c.org)", "<p><a href=\"https://example.org/news/b@c.org\">a</a></p>\n", "b@c.org→mailto:b@c.org"),
            ("![](b@2x.png)", "<p><img src=\"https://example.org/news/b@2x.png\" alt=\"\"></p>\n", ""),
            ("a\u{1}b <b onclick=x>c</b>", "<p>ab <b>c</b></p>\n", "onclick@b #1"),
            ("<script>alert(1)</script>\n\n[x](javascript:1)", "\n<p>x</p>\n", "<script> !javascript:1"),
        ] {
            let clean = run(Syntax::Markdown, text);
            assert_eq!((&*clean.html, &*short(&clean.removed)), (expected, removed), "{text:?}");
        }
    }

    #[test]
    fn what_stays_in_html() {
        for text in [
            "<p>One <em>two</em> &amp; <a href=\"https://x.example/\" title=\"&quot;\">three</a></p>",
            "<figure><picture><source srcset=\"https://x.example/a.webp 2x\"><img src=\"https://x.example/a\" alt=\"\"></picture><figcaption>c</figcaption></figure>",
            "<details open=\"\"><summary>s</summary>t</details>",
            "<p dir=\"rtl\" lang=\"he\">שלום <bdi>x</bdi> <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>",
            "<table><caption>c</caption><tbody><tr><td colspan=\"2\"><table><tbody><tr><td>x</td></tr></tbody></table></td></tr></tbody></table>",
            "<dl><dt>a</dt><dd>b</dd></dl><ol reversed=\"\" start=\"4\"><li value=\"9\">x</li></ol>",
            "<pre>a\n  b</pre><blockquote cite=\"https://x.example/\"><p>q</p></blockquote>",
            "]]&gt; \u{202e}x\u{202c} 𐍈 👍🏽 &lt;b&gt; “q” 'q' \"q\"",
        ] {
            assert_eq!(run(Syntax::Html, text), Clean { html: text.into(), removed: vec![] }, "{text:?}");
        }
    }

    #[test]
    fn what_html_becomes() {
        for (text, expected, removed) in [
            (
                "<!DOCTYPE html><html><head><title>t</title><base href=\"//evil\"><meta http-equiv=refresh content=\"0;url=//evil\"></head><body><p>x</body></html>",
                "<p>x</p>",
                "<title> <base> <meta>",
            ),
            (
                "<a href='b'>x</a> <img src=c srcset='d 1x, e 2x'>",
                "<a href=\"https://example.org/news/b\">x</a> <img src=\"https://example.org/news/c\" srcset=\"https://example.org/news/d 1x, https://example.org/news/e 2x\">",
                "",
            ),
            (
                "a<iframe src=//youtube.example/1 title=Film>x</iframe>b",
                "a<p><a href=\"https://youtube.example/1\">Film</a></p>b",
                "a<iframe>",
            ),
            (
                "<p>a<iframe src=/f></iframe><iframe src=javascript:1></iframe></p>",
                "<p>a<a href=\"https://example.org/f\">https://example.org/f</a></p>",
                "a<iframe> !javascript:1 <iframe>",
            ),
            (
                "<video controls poster=p.jpg><source src=v.webm><source src=v.mp4>No <b>video</b></video>.",
                "<p><a href=\"https://example.org/news/v.webm\"><img src=\"https://example.org/news/p.jpg\" alt=\"https://example.org/news/v.webm\"></a></p>.",
                "a<video>",
            ),
            (
                "<audio src=a.mp3 title=Talk>text goes on",
                "<p><a href=\"https://example.org/news/a.mp3\">Talk</a></p>text goes on",
                "a<audio>",
            ),
            (
                "<bdo dir=rtl>x</bdo><font color=red>y</font><menu><li>z</menu>",
                "<span dir=\"rtl\">x</span>y<ul><li>z</li></ul>",
                "<bdo> <font> <menu>",
            ),
            ("<p class=a id=b style='x:y' onclick=z>t</p><p class=c>u</p>", "<p>t</p><p>u</p>", "class@p id@p style@p onclick@p"),
            (
                "<form><input value=x><button>send</button></form><object data=x><embed src=y>fallback</object>",
                "sendfallback",
                "<form> <input> <button> <object> <embed>",
            ),
            ("<noscript><img src=/a alt=b></noscript>", "<img src=\"https://example.org/a\" alt=\"b\">", "<noscript>"),
            ("<template><b>x</b></template><b>y</b>", "<b>y</b>", "<template>"),
            ("<![CDATA[x]]>y<?php z ?>", "y", ""),
            ("<!-- a --!> <b>c<!-- ", " <b>c</b>", ""),
            ("<textarea><b>x</textarea><xmp><i></xmp>", "&lt;b&gt;x&lt;i&gt;", "<textarea> <xmp>"),
            ("<img alt='just words'><img src='data:image/png;base64,AA' alt=x>", "just wordsx", "!data:image/png;base64,AA"),
            ("<pre>\n\n\na</pre>", "<pre>a</pre>", ""),
            ("&#1;&#x0;&#128;&#xfffe;&#13;\u{fffd}x", "€\nx", "#4"),
            ("<td>a<tr>b", "ab", "<td> <tr>"),
        ] {
            let clean = run(Syntax::Html, text);
            assert_eq!((&*clean.html, &*short(&clean.removed)), (expected, removed), "{text:?}");
        }
    }

    #[test]
    fn tags_are_kept_in_pairs() {
        for (text, expected) in [
            ("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>"),
            ("<ul><li>a<li>b<ul><li>c</ul><li>d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"),
            ("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b>cd"),
            ("<a href=/x>a<a href=/y>b", "<a href=\"https://example.org/x\">a</a><a href=\"https://example.org/y\">b</a>"),
            ("<table><tr><td>a<td>b<tr><td>c</table>d", "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>d"),
            ("<table>x<b>y<tr><td>z", "x<b>y</b><table><tbody><tr><td>z</td></tr></tbody></table>"),
            ("<h1>a<h2>b</h1>c", "<h1>a</h1><h2>b</h2>c"),
            ("</p></div>a</b><br></br>", "a<br>"),
            ("<table><ruby><table><rt>a", "<ruby></ruby><table></table>a<table></table>"),
            ("<dl><dt>a<dd>b<dt>c", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ] {
            assert_eq!(html(text), expected, "{text:?}");
        }
    }

    /// Disguises of scripts: nothing that runs may come through.
    #[test]
    fn nothing_that_runs() {
        for text in [
            "<script>alert(1)</script>",
            "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
            "<scr<script>ipt>alert(1)</scr</script>ipt>",
            "<scr\0ipt>alert(1)</scr\0ipt>",
            "<script/x>alert(1)</script\n>",
            "<<script>alert(1);//<</script>",
            "<img src=x onerror=alert(1)>",
            "<img src=x onerror\n=alert(1)>",
            "<img/src=x/onerror=alert(1)>",
            "<img src=\"x`<script>alert(1)</script>\"` `>",
            "<img \"\"\"><script>alert(1)</script>\">",
            "<svg onload=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
            "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
            "<template><script>alert(1)</script></template>",
            "<a href=\"java&#10;script:alert(1)\">x</a>",
            "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
            "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)\">x</a>",
            "<a href=\" &#14; javascript:alert(1)\">x</a>",
            "<a href=\"\u{1}javascript:alert(1)\">x</a>",
            "<a href=javascript&#58;alert(1)>x</a>",
            "<a href=\"vbscript:x\">x</a>",
            "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
            "<a xlink:href=\"javascript:alert(1)\">x</a>",
            "<a href=https://x.example ping=javascript:alert(1) onmouseover=alert(1)>x</a>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<iframe src=\"javascript:alert(1)\"></iframe>",
            "<iframe src=\"data:text/html,x\"></iframe>",
            "<video><source onerror=\"alert(1)\"></video>",
            "<video poster=javascript:alert(1) src=x></video>",
            "<object data=\"javascript:alert(1)\"></object><embed src=\"javascript:alert(1)\">",
            "<div style=\"background:url(javascript:alert(1))\">x</div>",
            "<style>@import '//evil.example';</style><link rel=stylesheet href=//evil.example>",
            "<base href=\"javascript:alert(1)//\"><a href=\"/\">x</a>",
            "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
            "<img srcset=\"javascript:alert(1) 1x, data:x 2x\">",
            "<table background=\"javascript:alert(1)\"><td background=\"javascript:alert(1)\">",
            "<input type=image src=javascript:alert(1)><button formaction=javascript:alert(1)>x",
            "<details ontoggle=alert(1) open>x</details>",
            "<p title=\"><script>alert(1)</script>\">x</p>",
            "<!--><script>alert(1)</script>-->",
            "<!--!> <script>alert(1)</script>",
            "<![CDATA[><script>alert(1)</script>]]>",
            "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
            "<plaintext><script>alert(1)</script>",
            "<title><img title=\"</title><img src=x onerror=alert(1)>\">",
            "<textarea><script>alert(1)</script></textarea>",
            "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror=alert(1)>\">",
        ] {
            for syntax in [Syntax::Html, Syntax::Markdown] {
                let clean = run(syntax, text);
                check(&clean.html).unwrap_or_else(|why| panic!("{text:?}: {why}: {}", clean.html));
            }
        }
    }

    /// Whether every tag and attribute in the HTML is on the list, every URL absolute, every character fit to be published.
    fn check(html: &str) -> Result<(), String> {
        let (mut tags, mut rest) = (Vec::new(), html);
        while let Some(at) = rest.find('<') {
            // The serialiser escapes `<` and `>` everywhere but in tags, so that a tag ends at the next `>`.
            let end = at + rest[at..].find('>').ok_or("an open tag")?;
            tags.push(&rest[at + 1..end]);
            rest = &rest[end + 1..];
        }
        for tag in tags {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let name = name.trim_start_matches('/');
            if !allow::kept().contains(&name) {
                return Err(format!("<{name}>"));
            }
            for pair in attributes.split("\" ").filter(|pair| !pair.is_empty()) {
                let (attribute, value) = pair.split_once("=\"").ok_or("an odd attribute")?;
                let allowed = allow::value(name, attribute).ok_or_else(|| format!("{attribute} on {name}"))?;
                let schemes = ["http://", "https://", "mailto:", "tel:"];
                if allowed != allow::Value::Text && !schemes.iter().any(|scheme| value.starts_with(scheme)) {
                    return Err(format!("{attribute}={value}"));
                }
            }
        }
        match xml_chars(html) {
            (text, 0) if text == html => Ok(()),
            _ => Err("a character".to_owned()),
        }
    }

    /// Pieces that make HTML parsers work hardest.
    const PIECES: [&str; 75] = [
        "<main>",
        "<figcaption>",
        "<figure>",
        "<mark>",
        "<source srcset=s>",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<a href=x>",
        "</a>",
        "<a>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        "<td>",
        "</td>",
        "<th>",
        "<tbody>",
        "<thead>",
        "<caption>",
        "<colgroup>",
        "<col>",
        "<h1>",
        "<h2>",
        "</h1>",
        "<pre>",
        "</pre>",
        "\n",
        "\n\n",
        "<dl>",
        "<dt>",
        "<dd>",
        "<ruby>",
        "<rt>",
        "<rp>",
        "</ruby>",
        "<script>",
        "</script>",
        "<style>",
        "<svg>",
        "</svg>",
        "<math>",
        "<form>",
        "<button>",
        "<select>",
        "<option>",
        "<object>",
        "</object>",
        "<iframe src=y>",
        "</iframe>",
        "<video src=v>",
        "</video>",
        "<img src=i>",
        "<br>",
        "<hr>",
        "<details>",
        "<summary>",
        "<blockquote>",
        "<!--",
        "-->",
        "&",
        "text",
        "<template>",
        "</template>",
        "\u{feff}",
    ];

    fn soup() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn soup_comes_out_clean_and_stays_so(text in soup()) {
            let once = html(&text);
            check(&once).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&run(Syntax::Html, &once), &Clean { html: once.clone(), removed: vec![] });
        }

        #[test]
        fn any_text_in_any_syntax(text in any::<String>(), more in "[<>&;#a-z\"'= /!\\[\\]()*`|~:\n\r\\x{0}-\\x{a0}-]{0,80}") {
            let text = text + &more;
            for syntax in [Syntax::Html, Syntax::Markdown, Syntax::Plain] {
                let once = run(syntax, &text).html;
                check(&once).map_err(TestCaseError::fail)?;
                prop_assert_eq!(&html(&once), &once);
            }
        }

        /// The sanitiser need not run on what the Markdown writer writes: it would change nothing.
        #[test]
        fn markdown_without_html_is_clean_as_written(text in "([a-c&;*_`~|:#>!.1\\[\\]()^\" -]|\n|\n\n|\n    |\\]\\(/x\\)|\\]\\(y:z\\)|\\[\\^a\\]|\n\\[\\^a\\]: |&#1;|&#13;|\n\\|-\\|-\\|\n|\n- |\n1\\. ){0,40}") {
            let text = xml_chars(&text).0.into_owned();
            let (mut fast, mut slow) = (Report::default(), Report::default());
            if let Some(html) = markdown::to_html(&text, &base(), &mut fast) {
                let raw = markdown::to_raw_html(&text, &mut slow);
                prop_assert_eq!(html, sanitise(&raw, &base(), &mut slow));
                prop_assert_eq!(fast.finish(), slow.finish());
            }
        }
    }
}
