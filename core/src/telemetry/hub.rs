//! Hears what is done, and hands it on.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::counts::{Counts, error_of};
use super::dashboard;
use super::exposition::Exposition;
use super::logs::{self, LogWriter};
use super::options::{MIN_TOKEN_BYTES, PageOptions, ProbeOptions, TelemetryOptions};
use super::otlp::{Exporter, Span};
use super::recent::RecentOperations;
use crate::error::{Error, ErrorKind, Result};
use crate::middleware::{Begun, Observer, OperationEvent, Permit, Place, Ticket};

/// The telemetry of one server. Clones are the same.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    counts: Arc<Counts>,
    exposition: Exposition,
    logs: Option<Logs>,
    exporter: Option<Exporter>,
    metrics: Option<PageOptions>,
    dashboard: Option<PageOptions>,
    probes: Option<ProbeOptions>,
    /// What the page shows that is no count; nothing where there is no page.
    recent: Option<Mutex<RecentOperations>>,
    audit_file: Option<PathBuf>,
    service_name: Option<String>,
    /// The server's name and version.
    server: OnceLock<(String, String)>,
}

struct Logs {
    writer: LogWriter,
    slower_than: Option<Duration>,
    principals: bool,
}

impl Telemetry {
    /// Opens what there is to be written to.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an option that cannot work, [`ErrorKind::Io`] for a file that cannot be opened.
    pub fn open(options: TelemetryOptions) -> Result<Self> {
        let TelemetryOptions { logs, metrics, dashboard, probes, otlp, service_name, audit_file } = options;
        for (name, page) in [("metrics", &metrics), ("dashboard", &dashboard)] {
            page.as_ref().map_or(Ok(()), |page| check(name, page))?;
        }
        if let (Some(metrics), Some(dashboard)) = (&metrics, &dashboard)
            && metrics.path == dashboard.path
        {
            let what = format!("telemetry: {:?} is the path of both metrics and dashboard", metrics.path);
            return Err(Error::new(ErrorKind::Configuration, what));
        }
        let counts = Counts::new();
        let logs = match logs {
            None => None,
            Some(options) => Some(Logs {
                writer: LogWriter::open(options.path, Arc::clone(&counts.lines_lost))?,
                slower_than: options.slower_than,
                principals: options.principals,
            }),
        };
        let exporter = otlp.map(|options| Exporter::open(options, Arc::clone(&counts))).transpose()?;
        Ok(Self(Arc::new(Inner {
            exposition: Exposition::new(Arc::clone(&counts)),
            counts,
            logs,
            exporter,
            recent: dashboard.is_some().then(Mutex::default),
            metrics,
            dashboard,
            probes,
            audit_file,
            service_name,
            server: OnceLock::new(),
        })))
    }

    /// Says whose telemetry it is. The first word counts.
    pub fn introduce(&self, name: &str, version: &str) {
        let name = self.0.service_name.as_deref().unwrap_or(name);
        let _ = self.0.server.set((name.to_owned(), version.to_owned()));
        if let Some(exporter) = &self.0.exporter {
            exporter.introduce(name, version);
        }
    }

    /// Where the counts are shown, if they are.
    #[must_use]
    pub fn metrics_page(&self) -> Option<&PageOptions> {
        self.0.metrics.as_ref()
    }

    /// Where the page for people is, if there is one.
    #[must_use]
    pub fn dashboard_page(&self) -> Option<&PageOptions> {
        self.0.dashboard.as_ref()
    }

    /// Where it is asked whether the server is there, if anywhere.
    #[must_use]
    pub fn probes(&self) -> Option<&ProbeOptions> {
        self.0.probes.as_ref()
    }

    /// The counts as text for Prometheus, of the type [`MEDIA_TYPE`](super::MEDIA_TYPE).
    #[must_use]
    pub fn metrics(&self) -> String {
        self.0.exposition.text()
    }

    /// The page for people: HTML that needs nothing else, and asks for [`Telemetry::dashboard_data`] at its own path and
    /// [`DASHBOARD_DATA`](super::DASHBOARD_DATA).
    #[must_use]
    pub const fn dashboard_html() -> &'static str {
        dashboard::HTML
    }

    /// What may be done by that page, as `Content-Security-Policy`.
    #[must_use]
    pub fn dashboard_policy() -> &'static str {
        dashboard::policy()
    }

    /// What the page shows, a JSON object; `limits` is what whoever serves says of its own. May read a file.
    #[must_use]
    pub fn dashboard_data(&self, limits: &Value) -> String {
        let server = self.0.server.get().map(|(name, version)| (&**name, &**version));
        let recent = self.0.recent.as_ref().map(|recent| {
            // A list of what is over is valid whatever happened while it was locked.
            recent.lock().unwrap_or_else(PoisonError::into_inner).values()
        });
        let audit = self.0.audit_file.as_deref().map(dashboard::last_records);
        dashboard::data(&self.0.counts, server, &recent.unwrap_or_default(), audit.as_deref(), limits)
    }
}

/// A path is one, and a token none that is guessed.
fn check(name: &str, page: &PageOptions) -> Result<()> {
    let wrong = |why: String| Err(Error::new(ErrorKind::Configuration, format!("telemetry.{name}.{why}")));
    if !page.path.starts_with('/') || page.path.len() < 2 || page.path.contains(['?', '#', ' ']) {
        return wrong(format!(
            "path must begin with \"/\", name something and have no query, fragment or space, not {:?}",
            page.path
        ));
    }
    if page.token.as_ref().is_some_and(|token| token.len() < MIN_TOKEN_BYTES) {
        return wrong(format!("token has less than {MIN_TOKEN_BYTES} bytes: it could be guessed"));
    }
    Ok(())
}

impl Observer for Telemetry {
    fn operation(&self, event: &OperationEvent<'_>) -> Option<Ticket> {
        let Inner { counts, logs, exporter, recent, .. } = &*self.0;
        counts.count(event);
        if let Some(logs) = logs {
            let is_told =
                error_of(event).is_some() || logs.slower_than.is_none_or(|least| event.duration >= least);
            if is_told {
                logs.writer.write(&logs::operation(event, logs.principals));
            }
        }
        if let Some(exporter) = exporter
            && exporter.traces()
            && let Some(span) = Span::new(event, exporter.details())
        {
            exporter.send(span);
        }
        if let Some(recent) = recent {
            recent.lock().unwrap_or_else(PoisonError::into_inner).note(event);
        }
        None
    }

    fn traces(&self) -> bool {
        self.0.logs.is_some() || self.0.exporter.as_ref().is_some_and(Exporter::traces)
    }

    fn begins(&self, what: Begun) -> Option<Permit> {
        Some(self.0.counts.begin(what))
    }

    fn rest(&self) {
        if let Some(logs) = &self.0.logs {
            logs.writer.rest();
        }
        if let Some(exporter) = &self.0.exporter {
            exporter.rest();
        }
    }

    fn refused(&self, status: u16, reason: &str, place: Place) -> Option<Ticket> {
        self.0.counts.refuse(status);
        if let Some(logs) = &self.0.logs {
            logs.writer.write(&logs::refusal(status, reason, place));
        }
        None
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Telemetry")
            .field("logs", &self.0.logs.is_some())
            .field("exporter", &self.0.exporter.is_some())
            .field("metrics", &self.0.metrics)
            .field("dashboard", &self.0.dashboard)
            .finish_non_exhaustive()
    }
}
