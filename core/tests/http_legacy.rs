//! The legacy era over HTTP: sessions, their stream and their end, beside the modern era on one URL.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use oxmcp_core::transports::http::HttpOptions;
use support::{
    ACCEPT_BOTH, ENVELOPE, INITIALIZE, INITIALIZED, JSON_HEADERS, PATIENCE, Server, legacy_call, modern_call,
    modern_headers, serve,
};
use tokio::time::timeout;

/// Opens a session; returns the headers of its POSTs.
async fn open_session(server: &Server) -> (String, String) {
    let answer = server.post(&format!("{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let id = answer.header("mcp-session-id").expect("a session id").to_owned();
    assert!(id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "SESS-2: {id}");
    let session = format!("Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: 2025-06-18\r\n");
    let headers = format!("{session}{JSON_HEADERS}{ACCEPT_BOTH}");
    let answer = server.post(&headers, INITIALIZED).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""), "LHTTP-3");
    (session, headers)
}

#[tokio::test]
async fn a_session_opens_serves_and_ends() {
    // SESS-1, SESS-4, SESS-5, SESS-7
    let server = serve(HttpOptions::default());
    let (session, headers) = open_session(&server).await;
    let answer = server.post(&headers, &legacy_call(1, "echo")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["result"]["content"][0]["text"], r#"{"a":1}"#);
    assert!(answer.json()["result"].get("resultType").is_none(), "RESULT-4");
    let answer = server.ask("DELETE", "/mcp", &session, "").await;
    assert!(matches!(answer.status, 200 | 204), "{answer:?}");
    assert_eq!(server.post(&headers, &legacy_call(2, "echo")).await.status, 404);
    assert_eq!(server.ask("DELETE", "/mcp", &session, "").await.status, 404);
    assert_eq!(
        server.ask("GET", "/mcp", &format!("{session}Accept: text/event-stream\r\n"), "").await.status,
        404
    );
}

#[tokio::test]
async fn both_eras_are_served_on_one_url_and_one_connection() {
    let server = serve(HttpOptions::default());
    let (_, legacy) = open_session(&server).await;
    let mut client = server.connect().await;
    for id in 1..4 {
        let answer = client.post(&legacy, &legacy_call(id, "echo")).await;
        assert!(answer.json()["result"].get("resultType").is_none());
        let answer = client.post(&modern_headers("echo"), &modern_call(id, "echo", ENVELOPE)).await;
        assert_eq!(answer.json()["result"]["resultType"], "complete");
        assert_eq!(answer.header("mcp-session-id"), None, "HTTP-12");
    }
}

#[tokio::test]
async fn the_end_of_a_session_is_told_once() {
    let server = serve(HttpOptions::default());
    let (told, mut ends) = tokio::sync::mpsc::unbounded_channel();
    server.engine.on_session_end(move |id| told.send(id.to_owned()).unwrap());
    let (session, _) = open_session(&server).await;
    let answer = server.ask("DELETE", "/mcp", &session, "").await;
    assert!(matches!(answer.status, 200 | 204), "{answer:?}");
    let id = ends.recv().await.unwrap();
    assert!(session.contains(&id), "{id}");
    assert_eq!(server.ask("DELETE", "/mcp", &session, "").await.status, 404);
    assert!(ends.try_recv().is_err());
}

#[tokio::test]
async fn a_sessions_stream_carries_what_belongs_to_no_request() {
    // LHTTP-8, LHTTP-9
    let server = serve(HttpOptions { keep_alive: Duration::from_millis(10), ..HttpOptions::default() });
    let (session, headers) = open_session(&server).await;
    let mut stream = server.connect().await;
    stream.request("GET", "/mcp", &format!("{session}Accept: text/event-stream\r\n"), "").await;
    let (status, head) = stream.head().await;
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("text/event-stream"));
    assert_eq!(stream.chunk().await, ": keep-alive\n\n");
    assert!(server.engine.registry().remove_tool("fail"));
    loop {
        let chunk = stream.chunk().await;
        if chunk != ": keep-alive\n\n" {
            assert!(chunk.contains("notifications/tools/list_changed"), "{chunk}");
            break;
        }
    }
    assert_eq!(server.post(&headers, &legacy_call(1, "echo")).await.status, 200);
    // The end of the session is the end of its stream.
    server.ask("DELETE", "/mcp", &session, "").await;
    while !stream.chunk().await.is_empty() {}
}

#[tokio::test]
async fn a_sessions_stream_ends_at_shutdown() {
    let server = serve(HttpOptions::default());
    let (session, _) = open_session(&server).await;
    let mut stream = server.connect().await;
    stream.request("GET", "/mcp", &format!("{session}Accept: text/event-stream\r\n"), "").await;
    assert_eq!(stream.head().await.0, 200);
    server.shutdown.trigger();
    assert_eq!(stream.chunk().await, "");
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn get_and_delete_need_a_session_and_the_right_accept() {
    let server = serve(HttpOptions::default());
    let (session, _) = open_session(&server).await;
    assert_eq!(
        server.ask("GET", "/mcp", &format!("{session}Accept: application/json\r\n"), "").await.status,
        406
    );
    let accept = "Accept: text/event-stream\r\n";
    for (method, headers) in [("GET", accept), ("DELETE", "")] {
        let answer = server.ask(method, "/mcp", headers, "").await;
        assert!(matches!(answer.status, 400 | 405), "{answer:?}");
        let answer = server.ask(method, "/mcp", &format!("{headers}Mcp-Session-Id: nobody\r\n"), "").await;
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    let modern = format!("{accept}MCP-Protocol-Version: 2026-07-28\r\n");
    let answer = server.ask("GET", "/mcp", &modern, "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "HTTP-11");
}

#[tokio::test]
async fn a_disconnect_is_no_cancellation() {
    // LHTTP-7
    let server = serve(HttpOptions::default());
    let (_, headers) = open_session(&server).await;
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &headers, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    drop(client);
    // The server sees the end of the connection before it accepts another and answers there.
    assert_eq!(server.post(&headers, &legacy_call(2, "echo")).await.status, 200);
    server.probe.release();
    server.probe.reaches(|probe| &probe.finished, 1).await;
    assert_eq!(server.probe.dropped.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_cancelled_call_still_gets_an_http_answer() {
    // CAN-10
    let server = serve(HttpOptions::default());
    let (_, headers) = open_session(&server).await;
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &headers, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    assert_eq!(server.post(&headers, cancel).await.status, 202);
    let answer = client.answer().await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["error"].is_object(), "{answer:?}");
    server.probe.reaches(|probe| &probe.dropped, 1).await;
}

#[tokio::test]
async fn progress_travels_on_the_calls_own_stream() {
    // LHTTP-5, LHTTP-6
    let server = serve(HttpOptions::default());
    let (_, headers) = open_session(&server).await;
    let answer = server.post(&headers, &legacy_call(1, "talk")).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.body.contains("notifications/progress"));
    assert!(answer.body.trim_end().lines().last().unwrap().contains("done"));
}

#[tokio::test]
async fn without_sessions_every_post_stands_alone() {
    // SESS-13
    let server = serve(HttpOptions { stateless: true, ..HttpOptions::default() });
    let headers = format!("{JSON_HEADERS}{ACCEPT_BOTH}");
    let answer = server.post(&headers, INITIALIZE).await;
    assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None), "{answer:?}");
    let answer = server.post(&headers, &legacy_call(1, "echo")).await;
    assert_eq!(answer.json()["result"]["content"][0]["text"], r#"{"a":1}"#, "{answer:?}");
}
