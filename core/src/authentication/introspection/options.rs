//! What can be set about whoever is asked.

use std::fmt;
use std::time::Duration;

/// A server that is asked about tokens, and what is wanted of its answers (AUTH-7).
#[derive(Clone)]
pub struct IntrospectionOptions {
    /// Where it is asked: https, or http on this machine.
    pub url: String,
    /// How.
    pub style: IntrospectionStyle,
    /// What it calls itself. It is told to clients as where tokens come from, and an answer that names another issuer is none.
    pub issuer: Option<String>,
    /// What this server is called there.
    pub client_id: Option<String>,
    /// What it proves that with.
    pub client_secret: Option<String>,
    /// Whether both are sent as fields of the form, and not in the header `Authorization`.
    pub secret_in_form: bool,
    /// Whom tokens must be meant for: one of these. Empty: this server's canonical URI.
    pub audiences: Vec<String>,
    /// Whether an answer has to say whom the token is meant for. Without it whatever tokens the server knows are taken for ours.
    pub needs_audience: bool,
    /// Where the subject stands; `sub`, or else `username`, or else `client_id`.
    pub subject_claim: Option<String>,
    /// Where scopes stand: texts of words or lists, in all of these; empty: `scope` or `scp`. Dots lead into objects.
    pub scopes_claims: Vec<String>,
    /// Where roles stand: texts or lists, in all of these; empty: `roles`. Dots lead into objects.
    pub roles_claims: Vec<String>,
    /// How far clocks may differ.
    pub leeway: Duration,
}

/// How a server is asked about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IntrospectionStyle {
    /// As RFC 7662 says.
    #[default]
    Standard,
    /// As GitHub says whether a token is one of an OAuth app's.
    Github,
    /// As Google describes access tokens.
    Google,
}

impl IntrospectionOptions {
    /// A server at this URL of which nothing special is wanted.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            style: IntrospectionStyle::Standard,
            issuer: None,
            client_id: None,
            client_secret: None,
            secret_in_form: false,
            audiences: Vec::new(),
            needs_audience: true,
            subject_claim: None,
            scopes_claims: Vec::new(),
            roles_claims: Vec::new(),
            leeway: Duration::from_secs(30),
        }
    }
}

impl fmt::Debug for IntrospectionOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "IntrospectionOptions({})", self.url)
    }
}
