//! What a transport hands in.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::Connection;
use crate::eras::Side;
use crate::handler::Origin;
use crate::middleware::{Place, Transport};
use crate::model::Principal;

/// One frame and where it came from.
#[derive(Debug)]
pub struct Inbound {
    /// One JSON-RPC message (or a batch where a version allows it), without framing.
    pub frame: Bytes,
    /// Where it came from.
    pub edge: Edge,
    /// The longest frame this transport takes, in bytes; `None` for the bound of [`Limits::frame`](super::Limits::frame). One
    /// number, so that what the transport lets in is not refused further on.
    pub max_bytes: Option<usize>,
    /// Where the host handed it over, if it did.
    pub origin: Origin,
}

/// The side of the engine a frame came in at.
#[derive(Debug, Clone)]
pub enum Edge {
    /// A duplex connection: stdio, memory.
    Connection(Arc<Connection>),
    /// A duplex connection whose messages come in HTTP POSTs, and what is known of this one.
    Posted(Arc<Connection>, Posted),
    /// One HTTP POST.
    Http(HttpEdge),
}

/// What is known of an HTTP POST whose message belongs to a connection. What it asks for is its own: what is granted to it counts, not
/// what was granted to whoever opened the connection.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The request's headers.
    pub headers: Arc<http::HeaderMap>,
    /// Where it came from.
    pub remote: Option<SocketAddr>,
    /// Who asks, where whoever received it knows it: the connection's principal, with what this request's credentials grant.
    pub principal: Option<Principal>,
}

/// What is known of an HTTP POST besides its body.
#[derive(Debug, Clone)]
pub struct HttpEdge {
    /// The request's headers.
    pub headers: Arc<http::HeaderMap>,
    /// Where it came from.
    pub remote: Option<SocketAddr>,
    /// Who asks, where whoever received it knows it.
    pub principal: Option<Principal>,
    /// Whether requests that open with a handshake are served one by one, without sessions (SESS-13).
    pub stateless: bool,
    /// Whether the transport resumes streams that break (RESUME-4).
    pub resumable: bool,
}

impl Edge {
    /// The number of the connection, if it is one.
    pub(super) fn connection(&self) -> Option<u64> {
        match self {
            Self::Connection(connection) | Self::Posted(connection, _) => Some(connection.number),
            Self::Http(_) => None,
        }
    }

    /// Where it came from, for those who are asked whether it may be done.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Connection(_) => Place { transport: Transport::Local, remote: None },
            Self::Posted(_, posted) => Place { transport: Transport::Http, remote: posted.remote },
            Self::Http(edge) => Place { transport: Transport::Http, remote: edge.remote },
        }
    }

    /// Where a message came in, for the eras.
    pub(super) fn side(&self) -> Side<'_> {
        match self {
            Self::Connection(connection) => Side::Duplex(&connection.duplex, connection.principal()),
            Self::Posted(connection, posted) => Side::Duplex(&connection.duplex, posted.principal.as_ref()),
            Self::Http(edge) => Side::Post {
                headers: &edge.headers,
                principal: edge.principal.as_ref(),
                stateless: edge.stateless,
                resumable: edge.resumable,
                checked: false,
            },
        }
    }
}
