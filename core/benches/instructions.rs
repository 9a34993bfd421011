//! A number of requests through a transport, and nothing else: for `valgrind --tool=callgrind`.
//!
//! `instructions WHAT memory|http 2025-11-25|2026-07-28 CALLS`: what CALLS more calls cost is what one costs. WHAT is `echo`,
//! `echo-BYTES`, `search` or `list-TOOLS`. `make check-instructions` runs it and compares with `instructions.md`.

#![expect(clippy::unwrap_used, reason = "a program to run by hand, which may end when something is wrong")]

mod served;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use oxmcp_core::transports::http::{Endpoint, HttpOptions};
use oxmcp_core::transports::memory;
use served::Asked;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;

/// The frame of a call, allocated: where a text lies in the program is by chance, and what reading it costs depends on it.
fn call(asked: Asked, modern: bool) -> Bytes {
    Bytes::from(asked.frame(modern))
}

async fn over_memory(asked: Asked, modern: bool, calls: u32) {
    let client = memory::connect(&served::engine(asked), 1 << 24).unwrap();
    if !modern {
        client.send(INITIALIZE).await.unwrap();
        client.receive().await.unwrap();
    }
    let frame = call(asked, modern);
    let mut last = String::new();
    for _ in 0..calls {
        client.send(frame.clone()).await.unwrap();
        last = client.receive().await.unwrap();
    }
    assert!(last.contains(asked.expected()), "{last}");
}

async fn post(endpoint: &Endpoint, headers: &HeaderMap, body: Bytes) -> (HeaderMap, Vec<Bytes>) {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = http::Uri::from_static("/mcp");
    *request.headers_mut() = headers.clone();
    let (head, mut body) = endpoint.handle(request, None).await.into_parts();
    let mut pieces = Vec::with_capacity(1);
    while let Some(frame) = body.frame().await {
        pieces.push(frame.unwrap().into_data().unwrap());
    }
    (head.headers, pieces)
}

async fn over_http(asked: Asked, modern: bool, calls: u32) {
    let endpoint = Endpoint::new(served::engine(asked), HttpOptions::default(), None).unwrap();
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value| headers.insert(name, HeaderValue::from_static(value));
    add("host", "localhost");
    add("content-type", "application/json");
    add("accept", "application/json, text/event-stream");
    if modern {
        add("mcp-protocol-version", "2026-07-28");
        add("mcp-method", asked.method());
        asked.name().map(|name| add("mcp-name", name));
    } else {
        let (opened, _) = post(&endpoint, &headers, Bytes::from_static(INITIALIZE.as_bytes())).await;
        headers.insert("mcp-session-id", opened["mcp-session-id"].clone());
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-11-25"));
    }
    let body = call(asked, modern);
    let mut last = Vec::new();
    for _ in 0..calls {
        last = post(&endpoint, &headers, body.clone()).await.1;
    }
    let last = String::from_utf8(last.concat()).unwrap();
    assert!(last.contains(asked.expected()), "{last}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [what, transport, version, calls] = arguments.as_slice() else {
        println!("instructions echo|echo-BYTES|search|list-TOOLS memory|http 2025-11-25|2026-07-28 CALLS");
        return;
    };
    let asked = Asked::named(what).unwrap();
    let (modern, calls) = (version == "2026-07-28", calls.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    match transport.as_str() {
        "memory" => runtime.block_on(over_memory(asked, modern, calls)),
        _ => runtime.block_on(over_http(asked, modern, calls)),
    }
}
