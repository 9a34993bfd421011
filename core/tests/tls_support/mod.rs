//! Certificates for tests, and clients that show them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "each test crate uses a part of it")]

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxmcp_core::transports::http::TlsOptions;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A folder of this test's own.
pub fn folder() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("oxmcp-tls-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Who vouches for others.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

/// A certificate and its key, in PEM form.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
    pub serial: u8,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Vouches for somebody with this common name, these other names, and until the end of this year.
    pub fn identity(&self, name: &str, sans: Vec<SanType>, serial: u8, year: i32) -> Identity {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.subject_alt_names = sans;
        params.serial_number = Some(SerialNumber::from(vec![serial]));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Identity { certificate, key: key.serialize_pem(), serial }
    }

    /// For `localhost`.
    pub fn server(&self, serial: u8) -> Identity {
        let sans = vec![SanType::DnsName("localhost".try_into().unwrap())];
        self.identity("localhost", sans, serial, 2090)
    }

    /// For a client.
    pub fn client(&self, name: &str, serial: u8) -> Identity {
        let uri = SanType::URI(format!("spiffe://example/{name}").as_str().try_into().unwrap());
        let email = SanType::Rfc822Name(format!("{name}@example.com").as_str().try_into().unwrap());
        self.identity(name, vec![uri, email], serial, 2090)
    }

    /// Takes back the certificates of these numbers.
    pub fn revocations(&self, serials: &[u8]) -> String {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(vec![*serial]),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(2090, 1, 1),
            crl_number: SerialNumber::from(vec![1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

/// Options for a server with this identity, its files in a folder of their own.
pub fn options(identity: &Identity) -> TlsOptions {
    let folder = folder();
    let options = TlsOptions::new(folder.join("certificate.pem"), folder.join("key.pem"));
    write(&options, identity);
    options
}

/// Puts another identity into the files.
pub fn write(options: &TlsOptions, identity: &Identity) {
    fs::write(&options.key, &identity.key).unwrap();
    fs::write(&options.certificate, &identity.certificate).unwrap();
}

/// What a client is set up with.
pub struct Tls {
    pub protocols: &'static [&'static [u8]],
    pub identity: Option<Identity>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { protocols: &[b"http/1.1"], identity: None }
    }
}

impl Tls {
    /// A connection to a server that this authority vouches for.
    pub async fn connect(
        &self,
        address: SocketAddr,
        root: &Authority,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(root.pem.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => config.with_no_client_auth(),
            Some(identity) => {
                let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()];
                let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
                config.with_client_auth_cert(chain, key).unwrap()
            }
        };
        config.alpn_protocols = self.protocols.iter().map(|name| name.to_vec()).collect();
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}
