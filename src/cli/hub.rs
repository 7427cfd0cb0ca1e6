//! `tidings hub`: the publication's own WebSub hub, where `tidings serve` is not the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::arguments;
use super::context::Context;
use super::serve::{self, Signal, Signals};
use super::{Exit, Failure, ui};
use crate::config::Config;
use crate::ledger::date;
use crate::serve::connection::{self, Limits};
use crate::serve::{How, Options, Server};
use crate::websub::book::{Book, Listed};
use crate::websub::{Hub, Shelf};

/// `tidings hub`
#[derive(Debug, Args)]
#[command(after_help = "\
`hub = \"self\"` in `[publication]` is this hub, at `hub` below the base address: let the web server pass that path on. \
`tidings serve` is the hub itself then, and needs no `tidings hub` beside it. `[websub]` says who may subscribe, and for how long.

Examples:
  tidings hub                           behind a proxy that passes `/hub` on
  tidings hub --listen 0.0.0.0:8081     for everybody who can reach this machine
  tidings hub --list                    who subscribed to what, until when

With `[database]` any number of hubs run, on any machines: each takes requests and delivers.")]
pub(super) struct HubArgs {
    /// Listen here: an address with a port, or the port alone for this machine; port 0 takes any that is free
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:8081", value_parser = arguments::listen)]
    listen: SocketAddr,
    /// Tell who subscribed, and end
    #[arg(long, conflicts_with_all = ["listen", "log", "no_log", "behind_proxy"])]
    list: bool,
    /// The list as JSON
    #[arg(long, requires = "list")]
    json: bool,
    /// Write the access log here, in the combined format, instead of to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "no_log")]
    log: Option<PathBuf>,
    /// Write no access log
    #[arg(long)]
    no_log: bool,
    /// Take the client's address from the last entry of X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
}

pub(super) fn run(args: &HubArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    if args.list {
        return list(args, context, &config);
    }
    let config = Arc::new(config);
    let shelf = Shelf::of(&config)?;
    let hub = Hub::new(config.clone(), shelf, context.clock(), serve::notes(context.ui)).ok_or_else(|| {
        Failure::new("the config names no hub, so that nobody would find this one")
            .help("write `hub = \"self\"` below `[publication]`, and build")
    })?;
    let log = serve::log(args.log.as_deref(), args.no_log)?;
    let (how, limits) = (How::default(), Limits::default());
    let options = Options { how, limits, log, behind_proxy: args.behind_proxy, hub: Some(hub.clone()), hub_only: true };
    let server = Server::new(&config, options).map_err(serve::no_thread)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(serve::no_thread)?;
    if let Ok(false) = hub.sees() {
        context.ui.note("nothing is published yet, as far as it is seen from here; until then nobody can subscribe");
    }
    let work = hub.start().map_err(serve::no_thread)?;
    let done = runtime.block_on(listen(args, context, &server, &hub));
    serve::end(Some(&hub), Some(work));
    done
}

/// Until a signal ends it.
async fn listen(args: &HubArgs, context: &Context, server: &Arc<Server>, hub: &Hub) -> Result<Exit, Failure> {
    let refused = |error| {
        Failure::new(format!("could not listen on `{}`: {error}", args.listen)).help("name another address or port with `--listen`")
    };
    let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let mut signals = Signals::new().map_err(|error| Failure::new(format!("could not listen for signals: {error}")))?;
    let serving = tokio::spawn(connection::serve(server.clone(), listener, server.stopping()));
    context.ui.note(format_args!("hub at http://{address}/hub"));
    while let Signal::Reload = signals.next().await {
        server.reopen_log();
        if let Ok(Some(config)) = context.load(false) {
            hub.reload(Arc::new(config));
        }
    }
    server.stop();
    let _ = serving.await;
    Ok(Exit::Fine)
}

fn list(args: &HubArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    let book = Book::of(config);
    let listed = book.list(book.now(&context.clock())?)?;
    if args.json {
        ui::print_json(&listed)?;
        return Ok(Exit::Fine);
    }
    if listed.is_empty() {
        ui::print("nobody subscribed");
    }
    listed.iter().for_each(|one| ui::print(line(one)));
    Ok(Exit::Fine)
}

/// `https://example.org/all.rss -> https://reader.example/x, until 2026-12-06 08:00 UTC, signed`
fn line(one: &Listed) -> String {
    let signed = if one.signed { ", signed" } else { "" };
    let waits = match one.tries {
        None => String::new(),
        Some(0) => ", a document is on its way".to_owned(),
        Some(tries) => format!(", a document was tried {tries} times"),
    };
    format!("{} -> {}, until {}{signed}{waits}", one.topic, one.callback, date(one.expires).format("%Y-%m-%d %H:%M UTC"))
}
