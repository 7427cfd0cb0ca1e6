//! The files of the sources: which of them are records, in an order that is the same on every machine.

mod pieces;
mod renew;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};

use super::way::{Opened, Way};
use crate::config::{Config, RecordFormat, Source};
use crate::diag::{Code, Finding, Findings, Place, codes};
use crate::vocab::MediaType;

pub(super) use pieces::in_pieces;

/// So many files are handed over at a time.
const PIECE: usize = 1024;

/// A file that holds one record or many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Relative to the publication's folder, as messages name it.
    pub path: Arc<Path>,
    /// The path below the source without the extension, with `/` on every system.
    pub key: Arc<str>,
    pub format: RecordFormat,
    /// The index of the source.
    pub source: usize,
    /// What the file system says of it; 0 where nobody asked.
    pub stamp: u128,
    /// Whether a second edit could leave the same stamp.
    pub is_young: bool,
}

impl Found {
    /// What a walk would make of a file at this path below the publication's folder; `None` where it would pass it over.
    pub(super) fn of(config: &Config, path: &Path) -> Option<Self> {
        let at = source_of(config, path)?;
        let source = &config.sources[at];
        let folder = named(source);
        let is_source = folder == path;
        let below = path.strip_prefix(if is_source { folder.parent()? } else { &folder }).ok()?;
        let names: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
        let (name, folders) = names.split_last()?;
        if !is_source && (names.iter().any(|name| is_hidden(name)) || folders.iter().any(|folder| format_of(folder).is_some())) {
            return None;
        }
        let format = format_in(source, name, is_source)?;
        Some(Found { path: path.into(), key: key_of(below)?, format, source: at, stamp: 0, is_young: true })
    }

    /// Its stamp, where no second edit could leave the same.
    pub(super) fn settled_stamp(&self) -> Option<u128> {
        (!self.is_young).then_some(self.stamp)
    }

    /// Takes its stamp, at `now` by the file system's clock.
    pub(super) fn look(&mut self, way: &mut Way<'_>, now: SystemTime) {
        (self.stamp, self.is_young) = way.stamp(&self.path, now);
    }

    /// Whether it changed since its stamp was taken: who wrote it may have been in the midst of it when it was read.
    pub(super) fn is_another(&self, way: &mut Way<'_>) -> bool {
        self.stamp != 0 && way.stamp(&self.path, SystemTime::UNIX_EPOCH).0 != self.stamp
    }

    /// Opens it, and takes its stamp as it is then.
    pub(super) fn open(&mut self, way: &mut Way<'_>, now: SystemTime) -> io::Result<Opened> {
        let opened;
        (opened, (self.stamp, self.is_young)) = way.look_into(&self.path, now);
        opened
    }

    /// The file at a path, out of those of a run, which stand in the order of their paths.
    pub fn at<'f>(files: &'f [Found], path: &Path) -> Option<&'f Found> {
        files.binary_search_by(|found| (*found.path).cmp(path)).ok().map(|at| &files[at])
    }
}

/// The files of a run.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// By path.
    pub found: Vec<Found>,
    /// What is wrong among them.
    pub findings: Findings,
    /// What those held that were young when they were read, by [`of_content`](crate::stamp::of_content); of those that were looked at and not read, nothing.
    pub young: BTreeMap<Arc<Path>, u128>,
}

impl Files {
    /// Every file of every source, each as young as can be.
    pub fn list(config: &Config) -> Self {
        let (mut findings, mut found) = (Findings::new(), Vec::new());
        list(config, &mut findings, &mut |piece| found.extend(piece));
        Files { found: in_order(config, found), findings, ..Files::default() }
    }

    /// The same with their stamps, taken at `now` by the file system's clock while the next are listed.
    pub fn look(config: &Config, now: SystemTime) -> Self {
        let mut findings = Findings::new();
        let stamped = |mut piece: Vec<Found>| {
            let mut way = Way::from(&config.root);
            piece.iter_mut().for_each(|found| found.look(&mut way, now));
            piece
        };
        let mut found = Vec::new();
        let gather = |piece, all| {
            found.reserve_exact(all - found.len());
            found.extend(piece);
        };
        in_pieces(config, &mut findings, |_| {}, stamped, gather);
        Files { found: in_order(config, found), findings, ..Files::default() }
    }
}

/// By path.
pub(super) fn in_order(config: &Config, mut found: Vec<Found>) -> Vec<Found> {
    if config.sources.len() > 1 {
        found.sort_by(|a, b| a.path.cmp(&b.path));
    }
    found
}

