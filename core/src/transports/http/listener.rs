//! Accepts connections and drives each with hyper, every limit set.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::connection::{Activity, Clock, Limits, WatchedBody, WatchedStream};
use super::endpoint::Endpoint;
use super::options::HttpOptions;
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};
use crate::transports::grace::{LAST_WORDS, told_to_stop};

/// How many connections the system queues for us.
const BACKLOG: i32 = 1024;

/// How long accepting rests when the system has no descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// After how long a silent connection is asked whether it is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

/// How much of a large body is read at once, at most, and how much of an answer may wait before it is written: what comes after a longer
/// piece takes a write of its own. A connection that has had a large body keeps room for so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// How many headers hyper has room for without asking the allocator.
const HYPER_HEADERS: usize = 100;

/// An HTTP server that is bound to its address, but does not serve yet.
pub struct HttpServer {
    listener: std::net::TcpListener,
    address: SocketAddr,
    endpoint: Endpoint,
}

impl HttpServer {
    /// Binds to the first of the addresses that works. Needs no runtime. Blocks while a name is resolved.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when an option cannot work, [`ErrorKind::Io`] when no address can be bound.
    pub fn bind(engine: Engine, addresses: impl ToSocketAddrs, options: HttpOptions) -> Result<Self> {
        options.check()?;
        let failed = |error: io::Error| Error::new(ErrorKind::Io, "cannot listen for HTTP").caused_by(error);
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
        for address in addresses.to_socket_addrs().map_err(unknown_name)? {
            match listen(address) {
                Ok(listener) => {
                    let address = listener.local_addr().map_err(failed)?;
                    let endpoint = Endpoint::new(engine, options, Some(address.ip()))?;
                    return Ok(Self { listener, address, endpoint });
                }
                Err(error) => last = io::Error::new(error.kind(), why_not(address, &error)),
            }
        }
        Err(failed(last))
    }

    /// The address it is bound to, with the port the system chose if it was asked to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is given, or the engine's. Then it stops accepting, closes connections that rest, ends the
    /// subscriptions it carries, and gives what runs [`HttpOptions::grace`] to finish; less if `shutdown` expires before. What
    /// is not finished then is answered with an error. Dropping the future ends everything at once.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the listener cannot be used in this runtime. No client can make it fail.
    pub async fn serve(self, shutdown: Shutdown) -> Result<()> {
        let listener = TcpListener::from_std(self.listener)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot listen for HTTP").caused_by(error))?;
        let options = self.endpoint.options().clone();
        let limits = Limits::new(&options);
        let mut connections = Connections::new(self.endpoint.clone());
        let mut tick = interval(limits.tick);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let ending = self.endpoint.shutdown().clone();
        let mut stop = pin!(shutdown.triggered());
        let mut ends = pin!(ending.triggered());
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = &mut ends => break,
                Some(ended) = connections.tasks.join_next() => log_panic(ended),
                _ = tick.tick(), if !connections.tasks.is_empty() => connections.sweep(&limits),
                (stream, peer) = accept(&listener), if connections.tasks.len() < options.max_connections => {
                    connections.start(stream, peer);
                }
            }
        }
        drop(listener);
        ending.trigger();
        let expiry = async {
            tokio::select! {
                () = shutdown.over() => ending.expire(shutdown.reason()),
                () = ending.over() => {}
                () = sleep(options.grace) => ending.expire(told_to_stop(options.grace)),
            }
        };
        connections.drain(expiry, &limits).await;
        Ok(())
    }
}

/// A panic ends its own connection and nothing else, but it is a defect.
fn log_panic(ended: std::result::Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "serving a connection panicked");
    }
}

/// Why an address cannot be had, for people.
fn why_not(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("{address} is in use: another process listens there; stop it, or choose another port")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{address} is not for this user: ports below 1024 often are not; choose another port")
        }
        io::ErrorKind::AddrNotAvailable => {
            format!(
                "{address} is not an address of this machine: choose 127.0.0.1, or 0.0.0.0 for all of its own"
            )
        }
        _ => format!("{address}: {error}"),
    }
}

fn unknown_name(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "cannot listen for HTTP: the host's name leads to no address").caused_by(error)
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a restarted server bind at once; on Windows it would let another process share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The next connection. Errors of one connection are passed over; when the system has no room, accepting rests a little.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// The connections that are open.
struct Connections {
    endpoint: Endpoint,
    clock: Arc<Clock>,
    http: http1::Builder,
    tasks: JoinSet<()>,
    watched: Vec<(Arc<Activity>, AbortHandle)>,
}

