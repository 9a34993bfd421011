//! Where a server listens.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::task::{Context, Poll};

use super::socket::Socket;

/// A place where connections come in, before anything runs.
#[derive(Debug)]
pub(super) enum Door {
    Tcp(std::net::TcpListener),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener, Option<super::unix_socket::BoundPath>),
}

impl Door {
    /// The address, if it is one.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Self::Unix(..) => None,
        }
    }

    /// The path, if it is one.
    pub(super) fn path(&self) -> Option<std::path::PathBuf> {
        match self {
            Self::Tcp(_) => None,
            #[cfg(unix)]
            Self::Unix(listener, _) => listener.local_addr().ok()?.as_pathname().map(Path::to_path_buf),
        }
    }

    /// In the runtime that is there.
    pub(super) fn open(self) -> io::Result<OpenDoor> {
        Ok(match self {
            Self::Tcp(listener) => OpenDoor::Tcp(tokio::net::TcpListener::from_std(listener)?),
            #[cfg(unix)]
            Self::Unix(listener, path) => OpenDoor::Unix(tokio::net::UnixListener::from_std(listener)?, path),
        })
    }
}

/// The same, in a runtime.
#[derive(Debug)]
pub(super) enum OpenDoor {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(
        tokio::net::UnixListener,
        #[expect(dead_code, reason = "removed with the door")] Option<super::unix_socket::BoundPath>,
    ),
}

impl OpenDoor {
    pub(super) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, Option<SocketAddr>)>> {
        match self {
            Self::Tcp(listener) => {
                listener.poll_accept(cx).map_ok(|(stream, peer)| (Socket::Tcp(stream), Some(peer)))
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => {
                listener.poll_accept(cx).map_ok(|(stream, _)| (Socket::Unix(stream), None))
            }
        }
    }
}
