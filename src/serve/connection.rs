//! Connections: taken one by one, bounded in number, size and time, and ended in peace.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

use super::Server;

/// How much of the server one client can take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; more wait in the system's queue.
    pub connections: usize,
    /// The first head must be there so soon after its connection.
    pub head: Duration,
    /// The same while most connections are taken; one that is taken then waits no longer for its next request either.
    pub head_when_crowded: Duration,
    /// A connection on which nothing moves ends, whether it waits for a request or for the client to read; a later head must be whole by then.
    pub idle: Duration,
    /// A connection that is this old ends with its next answer.
    pub age: Duration,
    /// On shutdown, answers under way have so long.
    pub grace: Duration,
    /// The bytes of a head.
    pub head_bytes: usize,
    /// The fields of a head.
    pub fields: usize,
    /// Requests at a time on one connection of HTTP/2.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 1024,
            head: Duration::from_secs(10),
            head_when_crowded: Duration::from_secs(2),
            idle: Duration::from_secs(60),
            age: Duration::from_secs(3600),
            grace: Duration::from_secs(10),
            head_bytes: 16 << 10,
            fields: 64,
            streams: 64,
        }
    }
}

/// Takes connections until `stopping` says so, then waits until they have ended or the grace is over.
pub async fn serve(server: Arc<Server>, listener: TcpListener, mut stopping: watch::Receiver<bool>) {
    let limits = Limits { connections: room(server.limits.connections), ..server.limits };
    let room = Arc::new(Semaphore::new(limits.connections));
    // A head's time counts from the end of the answer before; the first head has a deadline of its own.
    let usual = Arc::new(builder(&limits, limits.idle.max(limits.head)));
    let crowded = Arc::new(builder(&limits, limits.head_when_crowded));
    loop {
        if room.available_permits() == 0 {
            server.waited.fetch_add(1, Relaxed);
        }
        let next = async {
            let permit = room.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            _ = stopping.changed() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let is_crowded = room.available_permits() < limits.connections / 4;
                let builder = if is_crowded { crowded.clone() } else { usual.clone() };
                let connection = one(server.clone(), builder, stream, peer, is_crowded, stopping.clone());
                tokio::spawn(async move {
                    let _permit = permit;
                    connection.await;
                });
            }
            // Out of file descriptors, or a client that went away before it was taken.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(limits.grace, room.acquire_many(all)).await;
}

/// Open files that connections leave to everything else: documents that are read anew, the log, the hub's calls and its tables.
#[cfg(target_os = "linux")]
const RESERVED: u64 = 128;

/// How many of so many connections there can be: each is an open file, of which a process has a thousand as a rule. That limit is raised as far as this user may raise it.
#[cfg(target_os = "linux")]
fn room(connections: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = (connections as u64).saturating_add(RESERVED);
    let allowed = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let raised = Rlimit { current: Some(allowed), maximum: limit.maximum };
    match limit.current {
        Some(current) if current < allowed && setrlimit(Resource::Nofile, raised).is_ok() => fitting(connections, allowed),
        Some(current) => fitting(connections, current),
        None => connections,
    }
}

#[cfg(not(target_os = "linux"))]
fn room(connections: usize) -> usize {
    connections
}

/// How many of so many connections fit into so many open files; where those are few, half of them.
#[cfg(target_os = "linux")]
fn fitting(connections: usize, files: u64) -> usize {
    let most = files - RESERVED.min(files / 2);
    connections.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1)
}

/// HTTP/1.1 and HTTP/2 with prior knowledge (RFC 9113 section 3.3), each with its bounds.
fn builder(limits: &Limits, head: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head).max_headers(limits.fields).max_buf_size(limits.head_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(64)
        .keep_alive_interval(limits.idle / 2)
        .keep_alive_timeout(limits.head);
    builder
}

async fn one(
    server: Arc<Server>,
    builder: Arc<Builder<TokioExecutor>>,
    stream: TcpStream,
    peer: SocketAddr,
    is_crowded: bool,
    mut stopping: watch::Receiver<bool>,
) {
    let _counted = Counted::new(&server);
    let _ = stream.set_nodelay(true);
    let limits = server.limits;
    let asked = Arc::new(AtomicBool::new(false));
    let first = if is_crowded { limits.head_when_crowded } else { limits.head };
    let stream = Patient::new(stream, asked.clone(), first, limits.idle);
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Relaxed);
        let server = server.clone();
        async move { Ok::<_, std::convert::Infallible>(server.respond(peer.ip(), request.map(Body::new)).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let old = tokio::time::sleep(limits.age);
    tokio::pin!(old);
    let mut is_ending = *stopping.borrow();
    if is_ending {
        connection.as_mut().graceful_shutdown();
    }
    loop {
        tokio::select! {
            // How a connection ended is the client's affair.
            _ = connection.as_mut() => return,
            _ = stopping.changed(), if !is_ending => {}
            () = old.as_mut(), if !is_ending => {}
        }
        is_ending = true;
        connection.as_mut().graceful_shutdown();
    }
}

/// Counts a connection as long as it lives.
struct Counted<'a>(&'a Server);

impl<'a> Counted<'a> {
    fn new(server: &'a Server) -> Self {
        server.connections.fetch_add(1, Relaxed);
        Counted(server)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Relaxed);
    }
}

/// A stream that fails when nothing moves on it for too long: until the first request is read, however much trickles in; later, in either direction.
struct Patient {
    stream: TcpStream,
    /// Whether a request was read.
    asked: Arc<AtomicBool>,
    idle: Duration,
    moved: Instant,
    deadline: Pin<Box<Sleep>>,
    /// Whether the deadline is still that of the first request.
    is_first: bool,
}

impl Patient {
    fn new(stream: TcpStream, asked: Arc<AtomicBool>, first: Duration, idle: Duration) -> Self {
        Patient { stream, asked, idle, moved: Instant::now(), deadline: Box::pin(tokio::time::sleep(first)), is_first: true }
    }

    /// Of a transfer that went on or did not.
    fn watched<T>(&mut self, context: &mut Context<'_>, transfer: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if transfer.is_ready() {
            self.moved = Instant::now();
            return transfer;
        }
        if self.is_first && self.asked.load(Relaxed) {
            self.is_first = false;
            let next = self.moved + self.idle;
            self.deadline.as_mut().reset(next);
        }
        while self.deadline.as_mut().poll(context).is_ready() {
            let next = self.moved + self.idle;
            if self.is_first || next <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.deadline.as_mut().reset(next);
        }
        Poll::Pending
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let transfer = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watched(context, transfer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let transfer = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, transfer)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let transfer = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watched(context, transfer)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_to_everything_else() {
        for (connections, files, expected) in
            [(1024, 2000, 1024), (1024, 1152, 1024), (1024, 1024, 896), (1024, 100, 50), (8, 1024, 8), (8, 1, 1), (8, 0, 1)]
        {
            assert_eq!(fitting(connections, files), expected, "{connections} of {files}");
        }
    }
}
