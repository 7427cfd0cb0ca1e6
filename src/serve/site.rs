//! Everything that is served at one moment. It never changes; a reload makes another and puts it in its place.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use axum::body::Bytes;
use axum::http::HeaderValue;
use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::listing::{self, Listed};
use super::metrics::Counters;
use super::moves::Moves;
use super::page::{File, Page, header};
use super::{How, live, target};
use crate::coding::Coding;
use crate::config::Config;
use crate::publish::Front;
use crate::publish::headers::cache_control;
use crate::websub;

/// Larger files are left to other servers: all documents stand in memory.
pub(super) const LARGEST: u64 = 64 << 20;
/// Nothing is kept longer, in seconds (RFC 9111 section 1.2.2), whatever an index that somebody else wrote says.
const LONGEST: u64 = 1 << 31;

/// The documents of a publication, by path.
#[derive(Debug)]
pub struct Site {
    /// Below the output folder, with `/`.
    pages: HashMap<String, Arc<Page>>,
    moves: Moves,
    /// The path of the base address as requests name it, with no escapes and without the slashes around it.
    base: String,
    /// The path of the base address with both slashes.
    home: HeaderValue,
    /// What a 404 lists.
    pub listing: (Bytes, Bytes),
    pub cache: Cache,
    pub loaded: SystemTime,
    /// Files that are not served, and why.
    pub left_out: Vec<String>,
    /// Whether there are documents that did not come here yet.
    pub is_waiting: bool,
}

/// What a site is made of.
pub(super) struct Contents {
    pub files: Vec<File>,
    /// The paths of documents that are as they were in the former site.
    pub same: Vec<String>,
    /// Whether what is said of the publication is as it was.
    pub is_same_front: bool,
    /// The lines of `_redirects`.
    pub redirects: String,
    pub left_out: Vec<String>,
}

/// How long answers may be kept.
#[derive(Clone, Debug)]
pub struct Cache {
    pub seconds: u64,
    /// Of documents.
    pub control: HeaderValue,
    /// Of a part of a document: only for caches that know what it is (RFC 3229 section 10.2).
    pub control_of_delta: HeaderValue,
}

