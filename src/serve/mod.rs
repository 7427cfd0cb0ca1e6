//! Published documents over HTTP/1.1 and HTTP/2, for a preview and for production behind a proxy.
//!
//! All documents stand in memory, with their headers made, and in every coding once that is made ([`page`]); together they are a [`site`], which never changes. A reload
//! makes another and swaps it in whole, so that no request sees half of one. What a request asks for is judged by pure functions ([`target`],
//! [`negotiate`], [`delta`]), and [`answer`] puts the answer together. [`connection`] bounds what a client can take. [`mod@hub`] is
//! where the publication's own WebSub hub stands, if it has one.
//!
//! With the feature `object-store`, `remote` keeps the documents up with those that stand in an object store.
//!
//! The room reads the output folder, or a store, and listens; it publishes nothing and decides no exit code.

pub mod answer;
pub mod connection;
pub mod crossing;
pub mod delta;
mod hub;
pub mod listing;
mod live;
pub mod log;
pub mod metrics;
pub mod moves;
pub mod negotiate;
pub mod page;
pub mod readers;
#[cfg(feature = "object-store")]
pub mod remote;
pub mod site;
pub mod stats;
#[cfg(feature = "postgres")]
pub mod tables;
pub mod target;
mod turns;

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use arc_swap::{ArcSwap, ArcSwapOption};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;

use crate::config::Config;
use crate::pipeline::ON_DEMAND;
use crate::websub::Hub;
use answer::About;
use connection::Limits;
use crossing::{NoChannel, Stock};
use log::{Line, Log};
use metrics::{Counters, Moment};
use site::{Found, Site};
use turns::Turns;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Channels on demand take a whole core each; whoever polls documents must not wait for them.
const MAKERS: usize = 2;

/// Where what is noteworthy goes.
#[cfg(any(feature = "object-store", feature = "postgres"))]
pub type Notes = Box<dyn Fn(String) + Send>;

/// What is served from and does not answer is asked no less often than this.
#[cfg(any(feature = "object-store", feature = "postgres"))]
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(5);

/// How documents are made ready.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Whether they are compressed.
    pub compress: bool,
    /// Whether pages look again after a build, and nothing is kept by caches: a preview.
    pub live: bool,
}

/// What is served, and what is known of those who ask.
pub struct Server {
    site: ArcSwap<Site>,
    how: How,
    router: Router,
    limits: Limits,
    log: Log,
    /// Whether the client's address is what the proxy before us says.
    behind_proxy: bool,
    /// The file that every build touches.
    built: Option<PathBuf>,
    /// What channels on demand are made of, where there are any.
    stock: ArcSwapOption<Stock>,
    hub: Option<hub::Mount>,
    hub_only: bool,
    /// So many of them are made at a time.
    makers: Turns,
    /// So many documents are compressed or put together at a time because somebody waits for them.
    compressors: Turns,
    /// Of all channels on demand.
    on_demand: Arc<Counters>,
    /// Of everything that is no document.
    others: Counters,
    connections: AtomicU64,
    waited: AtomicU64,
    /// The number of the documents' state.
    states: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
}

/// What a server is started with.
pub struct Options {
    pub how: How,
    pub limits: Limits,
    pub log: Log,
    pub behind_proxy: bool,
    /// Mounted at `hub`.
    pub hub: Option<Arc<Hub>>,
    /// Whether there is nothing but the hub.
    pub hub_only: bool,
}

impl Server {
    /// # Errors
    /// Where there is no output folder yet.
    pub fn new(config: &Config, options: Options) -> io::Result<Arc<Self>> {
        let site = if options.hub_only { Site::bare(config) } else { Site::load(config, options.how, None)? };
        Ok(Server::of(site, Some(config.root.join(".tidings/lock")), options))
    }

    /// A server whose documents are still to come, by [`Server::swap`].
    #[cfg(any(feature = "object-store", feature = "postgres"))]
    pub fn waiting(options: Options) -> Arc<Self> {
        Server::of(Site::waiting(), None, options)
    }

