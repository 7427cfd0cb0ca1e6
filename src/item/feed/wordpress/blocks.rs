//! What the block editor puts beside texts for those who look at the page, and which says nothing in a feed.

use std::borrow::Cow;

/// The class of the button beside the link to a file, whose name stands before it.
const BUTTON: &str = "wp-block-file__button";

/// The text without the buttons of files: `Report` and `Download` are one word otherwise.
pub fn without_buttons(html: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = html;
    while let Some(class) = rest.find(BUTTON) {
        let behind = class + BUTTON.len();
        let start = rest[..class].rfind('<').filter(|start| rest[*start..].starts_with("<a ") && !rest[*start..class].contains('>'));
        let (kept, next) = match start {
            None => (behind, behind),
            Some(start) => match rest[behind..].find("</a>") {
                Some(end) => (start, behind + end + "</a>".len()),
                // Nor does any other end.
                None => break,
            },
        };
        out.push_str(&rest[..kept]);
        rest = &rest[next..];
    }
    if rest.len() == html.len() { Cow::Borrowed(html) } else { Cow::Owned(out + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_of_files_go() {
        let file = "<div><a href=\"r.pdf\">Report</a><a href=\"r.pdf\" class=\"wp-block-file__button wp-element-button\" download>Download</a></div>";
        for (html, want) in [
            (file, "<div><a href=\"r.pdf\">Report</a></div>"),
            ("<a class=\"wp-block-file__button\">Download", "<a class=\"wp-block-file__button\">Download"),
            ("The class wp-block-file__button </a>", "The class wp-block-file__button </a>"),
            ("<a class=\"wp-block-file__button\">x</a>", ""),
            ("<a href='x'>y</a>", "<a href='x'>y</a>"),
        ] {
            assert_eq!(without_buttons(html), want);
        }
        assert_eq!(without_buttons(&file.repeat(3)), "<div><a href=\"r.pdf\">Report</a></div>".repeat(3));
    }

    #[test]
    fn no_text_is_looked_through_again_and_again() {
        for piece in [BUTTON, "<a class=\"wp-block-file__button\">"] {
            let start = std::time::Instant::now();
            without_buttons(&piece.repeat(50_000));
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{piece}: {:?}", start.elapsed());
        }
    }
}
