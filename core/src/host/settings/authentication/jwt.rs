//! Issuers of signed tokens.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::{seconds, wrong};
use crate::authentication::{Algorithm, JwtOptions, KeySource};
use crate::error::Result;
use crate::host::settings::one_or_many::one_or_many;
use crate::host::settings::secret::Secret;

/// One issuer of signed tokens. Its keys are one of `jwks`, `jwks_url`, `jwks_file`, `public_key` and `secret`; without any, those that its metadata lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtSettings {
    /// Who signs, as `iss` has it.
    pub issuer: String,
    /// Whom tokens must be meant for, one or several; the resource.
    #[serde(default, alias = "audiences", deserialize_with = "one_or_many")]
    pub audience: Vec<String>,
    /// Where that stands; `aud`.
    #[serde(default, alias = "audienceClaim")]
    pub audience_claim: Option<String>,
    /// A key set: the object, or its text.
    #[serde(default)]
    pub jwks: Option<Value>,
    /// The URL of a key set.
    #[serde(default, alias = "jwksUrl", alias = "jwks_uri", alias = "jwksUri")]
    pub jwks_url: Option<String>,
    /// A file with a key set, or a key as PEM.
    #[serde(default, alias = "jwksFile", alias = "public_key_file", alias = "publicKeyFile")]
    pub jwks_file: Option<PathBuf>,
    /// A public key as PEM.
    #[serde(default, alias = "publicKey")]
    pub public_key: Option<String>,
    /// A secret that signs, too.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// With which algorithms.
    #[serde(default)]
    pub algorithms: Vec<String>,
    /// How far clocks may differ; 30.
    #[serde(default, alias = "leewaySeconds")]
    pub leeway_seconds: Option<f64>,
    /// Where the subject stands; `sub`.
    #[serde(default, alias = "subjectClaim")]
    pub subject_claim: Option<String>,
    /// Where the scopes stand; `scope` or `scp`.
    #[serde(default, alias = "scopesClaim")]
    pub scopes_claim: Option<String>,
    /// Where the roles stand; `roles`.
    #[serde(default, alias = "rolesClaim")]
    pub roles_claim: Option<String>,
}

impl JwtSettings {
    pub(super) fn options(&self) -> Result<JwtOptions> {
        let mut options = JwtOptions::new(&*self.issuer, self.keys()?);
        options.audiences.clone_from(&self.audience);
        for name in &self.algorithms {
            let algorithm = Algorithm::from_name(name);
            let unknown =
                || wrong(format!("authentication.jwt.algorithms: {name:?} is none that is known here"));
            options.algorithms.push(algorithm.ok_or_else(unknown)?);
        }
        if let Some(leeway) = self.leeway_seconds {
            options.leeway = seconds("authentication.jwt.leeway_seconds", leeway)?;
        }
        if let Some(claim) = &self.audience_claim {
            options.audience_claim.clone_from(claim);
        }
        if let Some(claim) = &self.subject_claim {
            options.subject_claim.clone_from(claim);
        }
        options.scopes_claim.clone_from(&self.scopes_claim);
        options.roles_claim.clone_from(&self.roles_claim);
        Ok(options)
    }

    fn keys(&self) -> Result<KeySource> {
        let mut sources = Vec::new();
        if let Some(set) = &self.jwks {
            sources.push(KeySource::Set(set.as_str().map_or_else(|| set.to_string(), ToOwned::to_owned)));
        }
        sources.extend(self.jwks_file.clone().map(KeySource::File));
        sources.extend(self.public_key.clone().map(KeySource::Pem));
        sources.extend(self.secret.as_ref().map(|secret| KeySource::Secret(secret.text().into())));
        sources.extend(self.jwks_url.clone().map(KeySource::Url));
        match sources.pop() {
            // What is published where its name leads.
            None => Ok(KeySource::Issuer(self.issuer.clone())),
            Some(source) if sources.is_empty() => Ok(source),
            _ => Err(wrong(format!(
                "authentication.jwt, the issuer {:?}: say in one way, and only one, what its keys are",
                self.issuer
            ))),
        }
    }
}
