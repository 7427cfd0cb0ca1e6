//! `tidings serve --from`: what stands in an object store over HTTP. Nothing is kept on this machine.

use super::context::Context;
use super::serve::ServeArgs;
use super::{Exit, Failure};
use crate::storage::Address;

pub(super) fn run(args: &ServeArgs, context: &Context, from: &str) -> Result<Exit, Failure> {
    let address = Address::parse(from).map_err(|(message, help)| Failure::new(message).help(help))?;
    if let Some((message, help)) = address.out_of_reach() {
        return Err(Failure::new(message).help(help));
    }
    serve(args, context, &address)
}

#[cfg(not(feature = "object-store"))]
fn serve(_args: &ServeArgs, _context: &Context, address: &Address) -> Result<Exit, Failure> {
    Err(crate::publish::PublishError::OutOfReach(address.to_string()).into())
}

#[cfg(feature = "object-store")]
fn serve(args: &ServeArgs, context: &Context, address: &Address) -> Result<Exit, Failure> {
    use std::time::Duration;

    use crate::serve::Server;
    use crate::serve::remote::Remote;

    let ui = context.ui;
    let server = Server::waiting(args.options(None)?);
    let notes = Box::new(move |text: String| ui.note(text));
    let remote = Remote::new(address, Duration::from_millis(args.poll), server.clone(), notes)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_start)?;
    let work = remote.start().map_err(no_start)?;
    let done = runtime.block_on(listen(args, context, &server, address));
    server.stop();
    let _ = work.join();
    done
}

#[cfg(feature = "object-store")]
fn no_start(error: std::io::Error) -> Failure {
    Failure::new(format!("could not start the server: {error}"))
}

/// Until a signal ends it.
#[cfg(feature = "object-store")]
async fn listen(
    args: &ServeArgs,
    context: &Context,
    server: &std::sync::Arc<crate::serve::Server>,
    address: &Address,
) -> Result<Exit, Failure> {
    use super::serve::{Signal, Signals};
    use crate::serve::connection;

    let refused = |error| {
        Failure::new(format!("could not listen on `{}`: {error}", args.listen)).help("name another address or port with `--listen`")
    };
    let listener = tokio::net::TcpListener::bind(args.listen).await.map_err(refused)?;
    let local = listener.local_addr().map_err(refused)?;
    let mut signals = Signals::new().map_err(no_start)?;
    let serving = tokio::spawn(connection::serve(server.clone(), listener, server.stopping()));
    context.ui.note(format_args!("serving `{address}` at http://{local}/"));
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
