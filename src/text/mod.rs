//! Text: from what the user wrote (Markdown, HTML, plain) to clean HTML and to plain words.
//!
//! Text is decoded once here and encoded once by each format. Everything is a function of the markup and the base URL; what was removed
//! on the way is reported, not printed. Which elements and attributes stay, and what the others become, is told in `docs/text.md`.

mod allow;
mod balance;
mod chars;
mod clean;
mod filter;
mod html;
mod lead;
mod markdown;
mod markup;
mod normal;
mod plain;
mod references;
mod report;
mod summary;
mod tags;
mod tidy;
mod urls;
mod write;

pub use chars::{plain_line, xml_chars};
pub use clean::{Clean, clean};
pub use lead::with_dateline;
pub use markup::{Markup, Syntax};
pub use normal::{normal, normal_line, normal_url};
pub use plain::{first_paragraph, words};
pub use references::without_references;
pub use report::Removed;
pub use summary::summarise;
pub use tags::without_tags;
