//! The counts as text for Prometheus (OpenMetrics 1.0).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::counts::{Counted, Counts};
use super::durations::{BOUNDS, Buckets};

/// The type of the text.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the operations are called in series: which label says what they are about.
pub(super) fn target_label(method: &str) -> &'static str {
    if method == "prompts/get" { "gen_ai_prompt_name" } else { "gen_ai_tool_name" }
}

/// Writes what is counted.
pub(super) struct Exposition(Registry);

impl Exposition {
    pub(super) fn new(counts: Arc<Counts>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Source(counts)));
        Self(registry)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut text, &self.0);
        text
    }
}

#[derive(Debug)]
struct Source(Arc<Counts>);

type Labels<'a> = Vec<(&'static str, &'a str)>;

impl Collector for Source {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let counts = &*self.0;
        let reading = counts.read();
        let mut operations = encoder.encode_descriptor(
            "mcp_server_operation_duration",
            "How long operations took until their answer",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for counted in &reading.operations {
            for (error, buckets) in &counted.outcomes {
                let labels = labels(counted, error.as_deref().map(|error| ("error_type", error)));
                let (bounds, total) = (bounded(buckets), buckets.total());
                let mut series = operations.encode_family(&labels)?;
                series.encode_histogram::<NoLabelSet>(buckets.sum, total, &bounds, None)?;
            }
        }
        let sessions = &reading.sessions;
        encoder
            .encode_descriptor(
                "mcp_server_session_duration",
                "How long sessions lasted that are over",
                Some(&Unit::Seconds),
                MetricType::Histogram,
            )?
            .encode_histogram::<NoLabelSet>(sessions.sum, sessions.total(), &bounded(sessions), None)?;
        recent(&mut encoder, &reading.operations)?;
        gauges(&mut encoder, counts)?;
        let mut refused = encoder.encode_descriptor(
            "oxmcp_http_refused",
            "HTTP requests that were refused before they were read",
            None,
            MetricType::Counter,
        )?;
        for (status, count) in &reading.refused {
            let labels = [("http_response_status_code", status.to_string())];
            refused.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
        }
        for (name, help, lost) in [
            ("oxmcp_log_lines_lost", "Log lines for which there was no room", &counts.lines_lost),
            (
                "oxmcp_spans_lost",
                "Spans for which there was no room, or that nobody took",
                &counts.spans_lost,
            ),
        ] {
            let lost = lost.load(Ordering::Relaxed);
            encoder
                .encode_descriptor(name, help, None, MetricType::Counter)?
                .encode_counter::<NoLabelSet, _, u64>(&lost, None)?;
        }
        Ok(())
    }
}

fn labels<'a>(counted: &'a Counted, more: Option<(&'static str, &'a str)>) -> Labels<'a> {
    let mut labels: Labels<'a> = vec![("mcp_method_name", &*counted.method)];
    labels.extend(counted.target.as_deref().map(|target| (target_label(&counted.method), target)));
    labels.extend(more);
    labels
}

fn bounded(buckets: &Buckets) -> Vec<(f64, u64)> {
    let bounds = BOUNDS.iter().copied().chain([f64::INFINITY]);
    bounds.zip(buckets.counts.iter().copied()).collect()
}

/// What cannot be had from buckets as wide as these.
fn recent(encoder: &mut DescriptorEncoder<'_>, operations: &[Counted]) -> fmt::Result {
    let mut durations = encoder.encode_descriptor(
        "oxmcp_operation_recent_duration",
        "How long operations of the last 5 to 10 minutes took at most, by the part of them that did",
        Some(&Unit::Seconds),
        MetricType::Gauge,
    )?;
    for counted in operations.iter().filter(|counted| counted.recent.calls > 0) {
        let recent = &counted.recent;
        for (quantile, duration) in [("0.5", recent.p50), ("0.95", recent.p95), ("0.99", recent.p99)] {
            let labels = labels(counted, Some(("quantile", quantile)));
            durations.encode_family(&labels)?.encode_gauge(&duration.as_secs_f64())?;
        }
    }
    let mut errors = encoder.encode_descriptor(
        "oxmcp_operation_recent_error_ratio",
        "Which part of the operations of the last 5 to 10 minutes failed, from 0 to 1",
        None,
        MetricType::Gauge,
    )?;
    for counted in operations.iter().filter(|counted| counted.recent.calls > 0) {
        errors.encode_family(&labels(counted, None))?.encode_gauge(&counted.recent.error_ratio())?;
    }
    Ok(())
}

fn gauges(encoder: &mut DescriptorEncoder<'_>, counts: &Counts) -> fmt::Result {
    let gauges = &counts.gauges;
    for (name, help, value) in [
        ("oxmcp_connections", "HTTP connections that are open", &gauges.connections),
        ("oxmcp_streams", "Event streams that are open", &gauges.streams),
        ("oxmcp_sessions", "Sessions of clients that began with a handshake", &gauges.sessions),
        ("oxmcp_subscriptions", "Subscriptions that are open", &gauges.subscriptions),
        ("oxmcp_operations_in_flight", "Operations that are being done", &gauges.in_flight),
    ] {
        let value = value.load(Ordering::Relaxed);
        encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)?;
    }
    let began = counts.began.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64();
    encoder
        .encode_descriptor(
            "oxmcp_start_time",
            "When counting began",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?
        .encode_gauge(&began)?;
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    encoder
        .encode_descriptor("oxmcp_build", "Which oxmcp this is", None, MetricType::Info)?
        .encode_info(&version)
}
