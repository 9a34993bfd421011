//! Who is at the other end of a connection.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;

use super::proxies::Proxies;
use crate::model::ClientCertificate;

/// What is known of a client before it asks anything.
#[derive(Debug, Default)]
pub(super) struct Caller {
    /// Where it is; `None` where it is on this machine and has no address.
    pub(super) remote: Option<SocketAddr>,
    /// What it showed in the handshake.
    pub(super) certificate: Option<ClientCertificate>,
    /// Where there are proxies that are believed, and whether this is one of them.
    pub(super) proxies: Option<(Arc<Proxies>, bool)>,
}

impl Caller {
    /// Says it with a request; returns where the request comes from.
    #[inline]
    pub(super) fn introduce<B>(&self, request: &mut Request<B>) -> Option<SocketAddr> {
        if self.certificate.is_none() && self.proxies.is_none() {
            return self.remote;
        }
        self.introduce_fully(request)
    }

    fn introduce_fully<B>(&self, request: &mut Request<B>) -> Option<SocketAddr> {
        let Some((proxies, trusted)) = &self.proxies else {
            self.certificate.iter().for_each(|shown| {
                request.extensions_mut().insert(shown.clone());
            });
            return self.remote;
        };
        let (mut remote, mut certificate) = (self.remote, self.certificate.clone());
        if *trusted {
            remote = proxies.client(remote, request.headers());
            // A proxy's own certificate says nothing of its client.
            certificate = proxies.certificate(request.headers());
        }
        proxies.clean(request.headers_mut());
        if let Some(certificate) = certificate {
            request.extensions_mut().insert(certificate);
        }
        remote
    }
}
