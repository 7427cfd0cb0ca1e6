//! `[limits]` and `[output]`: how much is published, in which form, and where to.

use std::path::{Component, Path, PathBuf};

use super::store;
use crate::coding::Coding;
use crate::config::file::{At, Report, Table};
use crate::config::{Content, Format, Limits, Output, Source, Templates, size};
use crate::diag::codes;

/// Where Tidings keeps what it must remember between runs.
const OWN_FOLDER: &str = ".tidings";

/// The limits of a table, each one that is not there taken from `outer`.
pub(super) fn limits(table: &Table<'_>, outer: Option<&Limits>, report: &mut Report<'_>) -> Limits {
    let number = |key: &str| table.number(key).and_then(|at| u32::try_from(at.value).ok());
    let limits = Limits {
        items: number("items").map(|items| items as usize).or(outer.map(|outer| outer.items)).unwrap_or(50),
        days: number("days").or(outer.and_then(|outer| outer.days)),
        bytes: table.get("bytes").and_then(|value| size::read(value).ok()).or(outer.and_then(|outer| outer.bytes)),
        floor_days: number("floor-days").or(outer.and_then(|outer| outer.floor_days)),
    };
    if let (Some(days), Some(floor)) = (limits.days, limits.floor_days)
        && floor > days
        && (table.has("days") || table.has("floor-days"))
    {
        let key = if table.has("floor-days") { "floor-days" } else { "days" };
        let message = format!("items of {floor} days are to stay in, and items of more than {days} days to go");
        report.bad(&table.place(key), message, "make `floor-days` less than `days`");
    }
    limits
}

pub(super) fn read(table: &Table<'_>, root: &Path, sources: &[At<Source>], report: &mut Report<'_>) -> Output {
    let folder = table.string("folder");
    let store = store::address(table, report);
    if let Some(text) = &folder
        && let Err((message, help)) = check_folder(Path::new(text.value), root, sources)
    {
        report.bad(&text.span, message, help);
    }
    if folder.is_none() && !table.has("folder") && !table.has("url") {
        check_preset(root, sources, report);
    }
    Output {
        folder: match (&store, folder) {
            (Some(address), _) => store::shown(address),
            (None, folder) => folder.map_or_else(|| PathBuf::from("public"), |text| PathBuf::from(text.value)),
        },
        store,
        store_timeout: table.number("store-timeout").map_or(60, |at| at.value),
        index: table.flag("index").unwrap_or(true),
        purge: store::purge(table, report),
        formats: formats(table, report),
        content: if table.string("content").is_some_and(|text| text.value == "summary") { Content::Summary } else { Content::Full },
        ttl: Some(table.number("ttl").and_then(|at| u32::try_from(at.value).ok()).unwrap_or(60)),
        summary_length: table.number("summary-length").and_then(|at| usize::try_from(at.value).ok()).unwrap_or(300),
        keep: table.number("keep").and_then(|at| usize::try_from(at.value).ok()).unwrap_or(3),
        archives: table.flag("archives").unwrap_or(false),
        archive_size: table.number("archive-size").and_then(|at| usize::try_from(at.value).ok()).unwrap_or(100),
        tombstone_days: table.number("tombstone-days").and_then(|at| u32::try_from(at.value).ok()).unwrap_or(30),
        pages: table.flag("pages").unwrap_or(true),
        templates: templates(table, report),
        opml: table.flag("opml").unwrap_or(true),
        precompress: precompress(table, report),
    }
}

fn precompress(table: &Table<'_>, report: &mut Report<'_>) -> Vec<Coding> {
    let mut codings = Vec::new();
    for text in table.list("precompress").unwrap_or_default() {
        match Coding::named(text.value) {
            Some(coding) if codings.contains(&coding) => {
                report.bad(&text.span, format!("`{}` stands twice", text.value), "take one of the two out");
            }
            coding => codings.extend(coding),
        }
    }
    codings
}

fn templates(table: &Table<'_>, report: &mut Report<'_>) -> Option<Templates> {
    let folder = table.string("templates")?;
    if table.flag("pages") == Some(false) {
        report.error(
            &codes::UNUSED_KEY,
            &folder.span,
            "there are no pages that templates could be for",
            "take `pages = false` or `templates` out",
        );
    }
    Some(Templates { folder: PathBuf::from(folder.value), line: report.line(&folder.span), files: Vec::new() })
}