/// Hands over every file of every source, piece by piece: those of one source by path.
fn list(config: &Config, findings: &mut Findings, take: &mut dyn FnMut(Vec<Found>)) {
    let bases: Vec<PathBuf> = config.sources.iter().map(|source| config.root.join(named(source))).collect();
    for (index, source) in config.sources.iter().enumerate() {
        let mut walk = Walk { config, source, index, bases: &bases, found: Vec::new(), count: 0, take, findings };
        walk.run();
        walk.hand_over();
        if walk.count == 0 && !findings.iter().any(|finding| finding.code == &codes::MISSING_SOURCE && is_about(finding, source)) {
            findings.push(no_records(source));
        }
    }
}

fn is_about(finding: &Finding, source: &Source) -> bool {
    finding.place.as_ref().is_some_and(|place| *place.path == *named(source))
}

fn no_records(source: &Source) -> Finding {
    let help = "`tidings new \"TITLE\"` writes a first one";
    Finding::new(&codes::NO_RECORDS, "no records here").at(Place::file(named(source))).help(help)
}

/// The path of a source as messages name it, without `./`.
fn named(source: &Source) -> PathBuf {
    source.path.components().filter(|part| *part != Component::CurDir).collect()
}

/// The innermost source that a path lies in, as the config names it.
fn source_of(config: &Config, path: &Path) -> Option<usize> {
    let within = (0..config.sources.len()).filter(|source| path.starts_with(named(&config.sources[*source])));
    within.max_by_key(|source| named(&config.sources[*source]).as_os_str().len())
}

struct Walk<'a> {
    config: &'a Config,
    source: &'a Source,
    index: usize,
    /// Of all sources.
    bases: &'a [PathBuf],
    /// Those that were not handed over yet.
    found: Vec<Found>,
    count: usize,
    take: &'a mut dyn FnMut(Vec<Found>),
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn run(&mut self) {
        let bases = self.bases;
        let base = &bases[self.index];
        match fs::metadata(base) {
            Ok(meta) if meta.is_dir() => self.folder(base),
            Ok(meta) if meta.is_file() => self.file(base, base.parent().unwrap_or(base)),
            Ok(_) => {
                self.report(&codes::NOT_A_FILE, base, "a source is a folder or a file".to_owned(), "mend the source's `path` in the config")
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Some(table) = self.config.table_of(self.index) {
                    let message = format!("the rows of `{}` were not read yet", table.name);
                    return self.report(&codes::MISSING_SOURCE, base, message, "run `tidings build`");
                }
                let help = format!("make the folder, or mend the source's `path` in `{}`", self.config.path.display());
                self.report(&codes::MISSING_SOURCE, base, "no such folder or file of records".to_owned(), &help);
            }
            Err(error) => self.unreadable(base, &error),
        }
    }

    fn folder(&mut self, base: &Path) {
        // The entries of one folder differ in their names alone, so whole paths compare as names do, and faster.
        let walk = WalkDir::new(base).follow_links(true).sort_by(|a, b| a.path().as_os_str().cmp(b.path().as_os_str()));
        let mut walk = walk.into_iter();
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) if entry.depth() == 0 => {}
                Ok(entry) => {
                    if self.entry(&entry, base) == Next::Skip {
                        walk.skip_current_dir();
                    }
                }
                Err(error) => self.walk_error(&error),
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry, base: &Path) -> Next {
        let name = entry.file_name().to_string_lossy();
        let is_folder = entry.file_type().is_dir();
        if is_hidden(&name) {
            return if is_folder { Next::Skip } else { Next::On };
        }
        // A source inside another has its own settings, and its records their keys below it.
        if self.bases.iter().any(|other| other.as_os_str() == entry.path().as_os_str()) {
            return if is_folder { Next::Skip } else { Next::On };
        }
        if is_folder && format_of(&name).is_some() {
            let help = "a record is a file; rename the folder";
            self.report(&codes::NOT_A_FILE, entry.path(), "a folder that is named like a record".to_owned(), help);
            return Next::Skip;
        }
        if entry.file_type().is_file() {
            self.file(entry.path(), base);
        } else if !is_folder {
            self.report(&codes::NOT_A_FILE, entry.path(), "neither a file nor a folder".to_owned(), "remove it from among the records");
        }
        Next::On
    }

    fn file(&mut self, path: &Path, base: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match format_in(self.source, &name, self.bases[self.index].as_os_str() == path.as_os_str()) {
            Some(format) => self.record(path, base, format),
            None if is_beside(&name) => {}
            None => {
                let message = "not read: no record's name ends like this".to_owned();
                self.report(&codes::UNKNOWN_FILE_TYPE, path, message, type_help(&name));
            }
        }
    }

    fn record(&mut self, path: &Path, base: &Path, format: RecordFormat) {
        let below = below(path, base).unwrap_or(path);
        let Some(key) = key_of(below) else {
            let help = "the name is where the item's id comes from; rename the file";
            return self.report(&codes::BAD_UTF8, path, "a file name that is not UTF-8".to_owned(), help);
        };
        self.found.push(Found { path: self.shown(path).into(), key, format, source: self.index, stamp: 0, is_young: true });
        if self.found.len() == PIECE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.count += self.found.len();
        (self.take)(std::mem::take(&mut self.found));
    }

    fn walk_error(&mut self, error: &walkdir::Error) {
        let path = error.path().unwrap_or(&self.config.root);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_hidden(&name) {
            return;
        }
        if let Some(above) = error.loop_ancestor() {
            let message = format!("a link that leads back to `{}`", self.shown(above).display());
            return self.report(&codes::BROKEN_LINK, path, message, "remove the link");
        }
        match error.io_error() {
            Some(error)
                if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) && error.kind() != io::ErrorKind::PermissionDenied =>
            {
                let target = fs::read_link(path).unwrap_or_default();
                let message = format!("a link to `{}`, which leads nowhere", target.display());
                self.report(&codes::BROKEN_LINK, path, message, "mend or remove the link");
            }
            Some(error) => self.unreadable(path, error),
            None => self.report(&codes::UNREADABLE_FILE, path, error.to_string(), "see whether you may read it"),
        }
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        self.report(&codes::UNREADABLE_FILE, path, format!("cannot be read: {error}"), "see whether you may read it");
    }

    fn report(&mut self, code: &'static Code, path: &Path, message: String, help: &str) {
        let place = Place::file(self.shown(path));
        self.findings.push(Finding::new(code, message).at(place).help(help));
    }

    fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        below(path, &self.config.root).unwrap_or(path)
    }
}

