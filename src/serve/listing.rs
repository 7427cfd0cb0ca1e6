//! Lists of what is served: the page at `/` where the publication has none, and what a 404 shows.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::config::Format;
use crate::publish::Front;

/// The name of a page that stands for its folder.
pub const INDEX: &str = "index.html";
/// So many channels are listed where the list is not what was asked for.
const SHOWN: usize = 100;

/// The channels that are served.
#[derive(Debug)]
pub struct Listed {
    title: String,
    language: String,
    /// The first slash, and the base address's own path.
    root: String,
    /// By path without extension: the title, and the formats.
    channels: BTreeMap<String, (String, Vec<Format>)>,
}

impl Listed {
    /// From the paths and bytes of all documents.
    pub fn of<'a>(front: &Front, pages: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut channels: BTreeMap<String, (String, Vec<Format>)> = BTreeMap::new();
        for (path, bytes) in pages {
            let Some((stem, format)) = channel(path) else { continue };
            let (title, formats) = channels.entry(stem.to_owned()).or_default();
            formats.push(format);
            formats.sort_unstable();
            if title.is_empty() && format != Format::Json {
                *title = title_of(bytes).unwrap_or_default();
            }
        }
        let base = front.base();
        Listed {
            title: front.title.clone(),
            language: front.language.clone(),
            root: if base.is_empty() { "/".to_owned() } else { format!("/{base}/") },
            channels,
        }
    }

    /// The page of all channels.
    pub fn index(&self) -> String {
        let mut head = String::new();
        for (path, (title, formats)) in self.channels.iter().filter(|(path, _)| !path.contains('/')).take(SHOWN) {
            for format in formats {
                let (media_type, href) = (format.media_type(), self.href(path, *format));
                let _ = writeln!(head, "<link rel=\"alternate\" type=\"{media_type}\" title=\"{}\" href=\"{href}\">", escaped(title));
            }
        }
        self.page(&self.title, &head, &format!("<h1>{}</h1>\n{}", escaped(&self.title), self.list(usize::MAX)))
    }

    pub fn not_found_html(&self) -> String {
        let body = format!("<h1>There is no such page</h1>\n<p>These are the feeds of {}:</p>\n{}", escaped(&self.title), self.list(SHOWN));
        self.page("There is no such page", "", &body)
    }

    pub fn not_found_text(&self) -> String {
        let mut text = format!("There is no such document. These are the feeds of {}:\n\n", self.title);
        for (path, (_, formats)) in self.channels.iter().take(SHOWN) {
            let paths: Vec<String> = formats.iter().map(|format| self.href(path, *format)).collect();
            let _ = writeln!(text, "{}", paths.join("  "));
        }
        if self.channels.len() > SHOWN {
            let _ = writeln!(text, "and {} more: {}", self.channels.len() - SHOWN, self.root);
        }
        text
    }

    fn list(&self, most: usize) -> String {
        let mut list = String::from("<ul>\n");
        for (path, (title, formats)) in self.channels.iter().take(most) {
            let title = if title.is_empty() { path } else { title };
            let links: Vec<String> =
                formats.iter().map(|format| format!("<a href=\"{}\">{}</a>", self.href(path, *format), name(*format))).collect();
            let _ = writeln!(list, "<li>{} <small>{}</small></li>", escaped(title), links.join(" · "));
        }
        list.push_str("</ul>\n");
        if self.channels.len() > most {
            let _ = writeln!(list, "<p><a href=\"{}\">and {} more</a></p>", self.root, self.channels.len() - most);
        }
        list
    }

    fn page(&self, title: &str, head: &str, body: &str) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{}</title>\n{head}</head>\n<body>\n{body}</body>\n</html>\n",
            escaped(&self.language),
            escaped(title),
        )
    }

    fn href(&self, path: &str, format: Format) -> String {
        format!("{}{}.{}", self.root, escaped(path), format.extension())
    }
}

/// A document's channel and format.
fn channel(path: &str) -> Option<(&str, Format)> {
    let (stem, extension) = path.rsplit_once('.')?;
    let format = [Format::Rss, Format::Atom, Format::Json].into_iter().find(|format| format.extension() == extension)?;
    Some((stem, format))
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON",
    }
}

/// The first title of an XML document: that of the feed.
fn title_of(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]);
    let (_, rest) = text.split_once("<title")?;
    let (_, rest) = rest.split_once('>')?;
    let (title, _) = rest.split_once("</title>")?;
    quick_xml::escape::unescape(title).ok().map(|title| title.trim().to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_found_and_escaped() {
        assert_eq!(title_of(b"<rss><channel><title>A &#x26; &lt;b&gt;</title>").as_deref(), Some("A & <b>"));
        assert_eq!(title_of(b"<feed><title type=\"text\">A</title>").as_deref(), Some("A"));
        assert_eq!(title_of(b"<title>"), None);
        assert_eq!(escaped("<a href=\"&\">"), "&lt;a href=&quot;&amp;&quot;&gt;");
    }

    #[test]
    fn channels_are_listed_once() {
        let listed = Listed {
            title: "Harbour <news>".into(),
            language: "en".into(),
            root: "/f/".into(),
            channels: BTreeMap::from([("all".to_owned(), ("All".to_owned(), vec![Format::Rss, Format::Atom]))]),
        };
        assert_eq!(listed.not_found_text().lines().last(), Some("/f/all.rss  /f/all.atom"));
        let index = listed.index();
        assert!(index.contains("<li>All <small><a href=\"/f/all.rss\">RSS</a> · <a href=\"/f/all.atom\">Atom</a></small></li>"), "{index}");
        assert!(index.contains("Harbour &lt;news&gt;") && !index.contains("<news>"));
    }
}
