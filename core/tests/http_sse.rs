//! HTTP+SSE, the transport of 2024-11-05: a stream per session, and what the client says posted beside it.

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use oxmcp_core::transports::http::{CorsOptions, HttpOptions, SessionLimits, SseOptions};
use serde_json::Value;
use support::{
    Answer, Client, ENVELOPE, INITIALIZE, INITIALIZE_WITH_ROOTS, INITIALIZED, JSON_HEADERS, PATIENCE, Server,
    legacy_call, modern_call, one_root, serve,
};
use tokio::time::timeout;

const ACCEPT: &str = "Accept: text/event-stream\r\n";

fn options() -> HttpOptions {
    HttpOptions { sse: Some(SseOptions::default()), ..HttpOptions::default() }
}

/// An open stream and where its messages are posted.
struct Session {
    stream: Client,
    messages: String,
}

async fn open(server: &Server) -> Session {
    let mut stream = server.connect().await;
    stream.request("GET", "/sse", ACCEPT, "").await;
    let (status, head) = stream.head().await;
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    let (name, messages) = stream.named_event().await;
    assert_eq!(name, "endpoint", "OLD-2");
    Session { stream, messages }
}

async fn begin(server: &Server) -> Session {
    let mut session = open(server).await;
    assert_eq!(session.post(server, INITIALIZE).await.status, 202);
    assert_eq!(session.stream.event().await["result"]["protocolVersion"], "2025-06-18", "OLD-8");
    assert_eq!(session.post(server, INITIALIZED).await.status, 202);
    session
}

impl Session {
    async fn post(&self, server: &Server, body: &str) -> Answer {
        server.ask("POST", &self.messages, JSON_HEADERS, body).await
    }
}

