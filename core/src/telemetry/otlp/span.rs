//! Operations as spans.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::attributes::{Said, attribute};
use crate::audit::visible;
use crate::middleware::{OperationEvent, Transport};
use crate::model::{CallTrace, OperationKind, TraceContext};
use crate::telemetry::counts::error_of;
use crate::telemetry::labels;
use crate::telemetry::logs::handle;

/// The longest text of a stranger's, in bytes.
const LONG: usize = 256;
/// `SPAN_KIND_SERVER`
const SERVER: u8 = 2;
/// `STATUS_CODE_ERROR`
const ERROR: u8 = 2;
/// Of the flags of a span and a link: that its parent is another process's.
const REMOTE: u32 = 0x300;

/// One operation, until it is sent.
#[derive(Debug)]
pub(in crate::telemetry) struct Span {
    name: Box<str>,
    trace: CallTrace,
    began: SystemTime,
    duration: Duration,
    is_error: bool,
    attributes: Vec<(&'static str, Said)>,
}

impl Span {
    /// `None` where it belongs to no trace. With `details` it names resources by their URI, and principals.
    pub(in crate::telemetry) fn new(event: &OperationEvent<'_>, details: bool) -> Option<Self> {
        let trace = event.trace.cloned().or_else(|| CallTrace::begin(event.meta, event.headers))?;
        let method = labels::method(event);
        let target = labels::target(event);
        let error = error_of(event);
        let mut attributes = Vec::with_capacity(12);
        let mut say = |key, said| attributes.push((key, said));
        let text = |text: &str| Said::Text(visible(text, LONG).into());
        // Spans are not series: what strangers call things is told, in its length.
        say("mcp.method.name", text(event.method));
        match event.kind {
            OperationKind::CallTool => {
                say("gen_ai.operation.name", Said::Word("execute_tool"));
                event.target.into_iter().for_each(|tool| say("gen_ai.tool.name", text(tool)));
            }
            OperationKind::GetPrompt => {
                event.target.into_iter().for_each(|prompt| say("gen_ai.prompt.name", text(prompt)));
            }
            OperationKind::ReadResource | OperationKind::Subscribe | OperationKind::Unsubscribe
                if details =>
            {
                event.target.into_iter().for_each(|uri| say("mcp.resource.uri", text(uri)));
            }
            _ => {}
        }
        if let Some(error) = error {
            say("error.type", text(error));
            if error.parse::<i32>().is_ok() {
                say("rpc.response.status_code", text(error));
            }
        }
        if let Some(version) = event.protocol_version {
            say("mcp.protocol.version", Said::Word(version.as_str()));
        }
        say("network.transport", Said::Word(transport(event)));
        if event.transport == Transport::Http {
            say("network.protocol.name", Said::Word("http"));
        }
        event.session_id.into_iter().for_each(|id| say("mcp.session.id", Said::Text(handle(id).into())));
        event.request_id.into_iter().for_each(|id| say("jsonrpc.request.id", text(&id.to_string())));
        if let Some(remote) = event.remote {
            say("client.address", text(&remote.ip().to_string()));
            say("client.port", Said::Number(remote.port().into()));
        }
        if let Some(principal) = event.principal.filter(|_| details) {
            principal.subject().or(principal.client()).into_iter().for_each(|who| say("user.id", text(who)));
        }
        say("oxmcp.call.id", Said::Text(event.call.to_string().into()));
        let name = match target {
            Some(target) => format!("{method} {target}"),
            None => method.to_owned(),
        };
        let (began, duration) = (event.began, event.duration);
        Some(Self { name: name.into(), trace, began, duration, is_error: error.is_some(), attributes })
    }

    /// Whether whoever began the trace wants it recorded; of those that begin here, this part.
    pub(in crate::telemetry) fn is_sampled(&self, ratio: f64) -> bool {
        if let Some(parent) = &self.trace.parent {
            return parent.is_sampled();
        }
        let [.., a, b, c, d] = self.trace.context.trace_id;
        f64::from(u32::from_be_bytes([a, b, c, d])) < ratio * (f64::from(u32::MAX) + 1.0)
    }

    pub(super) fn value(&self) -> Value {
        let TraceContext { flags, .. } = self.trace.context;
        let mut span = json!({
            "traceId": self.trace.context.trace(),
            "spanId": self.trace.context.span(),
            "flags": u32::from(flags) | self.trace.parent.map_or(0x100, |_| REMOTE),
            "name": self.name,
            "kind": SERVER,
            "startTimeUnixNano": nanoseconds(self.began),
            "endTimeUnixNano": nanoseconds(self.began + self.duration),
            "attributes": self.attributes.iter().map(|(key, said)| attribute(key, said)).collect::<Vec<_>>(),
        });
        if let Some(parent) = &self.trace.parent {
            span["parentSpanId"] = parent.span().into();
        }
        if let Some(state) = &self.trace.state {
            span["traceState"] = (**state).into();
        }
        if let Some(link) = &self.trace.link {
            span["links"] = json!([{
                "traceId": link.trace(), "spanId": link.span(), "flags": u32::from(link.flags) | REMOTE,
            }]);
        }
        if self.is_error {
            span["status"] = json!({ "code": ERROR });
        }
        span
    }
}

fn transport(event: &OperationEvent<'_>) -> &'static str {
    match (event.transport, event.remote) {
        (Transport::Local, _) => "pipe",
        (Transport::Http, _) => "tcp",
    }
}

/// Since 1970, as a text: more than a double can hold.
pub(super) fn nanoseconds(at: SystemTime) -> String {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
