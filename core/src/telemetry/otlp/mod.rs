//! Spans and counts for a collector of OpenTelemetry: OTLP over HTTP, as JSON.
//!
//! Whoever has a span hands it over and goes on. A thread of its own sends what waits, in batches; what does not fit is lost, and
//! counted as such.

mod attributes;
mod exporter;
mod metrics;
mod span;

pub(super) use exporter::Exporter;
pub(super) use span::Span;
