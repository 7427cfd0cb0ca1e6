//! `tidings serve --from`: what stands in an object store or a database over HTTP. Nothing is kept on this machine.

#[cfg(any(feature = "object-store", feature = "postgres"))]
use std::{sync::Arc, thread::JoinHandle, time::Duration};

use super::context::Context;
use super::serve::ServeArgs;
use super::{Exit, Failure};
#[cfg(any(feature = "object-store", feature = "postgres"))]
use crate::serve::{Notes, Server};
use crate::storage::Address;

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
    let help = "`cargo install tidings --features postgres` makes one that has it";
    Err(Failure::new("a database cannot be reached: this program was built without the feature `postgres`").help(help))
}

#[cfg(feature = "postgres")]
fn tables(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    use crate::serve::tables::Tables;

    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let database = super::db::database(&config)?;
    let start = |server: Arc<Server>, notes| Tables::new(&config, database, Duration::from_millis(args.poll), server, notes).start();
    serving(args, context, &database.address.to_string(), |server, notes| start(server, notes).map_err(no_start))
}

#[cfg(not(feature = "object-store"))]
fn serve(_args: &ServeArgs, _context: &Context, address: &Address) -> Result<Exit, Failure> {
    Err(crate::publish::PublishError::OutOfReach(address.to_string()).into())
}

#[cfg(feature = "object-store")]
fn serve(args: &ServeArgs, context: &Context, address: &Address) -> Result<Exit, Failure> {
    use crate::serve::remote::Remote;

    serving(args, context, &address.to_string(), |server, notes| {
        let remote = Remote::new(address, Duration::from_millis(args.poll), server, notes)?;
        remote.start().map_err(no_start)
    })
}

/// Serves what the thread that is started fetches, until a signal ends it.
#[cfg(any(feature = "object-store", feature = "postgres"))]
fn serving(
    args: &ServeArgs,
    context: &Context,
    from: &str,
    start: impl FnOnce(Arc<Server>, Notes) -> Result<JoinHandle<()>, Failure>,
) -> Result<Exit, Failure> {
    let ui = context.ui;
    let server = Server::waiting(args.options(None)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_start)?;
    let work = start(server.clone(), Box::new(move |text: String| ui.note(text)))?;
    let done = runtime.block_on(listen(args, context, &server, from));
    server.stop();
    let _ = work.join();
    done
}

#[cfg(any(feature = "object-store", feature = "postgres"))]
fn no_start(error: std::io::Error) -> Failure {
    Failure::new(format!("could not start the server: {error}"))
}

/// Until a signal ends it.
#[cfg(any(feature = "object-store", feature = "postgres"))]
async fn listen(args: &ServeArgs, context: &Context, server: &Arc<Server>, from: &str) -> Result<Exit, Failure> {
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
