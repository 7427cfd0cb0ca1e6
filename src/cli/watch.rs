//! The files and databases that a build reads, watched for changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Failure;
use super::listen::Listeners;
use crate::config::{Config, Engine};
use crate::item::is_record;

/// An editor's save is several changes; a build waits until they have been over for so long, but no longer than this.
const QUIET: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(100);

/// The same after a file was closed by who wrote it, or took its name: what else comes with it comes at once.
const AT_ONCE: Duration = Duration::from_millis(2);

/// The same while somebody writes to a file and has not closed it, where the system tells of that: half of an export is no publication. Who never closes a
/// file, as a log is written, waits for so long after each line.
const UNCLOSED: Duration = Duration::from_secs(2);
const LONGEST_UNCLOSED: Duration = Duration::from_secs(30);

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// What there is to read of records; at which paths, below the publication's folder or whole, where that is known.
    Records(Option<BTreeSet<PathBuf>>),
    /// The config, and perhaps records too.
    Config,
}

impl Change {
    fn and(self, other: Change) -> Self {
        match (self, other) {
            (Change::Records(Some(mut paths)), Change::Records(Some(more))) => {
                paths.extend(more);
                Change::Records(Some(paths))
            }
            (Change::Records(_), Change::Records(_)) => Change::Records(None),
            _ => Change::Config,
        }
    }
}

/// A change as it is told.
#[derive(Clone, Debug)]
pub(super) struct Told {
    change: Change,
    what: What,
}

/// What became of the files of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// More may come of it; of these files nothing is written any more.
    Something(Vec<PathBuf>),
    /// Records are being written to.
    Written(Vec<PathBuf>),
    /// Nothing more comes of it: closed, or under the name that it was to have.
    Whole(Vec<PathBuf>),
}

impl Told {
    fn anything() -> Self {
        Told { change: Change::Config, what: What::Something(Vec::new()) }
    }

    /// Something that is not among the files.
    #[cfg(feature = "postgres")]
    pub fn elsewhere() -> Self {
        Told { change: Change::Records(None), what: What::Something(Vec::new()) }
    }
}

/// What changed and was not handed on yet.
#[derive(Debug)]
struct Pending {
    change: Change,
    /// What is being written to.
    open: BTreeSet<PathBuf>,
    /// Whether the last that was told of was whole.
    is_whole: bool,
    /// When the first was told of, and the last.
    times: [Instant; 2],
}

impl Pending {
    fn of(told: Told) -> Self {
        let mut pending = Pending { change: told.change, open: BTreeSet::new(), is_whole: false, times: [Instant::now(); 2] };
        pending.note(told.what);
        pending
    }

    fn and(self, told: Told) -> Self {
        let mut pending = Pending { change: self.change.and(told.change), ..self };
        pending.note(told.what);
        pending
    }

    fn note(&mut self, what: What) {
        (self.is_whole, self.times[1]) = (matches!(what, What::Whole(_)), Instant::now());
        match what {
            What::Written(paths) => self.open.extend(paths),
            What::Something(paths) | What::Whole(paths) => paths.iter().for_each(|path| _ = self.open.remove(path)),
        }
    }

    /// Until when something more may come of it.
    fn until(&self) -> Instant {
        let (quiet, longest) = match (self.open.is_empty(), self.is_whole) {
            (false, _) => (UNCLOSED, LONGEST_UNCLOSED),
            (true, true) => (AT_ONCE, LONGEST),
            (true, false) => (QUIET, LONGEST),
        };
        (self.times[1] + quiet).min(self.times[0] + longest)
    }
}

/// The config, the records and the files that both name, and what databases tell of themselves.
pub(super) struct Watched {
    changes: UnboundedReceiver<Told>,
    pending: Option<Pending>,
    _watcher: RecommendedWatcher,
    _listeners: Listeners,
}

