//! Who may call, how often, what is recorded: one configuration in sections, the same words from every language and in the file.

mod audit;
mod authentication;
mod authorization;
mod moments;
mod one_or_many;
mod policy_file;
mod safety;
mod secret;
mod switched;
mod telemetry;
mod tls;
mod wrong;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

pub use self::audit::AuditSettings;
pub use self::authentication::{
    ApiKeySettings, AuthenticationSettings, CertificateSettings, DpopSettings, JwtSettings, VERIFY_TOKEN,
};
pub use self::authorization::AuthorizationSettings;
pub(super) use self::policy_file::{PolicyFile, is_json};
pub use self::safety::{IdempotencySettings, SafetySettings};
pub use self::secret::Secret;
pub use self::telemetry::{
    DashboardSettings, HealthSettings, LogSettings, MetricsSettings, OtlpSettings, TelemetrySettings,
};
pub use self::tls::TlsSettings;
use crate::audit::BATCH;
use crate::authentication::Authenticator;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::middleware::{Admission, Auditor};
use crate::registry::Registry;
use crate::safety::SANITIZE;
use crate::telemetry::Telemetry;

/// The environment variable with the path of a configuration file, for servers that are given none.
pub const CONFIG: &str = "OXMCP_CONFIG";

/// The configuration. A section that is absent is switched off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who is believed over HTTP.
    pub authentication: Option<AuthenticationSettings>,
    /// Who may do what.
    pub authorization: Option<AuthorizationSettings>,
    /// What is told of the server's work, and where.
    pub telemetry: Option<TelemetrySettings>,
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
    pub(super) telemetry: Option<Telemetry>,
    /// Whether what functions raise is for the log alone.
    pub(super) masks_errors: bool,
}

impl Settings {
    /// Reads the JSON of a front end, and the sections that it does not have from the file with this path, or from the one that
    /// [`CONFIG`] names.
    ///
    /// # Errors
    /// See [`Settings::from_json`] and [`Settings::from_file`].
    pub fn read(text: &str, path: Option<&Path>) -> Result<Self> {
        let own = Self::from_json(text)?;
        let named = std::env::var_os(CONFIG).filter(|named| !named.is_empty()).map(PathBuf::from);
        Ok(match path.map(Path::to_owned).or(named) {
            Some(path) => own.or(Self::from_file(&path)?),
            None => own,
        })
    }

    /// The paths beside the endpoint's that are answered for these.
    #[must_use]
    pub fn pages(&self) -> Vec<String> {
        self.telemetry.as_ref().map(TelemetrySettings::pages).unwrap_or_default()
    }

    /// Reads the JSON of a front end.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] that says what is wrong where.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Configuration, wrong::in_json(text, &error)))
    }

    /// Reads a file, TOML or, where its name ends with `.json`, JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where it cannot be read, [`ErrorKind::Configuration`] that says what is wrong where.
    pub fn from_file(path: &Path) -> Result<Self> {
        let named = |kind, why: String| Error::new(kind, format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(ErrorKind::Io, error.to_string()))?;
        if is_json(path) {
            return serde_json::from_str(&text)
                .map_err(|error| named(ErrorKind::Configuration, wrong::in_json(&text, &error)));
        }
        toml::from_str(&text).map_err(|error| named(ErrorKind::Configuration, wrong::in_toml(&text, &error)))
    }

    /// The sections of both; where both have one, that of `self` counts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self { authentication, authorization, telemetry, audit, safety, tls } = other;
        Self {
            authentication: self.authentication.or(authentication),
            authorization: self.authorization.or(authorization),
            telemetry: self.telemetry.or(telemetry),
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
        let records = self.audit.as_ref().and_then(|audit| audit.path.clone());
        let telemetry = self.telemetry.as_ref().map(|section| section.telemetry(records)).transpose()?;
        let mut admission = Admission::default();
        if let Some(section) = &self.authorization {
            admission = admission.authorizer(Arc::new(section.authorizer()?));
        }
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
        Ok(Parts { admission, authenticator, telemetry, masks_errors })
    }
}

/// A section, or what it says by default where only its function is given.
fn given<S: Clone + Default>(section: Option<&S>, function: Option<&Arc<dyn Handler>>) -> Option<S> {
    section.cloned().or_else(|| function.map(|_| S::default()))
}