/// What stands at a path.
#[derive(Debug)]
pub enum Found<'a> {
    Page(&'a Arc<Page>),
    /// The address that it moved to.
    Moved(&'a HeaderValue),
    Gone,
    Nothing,
}

impl Site {
    /// Reads the output folder. What has not changed since `former` is taken over from it, with what it counted and remembers.
    ///
    /// # Errors
    /// Where there is no such folder, or something in it cannot be read now that may be read later.
    pub fn load(config: &Config, how: How, former: Option<&Site>) -> io::Result<Self> {
        let folder = config.root.join(&config.output.folder);
        fs::read_dir(&folder)?;
        let redirects = redirects(&folder.join(crate::pipeline::REDIRECTS))?;
        let (files, left_out) = files(&folder)?;
        let contents = Contents { files, same: Vec::new(), is_same_front: false, redirects, left_out };
        Ok(Site::of(&Front::of(config), contents, how, former))
    }

    /// Of documents that are here. What has not changed since `former` is taken over from it, with what it counted and remembers.
    pub(super) fn of(front: &Front, contents: Contents, how: How, former: Option<&Site>) -> Self {
        let moves = Moves::new(front, &contents.redirects);
        let make = |file: File| {
            let former = former.and_then(|former| former.pages.get(&file.path)).map(Arc::as_ref);
            let counters = former.map_or_else(Arc::default, |former| former.counters.clone());
            let link = link(front, &moves, &file.path);
            let file = if how.live { live::prepared(file) } else { file };
            (file.path.clone(), Arc::new(Page::new(file, link, former, how.compress, counters)))
        };
        let again = |path: String| {
            let page = former?.pages.get(&path)?.clone();
            let file = || File { bytes: page.plain().to_vec(), modified: page.modified, path: path.clone() };
            Some(if contents.is_same_front { (path, page) } else { make(file()) })
        };
        let mut pages: HashMap<String, Arc<Page>> = contents.files.into_par_iter().map(make).collect();
        pages.par_extend(contents.same.into_par_iter().filter_map(again));
        let listed = Listed::of(front, pages.iter().map(|(path, page)| (path.as_str(), page.plain())));
        if !pages.contains_key(listing::INDEX) {
            let modified = pages.values().map(|page| page.modified).max().unwrap_or(SystemTime::UNIX_EPOCH);
            let index = File { path: listing::INDEX.to_owned(), bytes: listed.index().into_bytes(), modified };
            pages.extend([make(index)]);
        }
        Site {
            pages,
            moves,
            listing: (listed.not_found_text().into(), listed.not_found_html().into()),
            base: base(front),
            home: header(front.base_url.path()),
            cache: Cache::new(front.ttl, how.live),
            loaded: SystemTime::now(),
            left_out: contents.left_out,
            is_waiting: false,
        }
    }

    /// Nothing at all.
    pub fn bare(config: &Config) -> Self {
        let front = Front::of(config);
        Site { base: base(&front), home: header(front.base_url.path()), cache: Cache::new(front.ttl, false), ..Site::waiting() }.arrived()
    }

    /// Nothing yet.
    pub fn waiting() -> Self {
        Site {
            pages: HashMap::new(),
            moves: Moves::default(),
            base: String::new(),
            home: HeaderValue::from_static("/"),
            listing: (Bytes::from_static(b"there are no documents here\n"), Bytes::from_static(b"<p>There are no documents here.\n")),
            cache: Cache::new(0, false),
            loaded: SystemTime::now(),
            left_out: Vec::new(),
            is_waiting: true,
        }
    }

    fn arrived(self) -> Self {
        Site { is_waiting: false, ..self }
    }

    /// Whether there is a document at this path.
    #[cfg(feature = "object-store")]
    pub(super) fn holds(&self, path: &str) -> bool {
        self.pages.contains_key(path)
    }

    /// The path below the base address, where it names that.
    pub fn without_base<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('/')).filter(|_| !self.base.is_empty()).unwrap_or(path)
    }

    /// What stands at a path, with or without the path of the base address before it.
    pub fn find(&self, path: &str) -> Found<'_> {
        match self.below(path) {
            Found::Nothing if !self.base.is_empty() => match path.strip_prefix(&self.base) {
                // What the page there links to stands below the slash.
                Some("") => Found::Moved(&self.home),
                Some(rest) => rest.strip_prefix('/').map_or(Found::Nothing, |rest| self.below(rest)),
                None => Found::Nothing,
            },
            found => found,
        }
    }

    fn below(&self, path: &str) -> Found<'_> {
        let page = match path.is_empty() || path.ends_with('/') {
            true => self.pages.get(&format!("{path}{}", listing::INDEX)),
            false => self.pages.get(path),
        };
        page.map_or_else(|| self.moves.find(path), Found::Page)
    }

    /// Every document with what was counted of it, in the order of their paths.
    pub fn counters(&self) -> BTreeMap<&str, &Counters> {
        self.pages.iter().map(|(path, page)| (path.as_str(), &*page.counters)).collect()
    }

    /// Every document, in the order of their paths.
    pub fn documents(&self) -> BTreeMap<&str, &Page> {
        self.pages.iter().map(|(path, page)| (path.as_str(), &**page)).collect()
    }

    /// What became of channels that are there no more.
    pub fn moves(&self) -> &Moves {
        &self.moves
    }

    /// The documents that are still to be compressed, the smallest first.
    pub(super) fn unprepared(&self) -> Vec<Weak<Page>> {
        let mut pages: Vec<&Arc<Page>> = self.pages.values().filter(|page| !page.is_prepared()).collect();
        pages.sort_by_key(|page| page.plain().len());
        pages.into_iter().map(Arc::downgrade).collect()
    }

    pub fn len(&self) -> usize {
        self.pages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }
}

impl Cache {
    /// By the minutes that the feeds themselves tell; in a preview nothing is kept.
    fn new(ttl: u32, live: bool) -> Self {
        if live {
            let never = HeaderValue::from_static("no-store");
            return Cache { seconds: 0, control: never.clone(), control_of_delta: never };
        }
        let seconds = (u64::from(ttl) * 60).min(LONGEST);
        Cache { seconds, control: header(&cache_control(ttl)), control_of_delta: header(&format!("no-store, im, max-age={seconds}")) }
    }
}

/// The path of the base address as [`target::path`] gives paths.
fn base(front: &Front) -> String {
    target::path(&format!("/{}", front.base())).unwrap_or_else(|_| front.base().to_owned())
}

/// `rel="self"` is where the document says it is, also where a copy of it stands elsewhere; `rel="hub"` as WebSub wants it beside it.
fn link(front: &Front, moves: &Moves, path: &str) -> Option<HeaderValue> {
    let own = moves.copy_of(path).unwrap_or_else(|| path.to_owned());
    // The page of a folder is at the folder's own address; `price-index.html` is none.
    let folder = own.strip_suffix(listing::INDEX).filter(|folder| folder.is_empty() || folder.ends_with('/'));
    let own = front.url(folder.unwrap_or(&own));
    // Hubs are told of feeds, and of nothing else that changes.
    let hubs = front.hubs.iter().filter(|_| websub::is_topic(path));
    let hubs: String = hubs.map(|hub| format!(", <{hub}>; rel=\"hub\"")).collect();
    HeaderValue::from_str(&format!("<{own}>; rel=\"self\"{hubs}")).ok()
}

/// The lines of redirects are no document: where they were fetched anew they are taken, and where there are none any more they are forgotten.
#[cfg(any(feature = "object-store", feature = "postgres"))]
pub(super) fn take_redirects(files: &mut Vec<File>, are_there: bool, redirects: &mut String) {
    match files.iter().position(|file| file.path == crate::pipeline::REDIRECTS) {
        Some(at) => *redirects = String::from_utf8_lossy(&files.swap_remove(at).bytes).into_owned(),
        None if !are_there => redirects.clear(),
        None => {}
    }
}

