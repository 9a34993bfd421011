//! A number of plain calls through a transport, and nothing else: for `valgrind --tool=callgrind`.
//!
//! `plain_call memory|http 2025-11-25|2026-07-28 CALLS`: what CALLS more calls cost is what one costs. `CONTRIBUTING.md` shows how.

#![expect(clippy::unwrap_used, reason = "a program to run by hand, which may end when something is wrong")]

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::from_function;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Implementation, Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::{Endpoint, HttpOptions};
use oxmcp_core::transports::memory;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;
const CALL: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"}}}"#;
const MODERN_CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#;
const HEADERS: [(&str, &str); 3] = [
    ("host", "localhost"),
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
];
const ENVELOPE: [(&str, &str); 3] =
    [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "echo")];

fn engine() -> Engine {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let schema = r#"{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}"#;
    let output = ToolOutput::text("hello");
    let echo = from_function(move |_| {
        let output = output.clone();
        async move { Ok(Output::Tool(output)) }
    });
    registry.add_tool(Tool::new("echo", RawJson::from_checked(schema)), echo).unwrap();
    Engine::builder(Implementation::new("bench", "1")).registry(registry).build().unwrap()
}

/// The frame of a call, allocated: where a text lies in the program is by chance, and what reading it costs depends on it.
fn call(modern: bool) -> Bytes {
    Bytes::copy_from_slice(if modern { MODERN_CALL } else { CALL }.as_bytes())
}

async fn over_memory(modern: bool, calls: u32) {
    let client = memory::connect(&engine(), 1 << 20).unwrap();
    if !modern {
        client.send(INITIALIZE).await.unwrap();
        client.receive().await.unwrap();
    }
    let frame = call(modern);
    let mut last = String::new();
    for _ in 0..calls {
        client.send(frame.clone()).await.unwrap();
        last = client.receive().await.unwrap();
    }
    assert!(last.contains("hello"));
}

async fn post(endpoint: &Endpoint, headers: &HeaderMap, body: Bytes) -> (HeaderMap, Bytes) {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static("/mcp");
    *request.headers_mut() = headers.clone();
    let (head, mut body) = endpoint.handle(request, None).await.into_parts();
    let answer = body.frame().await.unwrap().unwrap();
    (head.headers, answer.into_data().unwrap())
}

async fn over_http(modern: bool, calls: u32) {
    let endpoint = Endpoint::new(engine(), HttpOptions::default(), None).unwrap();
    let header = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let mut headers: HeaderMap = HEADERS.iter().map(header).collect();
    if modern {
        headers.extend(ENVELOPE.iter().map(header).map(|(name, value)| (Some(name), value)));
    } else {
        let (opened, _) = post(&endpoint, &headers, Bytes::from_static(INITIALIZE.as_bytes())).await;
        headers.insert("mcp-session-id", opened["mcp-session-id"].clone());
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-11-25"));
    }
    let body = call(modern);
    let mut last = Bytes::new();
    for _ in 0..calls {
        last = post(&endpoint, &headers, body.clone()).await.1;
    }
    assert!(last.windows(5).any(|window| window == b"hello"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [transport, version, calls] = arguments.as_slice() else {
        println!("plain_call memory|http 2025-11-25|2026-07-28 CALLS");
        return;
    };
    let (modern, calls) = (version == "2026-07-28", calls.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    match transport.as_str() {
        "memory" => runtime.block_on(over_memory(modern, calls)),
        _ => runtime.block_on(over_http(modern, calls)),
    }
}
