//! A finding as people read it: `path:line:col: error[code]: message`, the line, a caret, `help:`.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::{Excerpt, Finding, Severity};

/// The finding as text with colour codes, ending in a newline. Write it through a stream that strips the codes where no colour is wanted.
pub fn render(finding: &Finding) -> String {
    let mut out = String::new();
    head(&mut out, finding);
    if let Some(place) = &finding.place
        && let Some(excerpt) = &place.excerpt
    {
        show(&mut out, place.line, excerpt, colour(finding.severity));
    }
    if let Some(help) = &finding.help {
        let bold = Style::new().bold();
        let _ = writeln!(out, "  {bold}help:{bold:#} {help}");
    }
    out
}

fn head(out: &mut String, finding: &Finding) {
    if let Some(place) = &finding.place {
        let _ = write!(out, "{}:", place.path.display());
        if place.line > 0 {
            let _ = write!(out, "{}:", place.line);
        }
        if place.column > 0 {
            let _ = write!(out, "{}:", place.column);
        }
        out.push(' ');
    }
    let style = colour(finding.severity);
    let _ = writeln!(out, "{style}{}[{}]{style:#}: {}", finding.severity.as_str(), finding.code.name, printable(&finding.message));
}

fn show(out: &mut String, line: u32, excerpt: &Excerpt, style: Style) {
    let margin = line.to_string();
    let indent = " ".repeat(margin.len());
    let text = printable(&excerpt.text);
    let before = width(&excerpt.text[..excerpt.span.start]);
    let carets = width(&excerpt.text[excerpt.span.clone()]).max(1);
    let _ = writeln!(out, "  {margin} | {text}");
    let _ = writeln!(out, "  {indent} | {}{style}{}{style:#}", " ".repeat(before), "^".repeat(carets));
}

/// Control characters shown as blanks, so that a record's text can neither move the cursor nor colour the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1)).sum()
}

fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    colour.on_default().bold()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::diag::{Place, codes};

    #[test]
    fn shows_place_line_caret_and_help() {
        let source = "title = \"x\"\n日本 = \"tag\"\n";
        let at = source.find("tag").expect("in the text");
        let finding = Finding::new(&codes::UNKNOWN_KEY, "unknown key `tag`")
            .at(Place::span(Path::new("items/a.toml"), source, at..at + 3))
            .help("did you mean `topics`?");
        let text = anstream::adapter::strip_str(&render(&finding)).to_string();
        assert_eq!(
            text,
            "items/a.toml:2:7: error[unknown-key]: unknown key `tag`\n  2 | 日本 = \"tag\"\n    |         ^^^\n  help: did you mean `topics`?\n"
        );
    }

    #[test]
    fn escape_sequences_in_user_text_do_not_reach_the_terminal() {
        let finding = Finding::new(&codes::UNKNOWN_KEY, "unknown key `\u{1b}[31m`");
        assert!(!anstream::adapter::strip_str(&render(&finding)).to_string().contains('\u{1b}'));
        assert!(render(&finding).contains("` [31m`"));
    }
}
