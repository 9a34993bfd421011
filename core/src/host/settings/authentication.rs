//! The section `authentication`: who is believed.

mod holders;
mod introspection;
mod jwt;
mod providers;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

pub use self::holders::{CertificateSettings, DpopSettings};
pub use self::introspection::IntrospectionSettings;
pub use self::jwt::JwtSettings;
pub use self::providers::Provider;
use super::moments::seconds;
use super::one_or_many::one_or_many;
use crate::authentication::{ApiKeyOptions, ApiKeyRecord, AuthenticationOptions, Authenticator};
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
    /// One server that is asked about tokens, or several.
    #[serde(deserialize_with = "one_or_many")]
    pub introspection: Vec<IntrospectionSettings>,
    /// Client certificates that are credentials, one rule or several.
    #[serde(alias = "clientCertificates", deserialize_with = "one_or_many")]
    pub client_certificates: Vec<CertificateSettings>,
    /// What is wanted of tokens that are bound to a key.
    pub dpop: DpopSettings,
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

pub(super) fn wrong(why: String) -> Error {
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
        let introspection: Result<Vec<_>> =
            self.introspection.iter().map(IntrospectionSettings::options).collect();
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
            introspection: introspection?,
            client_certificates: self.client_certificates.iter().map(CertificateSettings::rule).collect(),
            dpop: self.dpop.options()?,
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
