//! What is served, asked over HTTP without sockets.

#![expect(clippy::unwrap_used, reason = "a benchmark may end when something is wrong")]

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use oxmcp_core::transports::http::{Endpoint, HttpOptions};

use crate::served::{Asked, engine};

/// The handshake of the versions that have one.
pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#;

/// A server of what is asked for, and the headers of so many clients.
pub async fn serve(asked: Asked, modern: bool, clients: usize) -> (Endpoint, Vec<HeaderMap>) {
    let endpoint = Endpoint::new(engine(asked), HttpOptions::default(), None).unwrap();
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value| headers.insert(name, HeaderValue::from_static(value));
    add("host", "localhost");
    add("content-type", "application/json");
    add("accept", "application/json, text/event-stream");
    if modern {
        add("mcp-protocol-version", "2026-07-28");
        add("mcp-method", asked.method());
        asked.name().map(|name| add("mcp-name", name));
    }
    let mut clients = vec![headers; clients];
    for headers in clients.iter_mut().filter(|_| !modern) {
        let (opened, _) = post(&endpoint, headers, Bytes::from_static(INITIALIZE.as_bytes())).await;
        headers.insert("mcp-session-id", opened["mcp-session-id"].clone());
        headers.insert("mcp-protocol-version", HeaderValue::from_static("2025-11-25"));
    }
    (endpoint, clients)
}

/// Sends a request; returns the headers and the body of the answer.
pub async fn post(endpoint: &Endpoint, headers: &HeaderMap, body: Bytes) -> (HeaderMap, Vec<Bytes>) {
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
