//! `tidings serve`: the published documents over HTTP. The only place where an asynchronous runtime is started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use tokio::net::TcpListener;

use super::arguments;
use super::build;
use super::context::Context;
use super::rounds::Rounds;
use super::serve_from;
use super::ui::{self, Ui};
use super::watch::{Change, Watched};
use super::{Exit, Failure};
use crate::config::Config;
use crate::publish;
use crate::serve::connection::{self, Limits};
use crate::serve::crossing::Stock;
use crate::serve::log::{Destination, Log};
use crate::serve::{How, Options, Server};
use crate::websub::{Hub, Note, Shelf, hub::Notes};

/// `tidings serve`
#[derive(Debug, Args)]
#[command(after_help = "\
SIGHUP reads the documents and the config anew, SIGTERM and SIGINT end in peace.

Examples:
  tidings serve --watch                          preview: builds on every save, open pages look again
  tidings serve --log access.log --behind-proxy  production, behind a proxy that sends X-Forwarded-For
  tidings serve --listen 0.0.0.0:8080            for everybody who can reach this machine
  tidings serve --from s3://news/feeds           what stands in an object store; any number of servers may do it
  tidings serve --from database                  what workers published, and the hub where the config says `hub = \"self\"`")]
pub(super) struct ServeArgs {
    /// Listen here: an address with a port, or the port alone for this machine; port 0 takes any that is free
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = arguments::listen)]
    pub(super) listen: SocketAddr,
    /// Build at the start and on every save of a record or the config, and let open pages look again
    #[arg(short, long)]
    watch: bool,
    /// Write the access log here, in the combined format, instead of to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "no_log")]
    log: Option<PathBuf>,
    /// Write no access log
    #[arg(long)]
    no_log: bool,
    /// Serve what stands in an object store, such as `s3://bucket/prefix` (no config is needed for it), or in the `database` of the config; any number of
    /// servers may do it
    #[arg(long, value_name = "WHERE", conflicts_with_all = ["watch", "on_demand"])]
    pub(super) from: Option<String>,
    /// How often to look whether something changed there, in milliseconds
    #[arg(long, value_name = "COUNT", default_value_t = 500, value_parser = RangedU64ValueParser::<u64>::new().range(50..=3_600_000))]
    pub(super) poll: u64,
    /// Answer `/feed.atom?country=belize+mexico&topic=trafficking&lang=en` too: any crossing, made when it is asked for
    #[arg(long)]
    on_demand: bool,
    /// Take the client's address from the last entry of X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
    /// So many connections at a time; more wait
    #[arg(long, value_name = "COUNT", default_value_t = 1024, value_parser = RangedU64ValueParser::<u32>::new().range(1..=100_000))]
    connections: u32,
    /// A request's head must be there after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    head_timeout: u64,
    /// A connection on which nothing moves for so many seconds ends
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    idle_timeout: u64,
}

/// How often to look whether a build by somebody else put documents in place.
const LOOK: Duration = Duration::from_secs(1);
/// How soon documents that could not be read are read again.
const AGAIN: Duration = Duration::from_secs(5);

pub(super) fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(from) = &args.from {
        return serve_from::run(args, context, from);
    }
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    if let Some(address) = &config.output.store {
        if args.watch || args.on_demand {
            let message = format!("`--watch` and `--on-demand` go with a folder, and documents go to `{address}`");
            return Err(Failure::new(message).help("give them a config that has `folder` in `[output]` in place of `url`"));
        }
        if !config.output.index {
            let message = format!("`index = false` in `[output]`: nobody is told what stands in `{address}`");
            return Err(Failure::new(message).help("let a CDN serve it, or take `index` out and publish once more"));
        }
        return serve_from::run(args, context, &address.to_string());
    }
    let config = Arc::new(config);
    // Watched before it is built: a save in between is built again.
    let watched = if args.watch { Some(Watched::new(&config)?) } else { None };
    let mut rounds = Rounds::default();
    if args.watch {
        rounds.build(&build::preview(), context, &Change::Config)?;
    }
    // Looked at before the documents are read: what a build puts in place meanwhile is read again.
    let published = published(&config);
    let own = match &config.websub.own {
        Some(_) => Hub::new(config.clone(), Shelf::of(&config)?, context.clock(), notes(context.ui)),
        None => None,
    };
    let server = Server::new(&config, args.options(own.clone())?).map_err(|error| {
        let folder = config.root.join(&config.output.folder);
        Failure::new(format!("could not serve `{}`: {error}", folder.display())).help("run `tidings build` first")
    })?;
    tell_left_out(&server, context);
    if args.on_demand {
        stock_up(&server, context)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("could not start the server: {error}")))?;
    let delivering = own.as_ref().map(Hub::start).transpose().map_err(no_thread)?;
    let running = Running { args, context, server, hub: own.clone(), config, published, under_way: None, failed: None, rounds };
    let done = runtime.block_on(running.run(watched));
    end(own.as_deref(), delivering);
    done
}

