//! Issuers of signed tokens.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::{Provider, seconds, wrong};
use crate::authentication::{Algorithm, JwtOptions, KeySource};
use crate::error::Result;
use crate::host::settings::one_or_many::one_or_many;
use crate::host::settings::secret::Secret;

/// One issuer of signed tokens. Its keys are one of `jwks`, `jwks_url`, `jwks_file`, `public_key` and `secret`; without any, those that its metadata lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtSettings {
    /// Which product signs: what it does unlike others need not be said.
    #[serde(default)]
    pub provider: Option<Provider>,
    /// Who signs, as `iss` has it. With a provider, any URL of it that people are shown.
    #[serde(alias = "url")]
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
    /// Where scopes stand, one place or several; `scope` or `scp`.
    #[serde(default, alias = "scopesClaim", deserialize_with = "one_or_many")]
    pub scopes_claim: Vec<String>,
    /// Where roles stand, one place or several; `roles`.
    #[serde(default, alias = "rolesClaim", deserialize_with = "one_or_many")]
    pub roles_claim: Vec<String>,
}

impl JwtSettings {
    pub(super) fn options(&self) -> Result<JwtOptions> {
        let issuer = match self.provider {
            Some(provider) => provider.issuer(&self.issuer)?,
            None => self.issuer.clone(),
        };
        let mut options = JwtOptions::new(&*issuer, self.keys(&issuer)?);
        options.audiences.clone_from(&self.audience);
        if let Some(provider) = self.provider {
            provider.complete(&mut options);
        }
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
        if !self.scopes_claim.is_empty() {
            options.scopes_claims.clone_from(&self.scopes_claim);
        }
        if !self.roles_claim.is_empty() {
            options.roles_claims.clone_from(&self.roles_claim);
        }
        Ok(options)
    }

    fn keys(&self, issuer: &str) -> Result<KeySource> {
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
            None => Ok(KeySource::Issuer(issuer.to_owned())),
            Some(source) if sources.is_empty() => Ok(source),
            _ => Err(wrong(format!(
                "authentication.jwt, the issuer {issuer:?}: say in one way, and only one, what its keys are"
            ))),
        }
    }
}
