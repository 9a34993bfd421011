//! How serving HTTP ends.

mod support;

use std::time::Duration;

use oxmcp_core::engine::Shutdown;
use oxmcp_core::transports::http::{HttpOptions, HttpServer};
use support::{CURIOUS_ENVELOPE, Client, ENVELOPE, PATIENCE, modern_call, modern_headers, serve};
use tokio::time::timeout;

const WORDS: &str =
    "the server was told to stop, and this did not finish within the 20 milliseconds it then had";

fn hasty() -> HttpOptions {
    HttpOptions { grace: Duration::from_millis(20), ..HttpOptions::default() }
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_answered_with_the_reason() {
    let server = serve(hasty());
    let mut clients = Vec::new();
    for id in 0..20 {
        let mut client = server.connect().await;
        client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(id, "wait", ENVELOPE)).await;
        clients.push((id, client));
    }
    server.probe.reaches(|probe| &probe.started, 20).await;
    server.shutdown.trigger();
    for (id, mut client) in clients {
        let answer = client.answer().await;
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
        let error = &answer.json()["error"];
        assert_eq!((&answer.json()["id"], &error["code"]), (&id.into(), &(-31002).into()));
        assert_eq!(error["message"], WORDS);
        assert!(client.is_closed().await);
    }
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
    server.probe.reaches(|probe| &probe.dropped, 20).await;
}

#[tokio::test]
async fn an_event_stream_ends_with_its_answer() {
    let server = serve(HttpOptions { sse_after: Duration::from_millis(1), ..hasty() });
    let mut client = server.connect().await;
    let body = modern_call(1, "wait", CURIOUS_ENVELOPE);
    client.request("POST", "/mcp", &modern_headers("wait"), &body).await;
    assert_eq!(client.head().await.0, 200);
    server.shutdown.trigger();
    assert_eq!(client.event().await["error"]["message"], WORDS);
    assert_eq!(client.chunk().await, "");
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn a_request_on_its_way_is_refused_with_503_and_when_to_come_back() {
    let server = serve(HttpOptions::default());
    let mut waiting = server.connect().await;
    waiting.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let mut late = server.connect().await;
    late.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\n").await;
    // Answered after the half request was read: connections are served in order.
    let other = server.post(&modern_headers("echo"), &modern_call(2, "echo", ENVELOPE)).await;
    assert_eq!(other.status, 200);
    server.shutdown.trigger();
    let body = modern_call(3, "echo", ENVELOPE);
    late.send(&format!("{}Content-Length: {}\r\n\r\n{body}", modern_headers("echo"), body.len())).await;
    let answer = late.answer().await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("shutting down"));
    server.probe.release();
    assert_eq!(waiting.answer().await.status, 200);
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_that_expires_leaves_no_time() {
    for whose in ["the listener's", "the engine's"] {
        let server = serve(HttpOptions::default());
        let mut client = server.connect().await;
        client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
        server.probe.reaches(|probe| &probe.started, 1).await;
        let signal = if whose == "the engine's" { server.engine.shutdown() } else { &server.shutdown };
        signal.trigger();
        signal.expire(whose);
        assert_eq!(client.answer().await.json()["error"]["message"], whose);
        timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_end_of_one_listener_is_not_the_others() {
    let server = serve(HttpOptions::default());
    let other = HttpServer::bind(server.engine.clone(), "127.0.0.1:0", HttpOptions::default()).unwrap();
    let (address, end) = (other.local_addr(), Shutdown::new());
    let task = tokio::spawn(other.serve(end.clone()));
    let listen = format!(
        r#"{{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{{"notifications":{{"toolsListChanged":true}},{ENVELOPE}}}}}"#
    );
    let headers =
        modern_headers("x").replace("tools/call", "subscriptions/listen").replace("Mcp-Name: x\r\n", "");
    let mut here = server.connect().await;
    let mut there = Client::connect(address).await;
    for client in [&mut here, &mut there] {
        client.request("POST", "/mcp", &headers, &listen).await;
        assert_eq!(client.head().await.0, 200);
        assert_eq!(client.event().await["method"], "notifications/subscriptions/acknowledged");
    }
    end.trigger();
    assert_eq!(there.event().await["id"], "s");
    timeout(PATIENCE, task).await.expect("the listener did not stop").unwrap().unwrap();
    assert!(server.engine.registry().remove_tool("fail"));
    assert_eq!(here.event().await["method"], "notifications/tools/list_changed");
    server.shutdown.trigger();
    assert_eq!(here.event().await["id"], "s");
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}