/// What a hub has to say goes where everything else goes that is no result.
pub(super) fn notes(ui: Ui) -> Notes {
    Box::new(move |note| match note {
        Note::Line(text) if ui.verbose > 0 => ui.note(text),
        Note::Line(_) => {}
        Note::Finding(finding) => ui.findings(&finding.into()),
    })
}

pub(super) fn no_thread(error: std::io::Error) -> Failure {
    Failure::new(format!("could not start the hub: {error}"))
}

/// Lets a hub end what it is doing.
pub(super) fn end(hub: Option<&Hub>, work: Option<JoinHandle<()>>) {
    hub.iter().for_each(|hub| hub.stop());
    work.into_iter().for_each(|work| _ = work.join());
}

/// The access log that the flags ask for.
pub(super) fn log(file: Option<&Path>, is_off: bool) -> Result<Log, Failure> {
    let destination = match file {
        _ if is_off => Destination::Nowhere,
        Some(path) if path.as_os_str() != "-" => Destination::File(path.to_owned()),
        _ => Destination::Output,
    };
    Log::open(destination).map_err(Failure::io("open the log", file.unwrap_or("-".as_ref())))
}

impl ServeArgs {
    pub(super) fn options(&self, hub: Option<Arc<Hub>>) -> Result<Options, Failure> {
        let log = log(self.log.as_deref(), self.no_log)?;
        let limits = Limits {
            connections: self.connections as usize,
            head: Duration::from_secs(self.head_timeout),
            head_when_crowded: Duration::from_secs(self.head_timeout.min(2)),
            idle: Duration::from_secs(self.idle_timeout),
            ..Limits::default()
        };
        let how = How { compress: !self.watch, live: self.watch };
        Ok(Options { how, limits, log, behind_proxy: self.behind_proxy, hub, hub_only: false })
    }
}

/// A server at work.
struct Running<'a> {
    args: &'a ServeArgs,
    context: &'a Context,
    server: Arc<Server>,
    hub: Option<Arc<Hub>>,
    config: Arc<Config>,
    /// When the documents that are served were put in place.
    published: Option<SystemTime>,
    /// When a build that is still at work was seen.
    under_way: Option<SystemTime>,
    /// Why documents could not be taken up, as it was told, and when they are tried again.
    failed: Option<(String, Instant)>,
    rounds: Rounds,
}

