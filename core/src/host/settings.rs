//! Who may call, how often, what is recorded: one configuration in sections, the same words from every language and in the file.

mod authentication;
mod one_or_many;
mod secret;
mod switched;
mod telemetry;
mod tls;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

pub use self::tls::TlsSettings;
use crate::authentication::Authenticator;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Handler;
use crate::middleware::Admission;
use crate::telemetry::Telemetry;
pub use authentication::{
    ApiKeySettings, AuthenticationSettings, CertificateSettings, DpopSettings, JwtSettings, VERIFY_TOKEN,
};
pub use secret::Secret;
pub use telemetry::{
    DashboardSettings, HealthSettings, LogSettings, MetricsSettings, OtlpSettings, TelemetrySettings,
};

/// The environment variable with the path of a configuration file, for servers that are given none.
pub const CONFIG: &str = "OXMCP_CONFIG";

/// The configuration. A section that is absent is switched off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Who is believed over HTTP.
    pub authentication: Option<AuthenticationSettings>,
    /// What is told of the server's work, and where.
    pub telemetry: Option<TelemetrySettings>,
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
        serde_json::from_str(text).map_err(|error| Error::new(ErrorKind::Configuration, error.to_string()))
    }

    /// Reads a file, TOML or, where its name ends with `.json`, JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where it cannot be read, [`ErrorKind::Configuration`] that says what is wrong where.
    pub fn from_file(path: &Path) -> Result<Self> {
        let named =
            |kind, error: &dyn std::fmt::Display| Error::new(kind, format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(ErrorKind::Io, &error))?;
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return serde_json::from_str(&text).map_err(|error| named(ErrorKind::Configuration, &error));
        }
        toml::from_str(&text).map_err(|error| named(ErrorKind::Configuration, &error))
    }

    /// The sections of both; where both have one, that of `self` counts.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self { authentication, telemetry, tls } = other;
        Self {
            authentication: self.authentication.or(authentication),
            telemetry: self.telemetry.or(telemetry),
            tls: self.tls.or(tls),
        }
    }

    /// Makes what engines are given.
    ///
    /// # Errors
    /// What cannot work together, or be opened.
    pub(super) fn assemble(&self, functions: &Functions) -> Result<Parts> {
        let verify = functions.get(VERIFY_TOKEN).cloned();
        let authenticator = match (&self.authentication, verify) {
            (None, None) => None,
            (Some(section), verify) => Some(section.authenticator(verify)?),
            (None, verify) => Some(AuthenticationSettings::default().authenticator(verify)?),
        };
        let telemetry = self.telemetry.as_ref().map(TelemetrySettings::telemetry).transpose()?;
        Ok(Parts { admission: Admission::default(), authenticator, telemetry })
    }
}
