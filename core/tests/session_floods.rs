//! Sessions that begin faster than they should, or never end: refused clearly, and those that are there go on (SESS-12).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;
mod support;

use std::time::Duration;

use engine_support::*;
use oxmcp_core::engine::{Engine, SessionOptions};
use oxmcp_core::error::ErrorKind;
use oxmcp_core::transports::http::{HttpOptions, SessionLimits, SseOptions};
use serde_json::json;
use support::{ACCEPT_BOTH, INITIALIZE, JSON_HEADERS, PATIENCE, legacy_call, serve};
use tokio::sync::mpsc;
use tokio::time::timeout;

const VERSION: &str = "2025-06-18";

fn engine_with(options: SessionOptions) -> Engine {
    builder().registry(registry()).sessions(options).build().unwrap()
}

/// The status of a request in this session.
async fn status(engine: &Engine, id: &str) -> u16 {
    hear(post(engine, &[("Mcp-Session-Id", id)], request(1, "tools/list", json!({})))).await.status
}

#[tokio::test]
async fn no_more_begin_in_a_second_than_may_and_those_that_are_there_go_on() {
    let engine = engine_with(SessionOptions { max_per_second: 1, ..SessionOptions::default() });
    let id = session(&engine, VERSION).await;
    let mut refused = 0;
    // However slow the machine: a hundred do not take a hundred seconds.
    for _ in 0..100 {
        let heard = hear(post(&engine, &[], initialize(VERSION))).await;
        if heard.status == 200 {
            continue;
        }
        refused += 1;
        assert_eq!((heard.status, heard.code(), heard.session_id), (503, -31_000, None));
        assert!(heard.response["error"]["message"].as_str().unwrap().contains("too many sessions"));
        assert_eq!(heard.response["id"], 0);
    }
    assert!(refused > 50, "{refused}");
    assert_eq!(status(&engine, &id).await, 200);
    // Who needs no session is not counted.
    let stateless = hear(post_to(&engine, &[], true, initialize(VERSION))).await;
    assert_eq!(stateless.status, 200);
    assert_eq!(hear(modern(&engine, "tools/list", json!({}))).await.status, 200);
    let none = builder().sessions(SessionOptions { max_per_second: 0, ..SessionOptions::default() }).build();
    assert_eq!(none.unwrap_err().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn handshakes_that_nobody_comes_back_for_make_room_before_sessions_that_rest() {
    let engine = engine_with(SessionOptions { max: 10, ..SessionOptions::default() });
    let mut resting = Vec::new();
    for _ in 0..5 {
        let id = session(&engine, VERSION).await;
        assert_eq!(status(&engine, &id).await, 200);
        resting.push(id);
    }
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(session(&engine, VERSION).await);
    }
    for id in &resting {
        assert_eq!(status(&engine, id).await, 200);
    }
    let (gone, left) = flood.split_at(flood.len() - 5);
    for id in gone {
        assert_eq!(status(&engine, id).await, 404);
    }
    for id in left {
        assert_eq!(status(&engine, id).await, 200);
    }
    // All are in use now: whoever rests for longest makes room.
    let newest = session(&engine, VERSION).await;
    assert_eq!((status(&engine, &resting[0]).await, status(&engine, &newest).await), (404, 200));
}

#[tokio::test]
async fn a_session_that_rests_for_too_long_ends_although_nobody_looks_for_it() {
    // RSRC-13
    let idle_timeout = Duration::from_millis(30);
    let engine = engine_with(SessionOptions { idle_timeout, ..SessionOptions::default() });
    let (ended, mut ends) = mpsc::unbounded_channel();
    engine.on_session_end(move |id| ended.send(id.to_owned()).unwrap());
    let (followed, mut follows) = mpsc::unbounded_channel();
    engine
        .registry()
        .on_followed(move |uri, is_followed| followed.send((uri.to_owned(), is_followed)).unwrap());
    let mut told = async || timeout(PATIENCE, follows.recv()).await.unwrap().unwrap();
    // Twice: it is watched anew.
    for _ in 0..2 {
        let id = session(&engine, VERSION).await;
        let subscribe = request(1, "resources/subscribe", json!({"uri": "test://note"}));
        assert_eq!(hear(post(&engine, &[("Mcp-Session-Id", &id)], subscribe)).await.status, 200);
        assert_eq!(timeout(PATIENCE, ends.recv()).await.unwrap().unwrap(), id);
        assert_eq!(told().await, ("test://note".to_owned(), true));
        assert_eq!(told().await, ("test://note".to_owned(), false));
    }
}

#[tokio::test]
async fn over_http_whoever_is_refused_is_told_when_to_come_back() {
    let sessions = SessionLimits { max_per_second: Some(1), ..SessionLimits::default() };
    let options = HttpOptions { sessions, sse: Some(SseOptions::default()), ..HttpOptions::default() };
    let server = serve(options);
    let headers = format!("{JSON_HEADERS}{ACCEPT_BOTH}");
    let first = server.post(&headers, INITIALIZE).await;
    let id = first.header("mcp-session-id").unwrap();
    let (mut posted, mut opened) = (0, 0);
    for _ in 0..50 {
        let answer = server.post(&headers, INITIALIZE).await;
        if answer.status != 200 {
            posted += 1;
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{answer:?}");
            assert_eq!(answer.header("mcp-session-id"), None);
            assert_eq!(answer.json()["error"]["code"], -31_000);
        }
        let mut stream = server.connect().await;
        stream.request("GET", "/sse", "Accept: text/event-stream\r\n", "").await;
        let (status, head) = stream.head().await;
        if status != 200 {
            opened += 1;
            assert_eq!(status, 503, "{head:?}");
        }
    }
    assert!(posted + opened > 50, "{posted} {opened}");
    let session = format!("Mcp-Session-Id: {id}\r\n{headers}");
    assert_eq!(server.post(&session, &legacy_call(1, "echo")).await.status, 200);
}
