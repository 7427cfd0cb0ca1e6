//! Ids written into records that derive theirs from their file's name, so that the file may be renamed; and other fields that a program writes into records.

use crate::config::RecordFormat;

/// The record's text with `id` in it; `None` where the text has no place for it.
pub fn with_id(format: RecordFormat, text: &str, id: &str) -> Option<String> {
    with_field(format, text, "id", id)
}

/// The record's text with a field in it that it does not have; `None` where the text has no place for it.
pub fn with_field(format: RecordFormat, text: &str, name: &str, value: &str) -> Option<String> {
    let (mark, rest) = match text.strip_prefix('\u{FEFF}') {
        Some(rest) => ("\u{FEFF}", rest),
        None => ("", text),
    };
    let end = if rest.lines().next().is_some_and(|line| rest[line.len()..].starts_with("\r\n")) { "\r\n" } else { "\n" };
    let quoted = serde_json::to_string(value).ok()?;
    let pinned = match format {
        RecordFormat::Toml => format!("{name} = {quoted}{end}{rest}"),
        RecordFormat::Markdown => {
            let blanks = rest.len() - rest.trim_start().len();
            let fence = rest[blanks..].lines().next()?;
            let at = blanks + fence.len();
            let line = match fence.trim_end() {
                "+++" => format!("{name} = {quoted}"),
                "---" => format!("{name}: {quoted}"),
                _ => return None,
            };
            format!("{}{end}{line}{}", &rest[..at], &rest[at..])
        }
        RecordFormat::Json => {
            let at = rest.find('{')? + 1;
            let comma = if rest[at..].trim_start().starts_with('}') { "" } else { "," };
            format!("{}{end}  \"{name}\": {quoted}{comma}{}", &rest[..at], &rest[at..])
        }
        RecordFormat::Ndjson | RecordFormat::Csv => return None,
    };
    Some(format!("{mark}{pinned}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stands_first() {
        for (format, text, want) in [
            (RecordFormat::Toml, "title = 'T'\n", "id = \"a/b\"\ntitle = 'T'\n"),
            (RecordFormat::Markdown, "+++\ntitle = 'T'\n+++\nx", "+++\nid = \"a/b\"\ntitle = 'T'\n+++\nx"),
            (RecordFormat::Markdown, "\u{FEFF}---\r\ntitle: T\r\n---\r\nx", "\u{FEFF}---\r\nid: \"a/b\"\r\ntitle: T\r\n---\r\nx"),
            (RecordFormat::Json, "{\"title\": \"T\"}", "{\n  \"id\": \"a/b\",\"title\": \"T\"}"),
        ] {
            assert_eq!(with_id(format, text, "a/b").as_deref(), Some(want));
        }
        assert_eq!(with_id(RecordFormat::Csv, "x", "y"), None);
    }
}
