//! Who asks, where somebody knows.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sealing;

/// Who asks, as whoever authenticated the request knows it: compared, never shown (SEC-5).
///
/// Handles that the server gives out (sessions, tasks, cursors, state) are of use to the principal they were given to, and to
/// nobody else. Two principals are the same where all that is known of them is. Whoever asks without one is the same as all who do.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Principal(Arc<Known>);

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Known {
    subject: Option<Box<str>>,
    client: Option<Box<str>>,
    issuer: Option<Box<str>>,
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
        is_somebody.then(|| Self(Arc::new(Known { subject, client, issuer })))
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

impl fmt::Debug for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A person's name is not for logs (SEC-15).
        formatter.write_str("Principal")
    }
}
