//! The section `telemetry`: what is told of a server's work, and where.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::authentication::wrong;
use super::moments::seconds;
use super::secret::Secret;
use super::switched::switched;
use crate::error::Result;
use crate::telemetry::{
    DASHBOARD_DATA, DEFAULT_ENDPOINT, LogOptions, OtlpOptions, PageOptions, ProbeOptions, Telemetry,
    TelemetryOptions,
};

/// Where the counts are, where nothing else is said.
const METRICS: &str = "/metrics";
/// Where the page for people is, where nothing else is said.
const DASHBOARD: &str = "/dashboard";

/// What is told of a server's work, and where; see [`TelemetryOptions`], whose names these are. Each part is off unless it is there;
/// `true` stands for all of its defaults.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// A line of JSON for every operation.
    #[serde(deserialize_with = "switched")]
    pub logs: Option<LogSettings>,
    /// Counts for Prometheus.
    #[serde(deserialize_with = "switched")]
    pub metrics: Option<MetricsSettings>,
    /// A page for people.
    #[serde(deserialize_with = "switched")]
    pub dashboard: Option<DashboardSettings>,
    /// Where it is asked whether the server is there.
    #[serde(deserialize_with = "switched")]
    pub health: Option<HealthSettings>,
    /// Spans and counts for a collector of OpenTelemetry.
    #[serde(deserialize_with = "switched")]
    pub otlp: Option<OtlpSettings>,
    /// What the server is called there; `OTEL_SERVICE_NAME`, else its own name.
    #[serde(alias = "serviceName")]
    pub service_name: Option<String>,
}

/// Where lines go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// The file they are appended to; standard error without one.
    pub path: Option<PathBuf>,
    /// Only what failed, was refused or took at least this long.
    #[serde(alias = "slowerThanSeconds")]
    pub slower_than_seconds: Option<f64>,
    /// Whether lines name the principal.
    pub principals: bool,
}

/// Where counts are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// `/metrics`.
    pub path: Option<String>,
    /// What whoever reads them has to show.
    pub token: Option<Secret>,
    /// Whether everybody may read them.
    pub public: bool,
}

/// Where the page for people is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DashboardSettings {
    /// `/dashboard`.
    pub path: Option<String>,
    /// What whoever reads it has to show. There is no page without.
    pub token: Option<Secret>,
}

/// Where it is asked whether the server is there, and whether it takes requests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSettings {
    /// `/health`.
    pub path: Option<String>,
    /// `/ready`.
    #[serde(alias = "readyPath")]
    pub ready_path: Option<String>,
}

/// How spans and counts go to a collector.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpSettings {
    /// Its URL; `OTEL_EXPORTER_OTLP_ENDPOINT`, else [`DEFAULT_ENDPOINT`].
    pub endpoint: Option<String>,
    /// Headers that every request has.
    pub headers: BTreeMap<String, Secret>,
    /// Whether spans go there; they do unless this says otherwise.
    pub traces: Option<bool>,
    /// Whether counts go there; they do unless this says otherwise.
    pub metrics: Option<bool>,
    /// Which part of the traces that begin here is recorded, from 0 to 1; all of them.
    #[serde(alias = "sampleRatio")]
    pub sample_ratio: Option<f64>,
    /// How long a span waits for others; 5.
    #[serde(alias = "intervalSeconds")]
    pub interval_seconds: Option<f64>,
    /// How often counts go; 60.
    #[serde(alias = "metricsIntervalSeconds")]
    pub metrics_interval_seconds: Option<f64>,
    /// How many spans may wait; 2,048.
    pub queue: Option<usize>,
    /// A file with certificate authorities to trust besides the usual ones.
    #[serde(alias = "caFile")]
    pub ca_file: Option<PathBuf>,
    /// Whether it may go unencrypted to another machine.
    pub plain: bool,
    /// Whether spans name resources by their URI, and principals.
    pub details: bool,
}