    /// What becomes of those who ask while what is served from does not answer.
    #[cfg(any(feature = "object-store", feature = "postgres"))]
    fn meanwhile(&self) -> &'static str {
        if self.site().is_waiting { "503 is answered until there is something to serve" } else { "what was fetched last is served" }
    }

    fn of(site: Site, built: Option<PathBuf>, options: Options) -> Arc<Self> {
        prepare(&site);
        Arc::new_cyclic(|server| Server {
            site: ArcSwap::from_pointee(site),
            how: options.how,
            router: router(server.clone(), options.how.live),
            limits: options.limits,
            log: options.log,
            behind_proxy: options.behind_proxy,
            built,
            stock: ArcSwapOption::empty(),
            hub: options.hub.map(hub::Mount::new),
            hub_only: options.hub_only,
            makers: Turns::new(MAKERS),
            compressors: Turns::new(MAKERS),
            on_demand: Arc::default(),
            others: Counters::default(),
            connections: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            states: watch::channel(1).0,
            stopping: watch::channel(false).0,
        })
    }

    /// Reads the documents anew and swaps them in, if they are `still` what stood there when it began; says whether they were. Else, and where it fails, the
    /// former go on being served.
    ///
    /// # Errors
    /// Where the output folder cannot be read.
    pub fn reload(&self, config: &Config, still: impl FnOnce() -> bool) -> io::Result<bool> {
        let site = if self.hub_only { Site::bare(config) } else { Site::load(config, self.how, Some(&self.site.load()))? };
        let is_whole = still();
        if is_whole {
            self.swap(site);
        }
        Ok(is_whole)
    }

    /// Serves other documents from now on.
    pub(crate) fn swap(&self, site: Site) {
        prepare(&site);
        self.site.store(Arc::new(site));
        self.states.send_modify(|state| *state += 1);
    }

    /// Answers for channels on demand from now on, out of these records.
    pub fn stock_up(&self, stock: Stock) {
        self.stock.store(Some(Arc::new(stock)));
    }

    /// The answer about a channel on demand; `None` where the request is for something else.
    async fn demanded(&self, request: &Request<()>) -> Option<Response> {
        let stock = self.stock.load_full()?;
        let site = self.site.load_full();
        let path = target::path(request.uri().path()).ok()?;
        let format = Stock::format(site.without_base(&path))?;
        if !matches!(site.find(&path), Found::Nothing) {
            return None;
        }
        let question = request.uri().query().unwrap_or_default().to_owned();
        let counters = self.on_demand.clone();
        let answer = match stock.at_hand(&question, format) {
            Some(answer) => answer,
            None => self.makers.take(move || stock.page(&question, format, counters)).await?,
        };
        Some(match answer {
            Ok(page) => answer::document(&site, &page, request.method(), request.headers()),
            Err(NoChannel::Bad(why)) => answer::plain(StatusCode::BAD_REQUEST, &why),
            Err(NoChannel::Unknown(why)) => answer::plain(StatusCode::NOT_FOUND, &why),
            Err(NoChannel::Invalid) => answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "the channel would not be valid"),
        })
    }

    /// The answer about what is published. What nobody asked for before is compressed first, and what is new of a document put together, beside those who are
    /// answered meanwhile.
    async fn published(&self, request: Request<()>) -> Response {
        let site = self.site.load_full();
        if !answer::takes_long(&site, &request) {
            return answer::answer(&site, &request);
        }
        let made = self.compressors.take(move || answer::answer(&site, &request)).await;
        made.unwrap_or_else(|| answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "the document could not be made ready"))
    }

    /// What is served now.
    pub fn site(&self) -> Arc<Site> {
        self.site.load_full()
    }

    /// Opens the log's file anew.
    pub fn reopen_log(&self) {
        self.log.reopen();
    }

    /// Ends [`connection::serve`] and every stream of events.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// For [`connection::serve`].
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Answers a request, counts it and logs it.
    pub async fn respond(&self, peer: IpAddr, request: Request<Body>) -> Response {
        let mut noted = self.log.is_open().then(|| self.note(peer, &request));
        let reader = request.headers().get(header::USER_AGENT).cloned();
        let is_head = request.method() == axum::http::Method::HEAD;
        let response = match (self.hub_for(&request), answer::refusal(&request, self.limits.fields)) {
            (Some(hub), _) => hub.answer(request).await,
            (None, Some(response)) => response,
            (None, None) => match TowerToHyperService::new(self.router.clone()).call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        let status = response.status().as_u16();
        let bytes = if is_head { 0 } else { length(&response) };
        match response.extensions().get::<About>() {
            Some(About(counters)) => {
                counters.count(status, bytes);
                reader.as_ref().and_then(|agent| readers::reader(agent.to_str().ok()?)).iter().for_each(|reader| counters.heard(reader));
            }
            None => self.others.count(status, bytes),
        }
        if let Some(line) = &mut noted {
            (line.status, line.bytes) = (status, bytes);
        }
        noted.into_iter().for_each(|line| self.log.write(line));
        response
    }

    /// The hub, where the request is for it: at its own path, at `hub`, with or without the path of the base address; where there is nothing else, whatever is posted.
    fn hub_for(&self, request: &Request<Body>) -> Option<&hub::Mount> {
        let hub = self.hub.as_ref()?;
        let path = request.uri().path().strip_prefix('/')?;
        // Before the documents are here, the base address is not known from them.
        let is_own = || self.site.load().without_base(path) == hub::PATH || hub.is_at(path);
        let is_at = path.ends_with(hub::PATH) && (path == hub::PATH || is_own());
        (is_at || self.hub_only && request.method() == axum::http::Method::POST).then_some(hub)
    }

    fn note(&self, peer: IpAddr, request: &Request<Body>) -> Line {
        let text = |name: &HeaderName| answer::text(request.headers(), name).map(|text| text.into_owned());
        let forwarded = || text(&FORWARDED_FOR)?.rsplit(',').next()?.trim().parse().ok();
        Line {
            client: self.behind_proxy.then(forwarded).flatten().unwrap_or(peer),
            time: chrono::Utc::now(),
            request: format!("{} {} {:?}", request.method(), target(request), request.version()),
            status: 0,
            bytes: 0,
            referer: text(&header::REFERER),
            agent: text(&header::USER_AGENT),
        }
    }

    fn metrics(&self) -> String {
        let site = self.site.load();
        let seconds_since = |time: SystemTime| time.elapsed().unwrap_or_default().as_secs();
        let built = self.built.as_ref().and_then(|built| std::fs::metadata(built).and_then(|metadata| metadata.modified()).ok());
        metrics::render(&Moment {
            counters: site.counters().into_iter().chain([(ON_DEMAND, &*self.on_demand), ("", &self.others)]).collect(),
            connections: self.connections.load(Relaxed),
            waited: self.waited.load(Relaxed),
            documents: site.len(),
            log_lost: self.log.lost(),
            build_age: built.map(seconds_since),
            load_age: seconds_since(site.loaded),
        })
    }
}

