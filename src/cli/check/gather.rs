//! The files that `tidings check` was pointed at.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use url::Url;

use super::Failure;

/// A file to read, its name for people and its address.
pub(super) struct Source {
    path: PathBuf,
    pub name: String,
    pub url: Option<Url>,
    /// The folder argument that it was found under, by its number.
    pub folder: Option<usize>,
}

/// Endings of files that a folder is searched for.
const ENDINGS: [&str; 7] = ["xml", "rss", "atom", "rdf", "opml", "json", "feed"];

/// The files among the paths, and those below the folders among them, in order. `url` is where the file, or the folder, is served from.
pub(super) fn gather(paths: &[PathBuf], url: Option<&Url>) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        match path.is_dir() {
            true => walk(path, number, url, &mut sources)?,
            false if is_address(path) => return Err(address(path)),
            false => sources.push(Source { path: path.clone(), name: name(path), url: url.cloned(), folder: None }),
        }
    }
    Ok(sources)
}

impl Source {
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        let read = || match is_standard_input(&self.path) {
            true => {
                let mut bytes = Vec::new();
                io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
            }
            false => std::fs::read(&self.path),
        };
        read().map_err(Failure::io("read", Path::new(&self.name)))
    }
}

/// An address where a file should be named; no file is called so.
fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.starts_with("https://") || path.starts_with("http://")) && !path.exists()
}

fn address(path: &Path) -> Failure {
    let path = path.display();
    let help = format!("`tidings doctor {path}` fetches it as readers do; `curl -s {path} | tidings check -` checks the document alone");
    Failure::new(format!("`{path}` is an address, and files are checked here")).help(help)
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn name(path: &Path) -> String {
    if is_standard_input(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn walk(folder: &Path, number: usize, url: Option<&Url>, sources: &mut Vec<Source>) -> Result<(), Failure> {
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| Failure::new(format!("could not walk `{}`: {error}", folder.display())))?;
        if entry.file_type().is_file() && is_feed(entry.path()) {
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let url = url.and_then(|url| below_url(url, below));
            sources.push(Source { path: entry.path().to_owned(), name: name(entry.path()), url, folder: Some(number) });
        }
    }
    Ok(())
}

fn is_feed(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The folder's address and the file's path below it.
fn below_url(folder: &Url, below: &Path) -> Option<Url> {
    let mut url = folder.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(below.iter().map(|part| part.to_string_lossy().into_owned()));
    Some(url)
}
