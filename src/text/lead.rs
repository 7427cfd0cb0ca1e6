//! The dateline, kept apart in a record, put before the text that it belongs to.

use super::write;

/// Clean HTML with the dateline (plain text, such as `San Jose, Costa Rica`) opening its first paragraph, unless it stands there already.
pub fn with_dateline(html: String, dateline: Option<&str>) -> String {
    let Some(dateline) = dateline.map(str::trim).filter(|dateline| !dateline.is_empty()) else { return html };
    let mut opening = String::new();
    write::text(&mut opening, dateline.trim_end_matches('.'));
    let (tag, rest) = match html.strip_prefix("<p>") {
        Some(rest) if rest.starts_with(&opening) => return html,
        Some(rest) => ("<p>", rest),
        None => return format!("<p>{opening}.</p>\n{html}"),
    };
    format!("{tag}{opening}. {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_the_first_paragraph_once() {
        for (html, dateline, want) in [
            ("<p>It began.</p>", Some("Belize & more"), "<p>Belize &amp; more. It began.</p>"),
            ("<p>It began.</p>", Some("Washington D.C."), "<p>Washington D.C. It began.</p>"),
            ("<p>Belize. It began.</p>", Some("Belize"), "<p>Belize. It began.</p>"),
            ("<ul><li>x</li></ul>", Some("Belize"), "<p>Belize.</p>\n<ul><li>x</li></ul>"),
            ("<p>x</p>", Some(" "), "<p>x</p>"),
            ("<p>x</p>", None, "<p>x</p>"),
        ] {
            assert_eq!(with_dateline(html.to_owned(), dateline), want);
        }
    }
}
