//! What happens on a connection before HTTP begins.

use std::io;
use std::sync::Arc;

use super::caller::Caller;
use super::options::HttpOptions;
use super::proxies::{Proxies, read_protocol};
use super::seats::{Full, Seat, Seats};
use super::socket::Socket;
use super::tls::{self, Tls};
use crate::error::Result;

/// What a connection passes before its first request.
#[derive(Debug)]
pub(super) struct Reception {
    pub(super) tls: Option<Tls>,
    proxies: Option<Arc<Proxies>>,
}

/// A connection that has passed it.
pub(super) struct Received {
    pub(super) socket: Socket,
    pub(super) caller: Caller,
    /// Whether HTTP/2 was agreed on.
    pub(super) http2: bool,
    /// What it takes of what its address may have.
    pub(super) seat: Option<Seat>,
}

impl Reception {
    /// `None`: HTTP begins with the first byte, and whoever is at the other end is who asks.
    pub(super) fn new(options: &HttpOptions) -> Result<Option<Arc<Self>>> {
        let tls = options.tls.clone().map(|tls| Tls::new(tls, options.http2)).transpose()?;
        let proxies = options.proxies.as_ref().map(Proxies::new).transpose()?.map(Arc::new);
        Ok((tls.is_some() || proxies.is_some()).then(|| Arc::new(Self { tls, proxies })))
    }

    pub(super) async fn receive(&self, received: Received, seats: &Seats) -> io::Result<Received> {
        let Received { mut socket, mut caller, http2, mut seat } = received;
        if let Some(proxies) = &self.proxies {
            let mut trusted = proxies.trusts(caller.remote);
            if trusted && proxies.protocol {
                // What comes from here on is the client's own, who may be another proxy.
                if let Some(client) = read_protocol(&mut socket).await? {
                    caller.remote = Some(client);
                    trusted = proxies.trusts(caller.remote);
                }
            }
            if !trusted {
                seat = take_seat(seats, &caller)?;
            }
            caller.proxies = Some((Arc::clone(proxies), trusted));
        } else {
            seat = take_seat(seats, &caller)?;
        }
        let (tls, stream) = match (&self.tls, socket) {
            (Some(tls), Socket::Tcp(stream)) => (tls, stream),
            (_, socket) => return Ok(Received { socket, caller, http2, seat }),
        };
        let stream = tls.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let http2 = session.alpn_protocol() == Some(tls::H2);
        if let Some(certificate) = session.peer_certificates().and_then(<[_]>::first) {
            let unreadable = || {
                let what = "the names in the client's certificate cannot be read";
                io::Error::new(io::ErrorKind::InvalidData, what)
            };
            caller.certificate = Some(tls::names::read(certificate).ok_or_else(unreadable)?);
        }
        Ok(Received { socket: Socket::Tls(Box::new(stream)), caller, http2, seat })
    }
}

/// A seat for a client, who may have an address or not.
pub(super) fn take_seat(seats: &Seats, caller: &Caller) -> io::Result<Option<Seat>> {
    let Some(remote) = caller.remote else { return Ok(None) };
    seats.take(remote.ip()).map_err(|Full| {
        let what = "this address has as many connections as one may have";
        io::Error::new(io::ErrorKind::QuotaExceeded, what)
    })
}
