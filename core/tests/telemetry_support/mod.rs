//! What the tests of telemetry share.
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and a helper of a test fails the test"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use oxmcp_core::middleware::{OperationEvent, Outcome, Transport};
use oxmcp_core::model::{CallId, OperationKind};
use oxmcp_core::telemetry::{LogOptions, PageOptions, Telemetry, TelemetryOptions};
use serde_json::Value;

pub const TOKEN: &str = "a-token-that-is-long-enough";

pub fn page(path: &str) -> PageOptions {
    PageOptions { path: path.to_owned(), token: Some(TOKEN.to_owned()) }
}

/// Counts, behind pages at the usual paths.
pub fn counting() -> Telemetry {
    Telemetry::open(TelemetryOptions {
        metrics: Some(page("/metrics")),
        dashboard: Some(page("/dashboard")),
        ..TelemetryOptions::default()
    })
    .unwrap()
}

/// Writes lines into this file.
pub fn logging(path: &Path) -> Telemetry {
    let logs = LogOptions { path: Some(path.to_owned()), ..LogOptions::default() };
    Telemetry::open(TelemetryOptions { logs: Some(logs), ..TelemetryOptions::default() }).unwrap()
}

/// A call of a tool that took so long.
pub fn event<'a>(tool: &'a str, duration: Duration, error: Option<&'a str>) -> OperationEvent<'a> {
    OperationEvent {
        began: SystemTime::now(),
        duration,
        kind: OperationKind::CallTool,
        method: "tools/call",
        target: Some(tool),
        is_registered: true,
        arguments: None,
        outcome: if error.is_some() { Outcome::Error } else { Outcome::Allowed },
        error,
        rule: None,
        principal: None,
        remote: None,
        transport: Transport::Http,
        call: CallId::next(),
        request_id: None,
        session_id: None,
        client_info: None,
        protocol_version: None,
        meta: None,
        headers: None,
        trace: None,
    }
}

/// A file that is gone with the value.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("telemetry-{}-{number}.jsonl", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }

    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The value of a series in Prometheus' text.
pub fn sample(text: &str, series: &str) -> Option<f64> {
    let line =
        text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// How many series there are.
pub fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.starts_with('#')).count()
}
