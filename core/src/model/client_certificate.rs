//! The certificate a client showed, verified by whoever took its connection.

use std::fmt;
use std::sync::Arc;

/// What is known of a client by its certificate. It comes with requests as an extension; from there it becomes a
/// [`Principal`](super::Principal), if the server's author wants that. Clones share everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The subject's distinguished name, as `CN=reports, O=Example`.
    pub subject: Arc<str>,
    /// The subject's common name, if it has one.
    pub common_name: Option<Arc<str>>,
    /// The alternative names of the kinds below, in the certificate's order.
    pub sans: Arc<[SubjectName]>,
    /// The SHA-256 digest of the certificate (DER), which `cnf.x5t#S256` of a token is compared with (RFC 8705).
    pub fingerprint_sha256: [u8; 32],
}

/// A name of a certificate's subject that says of what kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectName {
    /// A URI, as SPIFFE has.
    Uri(Arc<str>),
    /// A host's name.
    Dns(Arc<str>),
    /// A mail address.
    Email(Arc<str>),
}

impl SubjectName {
    /// The name alone.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Uri(name) | Self::Dns(name) | Self::Email(name) => name,
        }
    }
}

impl fmt::Display for SubjectName {
    /// The kind before the name: `uri:spiffe://example/reports`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Uri(_) => "uri",
            Self::Dns(_) => "dns",
            Self::Email(_) => "email",
        };
        write!(f, "{kind}:{}", self.text())
    }
}
