//! What calls hold that wait for their clients to call again: `cargo bench -p oxmcp-core --bench parked`. Linux only: it reads what is
//! resident from `/proc`.

#![expect(
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand, which may end when something is wrong"
)]

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use oxmcp_core::engine::{Edge, Engine, HttpEdge, Inbound, Outgoing};
use oxmcp_core::handler::Origin;
use oxmcp_core::json::{self, RawJson};
use oxmcp_core::mailbox::{HostMessage, Mailbox, PendingCall};
use oxmcp_core::model::{Implementation, Output, Question, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};

const CALLS: usize = 10_000;
const PARAMS: &str = r#""name":"ask","arguments":{"topic":"the weather in Amsterdam"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}},"progressToken":1}"#;
const FORM: &str = r#"{"message":"How many days?","requestedSchema":{"type":"object","properties":{"days":{"type":"integer","minimum":1}},"required":["days"]}}"#;

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn edge() -> Edge {
    let pairs = [
        ("host", "localhost:8000"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("user-agent", "a client with a name of some length/1.2.3"),
        ("authorization", "Bearer 0123456789012345678901234567890123456789"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "ask"),
    ];
    let headers: HeaderMap = pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    Edge::Http(HttpEdge {
        headers: Arc::new(headers),
        remote: None,
        principal: None,
        stateless: false,
        resumable: false,
    })
}

/// Sends a call; what the host has to do for it is done by `host`.
fn call(engine: &Engine, more: &str, mut host: impl FnMut()) -> String {
    let frame = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{PARAMS}{more}}}}}"#);
    let mut exchange = engine.exchange(Inbound {
        frame: Bytes::from(frame),
        edge: edge(),
        max_bytes: None,
        origin: Origin::default(),
    });
    loop {
        match exchange.poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Outgoing::Response(response))) => return response.body.into_text(),
            Poll::Ready(other) => unreachable!("{other:?}"),
            Poll::Pending => host(),
        }
    }
}

fn main() {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let mailbox = Mailbox::new(|| {}, 100);
    let schema = RawJson::from_checked(r#"{"type":"object"}"#);
    registry.add_tool(Tool::new("ask", schema), mailbox.handler(0)).unwrap();
    let engine = Engine::builder(Implementation::new("bench", "1")).registry(registry).build().unwrap();
    let mut waiting: Vec<PendingCall> = Vec::with_capacity(CALLS);
    let mut states: Vec<String> = Vec::with_capacity(CALLS);
    let asks = |waiting: &mut Vec<PendingCall>| {
        while let Some(message) = mailbox.take_one() {
            if let HostMessage::Start(call) = message {
                call.ask(vec![Question::new(Question::ELICIT, RawJson::from_checked(FORM))]);
                waiting.push(call);
            }
        }
    };
    let before = resident();
    let began = Instant::now();
    for _ in 0..CALLS {
        let body = call(&engine, "", || asks(&mut waiting));
        let state = json::member(json::member(&body, "result").unwrap(), "requestState").unwrap();
        states.push(json::as_string(state).unwrap().into_owned());
    }
    let asked = began.elapsed();
    let of_client: usize = states.iter().map(|state| state.capacity() + size_of::<String>()).sum();
    let held = resident() - before - of_client;
    println!("{} parked calls hold {} bytes each", engine.parked(), held / engine.parked());
    let began = Instant::now();
    for state in &states {
        let more = format!(
            r#","requestState":"{state}","inputResponses":{{"q0":{{"action":"accept","content":{{"days":3}}}}}}"#
        );
        let body = call(&engine, &more, || {
            while let Some(message) = mailbox.take_one() {
                if let HostMessage::Answer { call: id, .. } = message
                    && let Some(place) = waiting.iter().position(|call| call.id == id)
                {
                    let call = waiting.swap_remove(place);
                    call.responder.answer(Ok(Output::Tool(ToolOutput::text("asked"))));
                }
            }
        });
        assert!(body.contains("complete"), "{body}");
    }
    let answered = began.elapsed();
    let micros = |span: std::time::Duration| span.as_secs_f64() * 1e6 / CALLS as f64;
    println!("asking takes {:.1} µs, going on takes {:.1} µs", micros(asked), micros(answered));
    assert_eq!(engine.parked(), 0);
}