/// As HTTP/1.1 writes it; HTTP/2 has the host in its target.
fn target(request: &Request<Body>) -> &str {
    request.uri().path_and_query().map_or("*", |target| target.as_str())
}

/// The length of what is sent.
fn length(response: &Response) -> u64 {
    let length = response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or_default()
}

type Own = State<Weak<Server>>;

fn router(server: Weak<Server>, live: bool) -> Router {
    let router = Router::new().route("/healthz", any(health)).route("/metrics", any(metrics)).fallback(document);
    let router = if live { router.route(live::PATH, any(events)) } else { router };
    router.with_state(server)
}

async fn document(State(server): Own, request: Request<Body>) -> Response {
    let request = request.map(drop);
    match server.upgrade() {
        Some(server) => match server.demanded(&request).await {
            Some(response) => response,
            None => server.published(request).await,
        },
        None => ending(),
    }
}

/// Compresses what is not yet, on a thread of its own, so that nobody need wait for it: the server answers from the first moment on.
fn prepare(site: &Site) {
    let pages = site.unprepared();
    if pages.is_empty() {
        return;
    }
    let work = move || pages.iter().filter_map(Weak::upgrade).for_each(|page| page.prepare());
    // Where there can be no thread, each is compressed when somebody asks for it.
    let _ = std::thread::Builder::new().name("compressing".into()).spawn(work);
}

async fn health(State(server): Own) -> Response {
    match server.upgrade().filter(|server| !*server.stopping.borrow()) {
        Some(server) if server.site.load().is_waiting => answer::waiting(),
        Some(_) => answer::plain(StatusCode::OK, "ok"),
        None => ending(),
    }
}

async fn metrics(State(server): Own) -> Response {
    match server.upgrade() {
        Some(server) => answer::told(StatusCode::OK, server.metrics().into(), "text/plain; version=0.0.4; charset=utf-8"),
        None => ending(),
    }
}

async fn events(State(server): Own) -> Response {
    match server.upgrade() {
        Some(server) => live::events(server.states.subscribe(), server.stopping.subscribe()),
        None => ending(),
    }
}

fn ending() -> Response {
    answer::plain(StatusCode::SERVICE_UNAVAILABLE, "the server is ending")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str =
        "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\n";

    #[test]
    fn what_a_build_replaced_while_it_was_read_is_not_served() {
        let dir = tempfile::tempdir().expect("a folder");
        let (config, _) = crate::config::parse(CONFIG, "feeds.toml".as_ref(), dir.path()).expect("a config");
        let write = |text: &str| std::fs::write(dir.path().join("public/note.txt"), text).expect("written");
        std::fs::create_dir(dir.path().join("public")).expect("a folder");
        write("old");
        let log = Log::open(log::Destination::Nowhere).expect("a log");
        let (how, limits) = (How::default(), Limits::default());
        let server = Server::new(&config, Options { how, limits, log, behind_proxy: false, hub: None, hub_only: false }).expect("a server");
        let served = || server.site().documents().get("note.txt").map(|page| page.plain().to_vec()).unwrap_or_default();
        write("half");
        assert!(!server.reload(&config, || false).expect("read"));
        assert_eq!(served(), b"old");
        assert!(server.reload(&config, || true).expect("read"));
        assert_eq!(served(), b"half");
    }
}