impl TelemetrySettings {
    /// Opens what there is to be written to; `records` is the file of audit records whose last the page for people shows.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) that says what is wrong where; see [`Telemetry::open`].
    pub fn telemetry(&self, records: Option<PathBuf>) -> Result<Telemetry> {
        Telemetry::open(TelemetryOptions {
            logs: self.logs.as_ref().map(LogSettings::options).transpose()?,
            metrics: self.metrics.as_ref().map(MetricsSettings::options).transpose()?,
            dashboard: self.dashboard.as_ref().map(DashboardSettings::options).transpose()?,
            probes: self.health.as_ref().map(HealthSettings::options),
            otlp: self.otlp.as_ref().map(OtlpSettings::options).transpose()?,
            service_name: self.service_name.clone().or_else(|| variable("OTEL_SERVICE_NAME")),
            audit_file: records,
        })
    }
}

impl TelemetrySettings {
    /// The paths of what is shown over HTTP.
    pub(super) fn pages(&self) -> Vec<String> {
        let path = |said: &Option<String>, usual: &str| said.clone().unwrap_or_else(|| usual.to_owned());
        let mut pages = Vec::new();
        pages.extend(self.metrics.as_ref().map(|metrics| path(&metrics.path, METRICS)));
        if let Some(dashboard) = &self.dashboard {
            let board = path(&dashboard.path, DASHBOARD);
            let data = format!("{board}{DASHBOARD_DATA}");
            pages.extend([board, data]);
        }
        if let Some(health) = self.health.as_ref().map(HealthSettings::options) {
            pages.extend([health.path, health.ready_path]);
        }
        pages
    }
}

impl LogSettings {
    fn options(&self) -> Result<LogOptions> {
        let slower_than = self.slower_than_seconds;
        let slower_than = slower_than.map(|time| seconds("telemetry.logs.slower_than_seconds", time));
        Ok(LogOptions {
            path: self.path.clone(),
            slower_than: slower_than.transpose()?,
            principals: self.principals,
        })
    }
}

impl MetricsSettings {
    fn options(&self) -> Result<PageOptions> {
        if self.token.is_some() == self.public {
            let what = "telemetry.metrics: either `token` says what whoever reads the counts has to show, or `public` that everybody may";
            return Err(wrong(what.to_owned()));
        }
        Ok(page(self.path.as_deref(), METRICS, self.token.as_ref()))
    }
}

impl DashboardSettings {
    fn options(&self) -> Result<PageOptions> {
        if self.token.is_none() {
            let what = "telemetry.dashboard.token is missing: the page shows who does what, and is not for everybody";
            return Err(wrong(what.to_owned()));
        }
        Ok(page(self.path.as_deref(), DASHBOARD, self.token.as_ref()))
    }
}

impl HealthSettings {
    fn options(&self) -> ProbeOptions {
        let default = ProbeOptions::default();
        ProbeOptions {
            path: self.path.clone().unwrap_or(default.path),
            ready_path: self.ready_path.clone().unwrap_or(default.ready_path),
        }
    }
}

impl OtlpSettings {
    fn options(&self) -> Result<OtlpOptions> {
        let default = OtlpOptions::default();
        let time = |name: &str, said: Option<f64>, default: Duration| {
            said.map_or(Ok(default), |said| seconds(&format!("telemetry.otlp.{name}"), said))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let (Ok(read), Ok(mut value)) =
                (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.text()))
            else {
                return Err(wrong(format!(
                    "telemetry.otlp.headers: {name:?} is no header, or its value is none"
                )));
            };
            value.set_sensitive(true);
            headers.insert(read, value);
        }
        let endpoint = self.endpoint.clone().or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT"));
        Ok(OtlpOptions {
            endpoint: endpoint.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()),
            headers,
            traces: self.traces.unwrap_or(default.traces),
            metrics: self.metrics.unwrap_or(default.metrics),
            sample_ratio: self.sample_ratio.unwrap_or(default.sample_ratio),
            interval: time("interval_seconds", self.interval_seconds, default.interval)?,
            metrics_interval: time(
                "metrics_interval_seconds",
                self.metrics_interval_seconds,
                default.metrics_interval,
            )?,
            queue: self.queue.unwrap_or(default.queue),
            authorities: self.ca_file.clone(),
            is_plain_allowed: self.plain,
            details: self.details,
        })
    }
}

fn page(path: Option<&str>, usual: &str, token: Option<&Secret>) -> PageOptions {
    PageOptions { path: path.unwrap_or(usual).to_owned(), token: token.map(|token| token.text().to_owned()) }
}

/// A variable that is empty counts as not set.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}
