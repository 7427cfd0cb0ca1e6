//! The files that a build reads, watched for changes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::EventKind;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Failure;
use crate::config::Config;

/// An editor's save is several changes; a build waits until they have been over for so long, but no longer than a few times that.
const QUIET: Duration = Duration::from_millis(20);
const LONGEST: u32 = 5;

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Records,
    /// The config, and perhaps records too.
    Config,
}

/// The config, the records and the files that both name.
pub(super) struct Watched {
    changes: UnboundedReceiver<Change>,
    /// What changed before this began to watch, and was not told yet.
    pending: Option<Change>,
    _watcher: RecommendedWatcher,
}

impl Watched {
    pub fn new(config: &Config) -> Result<Self, Failure> {
        let (sender, changes) = unbounded_channel();
        let scope = Scope::of(config);
        let places = scope.places();
        let tell = move |event: notify::Result<Event>| {
            // Where events were lost, anything may have changed.
            let change = event.map_or(Some(Change::Config), |event| scope.change(&event));
            if let Some(change) = change {
                let _ = sender.send(change);
            }
        };
        let failed = |error: notify::Error| {
            Failure::new(format!("could not watch the records: {error}"))
                .help("run without `--watch`, and `tidings build` after each change")
        };
        let mut watcher = notify::recommended_watcher(tell).map_err(failed)?;
        for (place, mode) in places {
            watcher.watch(&place, mode).map_err(failed)?;
        }
        Ok(Watched { changes, pending: None, _watcher: watcher })
    }

    /// Watches what the config names now. What changed meanwhile is not lost.
    pub fn renew(&mut self, config: &Config) -> Result<(), Failure> {
        let anew = Watched::new(config)?;
        let pending = self.waiting();
        *self = Watched { pending, ..anew };
        Ok(())
    }

    /// What changed and was not told yet.
    fn waiting(&mut self) -> Option<Change> {
        let mut waiting = self.pending.take();
        while let Ok(change) = self.changes.try_recv() {
            waiting = Some(if waiting == Some(Change::Config) { Change::Config } else { change });
        }
        waiting
    }

    /// Waits for a change, and for the end of those that come with it.
    pub async fn next(&mut self) -> Change {
        let mut change = match self.waiting() {
            Some(change) => change,
            None => match self.changes.recv().await {
                Some(change) => change,
                None => std::future::pending().await,
            },
        };
        for _ in 0..LONGEST {
            match tokio::time::timeout(QUIET, self.changes.recv()).await {
                Ok(Some(Change::Config)) => change = Change::Config,
                Ok(Some(Change::Records)) => {}
                Ok(None) | Err(_) => break,
            }
        }
        if self.waiting() == Some(Change::Config) { Change::Config } else { change }
    }
}

/// Which files matter. All paths are absolute.
struct Scope {
    config: PathBuf,
    /// Files and folders.
    sources: Vec<PathBuf>,
    /// The folder of the user's own templates; the config itself where there is none.
    templates: PathBuf,
    /// What builds write.
    apart: [PathBuf; 2],
}

impl Scope {
    fn of(config: &Config) -> Self {
        let root = absolute(&config.root);
        let named = config.sources.iter().map(|source| &source.path).chain(&config.ids.file);
        Scope {
            config: absolute(&config.path),
            sources: named.map(|path| absolute(&root.join(path))).collect(),
            templates: absolute(&config.output.templates.as_ref().map_or_else(|| config.path.to_path_buf(), |own| root.join(&own.folder))),
            apart: [absolute(&root.join(&config.output.folder)), root.join(".tidings")],
        }
    }

    /// Folders whole; of a file, its folder, since editors put a new file in the old one's place.
    fn places(&self) -> Vec<(PathBuf, RecursiveMode)> {
        let place = |path: &PathBuf| match path.is_dir() {
            true => (path.clone(), RecursiveMode::Recursive),
            false => (path.parent().unwrap_or(path).to_owned(), RecursiveMode::NonRecursive),
        };
        // Of a folder that is watched twice, the whole watch is made last, so that it stands.
        let mut places: Vec<_> = self.sources.iter().chain([&self.config, &self.templates]).map(place).collect();
        places.sort_by_key(|(_, mode)| *mode == RecursiveMode::Recursive);
        places
    }

    fn change(&self, event: &Event) -> Option<Change> {
        if event.need_rescan() {
            return Some(Change::Config);
        }
        if matches!(event.kind, EventKind::Access(_)) {
            return None;
        }
        let is_ours = |path: &&PathBuf| !self.apart.iter().any(|apart| path.starts_with(apart));
        event.paths.iter().filter(is_ours).find_map(|path| match path {
            path if *path == self.config || path.starts_with(&self.templates) => Some(Change::Config),
            // A folder that came or went is watched anew.
            path if self.sources.contains(path) && !path.is_file() => Some(Change::Config),
            path if self.sources.iter().any(|source| path.starts_with(source)) => Some(Change::Records),
            _ => None,
        })
    }
}

/// As the system names it; the last piece need not be there.
fn absolute(path: &Path) -> PathBuf {
    let whole = path.canonicalize().ok();
    let by_parent = || {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(parent.canonicalize().ok()?.join(path.file_name()?))
    };
    whole.or_else(by_parent).unwrap_or_else(|| path.to_owned())
}
