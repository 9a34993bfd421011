//! Counts as OTLP has them.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::attributes::{Said, attribute};
use super::span::nanoseconds;
use crate::telemetry::counts::{Counted, Counts};
use crate::telemetry::durations::{BOUNDS, Buckets};

/// `AGGREGATION_TEMPORALITY_CUMULATIVE`
const CUMULATIVE: u8 = 2;

/// All of them at this moment.
pub(super) fn metrics(counts: &Counts, now: SystemTime) -> Vec<Value> {
    let reading = counts.read();
    let (began, now) = (nanoseconds(counts.began), nanoseconds(now));
    let point = |buckets: &Buckets, attributes: Vec<Value>| {
        let total = buckets.total();
        json!({
            "attributes": attributes,
            "startTimeUnixNano": began,
            "timeUnixNano": now,
            "count": total.to_string(),
            "sum": buckets.sum,
            "bucketCounts": buckets.counts.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "explicitBounds": BOUNDS,
        })
    };
    let histogram = |name: &str, description: &str, points: Vec<Value>| {
        json!({
            "name": name,
            "description": description,
            "unit": "s",
            "histogram": { "aggregationTemporality": CUMULATIVE, "dataPoints": points },
        })
    };
    let operations = reading.operations.iter().flat_map(|counted| {
        let point = &point;
        counted
            .outcomes
            .iter()
            .map(move |(error, buckets)| point(buckets, attributes(counted, error.as_deref())))
    });
    let mut metrics = vec![histogram(
        "mcp.server.operation.duration",
        "How long operations took until their answer",
        operations.collect(),
    )];
    if reading.sessions.total() > 0 {
        metrics.push(histogram(
            "mcp.server.session.duration",
            "How long sessions lasted that are over",
            vec![point(&reading.sessions, Vec::new())],
        ));
    }
    let gauges = &counts.gauges;
    for (name, unit, value) in [
        ("oxmcp.connections", "{connection}", &gauges.connections),
        ("oxmcp.streams", "{stream}", &gauges.streams),
        ("oxmcp.sessions", "{session}", &gauges.sessions),
        ("oxmcp.subscriptions", "{subscription}", &gauges.subscriptions),
        ("oxmcp.operations.in_flight", "{operation}", &gauges.in_flight),
    ] {
        let value = value.load(Ordering::Relaxed).to_string();
        let points = json!([{ "timeUnixNano": now, "asInt": value }]);
        metrics.push(json!({ "name": name, "unit": unit, "gauge": { "dataPoints": points } }));
    }
    metrics
}

fn attributes(counted: &Counted, error: Option<&str>) -> Vec<Value> {
    let text = |key: &str, text: &str| attribute(key, &Said::Text(text.into()));
    let mut attributes = vec![text("mcp.method.name", &counted.method)];
    if let Some(target) = &counted.target {
        if &*counted.method == "prompts/get" {
            attributes.push(text("gen_ai.prompt.name", target));
        } else {
            attributes.push(attribute("gen_ai.operation.name", &Said::Word("execute_tool")));
            attributes.push(text("gen_ai.tool.name", target));
        }
    }
    attributes.extend(error.map(|error| text("error.type", error)));
    attributes
}
