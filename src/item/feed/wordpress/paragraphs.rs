//! Paragraphs of the classic editor: it keeps blank lines, and the site makes paragraphs of them as it shows them.

/// The elements that stand beside paragraphs and that have an end tag.
const BLOCKS: [&str; 20] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figure",
    "footer",
    "form",
    "header",
    "nav",
    "ol",
    "pre",
    "script",
    "section",
    "style",
    "table",
    "ul",
];

/// Those without one, and headings, which hold no blank lines.
const LINES: [&str; 7] = ["h1", "h2", "h3", "h4", "h5", "h6", "hr"];

/// The text with its paragraphs marked, where it marks none itself.
pub fn marked(html: &str) -> String {
    let html = html.replace("\r\n", "\n");
    if !html.trim().contains('\n') || tags(&html).any(|tag| tag.name == "p") {
        return html;
    }
    let mut open = 0_usize;
    let mut out = Vec::new();
    for chunk in chunks(&html) {
        let mut beside = open > 0;
        for tag in tags(&chunk) {
            let is_block = BLOCKS.iter().any(|name| tag.is(name));
            beside |= is_block || LINES.iter().any(|name| tag.is(name));
            open = if tag.closes { open.saturating_sub(usize::from(is_block)) } else { open + usize::from(is_block) };
        }
        out.push(if beside { chunk } else { format!("<p>{}</p>", chunk.replace('\n', "<br>\n")) });
    }
    out.join("\n\n")
}

/// What blank lines part.
fn chunks(html: &str) -> Vec<String> {
    let lines: Vec<&str> = html.lines().map(str::trim_end).collect();
    lines.split(|line| line.is_empty()).filter(|chunk| !chunk.is_empty()).map(|chunk| chunk.join("\n")).collect()
}

struct Tag<'a> {
    name: &'a str,
    closes: bool,
}

impl Tag<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    html.split('<').skip(1).filter_map(|piece| {
        let inner = piece.strip_prefix('/').unwrap_or(piece);
        let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())];
        (!name.is_empty()).then_some(Tag { name, closes: inner.len() < piece.len() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_make_paragraphs_where_none_are_marked() {
        for (html, want) in [
            ("One\n\nTwo", "<p>One</p>\n\n<p>Two</p>"),
            ("One <em>a</em>\r\nb\r\n \r\nTwo", "<p>One <em>a</em><br>\nb</p>\n\n<p>Two</p>"),
            ("One\n\n<blockquote>A\n\nB</blockquote>\n\nTwo", "<p>One</p>\n\n<blockquote>A\n\nB</blockquote>\n\n<p>Two</p>"),
            (
                "One\n\n<ul>\n<li>a</li>\n</ul>\n\n<H2>Two</H2>\n\n<hr>\n\nThree",
                "<p>One</p>\n\n<ul>\n<li>a</li>\n</ul>\n\n<H2>Two</H2>\n\n<hr>\n\n<p>Three</p>",
            ),
            ("</div>One\n\nTwo", "</div>One\n\n<p>Two</p>"),
        ] {
            assert_eq!(marked(html), want);
        }
    }

    #[test]
    fn marked_texts_and_single_lines_stay() {
        for html in ["<p>One</p>\n\nTwo", "One", "", "<!-- wp:paragraph -->\n<p class=\"a\">One</p>\n<!-- /wp:paragraph -->"] {
            assert_eq!(marked(html), html);
        }
    }
}
