//! Listens and accepts connections.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep};

use super::connection::Limits;
use super::connections::{Connections, log_panic};
use super::endpoint::Endpoint;
use super::options::HttpOptions;
use super::reception::Reception;
use super::socket;
use super::tls::Tls;
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};
use crate::transports::grace::told_to_stop;

/// How many connections the system queues for us.
const BACKLOG: i32 = 1024;

/// How long accepting rests when the system has no descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An HTTP server that is bound to its address, but does not serve yet.
pub struct HttpServer {
    listener: std::net::TcpListener,
    address: SocketAddr,
    endpoint: Endpoint,
    reception: Option<Arc<Reception>>,
}

impl HttpServer {
    /// Binds to the first of the addresses that works. Needs no runtime. Blocks while a name is resolved.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when an option cannot work, [`ErrorKind::Io`] when no address can be bound.
    pub fn bind(engine: Engine, addresses: impl ToSocketAddrs, options: HttpOptions) -> Result<Self> {
        options.check()?;
        let tls = options.tls.clone().map(|tls| Tls::new(tls, options.http2)).transpose()?;
        let reception = tls.map(|tls| Arc::new(Reception { tls: Some(tls) }));
        let failed = |error: io::Error| Error::new(ErrorKind::Io, "cannot listen for HTTP").caused_by(error);
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
        for address in addresses.to_socket_addrs().map_err(unknown_name)? {
            match listen(address) {
                Ok(listener) => {
                    let address = listener.local_addr().map_err(failed)?;
                    let endpoint = Endpoint::new(engine, options, Some(address.ip()))?;
                    return Ok(Self { listener, address, endpoint, reception });
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
        let mut connections = Connections::new(self.endpoint.clone(), self.reception.clone());
        let mut refreshing = pin!(refresh(self.reception.as_deref()));
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
                () = &mut refreshing, if self.reception.is_some() => {}
                (stream, peer) = accept(&listener), if connections.tasks.len() < options.max_connections => {
                    connections.start(socket::Socket::Tcp(stream), Some(peer));
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

/// Looks again and again whether the files of TLS have changed; never ends.
async fn refresh(reception: Option<&Reception>) {
    let tls = reception.and_then(|reception| reception.tls.as_ref());
    let Some(tls) = tls.filter(|tls| !tls.options().reload_interval.is_zero()) else {
        return std::future::pending().await;
    };
    let every = tls.options().reload_interval;
    let mut tick = interval_at(Instant::now() + every, every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        tls.refresh();
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