/// [`Path::strip_prefix`]. Of most paths the text tells, which takes a tenth of the time that their parts do.
fn below<'p>(path: &'p Path, base: &Path) -> Option<&'p Path> {
    let rest = || path.to_str()?.strip_prefix(base.to_str().filter(|base| !base.is_empty())?)?.strip_prefix('/');
    match rest().filter(|rest| cfg!(unix) && !rest.is_empty() && !rest.starts_with(['.', '/'])) {
        Some(rest) => Some(Path::new(rest)),
        None => path.strip_prefix(base).ok(),
    }
}

/// What a record at a path below its source is called by; `None` where that is not UTF-8.
fn key_of(below: &Path) -> Option<Arc<str>> {
    let stem = below.to_str().and_then(without_extension).map(Cow::Borrowed);
    let key = stem.or_else(|| Some(Cow::Owned(below.with_extension("").into_os_string().into_string().ok()?)))?;
    Some(if cfg!(windows) { key.replace('\\', "/").into() } else { Arc::from(&*key) })
}

/// [`Path::with_extension`] of nothing, for a name in which the text tells what that is.
fn without_extension(path: &str) -> Option<&str> {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let dot = name + path[name..].rfind('.')?;
    (cfg!(unix) && dot > name && dot + 1 < path.len()).then(|| &path[..dot])
}

#[derive(PartialEq, Eq)]
enum Next {
    On,
    Skip,
}

/// What a file of a source is read as. A format that the source names holds for all its files but those that stand beside records; a source that is one
/// file is read in any case.
fn format_in(source: &Source, name: &str, is_source: bool) -> Option<RecordFormat> {
    source.format.filter(|_| is_source || !is_beside(name)).or_else(|| format_of(name))
}

/// What stands among records and is none.
fn is_beside(name: &str) -> bool {
    format_of(name).is_none() && (is_asset(name) || is_readme(name))
}

pub(super) fn format_of(name: &str) -> Option<RecordFormat> {
    const EXTENSIONS: [(&str, RecordFormat); 6] = [
        ("toml", RecordFormat::Toml),
        ("md", RecordFormat::Markdown),
        ("json", RecordFormat::Json),
        ("ndjson", RecordFormat::Ndjson),
        ("jsonl", RecordFormat::Ndjson),
        ("csv", RecordFormat::Csv),
    ];
    let found = EXTENSIONS.iter().find(|(extension, _)| has_extension(name, extension))?;
    (!is_readme(name)).then_some(found.1)
}

