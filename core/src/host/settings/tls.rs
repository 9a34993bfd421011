//! The section `tls`: certificates and keys of what is served over HTTP.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::transports::http::TlsOptions;

/// The section `tls`. Files are in PEM form; see [`TlsOptions`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The server's certificate, and after it those that lead to its root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities whose certificates clients show.
    #[serde(default, alias = "clientCa")]
    pub client_ca: Option<PathBuf>,
    /// Whether a client without one is turned away; it is unless this says otherwise.
    #[serde(default, alias = "requireClientCertificate")]
    pub require_client_certificate: Option<bool>,
    /// Lists of revoked client certificates.
    #[serde(default, alias = "clientCrl")]
    pub client_crl: Option<PathBuf>,
    /// How long a handshake may take; 10 seconds.
    #[serde(default, alias = "handshakeSeconds")]
    pub handshake_seconds: Option<f64>,
    /// How often it is looked whether the files have changed; 5 seconds, 0 for never.
    #[serde(default, alias = "reloadSeconds")]
    pub reload_seconds: Option<f64>,
}

impl TlsSettings {
    /// Reads the section from JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] that says what is wrong.
    pub(in crate::host) fn read(section: serde_json::Value) -> Result<TlsOptions> {
        let settings: Self = serde_json::from_value(section)
            .map_err(|error| Error::new(ErrorKind::Configuration, format!("tls: {error}")))?;
        settings.options()
    }

    /// What the transport takes.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a time that is none.
    pub fn options(&self) -> Result<TlsOptions> {
        let default = TlsOptions::new(&self.certificate, &self.key);
        Ok(TlsOptions {
            client_ca: self.client_ca.clone(),
            require_client_certificate: self
                .require_client_certificate
                .unwrap_or(default.require_client_certificate),
            client_crl: self.client_crl.clone(),
            handshake_timeout: time("handshake_seconds", self.handshake_seconds)?
                .unwrap_or(default.handshake_timeout),
            reload_interval: time("reload_seconds", self.reload_seconds)?.unwrap_or(default.reload_interval),
            ..default
        })
    }
}

fn time(name: &str, seconds: Option<f64>) -> Result<Option<Duration>> {
    let read = seconds.map(Duration::try_from_secs_f64).transpose();
    read.map_err(|_| Error::new(ErrorKind::Configuration, format!("tls: {name} must be a time in seconds")))
}
