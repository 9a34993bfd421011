//! Servers that are asked about tokens.

use serde::Deserialize;

use super::{seconds, wrong};
use crate::authentication::{IntrospectionOptions, IntrospectionStyle};
use crate::error::Result;
use crate::host::settings::one_or_many::one_or_many;
use crate::host::settings::secret::Secret;

/// A server that is asked about tokens that only it can read (RFC 7662); see [`IntrospectionOptions`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntrospectionSettings {
    /// Whose it is, where it has a way of its own.
    #[serde(default)]
    pub provider: Option<AskedProvider>,
    /// Where it is asked; a provider has its own place.
    #[serde(default)]
    pub url: Option<String>,
    /// What it calls itself.
    #[serde(default)]
    pub issuer: Option<String>,
    /// What this server is called there.
    #[serde(default, alias = "clientId")]
    pub client_id: Option<String>,
    /// What it proves that with.
    #[serde(default, alias = "clientSecret")]
    pub client_secret: Option<Secret>,
    /// How: in the header, or in the form.
    #[serde(default, alias = "clientAuthentication")]
    pub client_authentication: ClientAuthentication,
    /// Whom tokens must be meant for, one or several; the resource.
    #[serde(default, alias = "audiences", deserialize_with = "one_or_many")]
    pub audience: Vec<String>,
    /// Whether answers have to say whom a token is meant for; true.
    #[serde(default, alias = "requireAudience")]
    pub require_audience: Option<bool>,
    /// Where the subject stands; `sub`, `username` or `client_id`.
    #[serde(default, alias = "subjectClaim")]
    pub subject_claim: Option<String>,
    /// Where scopes stand, one place or several; `scope` or `scp`.
    #[serde(default, alias = "scopesClaim", deserialize_with = "one_or_many")]
    pub scopes_claim: Vec<String>,
    /// Where roles stand, one place or several; `roles`.
    #[serde(default, alias = "rolesClaim", deserialize_with = "one_or_many")]
    pub roles_claim: Vec<String>,
    /// How far clocks may differ; 30.
    #[serde(default, alias = "leewaySeconds")]
    pub leeway_seconds: Option<f64>,
}

/// Providers whose tokens are asked about in a way of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskedProvider {
    /// Tokens of one OAuth app.
    Github,
    /// Access tokens of one client.
    Google,
}

/// Where the client's name and secret are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuthentication {
    /// In the header `Authorization`.
    #[default]
    Basic,
    /// As fields of the form.
    Post,
}

impl IntrospectionSettings {
    pub(super) fn options(&self) -> Result<IntrospectionOptions> {
        let (style, place, issuer) = match self.provider {
            None => (IntrospectionStyle::Standard, None, None),
            Some(AskedProvider::Github) => {
                let app = self.client_id.as_deref().unwrap_or_default();
                if !app.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
                    return Err(wrong(format!(
                        "authentication.introspection.client_id: {app:?} is the name of no GitHub app"
                    )));
                }
                let place = format!("https://api.github.com/applications/{app}/token");
                (IntrospectionStyle::Github, Some(place), Some("https://github.com/login/oauth"))
            }
            Some(AskedProvider::Google) => {
                let place = "https://oauth2.googleapis.com/tokeninfo".to_owned();
                (IntrospectionStyle::Google, Some(place), Some("https://accounts.google.com"))
            }
        };
        let Some(url) = self.url.clone().or(place) else {
            return Err(wrong("authentication.introspection: name the url where it is asked".to_owned()));
        };
        let mut options = IntrospectionOptions::new(url);
        options.style = style;
        options.issuer = self.issuer.clone().or(issuer.map(ToOwned::to_owned));
        options.client_id.clone_from(&self.client_id);
        options.client_secret = self.client_secret.as_ref().map(|secret| secret.text().to_owned());
        options.secret_in_form = self.client_authentication == ClientAuthentication::Post;
        options.audiences.clone_from(&self.audience);
        options.needs_audience = self.require_audience.unwrap_or(true);
        options.subject_claim.clone_from(&self.subject_claim);
        options.scopes_claims.clone_from(&self.scopes_claim);
        options.roles_claims.clone_from(&self.roles_claim);
        if let Some(leeway) = self.leeway_seconds {
            options.leeway = seconds("authentication.introspection.leeway_seconds", leeway)?;
        }
        Ok(options)
    }
}
