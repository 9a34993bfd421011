//! Who is at the other end of a connection.

use std::net::SocketAddr;

use http::Request;

use crate::model::ClientCertificate;

/// What is known of a client before it asks anything.
#[derive(Debug, Default)]
pub(super) struct Caller {
    /// Where it is; `None` where it is on this machine and has no address.
    pub(super) remote: Option<SocketAddr>,
    /// What it showed in the handshake.
    pub(super) certificate: Option<ClientCertificate>,
}

impl Caller {
    /// Says it with a request; returns where the request comes from.
    #[inline]
    pub(super) fn introduce<B>(&self, request: &mut Request<B>) -> Option<SocketAddr> {
        if let Some(certificate) = &self.certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        self.remote
    }
}