fn has_extension(name: &str, extension: &str) -> bool {
    let stem = name.len().checked_sub(extension.len() + 1);
    stem.and_then(|at| name.as_bytes()[at..].strip_prefix(b".")).is_some_and(|own| own.eq_ignore_ascii_case(extension.as_bytes()))
}

/// Whether a file of this name is a record, or many.
pub fn is_record(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !is_hidden(&name) && format_of(&name).is_some()
}

/// Hidden files, and what editors leave behind.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || ["swp", "swo", "swx", "bak", "orig", "tmp"].iter().any(|extension| has_extension(name, extension))
}

/// Pictures, recordings and papers that stand beside the records. A text is more likely a page of news in the wrong place.
fn is_asset(name: &str) -> bool {
    MediaType::of_name(name).is_some() && !has_extension(name, "txt")
}

/// A word to those who look after the records; the name is too common to be an item's.
fn is_readme(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.eq_ignore_ascii_case("readme")
}

fn type_help(name: &str) -> &'static str {
    if has_extension(name, "yaml") || has_extension(name, "yml") {
        "YAML is read as front matter: name it `.md`, with a line of `---` before and after the fields"
    } else if has_extension(name, "txt") {
        "a page of news is brought in with `tidings import listing FILE`"
    } else {
        "records end in `.toml`, `.md`, `.json`, `.ndjson`, `.jsonl` or `.csv`; begin the name with a dot to have it passed over"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_as_their_parts_are() {
        for base in ["", ".", "/", "a", "a/", "a/b", "./a", "/a", "a//b", "é"] {
            for path in [
                "a/b/c.md",
                "a/b/./c.md",
                "a/./b.md",
                "a//b/c.md",
                "ab/c.md",
                "./a/b.x.md",
                "/a/b",
                "a",
                "a/b",
                "é/é.md",
                "a/.b",
                "a/b.",
                "a/..",
                "x",
            ] {
                let (path, base) = (Path::new(path), Path::new(base));
                assert_eq!(below(path, base).map(Path::as_os_str), path.strip_prefix(base).ok().map(Path::as_os_str), "{path:?} {base:?}");
                let stem = path.to_str().and_then(without_extension);
                assert!(stem.is_none_or(|stem| *stem == *path.with_extension("").as_os_str()), "{path:?}: {stem:?}");
            }
        }
    }

    #[test]
    fn a_path_makes_what_a_walk_finds_there() {
        let root = tempfile::tempdir().expect("a folder");
        let sources =
            ["path = 'items'", "path = 'items/apart'\nformat = 'ndjson'", "path = 'one/README'\nformat = 'csv'", "path = 'one/.b.md'"];
        let head = "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguages = ['en']\nid-authority = 'example.org,2018'\n";
        let sources = sources.map(|source| format!("[[source]]\n{source}\n")).concat();
        fs::write(root.path().join("feeds.toml"), format!("{head}{sources}")).expect("written");
        let names = ["a.md", "b.c.toml", ".b.md", "b.md~", ".c/d.md", "e/f.csv", "g.md/h.md", "README.md", "port.png", "notes.txt", "raw"];
        let paths = ["items", "items/apart", "one"].iter().flat_map(|folder| names.map(|name| format!("{folder}/{name}")));
        let paths: Vec<PathBuf> = paths.chain(["one/README".to_owned()]).map(PathBuf::from).collect();
        for path in &paths {
            fs::create_dir_all(root.path().join(path).parent().expect("a folder")).expect("made");
            fs::write(root.path().join(path), "x").expect("written");
        }
        let (config, _) = crate::config::load(&root.path().join("feeds.toml")).expect("a good config");
        let mut made: Vec<Found> = paths.iter().filter_map(|path| Found::of(&config, path)).collect();
        made.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(made, Files::list(&config).found);
        assert!(made.len() > 6, "{made:?}");
    }

    #[test]
    fn names_tell_records_from_the_rest() {
        for (name, format) in [
            ("a.toml", Some(RecordFormat::Toml)),
            ("A.MD", Some(RecordFormat::Markdown)),
            ("a.b.jsonl", Some(RecordFormat::Ndjson)),
            ("README.md", None),
            ("a.txt", None),
            ("toml", None),
        ] {
            assert_eq!(format_of(name), format, "{name}");
        }
        for name in [".a.toml", "a.toml~", ".a.toml.swp", "#a.toml#", "a.toml.bak"] {
            assert!(is_hidden(name), "{name}");
        }
        assert!(!is_hidden("a.toml"));
    }
}