impl Watched {
    pub fn new(config: &Config) -> Result<Self, Failure> {
        let (sender, changes) = unbounded_channel();
        let mut scope = Scope::of(config);
        let places = scope.places();
        let listeners = Listeners::start(config, &sender);
        let tell = move |event: notify::Result<Event>| {
            // Where events were lost, anything may have changed.
            let told = event.map_or(Some(Told::anything()), |event| scope.told(&event));
            if let Some(told) = told {
                let _ = sender.send(told);
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
        Ok(Watched { changes, pending: None, _watcher: watcher, _listeners: listeners })
    }

    /// Watches what the config names now. What changed meanwhile is not lost.
    pub fn renew(&mut self, config: &Config) -> Result<(), Failure> {
        let anew = Watched::new(config)?;
        self.gather();
        *self = Watched { pending: self.pending.take(), ..anew };
        Ok(())
    }

    /// Takes in what was told meanwhile.
    fn gather(&mut self) {
        while let Ok(told) = self.changes.try_recv() {
            self.add(told);
        }
    }

    fn add(&mut self, told: Told) {
        self.pending = Some(match self.pending.take() {
            Some(pending) => pending.and(told),
            None => Pending::of(told),
        });
    }

    /// Waits until nobody writes to a record any more, where somebody does; then all is to be looked at, also what nobody told of.
    pub async fn written(&mut self) -> Change {
        self.gather();
        let change = if self.pending.is_some() { self.next().await } else { Change::Records(None) };
        change.and(Change::Records(None))
    }

    /// Waits for a change, and for the end of those that come with it. Who stops waiting in between loses nothing, and does not begin anew.
    pub async fn next(&mut self) -> Change {
        self.gather();
        if self.pending.is_none() {
            match self.changes.recv().await {
                Some(told) => self.add(told),
                None => std::future::pending().await,
            }
        }
        while let Some(until) = self.pending.as_ref().map(Pending::until).filter(|until| Instant::now() < *until) {
            match tokio::time::timeout_at(until.into(), self.changes.recv()).await {
                Ok(Some(told)) => self.add(told),
                Ok(None) | Err(_) => break,
            }
        }
        self.gather();
        self.pending.take().map_or(Change::Config, |pending| pending.change)
    }
}

/// Of a file of SQLite and of its log.
type DatabaseState = [Option<(u64, SystemTime)>; 2];

/// Which files matter. All paths are absolute.
struct Scope {
    root: PathBuf,
    config: PathBuf,
    /// Files and folders.
    sources: Vec<PathBuf>,
    /// Files of SQLite, and what the file system said of each.
    databases: Vec<(PathBuf, DatabaseState)>,
    /// The folder of the user's own templates; the config itself where there is none.
    templates: PathBuf,
    /// What builds write.
    apart: [PathBuf; 2],
}

impl Scope {
    fn of(config: &Config) -> Self {
        let root = absolute(&config.root);
        let is_file = |(at, _): &(usize, _)| config.table_of(*at).is_none();
        let files = config.sources.iter().enumerate().filter(is_file).map(|(_, source)| &source.path);
        let named = files.chain(&config.ids.file);
        let database = |file: &PathBuf| {
            let path = absolute(&root.join(file));
            let state = state_of(&path);
            (path, state)
        };
        Scope {
            root: root.clone(),
            config: absolute(&config.path),
            sources: named.map(|path| absolute(&root.join(path))).collect(),
            databases: config.tables.iter().filter_map(|table| file_of(&table.database)).map(database).collect(),
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
        let databases = self.databases.iter().map(|(path, _)| path);
        let mut places: Vec<_> = self.sources.iter().chain(databases).chain([&self.config, &self.templates]).map(place).collect();
        places.sort_by_key(|(_, mode)| *mode == RecursiveMode::Recursive);
        places
    }

    fn told(&mut self, event: &Event) -> Option<Told> {
        if event.need_rescan() {
            return Some(Told::anything());
        }
        let is_closed = event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write));
        if matches!(event.kind, EventKind::Access(_)) && !is_closed {
            return None;
        }
        // All of them are looked at, whatever else the event is about.
        let of_databases = event.paths.iter().filter(|path| self.database_changed(path)).count();
        let is_ours = |path: &&PathBuf| !self.apart.iter().any(|apart| path.starts_with(apart)) && self.database_of(path).is_none();
        let changes = event.paths.iter().filter(is_ours).filter_map(|path| self.change(path));
        let change = changes.reduce(Change::and).or_else(|| (of_databases > 0).then_some(Change::Records(None)))?;
        Some(Told { change, what: what(event, is_closed) })
    }

    fn change(&self, path: &Path) -> Option<Change> {
        let of_config = *path == self.config || path.starts_with(&self.templates);
        // A folder that came or went is watched anew.
        let of_source = || self.sources.iter().any(|source| source == path) && !path.is_file();
        if of_config || of_source() {
            return Some(Change::Config);
        }
        let is_record = self.sources.iter().any(|source| path.starts_with(source));
        is_record.then(|| Change::Records(Some(BTreeSet::from([path.strip_prefix(&self.root).unwrap_or(path).to_owned()]))))
    }

    /// Which of the databases a file belongs to.
    fn database_of(&self, path: &Path) -> Option<usize> {
        let name = path.file_name()?.to_str()?;
        let main = ["-wal", "-shm", "-journal"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        self.databases.iter().position(|(own, _)| *own == path.with_file_name(main))
    }

    /// Whether a database holds something else since it was last looked at. To read one in WAL mode is to make files beside it.
    fn database_changed(&mut self, path: &Path) -> bool {
        let Some(at) = self.database_of(path) else { return false };
        let (file, former) = &mut self.databases[at];
        let state = state_of(file);
        std::mem::replace(former, state) != state
    }
}

/// What became of the files of an event.
fn what(event: &Event, is_closed: bool) -> What {
    match event.kind {
        EventKind::Modify(ModifyKind::Data(_)) if TELLS_OF_CLOSING => {
            What::Written(event.paths.iter().filter(|path| is_record(path)).cloned().collect())
        }
        _ if is_closed => What::Whole(event.paths.clone()),
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => What::Whole(event.paths.clone()),
        // What is away, or has another name, may come again at once under the one it had.
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => What::Something(event.paths.clone()),
        _ => What::Something(Vec::new()),
    }
}

/// Whether a watcher of this system tells when a file is closed.
const TELLS_OF_CLOSING: bool = cfg!(any(target_os = "linux", target_os = "android"));

fn file_of(database: &Engine) -> Option<&PathBuf> {
    match database {
        Engine::Sqlite(file) => Some(file),
        Engine::Postgres(_) => None,
    }
}

/// Sizes and times of change of a file of SQLite and of the log beside it, in which new rows stand first. To open the log is to change its inode.
fn state_of(file: &Path) -> DatabaseState {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    [file, Path::new(&log)].map(|path| {
        let meta = std::fs::metadata(path).ok().filter(|meta| meta.len() > 0)?;
        Some((meta.len(), meta.modified().ok()?))
    })
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
