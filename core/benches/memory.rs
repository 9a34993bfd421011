//! What memory is held: `cargo bench -p oxmcp-core --bench memory`, by calls that wait for their clients to call again (`parked`, after
//! `--`), and after a million of calls (`uptime`). Linux only: it reads what is resident from `/proc`.

#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a program to run by hand, which may end when something is wrong"
)]

mod posted;
mod served;

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
use served::Asked;

const CALLS: usize = 10_000;
const FIRST_CALLS: usize = 100_000;
const MANY_CALLS: usize = 1_000_000;
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

/// Many calls of one client, and what is resident after the first of them and after all.
async fn uptime(modern: bool) {
    let asked = Asked::named("search").unwrap();
    let (endpoint, clients) = posted::serve(asked, modern, 1).await;
    let body = Bytes::from(asked.frame(modern));
    let (mut after, mut last) = ([0; 2], Vec::new());
    for (held, calls) in after.iter_mut().zip([FIRST_CALLS, MANY_CALLS - FIRST_CALLS]) {
        for _ in 0..calls {
            last = posted::post(&endpoint, &clients[0], body.clone()).await.1;
        }
        *held = resident();
    }
    let last = String::from_utf8(last.concat()).unwrap();
    assert!(last.contains(asked.expected()), "{last}");
    let [first, last] = after.map(|bytes| bytes as f64 / 1e6);
    let version = if modern { "2026-07-28" } else { "2025-11-25" };
    println!("{version}: {first:.1} MB after {FIRST_CALLS} calls, {last:.1} MB after {MANY_CALLS}");
}

fn parked() {
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

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|name| name != "--bench").collect();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|named| named == name);
    if is_wanted("parked") {
        parked();
    }
    if is_wanted("uptime") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            uptime(false).await;
            uptime(true).await;
        });
    }
}