/// A source may stand where the output goes by default.
fn check_preset(root: &Path, sources: &[At<Source>], report: &mut Report<'_>) {
    for source in sources {
        if check_folder(Path::new("public"), root, std::slice::from_ref(source)).is_err() {
            report.bad(
                &source.span,
                "records are read from the folder that is published to, `public`",
                "name another `folder` in `[output]`",
            );
        }
    }
}

fn check_folder(folder: &Path, root: &Path, sources: &[At<Source>]) -> Result<(), (String, &'static str)> {
    const APART: &str = "choose a folder of its own, such as `public`";
    let shown = folder.display();
    if folder.is_relative() && folder.components().any(|piece| piece == Component::ParentDir) {
        return Err((format!("`{shown}` leads out of the config's folder"), "give it as an absolute path, such as `/srv/www/feeds`"));
    }
    let (root, full) = (whole(root), whole(&root.join(folder)));
    if root.starts_with(&full) {
        return Err((format!("`{shown}` is the config's own folder, or holds it"), APART));
    }
    if full.starts_with(root.join(OWN_FOLDER)) {
        return Err((format!("`{shown}` is where Tidings keeps what it must remember"), APART));
    }
    for source in sources {
        let read = whole(&root.join(&source.value.path));
        if full.starts_with(&read) && read != root || read.starts_with(&full) {
            return Err((
                format!("`{shown}` and the source `{}` are one folder, or one is in the other", source.value.path.display()),
                APART,
            ));
        }
    }
    Ok(())
}

/// The path from the root of the file system on, with the links resolved that are there: one folder may be written in several ways.
fn whole(path: &Path) -> PathBuf {
    let path = clean(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let there = path.ancestors().find_map(|above| Some((above.canonicalize().ok()?, path.strip_prefix(above).ok()?)));
    there.map_or_else(|| path.clone(), |(there, rest)| there.join(rest))
}

/// The path without `.`, and without `..` where what is left of it is known.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for piece in path.components() {
        match piece {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            piece => out.push(piece),
        }
    }
    out
}

fn formats(table: &Table<'_>, report: &mut Report<'_>) -> Vec<Format> {
    let Some(list) = table.list("formats") else { return vec![Format::Rss, Format::Atom, Format::Json] };
    if list.is_empty() {
        report.bad(
            &table.place("formats"),
            "`formats` is empty, so that nothing is published",
            "name one at least: `formats = [\"rss\", \"atom\", \"json\"]`",
        );
    }
    let mut formats = Vec::new();
    for text in list {
        let format = match text.value {
            "rss" => Format::Rss,
            "atom" => Format::Atom,
            "json" => Format::Json,
            _ => continue,
        };
        if formats.contains(&format) {
            report.bad(&text.span, format!("`{}` stands twice", text.value), "take one of the two out");
        } else {
            formats.push(format);
        }
    }
    formats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_folder_is_apart_from_everything_else() {
        let source = |path: &str| At { value: Source::at(path.into()), span: 0..0 };
        let sources = [source("items"), source("data/rows.csv")];
        let here = |more: &str| std::env::current_dir().expect("a folder").join(more).display().to_string();
        for (root, folder, is_fine) in [
            (".", "public", true),
            ("/srv/site", "/srv/www", true),
            ("site", "./out/feeds", true),
            (".", ".", false),
            (".", "./", false),
            (".", "../out", false),
            ("/srv/site", "/srv/site", false),
            ("/srv/site", "/srv", false),
            ("/srv/site", "/", false),
            (".", "items", false),
            (".", "items/out", false),
            (".", "data", false),
            (".", ".tidings/x", false),
            ("/srv/site", "/srv/site/items", false),
            (".", &here(""), false),
            (".", &here("items"), false),
            ("site", &here("site/../site"), false),
            ("site", &here("site/public"), true),
        ] {
            assert_eq!(check_folder(Path::new(folder), Path::new(root), &sources).is_ok(), is_fine, "{root} {folder}");
        }
        assert!(
            check_folder(Path::new("public"), Path::new("."), &[source(".")]).is_ok(),
            "a source may be the root: the output is left out of it"
        );
    }
}