impl Connections {
    fn new(endpoint: Endpoint) -> Self {
        let http = hyper_settings(endpoint.options());
        Self { endpoint, clock: Arc::default(), http, tasks: JoinSet::new(), watched: Vec::new() }
    }

    fn start(&mut self, stream: TcpStream, peer: SocketAddr) {
        // Both only make it better; neither is worth losing the connection for.
        let _ = stream.set_nodelay(true);
        let _ =
            socket2::SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(TCP_KEEPALIVE));
        let activity = Arc::new(Activity::new(Arc::clone(&self.clock)));
        let connection =
            serve_connection(self.http.clone(), self.endpoint.clone(), stream, peer, Arc::clone(&activity));
        let handle = self.tasks.spawn(connection);
        self.watched.push((activity, handle));
    }

    /// Closes what stands still for too long.
    fn sweep(&mut self, limits: &Limits) {
        self.clock.advance();
        self.watched.retain(|(activity, task)| {
            if task.is_finished() {
                return false;
            }
            let Some(reason) = activity.overdue(limits) else { return true };
            tracing::debug!(reason, "closing a connection");
            task.abort();
            false
        });
    }

    /// Closes what rests, and waits for the others; once `expiry` is over, only until they have said so.
    async fn drain(mut self, expiry: impl Future<Output = ()>, limits: &Limits) {
        for (activity, task) in &self.watched {
            if activity.is_idle() {
                task.abort();
            }
        }
        let mut tick = interval(limits.tick);
        let mut over = pin!(async {
            expiry.await;
            sleep(LAST_WORDS).await;
        });
        loop {
            tokio::select! {
                biased;
                ended = self.tasks.join_next() => match ended {
                    Some(ended) => log_panic(ended),
                    None => return,
                },
                _ = tick.tick() => {
                    self.watched.iter().filter(|(one, _)| one.is_dawdling(limits)).for_each(|(_, task)| task.abort());
                    self.sweep(limits);
                }
                () = &mut over => break,
            }
        }
        tracing::warn!(connections = self.tasks.len(), "ending connections that did not finish in time");
        self.tasks.shutdown().await;
    }
}

fn hyper_settings(options: &HttpOptions) -> http1::Builder {
    let mut http = http1::Builder::new();
    // The sweep watches over heads (see `connection`): hyper's own timeout makes a timer for every request, and
    // closes connections that merely rest. `pipeline_flush` stays off: it holds an answer back as long as a part of
    // another request is in the buffer, and never sends the refusal of a head that is too large.
    http.header_read_timeout(None)
        .max_buf_size(options.max_header_bytes.max(BUFFER_BYTES))
        .max_header_size(options.max_header_bytes)
        .half_close(false);
    if options.max_headers != HYPER_HEADERS {
        http.max_headers(options.max_headers);
    }
    http
}

/// One connection, from its first byte to its last.
async fn serve_connection(
    http: http1::Builder,
    endpoint: Endpoint,
    stream: TcpStream,
    peer: SocketAddr,
    activity: Arc<Activity>,
) {
    let io = TokioIo::new(WatchedStream::new(stream, Arc::clone(&activity)));
    let service = service_fn(|request| {
        let serving = activity.serve();
        let (endpoint, activity) = (&endpoint, &activity);
        async move {
            let response = endpoint.handle(request, Some(peer)).await;
            activity.note_status(response.status());
            Ok::<_, std::convert::Infallible>(response.map(|body| WatchedBody::new(body, serving)))
        }
    });
    let mut connection = pin!(http.serve_connection(io, service));
    let shutdown = endpoint.shutdown();
    let mut stop = pin!(shutdown.triggered());
    let mut over = pin!(shutdown.over());
    // The task's waker never changes, so waiting for the signal is arranged once; after that a look at the flag is enough.
    let mut waiting = false;
    let mut stopping = false;
    let ended = poll_fn(|cx| {
        if !waiting || (!stopping && shutdown.is_triggered()) {
            waiting = true;
            if stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
                // What is being served looks whether it is over when it is polled, which is all that is wanted here.
                let _ = over.as_mut().poll(cx);
            }
        }
        connection.as_mut().poll(cx)
    });
    if let Err(error) = ended.await {
        tracing::debug!(%error, "a connection ended early");
    }
}
