//! What can be set about one issuer of signed tokens.

use std::path::PathBuf;
use std::time::Duration;

use super::Algorithm;

/// One issuer, and what is wanted of its tokens (AUTH-7).
#[derive(Clone)]
pub struct JwtOptions {
    /// Who signs, as the claim `iss` has it.
    pub issuer: String,
    /// Whom tokens must be meant for: one of these. Empty: this server's canonical URI.
    pub audiences: Vec<String>,
    /// Where the audience stands; `aud`, except with issuers that name a client instead.
    pub audience_claim: String,
    /// With what keys.
    pub keys: KeySource,
    /// With which algorithms. Empty: every asymmetric one, or HS256 alone where the keys are a secret.
    pub algorithms: Vec<Algorithm>,
    /// How far clocks may differ.
    pub leeway: Duration,
    /// Where the subject stands; `sub`.
    pub subject_claim: String,
    /// Where scopes stand: texts of words or lists, in all of these; empty: `scope` or `scp`. Dots lead into objects.
    pub scopes_claims: Vec<String>,
    /// Where roles stand: texts or lists, in all of these; empty: `roles`. Dots lead into objects.
    pub roles_claims: Vec<String>,
}

/// Where the keys of an issuer come from.
#[derive(Clone)]
pub enum KeySource {
    /// A key set as JSON (RFC 7517).
    Set(String),
    /// A public key as PEM.
    Pem(String),
    /// A secret that signs, too: at least 32 bytes.
    Secret(Vec<u8>),
    /// A file with a key set or a public key; read again when it changes.
    File(PathBuf),
    /// The URL of a key set.
    Url(String),
    /// Wherever the metadata of the issuer at this URL say (RFC 8414).
    Issuer(String),
}

impl JwtOptions {
    /// An issuer of whose tokens nothing special is wanted.
    #[must_use]
    pub fn new(issuer: impl Into<String>, keys: KeySource) -> Self {
        Self {
            issuer: issuer.into(),
            audiences: Vec::new(),
            audience_claim: "aud".to_owned(),
            keys,
            algorithms: Vec::new(),
            leeway: Duration::from_secs(30),
            subject_claim: "sub".to_owned(),
            scopes_claims: Vec::new(),
            roles_claims: Vec::new(),
        }
    }
}
