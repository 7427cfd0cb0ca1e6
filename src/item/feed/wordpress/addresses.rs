//! Addresses on lines of their own: WordPress shows the film or the page there, and a feed has a link.

use super::link;
use super::paragraphs::{Kind, Piece, Pieces};

/// The text with a link for each address that stands alone on its line, or alone in its element: as the classic editor keeps films, and blocks do.
pub fn linked(html: &str) -> String {
    if !html.contains("://") {
        return html.to_owned();
    }
    let pieces: Vec<Piece<'_>> = Pieces(html).collect();
    let mut out = String::with_capacity(html.len());
    let mut stays = 0_usize;
    for (at, piece) in pieces.iter().enumerate() {
        stays = match stays_within(piece) {
            Some(false) => stays + 1,
            Some(true) => stays.saturating_sub(1),
            None => stays,
        };
        match piece.kind {
            Kind::Words if stays == 0 => {
                let is_alone = |beside: Option<&Piece<'_>>| beside.is_none_or(ends_line);
                words(
                    piece.text,
                    is_alone(at.checked_sub(1).and_then(|before| pieces.get(before))),
                    is_alone(pieces.get(at + 1)),
                    &mut out,
                );
            }
            _ => out.push_str(piece.text),
        }
    }
    out
}

/// Of the tags of an element within which all stays as it is: whether it ends there.
fn stays_within(piece: &Piece<'_>) -> Option<bool> {
    let inner = piece.text.strip_prefix('<')?;
    let closes = inner.starts_with('/');
    let name = inner.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let stays = ["a", "code", "pre", "script", "style", "textarea"].iter().any(|stays| stays.eq_ignore_ascii_case(name));
    (stays && !matches!(piece.kind, Kind::Words | Kind::Comment)).then_some(closes)
}

/// Whether what is beside it stands on another line.
fn ends_line(piece: &Piece<'_>) -> bool {
    let is_break = || piece.text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("<br"));
    matches!(piece.kind, Kind::Block { .. } | Kind::Comment) || is_break()
}

/// Words between two tags; the first line and the last may go on beyond them.
fn words(text: &str, begins_line: bool, ends_line: bool, out: &mut String) {
    let last = text.matches('\n').count();
    for (nth, line) in text.split_inclusive('\n').enumerate() {
        let address = line.trim();
        if (nth > 0 || begins_line) && (nth < last || ends_line) && is_address(address) {
            let before = line.len() - line.trim_start().len();
            out.push_str(&line[..before]);
            out.push_str(&link(address));
            out.push_str(&line[before + address.len()..]);
        } else {
            out.push_str(line);
        }
    }
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.len() > 3 && !rest.contains(|c: char| c.is_whitespace() || "<>\"[]".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "<a href=\"https://youtu.be/a?b&amp;c\">https://youtu.be/a?b&amp;c</a>";

    #[test]
    fn an_address_on_its_own_line_is_a_link() {
        for html in [
            "@",
            " @ \n",
            "One\n\n@\n\nTwo",
            "One\r\n@\r\nTwo",
            "<p>@</p>",
            "<p>\n@\n</p><p>x</p>",
            "One<br />@<BR>Two",
            "<!-- wp:embed {\"url\":\"https://youtu.be/a?b\\u0026c\"} -->\n<figure><div class=\"wrapper\">\n@\n</div></figure>\n<!-- /wp:embed -->",
            "<!-- wp:core-embed/youtube {} --><figure><div>@</div><figcaption>A film</figcaption></figure><!-- /wp:core-embed/youtube -->",
            "<p>a <b>b\n@\nc</b></p>",
        ] {
            for address in ["https://youtu.be/a?b&amp;c", "https://youtu.be/a?b&#038;c", "https://youtu.be/a?b&c"] {
                assert_eq!(linked(&html.replace('@', address)), html.replace('@', LINK), "{html}");
            }
        }
    }

    #[test]
    fn other_addresses_stay() {
        for html in [
            "see https://example.org/a",
            "see <b>https://example.org/a</b>",
            "<a href=\"https://example.org/a\">\nhttps://example.org/a\n</a>",
            "<pre>\nhttps://example.org/a\n</pre>",
            "<code>\nhttps://example.org/a\n</code>",
            "https://example.org/a\thttps://example.org/b",
            "https://",
            "ftp://example.org/",
            "<img\nsrc=\nhttps://example.org/a\n>",
            "<!-- \nhttps://example.org/a\n-->",
        ] {
            assert_eq!(linked(html), html);
        }
    }
}