#[tokio::test]
async fn a_stream_names_its_endpoint_first_and_carries_every_answer() {
    // OLD-1 to OLD-4
    let server = serve(options());
    let mut session = begin(&server).await;
    let id = session.messages.strip_prefix("/messages?sessionId=").expect("the usual query");
    assert!(id.len() >= 22 && id.bytes().all(|byte| byte.is_ascii_graphic()), "OLD-7: {id}");
    let answer = session.post(&server, &legacy_call(1, "echo")).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    let said = session.stream.event().await;
    assert_eq!((&said["id"], &said["result"]["content"][0]["text"]), (&1.into(), &r#"{"a":1}"#.into()));
    session.post(&server, &legacy_call(2, "talk")).await;
    let mut said = String::new();
    while !said.contains("done") {
        said += &session.stream.chunk().await;
    }
    let order = ["notifications/message", "notifications/progress", "done"].map(|word| said.find(word));
    assert!(order.is_sorted() && order[0].is_some(), "{said}");
}

#[tokio::test]
async fn questions_travel_on_the_stream_and_their_answers_are_posted() {
    let options = HttpOptions { grace: Duration::from_secs(3600), ..options() };
    let server = serve(options);
    let mut session = open(&server).await;
    session.post(&server, INITIALIZE_WITH_ROOTS).await;
    session.stream.event().await;
    session.post(&server, INITIALIZED).await;
    let text = |said: Value| said["result"]["content"][0]["text"].as_str().map(str::to_owned);
    session.post(&server, &legacy_call(1, "ask")).await;
    let asked = session.stream.event().await;
    assert_eq!(asked["method"], "roots/list");
    assert_eq!(session.post(&server, &one_root(&asked["id"])).await.status, 202);
    assert_eq!(text(session.stream.event().await).as_deref(), Some("1 roots"));
    // At the end of the server nobody waits for an answer that could not be posted.
    session.post(&server, &legacy_call(2, "ask")).await;
    session.stream.event().await;
    server.shutdown.trigger();
    let said = text(session.stream.event().await);
    assert_eq!(said.as_deref(), Some("shut_down: the server is shutting down and takes no answers any more"));
}

#[tokio::test]
async fn changes_reach_every_stream() {
    let server = serve(options());
    let (mut one, mut other) = (begin(&server).await, begin(&server).await);
    // What was posted last has to have come before the change is made.
    for session in [&mut one, &mut other] {
        session.post(&server, &legacy_call(1, "echo")).await;
        session.stream.event().await;
    }
    server.engine.registry().remove_tool("fail");
    for session in [&mut one, &mut other] {
        assert_eq!(session.stream.event().await["method"], "notifications/tools/list_changed");
    }
}

#[tokio::test]
async fn requests_of_several_streams_never_mix() {
    // HTTP-19
    let server = serve(options());
    let (mut one, mut other) = (begin(&server).await, begin(&server).await);
    assert_ne!(one.messages, other.messages);
    one.post(&server, &legacy_call(7, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    other.post(&server, &legacy_call(7, "echo")).await;
    assert_eq!(other.stream.event().await["result"]["content"][0]["text"], r#"{"a":1}"#);
    server.probe.release();
    assert_eq!(one.stream.event().await["result"]["content"][0]["text"], "released");
}

#[tokio::test]
async fn the_end_of_a_stream_ends_its_session_and_cancels_what_runs() {
    // OLD-7
    let server = serve(options());
    let (told, mut ends) = tokio::sync::mpsc::unbounded_channel();
    server.engine.on_session_end(move |id| told.send(id.to_owned()).expect("the test listens"));
    let session = begin(&server).await;
    session.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let Session { stream, messages } = session;
    drop(stream);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    let id = ends.recv().await.expect("the end is told");
    assert!(messages.ends_with(&id));
    let answer = server.ask("POST", &messages, JSON_HEADERS, &legacy_call(2, "echo")).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(server.probe.finished.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_cancelled_request_gets_nothing_more() {
    // CAN-3
    let server = serve(options());
    let mut session = begin(&server).await;
    session.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    assert_eq!(session.post(&server, cancel).await.status, 202);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    session.post(&server, &legacy_call(2, "echo")).await;
    assert_eq!(session.stream.event().await["id"], 2);
}

#[tokio::test]
async fn what_is_no_message_for_a_session_is_refused() {
    let server = serve(HttpOptions { max_body_bytes: 1000, ..options() });
    let mut session = begin(&server).await;
    let messages = session.messages.as_str();
    let stranger = "/messages?sessionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let call = legacy_call(1, "echo");
    let long = call.replace("\"a\":1", &format!("\"a\":\"{}\"", "x".repeat(1000)));
    let text = "Content-Type: text/plain\r\n";
    let foreign = format!("{JSON_HEADERS}Origin: https://evil.example\r\n");
    let elsewhere = format!("{JSON_HEADERS}Host: evil.example\r\n");
    let cases: [(&str, &str, &str, &str, u16); 14] = [
        ("POST", "/messages", JSON_HEADERS, &call, 400),
        ("POST", "/messages?sessionId=", JSON_HEADERS, &call, 400),
        ("POST", "/messages?other=1", JSON_HEADERS, &call, 400),
        ("POST", stranger, JSON_HEADERS, &call, 404),
        ("POST", messages, JSON_HEADERS, "{no json", 400),
        ("POST", messages, JSON_HEADERS, "", 400),
        ("POST", messages, JSON_HEADERS, r#"{"jsonrpc":"2.0","id":1}"#, 400),
        ("POST", messages, JSON_HEADERS, &long, 413),
        ("POST", messages, text, &call, 415),
        ("POST", messages, &foreign, &call, 403),
        ("POST", messages, &elsewhere, &call, 421),
        ("GET", messages, ACCEPT, "", 405),
        ("POST", "/sse", JSON_HEADERS, INITIALIZE, 405),
        ("GET", "/sse", "Accept: application/json\r\n", "", 406),
    ];
    for (method, path, headers, body, status) in cases {
        let answer = server.ask(method, path, headers, body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        assert!(answer.json()["error"]["message"].is_string(), "{answer:?}");
        if status == 405 {
            assert_eq!(answer.header("allow"), Some(if path == "/sse" { "GET" } else { "POST" }));
        }
    }
    // Nothing of it came onto the stream.
    session.post(&server, &legacy_call(9, "echo")).await;
    assert_eq!(session.stream.event().await["id"], 9);
}

#[tokio::test]
async fn an_id_in_flight_is_refused_to_its_post() {
    // RPC-5
    let server = serve(options());
    let mut session = begin(&server).await;
    session.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let answer = session.post(&server, &legacy_call(1, "echo")).await;
    assert_eq!((answer.status, answer.json()["id"].clone()), (400, 1.into()));
    server.probe.release();
    assert_eq!(session.stream.event().await["result"]["content"][0]["text"], "released");
}

#[tokio::test]
async fn only_versions_with_a_handshake_are_served_here() {
    // OLD-8, META-13
    let server = serve(options());
    let mut session = open(&server).await;
    for body in [legacy_call(1, "echo"), modern_call(1, "echo", ENVELOPE)] {
        session.post(&server, &body).await;
        let said = session.stream.event().await;
        let message = said["error"]["message"].as_str().expect("an error").to_owned();
        assert!(message.contains("initialize"), "{message}");
    }
    session.post(&server, INITIALIZE).await;
    session.stream.event().await;
    session.post(&server, &modern_call(2, "echo", ENVELOPE)).await;
    let said = session.stream.event().await;
    assert_eq!(said["result"].get("resultType"), None, "an envelope is inert in a session: {said}");
    session.post(&server, INITIALIZE).await;
    assert_eq!(session.stream.event().await["error"]["code"], -32600, "SESS-11");
}

#[tokio::test]
async fn both_endpoints_look_at_host_and_origin() {
    // OLD-5, SEC-1, SEC-2
    let server = serve(options());
    for (header, status) in [
        ("Origin: https://evil.example\r\n", 403),
        ("Host: evil.example\r\n", 421),
        ("Origin: http://localhost:1\r\n", 200),
    ] {
        let mut stream = server.connect().await;
        stream.request("GET", "/sse", &format!("{ACCEPT}{header}"), "").await;
        assert_eq!(stream.head().await.0, status, "{header}");
    }
}

#[tokio::test]
async fn pages_that_may_read_are_told_so() {
    let cors =
        CorsOptions { origins: Some(vec!["https://app.example".to_owned()]), ..CorsOptions::default() };
    let server = serve(HttpOptions { cors: Some(cors), ..options() });
    let origin = "Origin: https://app.example\r\n";
    let mut stream = server.connect().await;
    stream.request("GET", "/sse", &format!("{ACCEPT}{origin}"), "").await;
    let (status, head) = stream.head().await;
    assert!(status == 200 && head.contains("access-control-allow-origin: https://app.example"), "{head}");
    let asks = format!("{origin}Access-Control-Request-Method: POST\r\n");
    assert_eq!(server.ask("OPTIONS", "/messages?sessionId=x", &asks, "").await.status, 204);
}

#[tokio::test]
async fn a_silent_stream_says_that_it_is_alive() {
    let server = serve(HttpOptions { keep_alive: Duration::from_millis(5), ..options() });
    let mut session = open(&server).await;
    assert_eq!(session.stream.chunk().await, ": keep-alive\n\n");
}

#[tokio::test]
async fn a_stream_without_a_handshake_is_not_kept() {
    let server = serve(HttpOptions { idle_timeout: Duration::from_millis(50), ..options() });
    let mut silent = open(&server).await;
    let mut session = open(&server).await;
    session.post(&server, INITIALIZE).await;
    session.stream.event().await;
    assert_eq!(silent.stream.chunk().await, "");
    session.post(&server, &legacy_call(1, "echo")).await;
    assert_eq!(session.stream.event().await["id"], 1);
}

#[tokio::test]
async fn there_are_no_more_sessions_than_allowed() {
    let sessions = SessionLimits { max: Some(2), ..SessionLimits::default() };
    let server = serve(HttpOptions { sessions, ..options() });
    let (one, _other) = (begin(&server).await, begin(&server).await);
    let answer = server.ask("GET", "/sse", ACCEPT, "").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{answer:?}");
    one.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    drop(one);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    begin(&server).await;
}

#[tokio::test]
async fn at_the_end_what_runs_may_finish() {
    let server = serve(options());
    let mut session = begin(&server).await;
    let mut idle = begin(&server).await;
    session.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    server.shutdown.trigger();
    assert_eq!(idle.stream.chunk().await, "", "nothing runs there");
    server.probe.release();
    assert_eq!(session.stream.event().await["result"]["content"][0]["text"], "released");
    assert_eq!(session.stream.chunk().await, "");
    timeout(PATIENCE, server.task)
        .await
        .expect("the server did not stop")
        .expect("no panic")
        .expect("no error");
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_told_why() {
    let server = serve(HttpOptions { grace: Duration::from_millis(20), ..options() });
    let mut session = begin(&server).await;
    session.post(&server, &legacy_call(1, "wait")).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    server.shutdown.trigger();
    let said = session.stream.event().await;
    assert!(said["error"]["message"].as_str().expect("a reason").contains("told to stop"), "{said}");
    assert_eq!(session.stream.chunk().await, "");
}

#[tokio::test]
async fn both_paths_can_be_chosen_and_are_served_beside_the_endpoint() {
    let sse = SseOptions { path: "/a/sse".to_owned(), messages_path: "/a/messages/".to_owned() };
    let server = serve(HttpOptions { sse: Some(sse), ..HttpOptions::default() });
    let mut stream = server.connect().await;
    stream.request("GET", "/a/sse/", ACCEPT, "").await;
    assert_eq!(stream.head().await.0, 200);
    let (_, messages) = stream.named_event().await;
    assert!(messages.starts_with("/a/messages/?sessionId="), "{messages}");
    assert_eq!(server.ask("POST", &messages, JSON_HEADERS, INITIALIZE).await.status, 202);
    let said: Value = stream.event().await;
    assert_eq!(said["id"], 0);
    assert_eq!(server.ask("GET", "/sse", ACCEPT, "").await.status, 404);
    let both = format!("{JSON_HEADERS}{}", support::ACCEPT_BOTH);
    assert_eq!(server.post(&both, INITIALIZE).await.status, 200);
}

#[tokio::test]
async fn paths_that_cannot_be_told_apart_are_refused() {
    for (path, messages_path) in [
        ("/mcp", "/messages"),
        ("/sse", "/mcp/"),
        ("/sse", "/sse"),
        ("sse", "/messages"),
        ("/sse?a", "/messages"),
        ("/sse", "//messages"),
    ] {
        let sse = SseOptions { path: path.to_owned(), messages_path: messages_path.to_owned() };
        let (engine, _) = support::engine();
        let options = HttpOptions { sse: Some(sse), ..HttpOptions::default() };
        let refused = oxmcp_core::transports::http::Endpoint::new(engine, options, None);
        assert!(refused.is_err_and(|error| error.to_string().contains("sse")), "{path} {messages_path}");
    }
}

#[tokio::test]
async fn handlers_see_the_headers_of_their_post_and_the_session() {
    let (engine, probe) = support::engine();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let tool = oxmcp_core::model::Tool::new(
        "who",
        oxmcp_core::json::RawJson::parse(r#"{"type":"object"}"#).expect("JSON"),
    );
    let handler = oxmcp_core::handler::from_function(move |call: oxmcp_core::handler::Invocation| {
        told.send(Arc::clone(&call.context.caller)).expect("the test listens");
        async { Ok(oxmcp_core::model::Output::Tool(oxmcp_core::model::ToolOutput::text(""))) }
    });
    engine.registry().add_tool(tool, handler).expect("a new tool");
    let server = support::serve_engine(engine, probe, options());
    let session = begin(&server).await;
    let headers = format!("{JSON_HEADERS}X-Who: me\r\n");
    server.ask("POST", &session.messages, &headers, &legacy_call(1, "who")).await;
    let caller = heard.recv().await.expect("the call came");
    assert_eq!(caller.headers.as_ref().expect("headers")["x-who"], "me");
    assert!(session.messages.ends_with(&**caller.session_id.as_ref().expect("an id")));
}
