//! Proxies before this server: whom they ask for, as far as they are believed.

mod forwarded;
mod protocol;

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

pub(super) use self::protocol::read as read_protocol;
use super::tls::names;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ClientCertificate;

/// Which proxies are believed, and how they say for whom they ask. From everybody else it counts nothing.
#[derive(Debug, Clone, Default)]
pub struct ProxyOptions {
    /// Addresses (`10.1.2.3`) and networks (`10.0.0.0/8`, `fd00::/8`); `unix` is whoever connects to a Unix socket.
    pub trusted: Vec<String>,
    /// The header in which they say where a request comes from.
    pub header: ForwardedHeader,
    /// Whether their connections begin with a header of the PROXY protocol, version 1 or 2. Those of others must not.
    pub protocol: bool,
    /// The header in which they hand on the certificate that a client showed them: `client-cert` (RFC 9440), or one that has it in
    /// PEM form, percent-encoded, as nginx's `$ssl_client_escaped_cert` is. They must take away what clients send in it.
    pub client_certificate_header: Option<String>,
}

/// The header in which proxies say where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, each proxy adding whom it was asked by.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// None: a connection's other end is who asks.
    None,
}

/// The same, looked at once.
#[derive(Debug)]
pub(super) struct Proxies {
    networks: Vec<IpNet>,
    unix: bool,
    header: ForwardedHeader,
    pub(super) protocol: bool,
    certificate_header: Option<HeaderName>,
}

impl Proxies {
    pub(super) fn new(options: &ProxyOptions) -> Result<Self> {
        let wrong = |message: String| Error::new(ErrorKind::Configuration, message);
        let mut networks = Vec::new();
        let mut unix = false;
        for entry in &options.trusted {
            let entry = entry.trim();
            if entry == "unix" {
                unix = true;
                continue;
            }
            let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            networks.push(network.map_err(|_| {
                wrong(format!(
                    "trusted_proxies: {entry:?} is no address and no network; write \"10.1.2.3\", \"10.0.0.0/8\" or \"unix\""
                ))
            })?);
        }
        if networks.is_empty() && !unix {
            return Err(wrong(
                "trusted_proxies: there is none in the list; leave it out if there is none".to_owned(),
            ));
        }
        let name = options.client_certificate_header.as_ref();
        let certificate_header = name.map(|name| {
            name.parse().map_err(|_| {
                wrong(format!("client_certificate_header must be the name of a header, not {name:?}"))
            })
        });
        Ok(Self {
            networks,
            unix,
            header: options.header,
            protocol: options.protocol,
            certificate_header: certificate_header.transpose()?,
        })
    }

    /// Whether whoever is there is believed; `None` is the other end of a Unix socket.
    pub(super) fn trusts(&self, peer: Option<SocketAddr>) -> bool {
        peer.map_or(self.unix, |peer| self.trusts_address(peer.ip()))
    }

    fn trusts_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from: behind the proxies that are believed, each of which says who asked it.
    pub(super) fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<SocketAddr> {
        let mut client = peer;
        for named in forwarded::from_last(self.header, headers) {
            if !self.trusts(client) {
                break;
            }
            let Some(named) = named else { break };
            client = Some(named);
        }
        client
    }

    /// The certificate that a client showed to the proxy.
    pub(super) fn certificate(&self, headers: &HeaderMap) -> Option<ClientCertificate> {
        let mut values = headers.get_all(self.certificate_header.as_ref()?).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let read = read_certificate(value.as_bytes());
        if read.is_none() {
            tracing::debug!("a proxy handed on a client certificate that cannot be read");
        }
        read
    }

    /// Takes away what only proxies may say.
    pub(super) fn clean(&self, headers: &mut HeaderMap) {
        if let Some(name) = &self.certificate_header {
            headers.remove(name);
        }
    }
}

fn read_certificate(value: &[u8]) -> Option<ClientCertificate> {
    let value = value.trim_ascii();
    if let Some(inner) = value.strip_prefix(b":").and_then(|value| value.strip_suffix(b":")) {
        return names::read(&STANDARD.decode(inner).ok()?);
    }
    let text = percent_decoded(value)?;
    let certificate = CertificateDer::from_pem_slice(&text).ok()?;
    names::read(&certificate)
}

fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|&digit| char::from(digit).to_digit(16));
        let value = digit()? << 4 | digit()?;
        decoded.push(u8::try_from(value).ok()?);
    }
    Some(decoded)
}