impl Running<'_> {
    async fn run(mut self, watched: Option<Watched>) -> Result<Exit, Failure> {
        let listen = self.args.listen;
        let refused =
            |error| Failure::new(format!("could not listen on `{listen}`: {error}")).help("name another address or port with `--listen`");
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let mut signals = Signals::new().map_err(|error| Failure::new(format!("could not listen for signals: {error}")))?;
        let serving = tokio::spawn(connection::serve(self.server.clone(), listener, self.server.stopping()));
        self.context.ui.note(format_args!("serving `{}` at http://{address}/", self.config.output.folder.display()));
        self.work(&mut signals, watched).await;
        self.server.stop();
        let _ = serving.await;
        Ok(Exit::Fine)
    }

    /// Until a signal ends it.
    async fn work(&mut self, signals: &mut Signals, mut watched: Option<Watched>) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                signal = signals.next() => match signal {
                    Signal::End => return,
                    Signal::Reload => {
                        self.server.reopen_log();
                        self.reload();
                    }
                },
                change = next(&mut watched) => {
                    self.rebuild(&change);
                    if change == Change::Config && let Some(Err(failure)) = watched.as_mut().map(|watched| watched.renew(&self.config)) {
                        ui::failure(&failure);
                    }
                }
                _ = look.tick() => self.look(),
            }
        }
    }

    /// Takes up what a build by somebody else put in place, once it has put all of it; and what could not be read before.
    fn look(&mut self) {
        match self.failed.as_ref().map(|(_, again)| *again) {
            Some(again) if Instant::now() < again => {}
            Some(_) => self.take_up(),
            None if published(&self.config) != self.published && !self.is_under_way() => self.reload(),
            None => {}
        }
    }

    /// Whether a build has begun to put documents in place and not ended. One that died goes on counting as such until the next has put all in order.
    fn is_under_way(&mut self) -> bool {
        let at = published(&self.config);
        if at.is_none() || self.under_way != at {
            let is_under_way = publish::Destination::open(&self.config).is_ok_and(|folder| folder.is_cut_off());
            self.under_way = at.filter(|_| is_under_way);
        }
        self.under_way.is_some()
    }

    /// Builds as `tidings build` does; what is wrong is told and changes nothing.
    fn rebuild(&mut self, change: &Change) {
        let context = self.context.later();
        match tokio::task::block_in_place(|| self.rounds.build(&build::preview(), &context, change)) {
            Ok(Exit::Fine) => self.reload(),
            // What is wrong was told; what stands goes on being served.
            Ok(_) => {}
            Err(failure) => ui::failure(&failure),
        }
    }

    /// Takes up the config and the documents as they are now; where the config cannot be read, the former holds.
    fn reload(&mut self) {
        match tokio::task::block_in_place(|| self.context.load(false)) {
            Ok(Some(config)) => {
                self.config = Arc::new(config);
                self.hub.iter().for_each(|hub| hub.reload(self.config.clone()));
            }
            Ok(None) => {}
            Err(failure) => ui::failure(&failure),
        }
        self.take_up();
    }

    /// Takes up the documents as they are now. Where they cannot be read, the former go on being served; that is told once, and tried again.
    fn take_up(&mut self) {
        let published = published(&self.config);
        let still = || self::published(&self.config) == published;
        match tokio::task::block_in_place(|| self.server.reload(&self.config, still)) {
            Ok(true) => (self.published, self.failed) = (published, None),
            // A build has begun or ended meanwhile: the next look is for what that has put in place.
            Ok(false) => {
                (self.published, self.failed) = (None, None);
                return;
            }
            Err(error) => {
                let why = error.to_string();
                if self.failed.as_ref().is_none_or(|(told, _)| *told != why) {
                    ui::failure(&Failure::io("read", &self.config.output.folder)(error));
                }
                self.failed = Some((why, Instant::now() + AGAIN));
                return;
            }
        }
        tell_left_out(&self.server, self.context);
        if self.args.on_demand
            && let Err(failure) = tokio::task::block_in_place(|| stock_up(&self.server, &self.context.later()))
        {
            ui::failure(&failure);
        }
    }
}

/// When documents were last put in place, by whomever.
fn published(config: &Config) -> Option<SystemTime> {
    std::fs::metadata(config.root.join(".tidings/published.json")).and_then(|metadata| metadata.modified()).ok()
}

/// Reads the records for channels on demand.
fn stock_up(server: &Server, context: &Context) -> Result<(), Failure> {
    let Some(config) = context.load(false)? else { return Ok(()) };
    let built = build::unpublished(&config, context)?;
    server.stock_up(Stock::new(config, built, context.now));
    Ok(())
}

fn tell_left_out(server: &Server, context: &Context) {
    server.site().left_out.iter().for_each(|what| context.ui.note(format_args!("not served: {what}")));
}

/// The next change, for ever where nothing is watched.
async fn next(watched: &mut Option<Watched>) -> Change {
    match watched {
        Some(watched) => watched.next().await,
        None => std::future::pending().await,
    }
}

/// What the system wants.
pub(super) enum Signal {
    End,
    Reload,
}

#[cfg(unix)]
pub(super) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End,
            _ = self.interrupt.recv() => Signal::End,
            _ = self.hangup.recv() => Signal::Reload,
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn new() -> std::io::Result<Self> {
        Ok(Signals)
    }

    pub async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::End
    }
}
