//! Questions to the client over HTTP: on the stream of the POST, answered by other POSTs.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use oxmcp_core::transports::http::HttpOptions;
use support::{
    ACCEPT_BOTH, Client, ENVELOPE, INITIALIZE_WITH_ROOTS, INITIALIZED, JSON_HEADERS, PATIENCE, Server,
    legacy_call, modern_call, modern_headers, one_root, serve,
};
use tokio::time::timeout;

/// Opens a session of a client that can be asked; returns the headers that name it.
async fn open_session(server: &Server) -> String {
    let answer = server.post(&format!("{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE_WITH_ROOTS).await;
    let id = answer.header("mcp-session-id").expect("a session id").to_owned();
    let session = format!("Mcp-Session-Id: {id}\r\n{JSON_HEADERS}");
    assert_eq!(server.post(&format!("{session}{ACCEPT_BOTH}"), INITIALIZED).await.status, 202);
    session
}

/// Calls `ask`; the stream, and what it is asked.
async fn call(server: &Server, session: &str) -> (Client, serde_json::Value) {
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &format!("{session}{ACCEPT_BOTH}"), &legacy_call(1, "ask")).await;
    let (status, head) = client.head().await;
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("text/event-stream"), "{head}");
    let asked = client.event().await;
    assert_eq!(asked["method"], "roots/list");
    (client, asked["id"].clone())
}

async fn text(client: &mut Client) -> String {
    client.event().await["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_question_opens_the_stream_and_another_post_answers_it() {
    // LHTTP-3, LHTTP-5, LHTTP-6
    let server = serve(HttpOptions::default());
    let session = open_session(&server).await;
    let (mut client, id) = call(&server, &session).await;
    let answer = server.post(&format!("{session}{ACCEPT_BOTH}"), &one_root(&id)).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    assert_eq!(text(&mut client).await, "1 roots");
    assert_eq!(client.chunk().await, "", "SSE-3");
}

#[tokio::test]
async fn an_answer_counts_in_its_own_session_only() {
    // HTTP-19
    let server = serve(HttpOptions::default());
    let (mine, other) = (open_session(&server).await, open_session(&server).await);
    let (mut client, id) = call(&server, &mine).await;
    let nobody = format!("Mcp-Session-Id: nobody\r\n{JSON_HEADERS}");
    for (session, status) in [(&*other, 202), (&*nobody, 404), (JSON_HEADERS, 400)] {
        assert_eq!(server.post(&format!("{session}{ACCEPT_BOTH}"), &one_root(&id)).await.status, status);
    }
    let refused = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-1,"message":"not now"}}}}"#);
    assert_eq!(server.post(&format!("{mine}{ACCEPT_BOTH}"), &refused).await.status, 202);
    assert_eq!(text(&mut client).await, "client_error: not now");
}

#[tokio::test]
async fn who_takes_json_only_is_asked_on_the_sessions_stream_or_not_at_all() {
    // LHTTP-8
    for (json_only, accept) in [(true, ACCEPT_BOTH), (false, "Accept: application/json\r\n")] {
        let server = serve(HttpOptions { json_only, ..HttpOptions::default() });
        let session = open_session(&server).await;
        let headers = format!("{session}{accept}");
        let answer = server.post(&headers, &legacy_call(1, "ask")).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let said = answer.json()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
        assert!(said.starts_with("cannot_ask: the client cannot be asked: "), "{said}");

        let mut stream = server.connect().await;
        stream.request("GET", "/mcp", &format!("{session}Accept: text/event-stream\r\n"), "").await;
        assert_eq!(stream.head().await.0, 200);
        let mut client = server.connect().await;
        client.request("POST", "/mcp", &headers, &legacy_call(2, "ask")).await;
        let id = stream.event().await["id"].clone();
        assert_eq!(server.post(&headers, &one_root(&id)).await.status, 202);
        assert_eq!(client.answer().await.json()["result"]["content"][0]["text"], "1 roots");
    }
}

#[tokio::test]
async fn without_sessions_nobody_is_asked() {
    // SESS-13
    let server = serve(HttpOptions { stateless: true, ..HttpOptions::default() });
    let headers = format!("{JSON_HEADERS}{ACCEPT_BOTH}");
    let answer = server.post(&headers, &legacy_call(1, "ask")).await;
    let said = answer.json()["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(said.contains("without a session"), "{said}");
    let stray = one_root(&serde_json::json!("oxmcp-1"));
    assert_eq!(server.post(&headers, &stray).await.status, 202, "RPC-21");
}

#[tokio::test]
async fn a_client_that_lost_the_stream_can_still_answer() {
    // LHTTP-7
    let server = serve(HttpOptions::default());
    let session = open_session(&server).await;
    let (client, id) = call(&server, &session).await;
    drop(client);
    assert_eq!(server.post(&format!("{session}{ACCEPT_BOTH}"), &one_root(&id)).await.status, 202);
    // The end of a session with an open question is the end of both.
    let (mut client, _) = call(&server, &session).await;
    assert!(matches!(server.ask("DELETE", "/mcp", &session, "").await.status, 200 | 204));
    assert_eq!(client.event().await["method"], "notifications/cancelled");
    assert_eq!(client.chunk().await, "");
}

#[tokio::test]
async fn at_the_end_of_the_server_open_questions_fail_and_their_calls_are_answered() {
    let server = serve(HttpOptions { grace: Duration::from_secs(3600), ..HttpOptions::default() });
    let session = open_session(&server).await;
    let (mut client, _) = call(&server, &session).await;
    server.shutdown.trigger();
    let said = text(&mut client).await;
    assert_eq!(said, "shut_down: the server is shutting down and takes no answers any more");
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn a_client_without_a_session_is_asked_by_the_answer_and_answers_with_its_next_post() {
    // MRTR-2, MRTR-5
    let server = serve(HttpOptions::default());
    let able = ENVELOPE.replace(r#"clientCapabilities":{}"#, r#"clientCapabilities":{"roots":{}}"#);
    let answer = server.post(&modern_headers("ask"), &modern_call(1, "ask", &able)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let result = answer.json()["result"].clone();
    assert_eq!(result["resultType"], "input_required");
    assert_eq!(result["inputRequests"]["q0"]["method"], "roots/list");
    let again = format!(
        r#""inputResponses":{{"q0":{{"roots":[{{"uri":"file:///a"}}]}}}},"requestState":{},{able}"#,
        result["requestState"]
    );
    let answer = server.post(&modern_headers("ask"), &modern_call(2, "ask", &again)).await;
    assert_eq!(answer.json()["id"], 2);
    assert_eq!(answer.json()["result"]["content"][0]["text"], "1 roots");
    let answer = server.post(&modern_headers("ask"), &modern_call(3, "ask", &again)).await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (200, &(-32602).into()), "used once");
}
