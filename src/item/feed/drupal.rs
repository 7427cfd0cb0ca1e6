//! What Drupal writes before the text of an item in its feeds: the title once more, who wrote it and when, each in a `span`.

use super::entry::plain;

/// So many follow the title.
const MORE: usize = 2;

/// The text without what stands before it; where the first thing in it is not the title, the text as it is.
pub fn without_fields<'a>(html: &'a str, title: Option<&str>) -> &'a str {
    let is_title = |(first, _): &(&str, &str)| title.is_some_and(|title| plain(first) == plain(title));
    let Some((_, mut rest)) = span(html).filter(is_title) else { return html };
    for _ in 0..MORE {
        match span(rest).filter(|(field, _)| is_field(field)) {
            Some((_, behind)) => rest = behind,
            None => break,
        }
    }
    rest.trim_start()
}

/// Whether a `span` is one that Drupal put around a value, under its name or, by newer themes, under none.
fn is_field(span: &str) -> bool {
    let tag = span.split('>').next().unwrap_or_default();
    tag == "<span" || ["field--name-uid", "field--name-created"].iter().any(|name| tag.contains(name))
}

/// The `span` that a text begins with, with those in it, and what is behind.
fn span(html: &str) -> Option<(&str, &str)> {
    let html = Some(html.trim_start()).filter(|html| html.starts_with("<span"))?;
    let mut open = 0;
    for (at, _) in html.match_indices('<') {
        let rest = &html[at..];
        if rest.starts_with("<span") {
            open += 1;
        } else if rest.starts_with("</span>") {
            open -= 1;
        }
        if open <= 0 {
            return Some(html.split_at(at + "</span>".len()));
        }
        // A title has no more in it than that.
        if at > 10_000 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_before_the_text_go() {
        for (html, want) in [
            (
                "<span>Caf&eacute; &amp; ports</span>\n<span><span lang=\"\" about=\"/user/1\">admin</span></span>\n<span>Fri, 02/09/2018 - 10:00</span>\n\n <div>Text</div>",
                "<div>Text</div>",
            ),
            (
                "<span class=\"field field--name-title\">Café &amp; ports</span>\n<span class=\"field field--name-uid\"><span>a</span></span>\n<span class=\"x\">Text</span>",
                "<span class=\"x\">Text</span>",
            ),
            ("<span>Café &amp; ports</span>Text", "Text"),
            ("<span>Other</span><span>Text</span>", "<span>Other</span><span>Text</span>"),
            ("<span>Café &amp; ports", "<span>Café &amp; ports"),
            ("Café &amp; ports<span></span>", "Café &amp; ports<span></span>"),
            ("</span>", "</span>"),
            ("", ""),
        ] {
            assert_eq!(without_fields(html, Some("Café &amp; ports")), want);
            assert_eq!(without_fields(html, None), html);
        }
    }
}
