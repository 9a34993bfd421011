//! The page for people, and what it shows.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::counts::{Counted, Counts};
use crate::model::timestamp;

/// Where the page's figures are, below its own path.
pub const DASHBOARD_DATA: &str = "/data";

pub(super) const HTML: &str = include_str!("dashboard.html");

/// Nothing is loaded but the page's own data, and nothing runs but what stands in it.
pub(super) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let hash = |tag: &str| {
            let between = |text: &'static str| {
                let (_, after) = text.split_once(&format!("<{tag}>"))?;
                after.split_once(&format!("</{tag}>")).map(|(inside, _)| inside)
            };
            let inside = between(HTML).unwrap_or_default();
            format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, inside.as_bytes())))
        };
        format!(
            "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            hash("script"),
            hash("style")
        )
    })
}

/// All that the page shows.
pub(super) fn data(
    counts: &Counts,
    server: Option<(&str, &str)>,
    recent: &[Value],
    audit: Option<&[Value]>,
    limits: &Value,
) -> String {
    let reading = counts.read();
    let gauges = &counts.gauges;
    let now = |gauge: &std::sync::atomic::AtomicI64| gauge.load(Ordering::Relaxed);
    let refused: Map<String, Value> =
        reading.refused.iter().map(|(status, count)| (status.to_string(), (*count).into())).collect();
    json!({
        "server": server.map(|(name, version)| json!({ "name": name, "version": version })),
        "engine": env!("CARGO_PKG_VERSION"),
        "began": timestamp(counts.began),
        "now": timestamp(SystemTime::now()),
        "gauges": {
            "connections": now(&gauges.connections),
            "streams": now(&gauges.streams),
            "sessions": now(&gauges.sessions),
            "subscriptions": now(&gauges.subscriptions),
            "in_flight": now(&gauges.in_flight),
        },
        "limits": limits,
        "operations": reading.operations.iter().map(operation).collect::<Vec<_>>(),
        "refused": refused,
        "sessions_ended": reading.sessions.total(),
        "log_lines_lost": counts.lines_lost.load(Ordering::Relaxed),
        "spans_lost": counts.spans_lost.load(Ordering::Relaxed),
        "recent": recent,
        "audit": audit,
    })
    .to_string()
}

fn operation(counted: &Counted) -> Value {
    let total: u64 = counted.outcomes.iter().map(|(_, buckets)| buckets.total()).sum();
    let errors: Map<String, Value> = counted
        .outcomes
        .iter()
        .filter_map(|(error, buckets)| Some((error.as_deref()?.to_owned(), buckets.total().into())))
        .collect();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let recent = &counted.recent;
    json!({
        "method": counted.method,
        "target": counted.target,
        "calls": total,
        "errors": errors,
        "recent": {
            "calls": recent.calls,
            "errors": recent.errors,
            "p50_ms": milliseconds(recent.p50),
            "p95_ms": milliseconds(recent.p95),
            "p99_ms": milliseconds(recent.p99),
        },
    })
}

/// How many records are shown, and how much of the file is looked at for them.
const RECORDS: usize = 20;
const TAIL: u64 = 64 * 1024;

/// The last records of an audit file, the newest first. What cannot be read has none.
pub(super) fn last_records(path: &Path) -> Vec<Value> {
    let tail = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = tail().unwrap_or_default();
    let lines = bytes.rsplit(|byte| *byte == b'\n');
    // The first may be a part of one.
    lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .filter(Value::is_object)
        .take(RECORDS)
        .collect()
}
