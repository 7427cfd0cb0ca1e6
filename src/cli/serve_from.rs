//! `tidings serve --from`: what stands in an object store or a database over HTTP, and the publication's own hub, if it has one. Nothing is kept on
//! this machine.

#[cfg(any(feature = "object-store", feature = "postgres"))]
use std::{sync::Arc, thread::JoinHandle, time::Duration};

use super::context::Context;
use super::serve::ServeArgs;
#[cfg(any(feature = "object-store", feature = "postgres"))]
use super::serve::no_thread;
use super::{Exit, Failure};
#[cfg(any(feature = "object-store", feature = "postgres"))]
use crate::config::Config;
#[cfg(any(feature = "object-store", feature = "postgres"))]
use crate::serve::{Notes, Server};
use crate::storage::Address;
#[cfg(any(feature = "object-store", feature = "postgres"))]
use crate::websub::Hub;
#[cfg(feature = "postgres")]
use crate::websub::Shelf;

/// The word for the database that the config names.
const DATABASE: &str = "database";

pub(super) fn run(args: &ServeArgs, context: &Context, from: &str) -> Result<Exit, Failure> {
    if from == DATABASE {
        return tables(args, context);
    }
    let address = Address::parse(from).map_err(|(message, help)| Failure::new(message).help(help))?;
    if let Some((message, help)) = address.out_of_reach() {
        return Err(Failure::new(message).help(help));
    }
    serve(args, context, &address)
}

#[cfg(not(feature = "postgres"))]
fn tables(_args: &ServeArgs, _context: &Context) -> Result<Exit, Failure> {
    let help = "`cargo install --path . --features postgres` makes one that has it";
    Err(Failure::new("a database cannot be reached: this program was built without the feature `postgres`").help(help))
}

#[cfg(feature = "postgres")]
fn tables(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    use crate::serve::tables::Tables;

    let Some(config) = context.load(false)?.map(Arc::new) else { return Ok(Exit::Findings) };
    let database = super::db::database(&config)?;
    if let Some(address) = &config.output.store {
        let why = format!("documents go to `{address}`, and none stand in the database");
        return Err(Failure::new(why).help("serve them with `--from` and that address, or take `url` out of `[output]`"));
    }
    let start = |server: Arc<Server>, notes| Tables::new(&config, database, Duration::from_millis(args.poll), server, notes).start();
    let hub = config.websub.own.is_some().then(|| hub(&config, context, Shelf::in_database(database))).flatten();
    serving(args, context, (&database.address.to_string(), hub), |server, notes| start(server, notes).map_err(no_start))
}

#[cfg(feature = "postgres")]
fn hub(config: &Arc<Config>, context: &Context, shelf: Shelf) -> Option<Arc<Hub>> {
    Hub::new(config.clone(), shelf, context.clock(), super::serve::notes(context.ui))
}

#[cfg(not(feature = "object-store"))]
fn serve(_args: &ServeArgs, _context: &Context, address: &Address) -> Result<Exit, Failure> {
    Err(crate::publish::PublishError::OutOfReach(address.to_string()).into())
}

#[cfg(feature = "object-store")]
fn serve(args: &ServeArgs, context: &Context, address: &Address) -> Result<Exit, Failure> {
    use crate::serve::remote::Remote;

    let hub = match context.config.is_file() {
        true => match context.load(false)? {
            Some(config) => hub_of_store(&Arc::new(config), context, address)?,
            None => return Ok(Exit::Findings),
        },
        false => None,
    };
    serving(args, context, (&address.to_string(), hub), |server, notes| {
        let remote = Remote::new(address, Duration::from_millis(args.poll), server, notes)?;
        remote.start().map_err(no_start)
    })
}

/// The hub of the config, where that is of the same publication: no config is needed to serve from a store, and another may stand here.
#[cfg(all(feature = "object-store", feature = "postgres"))]
fn hub_of_store(config: &Arc<Config>, context: &Context, address: &Address) -> Result<Option<Arc<Hub>>, Failure> {
    if config.websub.own.is_none() {
        return Ok(None);
    }
    if config.output.store.as_ref() != Some(address) {
        let what =
            format!("`{}` is of another publication than `{address}`, so that its hub is not answered for here", config.path.display());
        context.ui.note(what);
        return Ok(None);
    }
    Ok(hub(config, context, Shelf::of(config)?))
}

/// The config is refused where it has a hub of its own and a store, and no database.
#[cfg(all(feature = "object-store", not(feature = "postgres")))]
fn hub_of_store(_: &Arc<Config>, _: &Context, _: &Address) -> Result<Option<Arc<Hub>>, Failure> {
    Ok(None)
}

/// Serves what the thread that is started fetches, until a signal ends it.
#[cfg(any(feature = "object-store", feature = "postgres"))]
fn serving(
    args: &ServeArgs,
    context: &Context,
    (from, hub): (&str, Option<Arc<Hub>>),
    start: impl FnOnce(Arc<Server>, Notes) -> Result<JoinHandle<()>, Failure>,
) -> Result<Exit, Failure> {
    let ui = context.ui;
    let server = Server::waiting(args.options(hub.clone())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_start)?;
    let work = start(server.clone(), Box::new(move |text: String| ui.note(text)))?;
    let delivering = hub.as_ref().map(Hub::start).transpose().map_err(no_thread)?;
    let done = runtime.block_on(listen(args, context, &server, (from, hub.as_deref())));
    server.stop();
    let _ = work.join();
    super::serve::end(hub.as_deref(), delivering);
    done
}

#[cfg(any(feature = "object-store", feature = "postgres"))]
fn no_start(error: std::io::Error) -> Failure {
    Failure::new(format!("could not start the server: {error}"))
}

/// Until a signal ends it.
#[cfg(any(feature = "object-store", feature = "postgres"))]
async fn listen(args: &ServeArgs, context: &Context, server: &Arc<Server>, (from, hub): (&str, Option<&Hub>)) -> Result<Exit, Failure> {
    use super::serve::{Signal, Signals};
    use crate::serve::connection;

    let refused = |error| {
        Failure::new(format!("could not listen on `{}`: {error}", args.listen)).help("name another address or port with `--listen`")
    };
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(refused)?;
    let local = listener.local_addr().map_err(refused)?;
    let mut signals = Signals::new().map_err(no_start)?;
    let serving = tokio::spawn(connection::serve(server.clone(), listener, server.stopping()));
    context.ui.note(format_args!("serving `{from}` at http://{local}/"));
    while let Signal::Reload = signals.next().await {
        server.reopen_log();
        if let Some(hub) = hub
            && let Ok(Some(config)) = context.load(false)
        {
            hub.reload(Arc::new(config));
        }
    }
    server.stop();
    let _ = serving.await;
    Ok(Exit::Fine)
}

#[cfg(feature = "object-store")]
impl From<crate::storage::StorageError> for Failure {
    fn from(error: crate::storage::StorageError) -> Self {
        Failure::new(error.to_string()).help(error.help)
    }
}
