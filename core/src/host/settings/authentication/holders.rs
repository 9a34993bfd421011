//! Whoever has something besides a token: a certificate, or the key that a token is bound to.

use serde::Deserialize;

use super::seconds;
use crate::authentication::{CertificateRule, DpopOptions};
use crate::error::Result;

/// Some client certificates and what they grant; see [`CertificateRule`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateSettings {
    /// A name in them with its kind, `uri:spiffe://example/*`; `*` for all.
    pub name: String,
    /// What they grant.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// As what whoever has one acts.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Tokens that are bound to a key (RFC 9449); see [`DpopOptions`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DpopSettings {
    /// Whether tokens have to be bound.
    pub required: bool,
    /// Whether proofs have to have a number of ours in them.
    pub nonce: bool,
    /// How old a proof may be; 60.
    #[serde(alias = "maxAgeSeconds")]
    pub max_age_seconds: Option<f64>,
}

impl CertificateSettings {
    pub(super) fn rule(&self) -> CertificateRule {
        CertificateRule { name: self.name.clone(), scopes: self.scopes.clone(), roles: self.roles.clone() }
    }
}

impl DpopSettings {
    pub(super) fn options(&self) -> Result<DpopOptions> {
        let defaults = DpopOptions::default();
        let max_age = self.max_age_seconds.map(|age| seconds("authentication.dpop.max_age_seconds", age));
        Ok(DpopOptions {
            required: self.required,
            nonce: self.nonce,
            max_age: max_age.transpose()?.unwrap_or(defaults.max_age),
        })
    }
}
