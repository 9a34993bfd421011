//! One line. Whatever strangers wrote is visible in it and short: nothing begins a line of its own, moves a cursor or hides, also
//! not once the JSON was read and printed (T16 of the threats, SEC-17).

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};

use crate::audit::visible;
use crate::json;
use crate::middleware::{OperationEvent, Outcome, Place, Transport};
use crate::model::{OperationKind, timestamp};
use crate::telemetry::counts::error_of;

/// The longest names, in bytes.
const LONG: usize = 256;
const SHORT: usize = 64;

/// What is written one after the other.
struct Line(String);

impl Line {
    fn new(at: SystemTime, level: &str, event: &str) -> Self {
        let mut line = Self(String::with_capacity(400));
        line.0.push_str("{\"timestamp\":");
        json::write_string(&mut line.0, &timestamp(at));
        line.word("level", level);
        line.word("event", event);
        line
    }

    /// Of ours.
    fn word(&mut self, name: &str, word: &str) {
        let _ = write!(self.0, ",\"{name}\":\"{word}\"");
    }

    /// Of whomever.
    fn text(&mut self, name: &str, text: Option<&str>, longest: usize) {
        let Some(text) = text else { return };
        let _ = write!(self.0, ",\"{name}\":");
        json::write_string(&mut self.0, &visible(text, longest));
    }

    fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

/// The line of an operation.
pub(in crate::telemetry) fn operation(event: &OperationEvent<'_>, names_principals: bool) -> String {
    let error = error_of(event);
    let (status, level) = match event.outcome {
        Outcome::Allowed => ("ok", "info"),
        Outcome::Deferred => ("deferred", "info"),
        Outcome::Denied => ("denied", "warning"),
        Outcome::Error => ("error", "error"),
        Outcome::Cancelled => ("cancelled", "warning"),
    };
    let (name, about) = match event.kind {
        OperationKind::CallTool => ("tool_call", "tool"),
        OperationKind::GetPrompt => ("request", "prompt"),
        OperationKind::ReadResource | OperationKind::Subscribe | OperationKind::Unsubscribe => {
            ("request", "resource")
        }
        _ => ("request", "target"),
    };
    let mut line = Line::new(event.began, level, name);
    line.text("method", Some(event.method), SHORT);
    line.text(about, event.target, LONG);
    line.word("status", status);
    line.text("error_type", error, SHORT);
    // To the microsecond, as numbers.
    let _ = write!(line.0, ",\"duration_ms\":{:.3}", event.duration.as_secs_f64() * 1000.0);
    line.text("call_id", Some(&event.call.to_string()), SHORT);
    line.text("request_id", event.request_id.map(ToString::to_string).as_deref(), SHORT);
    line.text("session", event.session_id.map(handle).as_deref(), SHORT);
    if let Some(trace) = event.trace {
        line.word("trace_id", &trace.context.trace());
        line.word("span_id", &trace.context.span());
        if let Some(parent) = &trace.parent {
            line.word("parent_span_id", &parent.span());
        }
    }
    if let Some(info) = event.client_info {
        let member = |name: &str| json::member(info.as_str(), name).and_then(json::as_string);
        line.text("client_name", member("name").as_deref(), SHORT);
        line.text("client_version", member("version").as_deref(), SHORT);
    }
    if let Some(version) = event.protocol_version {
        line.word("protocol_version", version.as_str());
    }
    place(&mut line, event.transport, event.remote);
    if let Some(principal) = event.principal.filter(|_| names_principals) {
        line.text("principal", principal.subject().or(principal.client()), LONG);
    }
    line.end()
}

/// The line of a request that was refused before it was read.
pub(in crate::telemetry) fn refusal(status: u16, reason: &str, from: Place) -> String {
    let mut line = Line::new(SystemTime::now(), "warning", "refusal");
    line.word("status", "denied");
    let _ = write!(line.0, ",\"http_status\":{status}");
    line.text("reason", Some(reason), LONG);
    place(&mut line, from.transport, from.remote);
    line.end()
}

/// How many lines there was no room for.
pub(super) fn loss(lines: u64) -> String {
    let mut line = Line::new(SystemTime::now(), "warning", "log_lines_lost");
    let _ = write!(line.0, ",\"lost\":{lines}");
    line.end()
}

fn place(line: &mut Line, transport: Transport, remote: Option<SocketAddr>) {
    line.word(
        "transport",
        match transport {
            Transport::Local => "local",
            Transport::Http => "http",
        },
    );
    line.text("remote_address", remote.map(|remote| remote.ip().to_string()).as_deref(), SHORT);
}

/// What stands for a session: who has its id may be its client.
pub(in crate::telemetry) fn handle(session: &str) -> String {
    let hash = digest(&SHA256, session.as_bytes());
    hash.as_ref().iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
