//! Who asks, where somebody knows, and what it was granted.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::RawJson;
use crate::sealing;

/// Who asks, as whoever authenticated the request knows it: compared, never shown (SEC-5).
///
/// Handles that the server gives out (sessions, tasks, cursors, state) are of use to the principal they were given to, and to
/// nobody else. Two principals are the same where subject, client and issuer are, whatever this request's credentials grant. Whoever
/// asks without one is the same as all who do.
#[derive(Clone)]
pub struct Principal(Arc<Known>);

#[derive(Clone, Default)]
struct Known {
    subject: Option<Box<str>>,
    client: Option<Box<str>>,
    issuer: Option<Box<str>>,
    grants: Option<Box<Grants>>,
}

/// What came with the credentials of one request (AUTH-14).
#[derive(Clone, Default)]
pub struct Grants {
    /// The scopes, each one word.
    pub scopes: Vec<Box<str>>,
    /// The roles that whoever authenticated it gives it by name; a policy may add others.
    pub roles: Vec<Box<str>>,
    /// What else is said of it: the claims of a token, a JSON object.
    pub claims: Option<RawJson>,
    /// How it was authenticated.
    pub method: AuthenticationMethod,
    /// When the credentials are worth nothing any more.
    pub expires_at: Option<SystemTime>,
    /// The token itself, only where the author wants it.
    pub token: Option<Box<str>>,
}

/// How somebody was authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AuthenticationMethod {
    /// By whoever runs the engine, before the request came to it.
    #[default]
    Host,
    /// By a signed token.
    Jwt,
    /// By a key of ours.
    ApiKey,
    /// By a token that its issuer was asked about (RFC 7662).
    Introspection,
    /// By a function of the author's.
    Function,
    /// By a client certificate.
    ClientCertificate,
}

impl AuthenticationMethod {
    /// Its name in `snake_case`, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Jwt => "jwt",
            Self::ApiKey => "api_key",
            Self::Introspection => "introspection",
            Self::Function => "function",
            Self::ClientCertificate => "client_certificate",
        }
    }
}

impl Principal {
    /// The user with this name: one that no two users share, and that stays the same.
    #[must_use]
    pub fn of_subject(subject: &str) -> Self {
        Self(Arc::new(Known { subject: Some(subject.into()), ..Known::default() }))
    }

    /// An `OAuth` client without a user, as one has that asks in its own name.
    #[must_use]
    pub fn of_client(client: &str) -> Self {
        Self(Arc::new(Known { client: Some(client.into()), ..Known::default() }))
    }

    /// What a host knows, part by part. `None` where it knows nothing: an empty text says as little as none.
    #[must_use]
    pub fn from_parts(subject: Option<&str>, client: Option<&str>, issuer: Option<&str>) -> Option<Self> {
        let [subject, client, issuer] =
            [subject, client, issuer].map(|part| part.filter(|part| !part.is_empty()).map(Box::from));
        // An issuer alone is nobody.
        let is_somebody = subject.is_some() || client.is_some();
        is_somebody.then(|| Self(Arc::new(Known { subject, client, issuer, grants: None })))
    }

    /// The same, asking through this `OAuth` client.
    #[must_use]
    pub fn through_client(mut self, client: &str) -> Self {
        Arc::make_mut(&mut self.0).client = Some(client.into());
        self
    }

    /// The same, as this issuer of tokens knows it.
    #[must_use]
    pub fn known_to(mut self, issuer: &str) -> Self {
        Arc::make_mut(&mut self.0).issuer = Some(issuer.into());
        self
    }

    /// The same, with what its credentials grant.
    #[must_use]
    pub fn granted(mut self, grants: Grants) -> Self {
        Arc::make_mut(&mut self.0).grants = Some(Box::new(grants));
        self
    }

    /// What its credentials grant, if anybody said so.
    #[must_use]
    pub fn grants(&self) -> Option<&Grants> {
        self.0.grants.as_deref()
    }

    /// The user, if it is one.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// The `OAuth` client it asks through, if that is known.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.0.client.as_deref()
    }

    /// Who issued the token it was known by, if that is known.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// A short text that stands for it, the same in every process and another for every other: what is kept in its place.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = [self.subject(), self.client(), self.issuer()];
        // An absent part is not an empty one.
        let parts = parts.into_iter().flat_map(|part| {
            [if part.is_some() { "known" } else { "unknown" }, part.unwrap_or_default()].map(str::as_bytes)
        });
        URL_SAFE_NO_PAD.encode(sealing::bond([&b"oxmcp principal"[..]].into_iter().chain(parts)))
    }
}

impl Known {
    fn who(&self) -> [Option<&str>; 3] {
        [self.subject.as_deref(), self.client.as_deref(), self.issuer.as_deref()]
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.0.who() == other.0.who()
    }
}

impl Eq for Principal {}

impl Hash for Principal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.who().hash(state);
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Claims and tokens are not for logs (SEC-15).
        formatter.debug_struct("Grants").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A person's name is not for logs (SEC-15).
        formatter.write_str("Principal")
    }
}
