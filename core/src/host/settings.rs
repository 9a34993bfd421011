//! Who may call, how often, what is recorded: one configuration in sections, the same words from every language and in the file.

mod audit;
mod authentication;
mod moments;
mod one_or_many;
mod safety;
mod secret;
mod tls;
mod wrong;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

pub use self::tls::TlsSettings;
use crate::audit::BATCH;
use crate::authentication::Authenticator;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::middleware::{Admission, Auditor};
use crate::registry::Registry;
use crate::safety::SANITIZE;
pub use audit::AuditSettings;
pub use authentication::{ApiKeySettings, AuthenticationSettings, JwtSettings, VERIFY_TOKEN};
pub use safety::{IdempotencySettings, SafetySettings};
pub use secret::Secret;

/// The environment variable with the path of a configuration file, for servers that are given none.
pub const CONFIG: &str = "OXMCP_CONFIG";

/// The configuration. A section that is absent is switched off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who is believed over HTTP.
    pub authentication: Option<AuthenticationSettings>,
    /// What is recorded of it, and where.
    pub audit: Option<AuditSettings>,
    /// What people are asked before it is done, and what models are told.
    pub safety: Option<SafetySettings>,
    /// Certificates and keys, where it is served over HTTP.
    pub tls: Option<TlsSettings>,
}

/// The author's functions that sections ask, by the name of the method they are asked with, `oxmcp/…`.
pub type Functions = HashMap<String, Arc<dyn Handler>>;

/// What an engine is given of it. Made once and kept: engines come and go with event loops, counts and records stay.
#[derive(Clone, Default)]
pub(super) struct Parts {
    pub(super) admission: Admission,
    pub(super) authenticator: Option<Authenticator>,
    /// Whether what functions raise is for the log alone.
    pub(super) masks_errors: bool,
}

impl Settings {
    /// Reads the JSON of a front end.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] that says what is wrong where.
    pub fn from_json(text: &str) -> Result<Self> {
        let wrong = |error: serde_json::Error| {
            Error::new(ErrorKind::Configuration, wrong::without_values(&error.to_string()))
        };
        serde_json::from_str(text).map_err(wrong)
    }

    /// Reads a file, TOML or, where its name ends with `.json`, JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where it cannot be read, [`ErrorKind::Configuration`] that says what is wrong where.
    pub fn from_file(path: &Path) -> Result<Self> {
        let named = |kind, why: String| Error::new(kind, format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(ErrorKind::Io, error.to_string()))?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return serde_json::from_str(&text)
                .map_err(|error| named(ErrorKind::Configuration, wrong::without_values(&error.to_string())));
        }
        toml::from_str(&text).map_err(|error| named(ErrorKind::Configuration, wrong::in_toml(&text, &error)))
    }

    /// The sections of both; where both have one, that of `self` counts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self { authentication, audit, safety, tls } = other;
        Self {
            authentication: self.authentication.or(authentication),
            audit: self.audit.or(audit),
            safety: self.safety.or(safety),
            tls: self.tls.or(tls),
        }
    }

    /// Makes what engines are given; what stands around tools is set in `registry`.
    ///
    /// # Errors
    /// What cannot work together, or be opened.
    pub(super) fn assemble(&self, functions: &Functions, registry: &Registry) -> Result<Parts> {
        let verify = functions.get(VERIFY_TOKEN).cloned();
        let authenticator = match (&self.authentication, verify) {
            (None, None) => None,
            (Some(section), verify) => Some(section.authenticator(verify)?),
            (None, verify) => Some(AuthenticationSettings::default().authenticator(verify)?),
        };
        let mut admission = Admission::default();
        let (sink, sanitizer) = (functions.get(BATCH), functions.get(SANITIZE));
        if let Some(section) = given(self.audit.as_ref(), sink) {
            let log = section.open(sink.cloned())?;
            admission = admission.observer(Arc::new(Auditor::new(log, registry.clone())));
        }
        let safety = given(self.safety.as_ref(), sanitizer);
        let guard = safety.as_ref().map(|section| section.safety(sanitizer.cloned())).transpose()?;
        if guard.is_some() || registry.snapshot().guard().is_some() {
            registry.set_guard(guard.map(|guard| Arc::new(guard) as _));
        }
        let masks_errors = safety.is_some_and(|section| section.mask_errors);
        Ok(Parts { admission, authenticator, masks_errors })
    }
}

/// A section, or what it says by default where only its function is given.
fn given<S: Clone + Default>(section: Option<&S>, function: Option<&Arc<dyn Handler>>) -> Option<S> {
    section.cloned().or_else(|| function.map(|_| S::default()))
}
