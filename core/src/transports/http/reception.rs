//! What happens on a connection before HTTP begins.

use std::io;

use super::caller::Caller;
use super::socket::Socket;
use super::tls::{self, Tls};

/// What a connection passes before its first request.
#[derive(Debug)]
pub(super) struct Reception {
    pub(super) tls: Option<Tls>,
}

/// A connection that has passed it.
pub(super) struct Received {
    pub(super) socket: Socket,
    pub(super) caller: Caller,
    /// Whether HTTP/2 was agreed on.
    pub(super) http2: bool,
}

impl Reception {
    pub(super) async fn receive(&self, received: Received) -> io::Result<Received> {
        let Received { socket, mut caller, http2 } = received;
        let (tls, stream) = match (&self.tls, socket) {
            (Some(tls), Socket::Tcp(stream)) => (tls, stream),
            (_, socket) => return Ok(Received { socket, caller, http2 }),
        };
        let stream = tls.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let http2 = session.alpn_protocol() == Some(tls::H2);
        if let Some(certificate) = session.peer_certificates().and_then(<[_]>::first) {
            let read = tls::names::read(certificate);
            let unreadable = || {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the names in the client's certificate cannot be read",
                )
            };
            caller.certificate = Some(read.ok_or_else(unreadable)?);
        }
        Ok(Received { socket: Socket::Tls(Box::new(stream)), caller, http2 })
    }
}
