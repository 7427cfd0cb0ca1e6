//! Markdown: CommonMark with tables, strikethrough and footnotes.

use pulldown_cmark::Options;

/// What users of Hugo and Zola expect, less what changes the letters that they wrote: no smart punctuation.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_FOOTNOTES);
