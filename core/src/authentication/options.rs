//! What can be set about authentication.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::api_keys::ApiKeyOptions;
use super::certificates::CertificateRule;
use super::dpop::DpopOptions;
use super::introspection::IntrospectionOptions;
use super::jwt::{JwtOptions, KeySource};
use crate::handler::Handler;

/// Who is believed, and what is said to everybody else. Nothing is believed that is not named here.
#[derive(Clone)]
pub struct AuthenticationOptions {
    /// The canonical URI of this server, as its clients know it (AUTH-1): tokens must name it as their audience where a verifier
    /// names no other. `None`: the metadata name what each request calls the server, and every verifier needs an audience.
    pub resource: Option<String>,
    /// The issuers that clients get tokens from, beside those of the verifiers.
    pub authorization_servers: Vec<String>,
    /// The scopes there are, for the metadata; those required are among them anyway.
    pub scopes_supported: Vec<String>,
    /// What every request must have been granted, whatever it asks for (AUTH-5).
    pub required_scopes: Vec<String>,
    /// Which scopes each scope contains (AUTH-9); whoever has the one has the others.
    pub scope_implies: HashMap<String, Vec<String>>,
    /// The server's name for people who are asked for their consent.
    pub resource_name: Option<String>,
    /// Where developers read about the server.
    pub resource_documentation: Option<String>,
    /// Whether handlers may have the token itself (AUTH-14); never hand it on (AUTH-8).
    pub keep_token: bool,
    /// Paths beside the endpoint's that need no credentials; one that ends with `*` stands for all that begin so.
    pub open_paths: Vec<String>,
    /// For how long a token that was verified is believed without another look, at most.
    pub cache_time: Duration,
    /// Keys of ours.
    pub api_keys: Option<ApiKeyOptions>,
    /// Issuers of signed tokens.
    pub jwt: Vec<JwtOptions>,
    /// Servers that are asked about tokens, in this order.
    pub introspection: Vec<IntrospectionOptions>,
    /// Client certificates that are credentials, where a request has no others; the first rule that is about one counts.
    pub client_certificates: Vec<CertificateRule>,
    /// What is wanted of tokens that are bound to a key.
    pub dpop: DpopOptions,
    /// A function of the author's: the custom method `oxmcp/verify_token` with `{"token"}`. Its whole result is null for a token that
    /// it does not know, or `{"subject", "client_id", "issuer", "scopes", "roles", "expires_at", "claims", "active"}`, all of them
    /// optional but one of the first two; `expires_at` in seconds since 1970, an `active` of `false` means null.
    pub function: Option<Arc<dyn Handler>>,
    /// For how long an answer of the function is believed; not at all by default.
    pub function_cache_time: Duration,
    /// A file in PEM form with certificate authorities to trust besides the usual ones, when issuers are asked.
    pub authorities: Option<PathBuf>,
}

impl Default for AuthenticationOptions {
    fn default() -> Self {
        Self {
            resource: None,
            authorization_servers: Vec::new(),
            scopes_supported: Vec::new(),
            required_scopes: Vec::new(),
            scope_implies: HashMap::new(),
            resource_name: None,
            resource_documentation: None,
            keep_token: false,
            open_paths: Vec::new(),
            cache_time: Duration::from_secs(60),
            api_keys: None,
            jwt: Vec::new(),
            introspection: Vec::new(),
            client_certificates: Vec::new(),
            dpop: DpopOptions::default(),
            function: None,
            function_cache_time: Duration::ZERO,
            authorities: None,
        }
    }
}

impl AuthenticationOptions {
    /// Whether any of it asks other servers.
    pub(super) fn asks_others(&self) -> bool {
        !self.introspection.is_empty()
            || self.jwt.iter().any(|jwt| matches!(jwt.keys, KeySource::Url(_) | KeySource::Issuer(_)))
    }
}
