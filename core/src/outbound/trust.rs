//! Whose certificates we believe.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, ErrorKind, Result};

/// Mozilla's authorities, which come with this library, and those in a file, such as a company's own.
pub(super) fn config(authorities: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = authorities {
        let wrong = |why: &str| {
            let message = format!("the file of certificate authorities {}: {why}", path.display());
            Error::new(ErrorKind::Configuration, message)
        };
        let text = std::fs::read(path).map_err(|error| wrong(&error.to_string()))?;
        let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let found = found.ok().filter(|found| !found.is_empty());
        for certificate in found.ok_or_else(|| wrong("it has no certificate in PEM form"))? {
            roots.add(certificate).map_err(|error| wrong(&error.to_string()))?;
        }
    }
    // Handed over, never installed for the process: it may be somebody else's.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .map_err(|error| Error::new(ErrorKind::Internal, "TLS cannot be set up").caused_by(error))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
