//! What can be set about telemetry.

use std::path::PathBuf;
use std::time::Duration;

use http::HeaderMap;

/// What is told of a server's work, and where. Nothing is told without.
#[derive(Debug, Clone, Default)]
pub struct TelemetryOptions {
    /// A line of JSON for every operation.
    pub logs: Option<LogOptions>,
    /// Counts for Prometheus.
    pub metrics: Option<PageOptions>,
    /// A page for people.
    pub dashboard: Option<PageOptions>,
    /// Where it is asked whether the server is there, unless whoever serves says so itself.
    pub probes: Option<ProbeOptions>,
    /// Spans and counts for a collector of OpenTelemetry.
    pub otlp: Option<OtlpOptions>,
    /// What the server is called there; its own name otherwise.
    pub service_name: Option<String>,
    /// The file with audit records of which the page shows the last.
    pub audit_file: Option<PathBuf>,
}

/// Where lines go.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// The file they are appended to, which is opened again when it was moved away; standard error without one.
    pub path: Option<PathBuf>,
    /// Only what failed, was refused or took at least this long.
    pub slower_than: Option<Duration>,
    /// Whether lines name the principal.
    pub principals: bool,
}

/// A page beside the endpoint.
#[derive(Clone)]
pub struct PageOptions {
    /// Where it is.
    pub path: String,
    /// What whoever reads it has to show, as a bearer token or the password of any user. `None`: everybody reads it.
    pub token: Option<String>,
}

/// Where it is asked, by whomever, whether the server is there.
#[derive(Debug, Clone)]
pub struct ProbeOptions {
    /// Whether it runs.
    pub path: String,
    /// Whether it takes requests.
    pub ready_path: String,
}

impl Default for ProbeOptions {
    fn default() -> Self {
        Self { path: "/health".to_owned(), ready_path: "/ready".to_owned() }
    }
}

/// The shortest token that is not guessed. Bytes.
pub const MIN_TOKEN_BYTES: usize = 16;

/// How spans and counts go to a collector: OTLP over HTTP, as JSON.
#[derive(Clone)]
pub struct OtlpOptions {
    /// Below which URL: `/v1/traces` and `/v1/metrics` are appended.
    pub endpoint: String,
    /// Headers that every request has: those that let it in.
    pub headers: HeaderMap,
    /// Whether spans go there.
    pub traces: bool,
    /// Whether counts go there.
    pub metrics: bool,
    /// Which part of the traces that begin here is recorded, from 0 to 1. Of others, whoever began them says.
    pub sample_ratio: f64,
    /// How long a span waits for others.
    pub interval: Duration,
    /// How often counts go.
    pub metrics_interval: Duration,
    /// How many spans may wait; more are lost, and counted as such.
    pub queue: usize,
    /// A file with certificate authorities to trust besides the usual ones.
    pub authorities: Option<PathBuf>,
    /// Whether it may go unencrypted to another machine: in a network that is trusted.
    pub is_plain_allowed: bool,
    /// Whether spans name resources by their URI, and principals.
    pub details: bool,
}

/// The port that collectors listen at for HTTP.
pub const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:4318";

impl Default for OtlpOptions {
    fn default() -> Self {
        Self {
            endpoint: DEFAULT_ENDPOINT.to_owned(),
            headers: HeaderMap::new(),
            traces: true,
            metrics: true,
            sample_ratio: 1.0,
            interval: Duration::from_secs(5),
            metrics_interval: Duration::from_secs(60),
            queue: 2_048,
            authorities: None,
            is_plain_allowed: false,
            details: false,
        }
    }
}

// Neither tokens nor headers are for logs.
impl std::fmt::Debug for PageOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PageOptions").field("path", &self.path).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OtlpOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OtlpOptions").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
