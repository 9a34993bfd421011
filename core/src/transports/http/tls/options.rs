//! What can be set about TLS.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// TLS 1.3 for a listener, from files in PEM form. They are looked at again and again: new connections use what is in them by then,
/// old ones go on with what they began with. Files that cannot be used any more are told of in the log, and the last good ones stay.
#[derive(Debug, Clone)]
pub struct TlsOptions {
    /// The server's certificate, and after it those that lead to its root.
    pub certificate: PathBuf,
    /// Its private key, not encrypted.
    pub key: PathBuf,
    /// Clients show a certificate that leads to one of these. `None`: they show none.
    pub client_ca: Option<PathBuf>,
    /// Whether a client without a certificate is turned away. Counts with [`client_ca`](Self::client_ca) only.
    pub require_client_certificate: bool,
    /// Revoked certificates of clients: a list of each authority that issued one, else those of that authority are refused.
    pub client_crl: Option<PathBuf>,
    /// How long a handshake may take.
    pub handshake_timeout: Duration,
    /// How often it is looked whether the files have changed; zero: never.
    pub reload_interval: Duration,
}

impl TlsOptions {
    /// With this certificate and key, and everything else as it is when nothing is said.
    #[must_use]
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            certificate: certificate.into(),
            key: key.into(),
            client_ca: None,
            require_client_certificate: true,
            client_crl: None,
            handshake_timeout: Duration::from_secs(10),
            reload_interval: Duration::from_secs(5),
        }
    }

    /// Refuses values that cannot work.
    pub(in crate::transports::http) fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::new(ErrorKind::Configuration, message));
        if self.handshake_timeout.is_zero() {
            return wrong("tls: the time for a handshake must not be zero");
        }
        if self.client_ca.is_none() && self.client_crl.is_some() {
            return wrong(
                "tls: a list of revoked client certificates needs the authority they come from, too",
            );
        }
        Ok(())
    }

    /// Every file there is.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref(), self.client_crl.as_ref()]
            .into_iter()
            .flatten()
    }
}
