//! Listens and accepts connections.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use socket2::{Domain, Protocol, Type};
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep};

use super::connection::Limits;
use super::connections::{Connections, log_panic};
use super::doors::{Door, OpenDoor};
use super::endpoint::Endpoint;
use super::options::HttpOptions;
use super::reception::Reception;
use super::socket::Socket;
#[cfg(unix)]
use super::systemd::{self, Manager};
#[cfg(unix)]
use super::unix_socket;
use super::unix_socket::UnixSocketOptions;
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};
use crate::transports::grace::told_to_stop;

/// How many connections the system queues for us.
const BACKLOG: i32 = 1024;

/// How long accepting rests when the system has no descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An HTTP server that is bound to its address, but does not serve yet.
pub struct HttpServer {
    doors: Vec<Door>,
    endpoint: Endpoint,
    reception: Option<Arc<Reception>>,
}

impl HttpServer {
    /// Binds to the first of the addresses that works; where the options name a Unix socket, or the service manager handed sockets
    /// over, to that instead. Needs no runtime. Blocks while a name is resolved.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when an option cannot work, [`ErrorKind::Io`] when no address can be bound.
    pub fn bind(engine: Engine, addresses: impl ToSocketAddrs, options: HttpOptions) -> Result<Self> {
        options.check()?;
        let reception = Reception::new(&options)?;
        let mut doors = handed_over(&options)?;
        if let Some(socket) = options.unix_socket.as_ref().filter(|_| doors.is_empty()) {
            doors.push(listen_at_path(socket)?);
        }
        if doors.is_empty() {
            doors.push(Door::Tcp(listen_at_first(addresses)?));
        }
        let address = doors.iter().find_map(Door::address).map(|address| address.ip());
        let endpoint = Endpoint::new(engine, options, address)?;
        Ok(Self { doors, endpoint, reception })
    }

    /// The address it is bound to, with the port the system chose if it was asked to. Unspecified (`0.0.0.0:0`) where it listens at
    /// a path only.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        let address = self.doors.iter().find_map(Door::address);
        address.unwrap_or(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0))
    }

    /// Whether what goes over TCP is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.endpoint.options().tls.is_some()
    }

    /// The path it listens at, if it does at one.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.doors.iter().find_map(Door::path)
    }

    /// Serves until `shutdown` is given, or the engine's. Then it stops accepting, closes connections that rest, ends the
    /// subscriptions it carries, and gives what runs [`HttpOptions::grace`] to finish; less if `shutdown` expires before. What
    /// is not finished then is answered with an error. Dropping the future ends everything at once.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the listener cannot be used in this runtime. No client can make it fail.
    pub async fn serve(self, shutdown: Shutdown) -> Result<()> {
        let doors: io::Result<Vec<_>> = self.doors.into_iter().map(Door::open).collect();
        let doors = doors.map_err(failed)?;
        let options = self.endpoint.options().clone();
        let limits = Limits::new(&options);
        let mut connections = Connections::new(self.endpoint.clone(), self.reception.clone());
        let mut refreshing = pin!(refresh(self.reception.as_deref()));
        let mut tick = interval(limits.tick);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let ending = self.endpoint.shutdown().clone();
        let mut stop = pin!(shutdown.triggered());
        let mut ends = pin!(ending.triggered());
        #[cfg(unix)]
        let manager = options.systemd.then(Manager::ready).flatten();
        let mut next = 0;
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = &mut ends => break,
                Some(ended) = connections.tasks.join_next() => log_panic(ended),
                _ = tick.tick(), if !connections.tasks.is_empty() => connections.sweep(&limits),
                () = &mut refreshing, if self.reception.is_some() => {}
                (socket, peer) = accept(&doors, &mut next), if connections.tasks.len() < options.max_connections => {
                    connections.start(socket, peer);
                }
            }
        }
        #[cfg(unix)]
        manager.iter().for_each(Manager::stopping);
        drop(doors);
        ending.trigger();
        let expiry = async {
            tokio::select! {
                () = shutdown.over() => ending.expire(shutdown.reason()),
                () = ending.over() => {}
                () = sleep(options.grace) => ending.expire(told_to_stop(options.grace)),
            }
        };
        connections.drain(expiry, &limits).await;
        self.endpoint.settle().await;
        Ok(())
    }
}

fn failed(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "cannot listen for HTTP").caused_by(error)
}

fn listen_at_first(addresses: impl ToSocketAddrs) -> Result<std::net::TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in addresses.to_socket_addrs().map_err(unknown_name)? {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = io::Error::new(error.kind(), why_not(address, &error)),
        }
    }
    Err(failed(last))
}

#[cfg(unix)]
fn listen_at_path(options: &UnixSocketOptions) -> Result<Door> {
    let (listener, path) = unix_socket::listen(options, BACKLOG).map_err(|error| {
        failed(io::Error::new(error.kind(), format!("{}: {error}", options.path.display())))
    })?;
    Ok(Door::Unix(listener, Some(path)))
}

#[cfg(not(unix))]
fn listen_at_path(_: &UnixSocketOptions) -> Result<Door> {
    Err(Error::new(ErrorKind::Configuration, "unix_socket: this system has none"))
}

/// What the service manager handed over, if it is asked.
#[cfg(unix)]
fn handed_over(options: &HttpOptions) -> Result<Vec<Door>> {
    if !options.systemd {
        return Ok(Vec::new());
    }
    let (tcp, unix) = systemd::handed_over().map_err(failed)?;
    let unix = unix.into_iter().map(|listener| Door::Unix(listener, None));
    Ok(tcp.into_iter().map(Door::Tcp).chain(unix).collect())
}

#[cfg(not(unix))]
fn handed_over(_: &HttpOptions) -> Result<Vec<Door>> {
    Ok(Vec::new())
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
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a restarted server bind at once; on Windows it would let another process share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The next connection; every door has its turn. Errors of one connection are passed over; when the system has no room, accepting
/// rests a little.
async fn accept(doors: &[OpenDoor], next: &mut usize) -> (Socket, Option<SocketAddr>) {
    loop {
        let accepted = poll_fn(|cx| {
            for turn in 0..doors.len() {
                let index = (*next + turn) % doors.len();
                if let Poll::Ready(accepted) = doors[index].poll_accept(cx) {
                    *next = index + 1;
                    return Poll::Ready(accepted);
                }
            }
            Poll::Pending
        });
        match accepted.await {
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
