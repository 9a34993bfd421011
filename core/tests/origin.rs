//! Where a host handed a request over comes back with every call the request makes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use engine_support::*;
use http::Request;
use http_body_util::Full;
use oxmcp_core::engine::{Connection, Edge, Engine, Inbound};
use oxmcp_core::handler::{Origin, from_function};
use oxmcp_core::transports::http::{Endpoint, HttpOptions};
use oxmcp_core::transports::memory;
use serde_json::{Value, json};

type Seen = Arc<Mutex<Vec<Option<u32>>>>;

/// An engine with a tool and a handler of notifications that note where they were asked.
fn noting() -> (Engine, Seen) {
    let seen = Seen::default();
    let notes = Arc::clone(&seen);
    let note = from_function(move |invocation| {
        notes.lock().unwrap().push(invocation.context.origin.get().copied());
        async { Ok(text("")) }
    });
    let registry = registry();
    registry.add_tool(tool("note", &any_object()), Arc::clone(&note)).unwrap();
    registry.set_method("notifications/acme", Some(note));
    (builder().registry(registry).build().unwrap(), seen)
}

fn inbound(connection: &Arc<Connection>, message: &Value, origin: Origin) -> Inbound {
    Inbound {
        frame: Bytes::from(message.to_string()),
        edge: Edge::Connection(Arc::clone(connection)),
        max_bytes: None,
        origin,
    }
}

fn call(id: &str) -> Value {
    request(id, "tools/call", json!({"name": "note"}))
}

#[tokio::test]
async fn every_call_of_a_frame_knows_where_the_frame_was_handed_over() {
    let (engine, seen) = noting();
    let connection = shaken(&engine, "2025-03-26").await;
    hear(engine.exchange(inbound(&connection, &call("a"), Origin::new(1_u32)))).await;
    hear(engine.exchange(inbound(&connection, &json!([call("b"), call("c")]), Origin::new(2_u32)))).await;
    let told = json!({"jsonrpc": "2.0", "method": "notifications/acme"});
    hear(engine.exchange(inbound(&connection, &told, Origin::new(3_u32)))).await;
    tokio::task::yield_now().await;
    hear(send(&engine, &connection, call("d"))).await;
    assert_eq!(*seen.lock().unwrap(), [Some(1), Some(2), Some(2), Some(3), None]);
}

#[tokio::test]
async fn an_origin_is_of_the_kind_the_host_made_it() {
    assert_eq!(Origin::new("bob").get::<u32>(), None);
    assert_eq!(Origin::default().get::<u32>(), None);
}

#[tokio::test]
async fn it_comes_with_a_request_to_an_endpoint_and_with_a_message_within_the_process() {
    let (engine, seen) = noting();
    let endpoint = Endpoint::new(engine.clone(), HttpOptions::default(), None).unwrap();
    let ask = |origin: Option<Origin>| {
        let body = request(1, "tools/call", enveloped(json!({"name": "note"}))).to_string();
        let mut request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", MODERN)
            .header("mcp-method", "tools/call")
            .header("mcp-name", "note")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        if let Some(origin) = origin {
            request.extensions_mut().insert(origin);
        }
        endpoint.handle(request, None)
    };
    assert_eq!(ask(Some(Origin::new(1_u32))).await.status(), 200);
    assert_eq!(ask(None).await.status(), 200);
    let client = memory::connect(&engine, usize::MAX).unwrap();
    client
        .send_from(
            request(1, "tools/call", enveloped(json!({"name": "note"}))).to_string(),
            Origin::new(2_u32),
        )
        .await
        .unwrap();
    client.receive().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [Some(1), None, Some(2)]);
}
