//! Products that sign tokens, and what each does unlike others. Sources are their documents on access tokens.

use serde::Deserialize;

use super::wrong;
use crate::authentication::JwtOptions;
use crate::error::Result;

/// A product that signs tokens. With it a URL is all that has to be said, besides what tokens are meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Issuers end with a slash; what a user may do stands in `permissions`, beside `scope`.
    Auth0,
    /// Amazon: without a resource, tokens name the client (`client_id`) they are for; groups are roles.
    Cognito,
    /// What a user may do stands in `permissions`, beside `scope`.
    Descope,
    /// Microsoft: tokens of version 2, whose scopes are in `scp`.
    Entra,
    /// Roles of the realm are in `realm_access.roles`.
    Keycloak,
    /// Scopes are a list, `scp`; groups are roles.
    Okta,
    /// `AuthKit`: one `role`, and `permissions`.
    Workos,
}

impl Provider {
    /// The issuer as tokens name it, from a URL as people have it: of the issuer, or of its metadata, with or without the scheme.
    pub(super) fn issuer(self, url: &str) -> Result<String> {
        let whole = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let whole = match whole.find("/.well-known/") {
            // The path of an issuer may stand after it (RFC 8414) or before.
            Some(place) => {
                let (start, rest) = whole.split_at(place);
                let path = rest.splitn(4, '/').nth(3).unwrap_or_default();
                if path.is_empty() { start.to_owned() } else { format!("{start}/{path}") }
            }
            None => whole,
        };
        let bare = whole.trim_end_matches('/');
        if bare.ends_with(':') {
            return Err(wrong(format!("authentication.jwt.issuer: {url:?} is no URL of a provider")));
        }
        Ok(match self {
            Self::Auth0 => format!("{bare}/"),
            Self::Entra if !bare.ends_with("/v2.0") => format!("{bare}/v2.0"),
            _ => bare.to_owned(),
        })
    }

    /// Adds what is always so.
    pub(super) fn complete(self, options: &mut JwtOptions) {
        let (scopes, roles): (&[&str], &[&str]) = match self {
            Self::Auth0 | Self::Descope => (&["scope", "permissions"], &["roles"]),
            Self::Cognito => (&["scope"], &["cognito:groups"]),
            Self::Entra => (&["scp"], &["roles"]),
            Self::Keycloak => (&["scope"], &["realm_access.roles"]),
            Self::Okta => (&["scp"], &["groups"]),
            Self::Workos => (&["scope", "permissions"], &["role", "roles"]),
        };
        options.scopes_claims = scopes.iter().map(ToString::to_string).collect();
        options.roles_claims = roles.iter().map(ToString::to_string).collect();
        // Clients that were named are what tokens for no resource have.
        if self == Self::Cognito && !options.audiences.is_empty() {
            "client_id".clone_into(&mut options.audience_claim);
        }
    }
}
