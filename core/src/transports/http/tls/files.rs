//! From files to what rustls works with. Nothing of what a key's file holds gets into a message.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::options::TlsOptions;
use crate::error::{Error, ErrorKind, Result};

/// Reads everything anew.
pub(super) fn load(options: &TlsOptions, http2: bool) -> Result<ServerConfig> {
    // Handed over, never installed for the process: it may be somebody else's.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = certificates("certificate", &options.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&read("key", &options.key)?).map_err(|_| {
        let why = "has no private key in PEM form; one that is encrypted must be decrypted first";
        wrong("key", &options.key, why)
    })?;
    // Named here and not left to features of the crate, which others can switch on (SEC-12).
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| unusable(&error))?;
    let builder = match &options.client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => builder.with_client_cert_verifier(clients(options, file, provider)?),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            wrong("key", &options.key, "does not belong to the certificate that is given with it")
        }
        error => unusable(&error),
    })?;
    let protocols: &[&[u8]] = if http2 { &[super::H2, b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// Whom clients' certificates must come from.
fn clients(
    options: &TlsOptions,
    authorities: &Path,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("client_ca", authorities)? {
        roots.add(certificate).map_err(|error| wrong("client_ca", authorities, &error.to_string()))?;
    }
    let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if let Some(file) = &options.client_crl {
        let text = read("client_crl", file)?;
        let lists: std::result::Result<Vec<_>, _> =
            CertificateRevocationListDer::pem_slice_iter(&text).collect();
        let lists = lists.ok().filter(|lists| !lists.is_empty());
        let lists = lists.ok_or_else(|| wrong("client_crl", file, "has no list of revoked certificates"))?;
        // Lists of the authorities above them are rarely there; what issued a client's certificate must have one.
        verifier = verifier.with_crls(lists).only_check_end_entity_revocation();
    }
    if !options.require_client_certificate {
        verifier = verifier.allow_unauthenticated();
    }
    verifier.build().map_err(|error| wrong("client_ca", authorities, &error.to_string()))
}

fn certificates(setting: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = read(setting, file)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found =
        found.map_err(|error| wrong(setting, file, &format!("is no certificate in PEM form: {error}")))?;
    if found.is_empty() {
        return Err(wrong(setting, file, "has no certificate in PEM form"));
    }
    Ok(found)
}

fn read(setting: &str, file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| {
        let message = format!("tls.{setting}: cannot read {}: {error}", file.display());
        Error::new(ErrorKind::Configuration, message)
    })
}

fn wrong(setting: &str, file: &Path, why: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("tls.{setting}: {} {why}", file.display()))
}

fn unusable(error: &rustls::Error) -> Error {
    Error::new(ErrorKind::Configuration, format!("tls: the certificate cannot be used: {error}"))
}
