//! Client certificates as credentials: whoever took the connection verified them, and here it is said whom they stand for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::authorization::Pattern;
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::{AuthenticationMethod, ClientCertificate, Grants, Principal};

/// Some certificates, and what they grant where a request has no other credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateRule {
    /// A name that is in them, after its kind: `uri:spiffe://example/reports`, `dns:reports.example.com`, `email:…`, `cn:…` for the common
    /// name of the subject. `*` stands for any text in it, and by itself for every certificate.
    pub name: String,
    /// What they grant.
    pub scopes: Vec<String>,
    /// As what whoever has one acts.
    pub roles: Vec<String>,
}

/// The rules of a server.
pub(super) struct Certificates(Vec<Rule>);

struct Rule {
    name: Pattern,
    scopes: Vec<Box<str>>,
    roles: Vec<Box<str>>,
}

/// The kinds of names.
const KINDS: [&str; 4] = ["uri:", "dns:", "email:", "cn:"];
/// Who vouches for those who are known by their certificates: nobody else's users are the same, whatever they are called.
const ISSUER: &str = "oxmcp:client-certificate";

impl Certificates {
    /// # Errors
    /// [`ErrorKind::Configuration`] for a name without a kind.
    pub(super) fn new(rules: &[CertificateRule]) -> Result<Self> {
        let rule = |rule: &CertificateRule| {
            let name = rule.name.as_str();
            if name != "*" && !KINDS.iter().any(|kind| name.len() > kind.len() && name.starts_with(kind)) {
                let message = format!(
                    "authentication.client_certificates: {name:?} is no name with its kind: write \"uri:…\", \"dns:…\", \"email:…\", \"cn:…\" or \"*\""
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            let boxed = |names: &[String]| names.iter().map(|name| name.as_str().into()).collect();
            let name = Pattern::new(&plain(name));
            Ok(Rule { name, scopes: boxed(&rule.scopes), roles: boxed(&rule.roles) })
        };
        rules.iter().map(rule).collect::<Result<_>>().map(Self)
    }

    /// Whoever has this certificate, where a rule is about it: the first one that is.
    pub(super) fn look(&self, certificate: &ClientCertificate) -> Option<Principal> {
        let sans = certificate.sans.iter().map(|name| plain(&name.to_string()));
        let common = certificate.common_name.iter().map(|name| format!("cn:{name}"));
        let names: Vec<String> = sans.chain(common).collect();
        let (rule, name) = self
            .0
            .iter()
            .find_map(|rule| names.iter().find(|name| rule.name.matches(name)).map(|name| (rule, name)))?;
        let claims = json!({
            "subject": &*certificate.subject,
            "names": names,
            "x5t#S256": URL_SAFE_NO_PAD.encode(certificate.fingerprint_sha256),
        });
        let grants = Grants {
            scopes: rule.scopes.clone(),
            roles: rule.roles.clone(),
            claims: Some(RawJson::from_value(&claims)),
            method: AuthenticationMethod::ClientCertificate,
            expires_at: None,
            token: None,
        };
        Some(Principal::of_subject(name).known_to(ISSUER).granted(grants))
    }
}

/// Hosts are the same in capitals.
fn plain(name: &str) -> String {
    if name.starts_with("dns:") { name.to_ascii_lowercase() } else { name.to_owned() }
}
