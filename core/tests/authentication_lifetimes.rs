//! What a stream is worth when the credentials have ended that it was opened with, and whose grants count on it.

#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod authentication_support;
mod support;

use std::time::Duration;

use authentication_support::{Issuer, claims, engine, now};
use oxmcp_core::transports::http::{HttpOptions, MemoryEventStore, Resumption, SseOptions};
use serde_json::{Value, json};
use support::{
    ACCEPT_BOTH, Answer, Client, ENVELOPE, INITIALIZE, INITIALIZED, JSON_HEADERS, Server, legacy_call,
    serve_engine,
};

fn served(issuer: &Issuer, options: HttpOptions) -> Server {
    serve_engine(engine(&issuer.options()), support::engine().1, options)
}

/// A token of ann's that counts for so long, and grants this.
fn token(issuer: &Issuer, seconds: u64, scope: &str) -> String {
    let mut claims = claims("ann");
    claims["exp"] = json!(now() + seconds);
    claims["scope"] = json!(scope);
    issuer.token(&claims)
}

fn head(token: &str) -> String {
    format!("Host: localhost\r\nAuthorization: Bearer {token}\r\n")
}

/// Lets time pass for whoever looks at the runtime's clock, but for no socket.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Whether a stream has ended: its last chunk is empty. Keep-alives are no end.
async fn has_ended(stream: &mut Client) -> bool {
    let mut chunk = stream.chunk().await;
    while chunk.starts_with(": keep-alive") {
        chunk = stream.chunk().await;
    }
    chunk.is_empty()
}

struct Session {
    stream: Client,
    messages: String,
}

impl Session {
    async fn open(server: &Server, token: &str) -> Self {
        let mut stream = server.connect().await;
        let head = format!("{}Accept: text/event-stream\r\n", head(token));
        stream.request("GET", "/sse", &head, "").await;
        assert_eq!(stream.head().await.0, 200);
        let (_, messages) = stream.named_event().await;
        let mut session = Self { stream, messages };
        assert_eq!(session.post(server, token, INITIALIZE).await.status, 202);
        session.stream.event().await;
        assert_eq!(session.post(server, token, INITIALIZED).await.status, 202);
        session
    }

    async fn post(&self, server: &Server, token: &str, body: &str) -> Answer {
        let head = format!("{}{JSON_HEADERS}", head(token));
        server.ask("POST", &self.messages, &head, body).await
    }

    /// What the tool says of whoever asks with this token.
    async fn who(&mut self, server: &Server, token: &str) -> Value {
        assert_eq!(self.post(server, token, &legacy_call(1, "who")).await.status, 202);
        let said = self.stream.event().await;
        serde_json::from_str(said["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
    }
}

fn sse() -> HttpOptions {
    HttpOptions {
        sse: Some(SseOptions::default()),
        keep_alive: Duration::from_secs(3600),
        ..HttpOptions::default()
    }
}

#[tokio::test]
async fn what_is_posted_beside_a_stream_has_its_own_grants() {
    // AUTH-14
    let issuer = Issuer::new();
    let server = served(&issuer, sse());
    let mut session = Session::open(&server, &token(&issuer, 300, "much more")).await;
    assert_eq!(session.who(&server, &token(&issuer, 300, "little")).await["scopes"], json!(["little"]));
    assert_eq!(session.who(&server, &token(&issuer, 300, "much")).await["scopes"], json!(["much"]));
    // Nobody else finds it, and nobody at all does without credentials.
    let other = issuer.good("bob");
    assert_eq!(session.post(&server, &other, &legacy_call(1, "who")).await.status, 404);
    assert_eq!(session.post(&server, &token(&issuer, 0, "").replace('e', "f"), "{}").await.status, 401);
}

#[tokio::test]
async fn a_stream_with_posts_beside_it_ends_with_the_last_token_that_came() {
    let issuer = Issuer::new();
    let server = served(&issuer, sse());
    let mut session = Session::open(&server, &token(&issuer, 100, "a")).await;
    session.who(&server, &token(&issuer, 1000, "a")).await;
    session.who(&server, &token(&issuer, 100, "a")).await;
    pass(500).await;
    session.who(&server, &token(&issuer, 600, "a")).await;
    pass(550).await;
    session.who(&server, &token(&issuer, 20, "a")).await;
    pass(100).await;
    assert!(has_ended(&mut session.stream).await);
    let late = session.post(&server, &token(&issuer, 300, "a"), &legacy_call(1, "who")).await;
    assert_eq!(late.status, 404, "the session ends with its stream");
}

async fn begin(server: &Server, token: &str) -> String {
    let begun = server.post(&format!("{}{JSON_HEADERS}", head(token)), INITIALIZE).await;
    let session = begun.header("Mcp-Session-Id").unwrap().to_owned();
    let head = format!("{}{JSON_HEADERS}Mcp-Session-Id: {session}\r\n", head(token));
    assert_eq!(server.post(&head, INITIALIZED).await.status, 202);
    session
}

#[tokio::test]
async fn a_session_s_own_stream_ends_with_its_token_and_can_be_had_again() {
    let issuer = Issuer::new();
    let resumption = Resumption::new(std::sync::Arc::new(MemoryEventStore::default()));
    for resumption in [None, Some(resumption)] {
        let keep_alive = Duration::from_secs(3600);
        let server = served(&issuer, HttpOptions { resumption, keep_alive, ..HttpOptions::default() });
        let session = begin(&server, &token(&issuer, 100, "a")).await;
        for _ in 0..2 {
            let mut stream = server.connect().await;
            let head = format!(
                "{}Accept: text/event-stream\r\nMcp-Session-Id: {session}\r\n",
                head(&token(&issuer, 100, "a"))
            );
            stream.request("GET", "/mcp", &head, "").await;
            assert_eq!(stream.head().await.0, 200);
            pass(99).await;
            pass(10).await;
            assert!(has_ended(&mut stream).await);
        }
    }
}

#[tokio::test]
async fn a_subscription_ends_with_its_token_and_says_so() {
    // SUB-5
    let issuer = Issuer::new();
    let server =
        served(&issuer, HttpOptions { keep_alive: Duration::from_secs(3600), ..HttpOptions::default() });
    let listen = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{"toolsListChanged":true}},{ENVELOPE}}}}}"#
    );
    let mut stream = server.connect().await;
    let head = format!(
        "{}MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n{JSON_HEADERS}{ACCEPT_BOTH}",
        head(&token(&issuer, 100, "a"))
    );
    stream.request("POST", "/mcp", &head, &listen).await;
    assert_eq!(stream.head().await.0, 200);
    assert_eq!(stream.event().await["method"], "notifications/subscriptions/acknowledged");
    pass(101).await;
    let last = stream.event().await;
    assert_eq!((&last["id"], last.get("result").is_some()), (&json!(1), true), "{last}");
    assert!(has_ended(&mut stream).await);
}
