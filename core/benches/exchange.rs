//! What a call costs between the bytes coming in and the bytes going out, with a handler that does nothing.
//!
//! `cargo bench --bench exchange` prints nanoseconds per call; compare two builds on the same machine.

#![expect(clippy::unwrap_used, reason = "a benchmark may end when something is wrong")]

use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use oxmcp_core::engine::{Edge, Engine, HttpEdge, Inbound, Outgoing};
use oxmcp_core::handler::{Origin, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Implementation, Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};

const CALL: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"}}}"#;
const MODERN_CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;

fn headers(pairs: &[(&'static str, &str)]) -> Arc<HeaderMap> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
    Arc::new(pairs.collect())
}

fn answer(engine: &Engine, edge: &Edge, frame: &Bytes) -> Outgoing {
    let mut exchange = engine.exchange(Inbound {
        frame: frame.clone(),
        edge: edge.clone(),
        max_bytes: None,
        origin: Origin::default(),
    });
    match exchange.poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(outgoing)) => outgoing,
        other => unreachable!("the handler answers at once: {other:?}"),
    }
}

fn measure(name: &str, engine: &Engine, edge: &Edge, frame: &str) {
    const CALLS: u32 = 200_000;
    let frame = Bytes::copy_from_slice(frame.as_bytes());
    assert!(
        matches!(answer(engine, edge, &frame), Outgoing::Response(response) if response.body.text().contains("hello"))
    );
    let best = (0..5).map(|_| {
        let began = Instant::now();
        for _ in 0..CALLS {
            black_box(answer(engine, edge, black_box(&frame)));
        }
        began.elapsed() / CALLS
    });
    println!("{name:<28} {:>6} ns", best.min().unwrap_or_default().as_nanos());
}

fn main() {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let schema = r#"{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}"#;
    let content = RawJson::from_checked(r#"[{"type":"text","text":"hello"}]"#);
    let output = ToolOutput { content, ..ToolOutput::text("") };
    let echo = from_function(move |_| {
        let output = output.clone();
        async move { Ok(Output::Tool(output)) }
    });
    registry.add_tool(Tool::new("echo", RawJson::from_checked(schema)), echo).unwrap();
    let engine = Engine::builder(Implementation::new("bench", "1")).registry(registry).build().unwrap();

    let post = |pairs: &[(&'static str, &str)]| {
        Edge::Http(HttpEdge {
            headers: headers(pairs),
            remote: None,
            principal: None,
            stateless: false,
            resumable: false,
        })
    };
    let common = [
        ("host", "localhost"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    let envelope =
        [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "echo")];
    measure("2026-07-28 over HTTP", &engine, &post(&[common.as_slice(), &envelope].concat()), MODERN_CALL);
    let connection = Edge::Connection(engine.connect());
    measure("2026-07-28 duplex", &engine, &connection, MODERN_CALL);

    let initialize =
        br#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#;
    let opened = answer(&engine, &post(&common), &Bytes::from_static(initialize));
    let Outgoing::Response(opened) = opened else { unreachable!("initialize is answered") };
    let id = opened.session_id.unwrap();
    let session = [("mcp-protocol-version", "2025-11-25"), ("mcp-session-id", &*id)];
    measure("2025-11-25 over HTTP", &engine, &post(&[common.as_slice(), &session].concat()), CALL);
    answer(&engine, &connection, &Bytes::from_static(initialize));
    measure("2025-11-25 duplex", &engine, &connection, CALL);
}