/// The lines of moves, where there are any.
fn redirects(path: &Path) -> io::Result<String> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => unread(path, error).map(|_| String::new()),
    }
}

/// The files below the folder, but for hidden ones, links, and what only static hosts read; and what is said of those that are not served.
fn files(folder: &Path) -> io::Result<(Vec<File>, Vec<String>)> {
    let is_seen = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let (mut names, mut left_out) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder).into_iter().filter_entry(is_seen) {
        match entry {
            Ok(entry) => names.extend(entry.file_type().is_file().then_some(entry)),
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                left_out.extend(unread(&path, error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into()))?);
            }
        }
    }
    leave_copies_out(&mut names);
    let read: io::Result<Vec<_>> = names.par_iter().map(|entry| read(folder, entry.path())).collect();
    let (read, failed): (Vec<_>, Vec<_>) = read?.into_iter().flatten().partition(Result::is_ok);
    left_out.extend(failed.into_iter().filter_map(Result::err));
    Ok((read.into_iter().filter_map(Result::ok).collect(), left_out))
}

/// What is said of a file or folder that cannot be read: nothing where a build took it away a moment ago. What may go better later, such as want of one more
/// open file, is an error: no document counts as gone because of it.
fn unread(path: &Path, error: io::Error) -> io::Result<Option<String>> {
    let said = || format!("`{}`: {error}", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Ok(None),
        io::ErrorKind::PermissionDenied => Ok(Some(said())),
        kind => Err(io::Error::new(kind, said())),
    }
}

/// Compressed copies are for other servers: here documents are compressed in memory.
fn leave_copies_out(entries: &mut Vec<DirEntry>) {
    let all: HashSet<PathBuf> = entries.iter().map(|entry| entry.path().to_owned()).collect();
    let is_copy = |path: &Path| path.to_str().and_then(Coding::plain).is_some_and(|plain| all.contains(Path::new(plain)));
    entries.retain(|entry| !is_copy(entry.path()));
}

/// A file, or what is said of it where it is not served; neither where it is none of those.
fn read(folder: &Path, path: &Path) -> io::Result<Option<Result<File, String>>> {
    let Ok(below) = path.strip_prefix(folder) else { return Ok(None) };
    let pieces: Option<Vec<&str>> = below.iter().map(|piece| piece.to_str()).collect();
    let Some(name) = pieces.map(|pieces| pieces.join("/")) else {
        return Ok(Some(Err(format!("`{}`: its name is not UTF-8", path.display()))));
    };
    if name == crate::pipeline::REDIRECTS {
        return Ok(None);
    }
    match read_whole(path) {
        Ok(Some((bytes, modified))) => Ok(Some(Ok(File { path: name, bytes, modified }))),
        Ok(None) => Ok(Some(Err(format!("`{}`: larger than {} MB", path.display(), LARGEST >> 20)))),
        Err(error) => Ok(unread(path, error)?.map(Err)),
    }
}

/// Bytes and time of one and the same file, whatever is renamed meanwhile.
fn read_whole(path: &Path) -> io::Result<Option<(Vec<u8>, SystemTime)>> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    io::Read::read_to_end(&mut file, &mut bytes)?;
    Ok(Some((bytes, metadata.modified()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_read_later_is_an_error_and_nothing_that_is_gone() {
        let path = Path::new("public/all.rss");
        let said = |kind: io::ErrorKind| unread(path, kind.into()).map_err(|error| error.to_string());
        assert_eq!(said(io::ErrorKind::NotFound), Ok(None));
        assert_eq!(said(io::ErrorKind::PermissionDenied), Ok(Some("`public/all.rss`: permission denied".into())));
        assert!(said(io::ErrorKind::Other).is_err_and(|why| why.contains("`public/all.rss`")));
    }

    #[test]
    fn a_document_is_at_its_own_address_and_a_folder_at_that_of_its_page() {
        const CONFIG: &str =
            "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/f/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\n";
        let (config, _) = crate::config::parse(CONFIG, "feeds.toml".as_ref(), ".".as_ref()).expect("a config");
        let front = Front::of(&config);
        for (path, own) in
            [("index.html", ""), ("es/index.html", "es/"), ("all.rss", "all.rss"), ("topic/price-index.html", "topic/price-index.html")]
        {
            let link = link(&front, &Moves::default(), path).expect("a link");
            assert_eq!(link, format!("<https://example.org/f/{own}>; rel=\"self\""), "{path}");
        }
    }

    #[test]
    fn no_index_makes_answers_be_kept_for_ever() {
        for (ttl, seconds) in [(0, 0), (60, 3600), (u32::MAX, LONGEST)] {
            assert_eq!(Cache::new(ttl, false).seconds, seconds);
        }
    }
}
