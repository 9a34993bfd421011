//! What a server's work looks like from outside: counts, lines, spans and a page. Nobody waits for any of it.
//!
//! Names and buckets are those of OpenTelemetry's conventions for MCP.

mod counts;
mod dashboard;
mod durations;
mod exposition;
mod hub;
mod labels;
mod logs;
mod options;
mod otlp;
mod recent;

pub use dashboard::DASHBOARD_DATA;
pub use durations::{BOUNDS, Recent};
pub use exposition::MEDIA_TYPE;
pub use hub::Telemetry;
pub use options::{
    DEFAULT_ENDPOINT, LogOptions, MIN_TOKEN_BYTES, OtlpOptions, PageOptions, ProbeOptions, TelemetryOptions,
};
