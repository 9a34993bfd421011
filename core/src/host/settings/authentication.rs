//! The section `authentication`: who is believed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::moments::seconds;
use super::one_or_many::one_or_many;
use super::secret::Secret;
use crate::authentication::{
    Algorithm, ApiKeyOptions, ApiKeyRecord, AuthenticationOptions, Authenticator, JwtOptions, KeySource,
};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;

/// The method that a function of the author's is asked with.
pub const VERIFY_TOKEN: &str = "oxmcp/verify_token";

/// Who is believed over HTTP, and what is told to everybody else; see [`AuthenticationOptions`], whose names these are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthenticationSettings {
    /// The canonical URI of this server.
    pub resource: Option<String>,
    /// Further issuers that clients get tokens from.
    #[serde(alias = "authorizationServers")]
    pub authorization_servers: Vec<String>,
    /// The scopes there are.
    #[serde(alias = "scopesSupported")]
    pub scopes_supported: Vec<String>,
    /// What every request needs.
    #[serde(alias = "requiredScopes")]
    pub required_scopes: Vec<String>,
    /// Which scopes each scope contains.
    #[serde(alias = "scopeImplies")]
    pub scope_implies: HashMap<String, Vec<String>>,
    /// The server's name for people.
    #[serde(alias = "resourceName")]
    pub resource_name: Option<String>,
    /// Where developers read about it.
    #[serde(alias = "resourceDocumentation")]
    pub resource_documentation: Option<String>,
    /// Whether handlers may have the token itself.
    #[serde(alias = "keepToken")]
    pub keep_token: bool,
    /// Paths beside the endpoint's that are for everybody; `*` at the end for all that begin so.
    #[serde(alias = "openPaths")]
    pub open_paths: Vec<String>,
    /// For how long a verified token is believed without another look, at most; 60.
    #[serde(alias = "cacheSeconds")]
    pub cache_seconds: Option<f64>,
    /// Keys of ours.
    #[serde(alias = "apiKeys")]
    pub api_keys: Option<ApiKeySettings>,
    /// One issuer of signed tokens, or several.
    #[serde(deserialize_with = "one_or_many")]
    pub jwt: Vec<JwtSettings>,
    /// A file with certificate authorities to trust besides the usual ones, when issuers are asked.
    #[serde(alias = "caFile")]
    pub ca_file: Option<PathBuf>,
    /// How long what the function of the author's said is believed; 0.
    #[serde(alias = "functionCacheSeconds")]
    pub function_cache_seconds: f64,
}

/// Keys of ours.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiKeySettings {
    /// The file they are in, which `oxmcp keys` edits.
    pub file: Option<PathBuf>,
    /// Others, as they would stand there.
    pub keys: Vec<ApiKeyRecord>,
    /// The header that has them besides `Authorization`; `X-API-Key`, empty for none.
    pub header: Option<String>,
}

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

fn wrong(why: String) -> Error {
    Error::new(ErrorKind::Configuration, why)
}

impl AuthenticationSettings {
    /// Whoever says who asks; `function` is the author's, if there is one.
    ///
    /// # Errors
    /// See [`Authenticator::new`].
    pub fn authenticator(&self, function: Option<Arc<dyn Handler>>) -> Result<Authenticator> {
        let defaults = AuthenticationOptions::default();
        let jwt: Result<Vec<_>> = self.jwt.iter().map(JwtSettings::options).collect();
        Authenticator::new(&AuthenticationOptions {
            resource: self.resource.clone(),
            authorization_servers: self.authorization_servers.clone(),
            scopes_supported: self.scopes_supported.clone(),
            required_scopes: self.required_scopes.clone(),
            scope_implies: self.scope_implies.clone(),
            resource_name: self.resource_name.clone(),
            resource_documentation: self.resource_documentation.clone(),
            keep_token: self.keep_token,
            open_paths: self.open_paths.clone(),
            cache_time: match self.cache_seconds {
                Some(time) => seconds("authentication.cache_seconds", time)?,
                None => defaults.cache_time,
            },
            api_keys: self.api_keys.as_ref().map(ApiKeySettings::options),
            jwt: jwt?,
            function,
            function_cache_time: seconds(
                "authentication.function_cache_seconds",
                self.function_cache_seconds,
            )?,
            authorities: self.ca_file.clone(),
        })
    }
}

impl ApiKeySettings {
    fn options(&self) -> ApiKeyOptions {
        let defaults = ApiKeyOptions::default();
        ApiKeyOptions {
            file: self.file.clone(),
            keys: self.keys.clone(),
            header: self.header.clone().unwrap_or(defaults.header),
        }
    }
}

impl JwtSettings {
    fn options(&self) -> Result<JwtOptions> {
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
