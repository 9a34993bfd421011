//! Any frames, one per line, through both eras' decoders at every edge: no panic, never two answers, and each in
//! its request's own era.
#![no_main]

mod server;

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use oxmcp_core::engine::{Edge, Engine, Outgoing};
use serde_json::Value;
use server::{MODERN, PROTOCOL_VERSION, engine, exchange, post, read, response};
use tokio::runtime::{Builder, Runtime};

/// More lines say nothing new.
const MAX_FRAMES: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let frames: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(MAX_FRAMES).collect();
    let engine = engine();
    // Where what became a task goes on.
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    on_a_connection(&engine, &runtime, None, &frames);
    for version in ["2025-03-26", "2025-11-25"] {
        on_a_connection(&engine, &runtime, Some(version), &frames);
        in_posts(&engine, Some(version), &frames);
    }
    in_posts(&engine, None, &frames);
});

fn initialize(version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":"i","method":"initialize","params":{{"protocolVersion":"{version}","capabilities":{{"roots":{{}},"elicitation":{{}}}}}}}}"#
    )
}

fn on_a_connection<'a>(engine: &Engine, runtime: &Runtime, session: Option<&str>, frames: &[&'a [u8]]) {
    let connection = engine.connect();
    let edge = || Edge::Connection(Arc::clone(&connection));
    if let Some(version) = session {
        read(&mut exchange(engine, edge(), initialize(version).as_bytes()));
    }
    // Kept, so that what hangs can be cancelled by a later frame, what asks be answered, or its id be used a second time.
    let begin = |frame: &&'a [u8]| {
        let mut exchange = exchange(engine, edge(), frame);
        let heard = read(&mut exchange);
        runtime.block_on(tokio::task::yield_now());
        (exchange, *frame, heard)
    };
    let mut open: Vec<_> = frames.iter().map(begin).collect();
    for (exchange, frame, heard) in &mut open {
        heard.extend(read(exchange));
        check(frame, heard);
    }
    connection.close();
    for (exchange, ..) in &mut open {
        read(exchange);
    }
    drop(open);
    assert!(!connection.is_asking(), "no question outlives its call");
}

fn in_posts(engine: &Engine, session: Option<&str>, frames: &[&[u8]]) {
    let mut common = HeaderMap::new();
    let mut stateless = true;
    if let Some(version) = session {
        let heard = post(engine, HeaderMap::new(), false, initialize(version).as_bytes());
        let [Outgoing::Response(opened)] = &heard[..] else { panic!("no session: {heard:?}") };
        let id = opened.session_id.as_deref().expect("a session has an id");
        common.insert("mcp-session-id", HeaderValue::from_str(id).expect("ids are visible ASCII"));
        common.insert("mcp-protocol-version", HeaderValue::from_str(version).expect("a version"));
        stateless = false;
    }
    for frame in frames {
        check(frame, &post(engine, common.clone(), stateless, frame));
        check(frame, &post(engine, mirrored(frame), stateless, frame));
    }
}

/// The headers a modern client would send along.
fn mirrored(frame: &[u8]) -> HeaderMap {
    let body: Value = serde_json::from_slice(frame).unwrap_or_default();
    let params = &body["params"];
    let arguments = &params["arguments"];
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("mcp-protocol-version", params["_meta"].get(PROTOCOL_VERSION)),
        ("mcp-method", body.get("method")),
        ("mcp-name", params.get("name").or_else(|| params.get("uri"))),
        ("mcp-param-text", arguments.get("text")),
        ("mcp-param-floor", arguments.get("floor")),
        ("mcp-param-dry", arguments.get("dry")),
    ] {
        let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

fn check(frame: &[u8], heard: &[Outgoing]) {
    let answers = heard.iter().filter(|outgoing| !matches!(outgoing, Outgoing::Message(_)));
    assert!(answers.count() <= 1, "{heard:?}");
    let Ok(asked) = serde_json::from_slice::<Value>(frame) else { return };
    let Some((body, status)) = response(heard) else { return };
    // What a member named twice would mean is nobody's guess: the other parser takes the last, we take neither.
    let (Some(id), true) = (body.get("id"), asked.is_object()) else { return };
    if body.get("error").is_none() {
        assert_eq!(Some(id), asked.get("id"), "RPC-3");
        assert_eq!(status, 200);
        let meta = &asked["params"]["_meta"];
        let enveloped = meta.get(PROTOCOL_VERSION).is_some();
        assert!(!enveloped || meta[PROTOCOL_VERSION] == MODERN, "VER-2: {body}");
        assert_eq!(body["result"].get("resultType").is_some(), enveloped, "RESULT-1, RESULT-4: {body}");
    }
}
