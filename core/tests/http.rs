//! Streamable HTTP over real sockets: guards, the choice of answer, event streams, limits.
//! In one piece, because the order of the refusals is half of what is tested.

mod support;

use std::time::Duration;

use oxmcp_core::transports::http::HttpOptions;
use support::{
    ACCEPT_BOTH, CURIOUS_ENVELOPE, ENVELOPE, JSON_HEADERS, PATIENCE, modern_call, modern_headers, serve,
};
use tokio::time::timeout;

fn modern_listen(filter: &str) -> (String, String) {
    let headers = format!(
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n{JSON_HEADERS}{ACCEPT_BOTH}"
    );
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{{"notifications":{filter},{ENVELOPE}}}}}"#
    );
    (headers, body)
}

#[tokio::test]
async fn a_call_is_answered_as_json_on_a_connection_that_stays_open() {
    // HTTP-4, SSE-7
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    for id in 1..4 {
        let answer = client.post(&modern_headers("echo"), &modern_call(id, "echo", ENVELOPE)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("mcp-session-id"), None);
        assert_eq!(answer.json()["id"], id);
        assert_eq!(answer.json()["result"]["content"][0]["text"], r#"{"a":1}"#);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    for id in 1..9 {
        client.request("POST", "/mcp", &modern_headers("echo"), &modern_call(id, "echo", ENVELOPE)).await;
    }
    for id in 1..9 {
        assert_eq!(client.answer().await.json()["id"], id);
    }
}

#[tokio::test]
async fn messages_before_the_result_turn_the_answer_into_an_event_stream() {
    // SSE-1, SSE-3, SSE-4, SSE-6
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    let answer = client.post(&modern_headers("talk"), &modern_call(1, "talk", CURIOUS_ENVELOPE)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert!(answer.header("cache-control").unwrap().contains("no-cache"));
    let events: Vec<_> = answer.body.split_terminator("\n\n").collect();
    assert_eq!(events.len(), 3, "{events:?}");
    let methods = ["notifications/message", "notifications/progress"];
    for (event, method) in events.iter().zip(methods) {
        let data = event.strip_prefix("event: message\ndata: ").unwrap();
        let message: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(message["method"], method);
    }
    assert!(events[2].contains("done"));
    // The connection is still good.
    let answer = client.post(&modern_headers("echo"), &modern_call(2, "echo", ENVELOPE)).await;
    assert_eq!(answer.json()["id"], 2);
}

#[tokio::test]
async fn line_breaks_between_tokens_do_not_break_events() {
    // SSE-6, SEC-17
    let server = serve(HttpOptions::default());
    let headers = modern_headers("lines").replace("application/json, ", "");
    let answer = server.post(&headers, &modern_call(1, "lines", ENVELOPE)).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let data = answer.body.strip_prefix("event: message\ndata: ").unwrap().strip_suffix("\n\n").unwrap();
    assert!(!data.contains(['\n', '\r']));
    let message: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(message["result"]["content"][0]["text"], "a\nb");
}

#[tokio::test]
async fn a_client_that_takes_json_only_gets_json_without_the_messages() {
    // HTTP-16
    let server = serve(HttpOptions::default());
    let headers = modern_headers("talk").replace(", text/event-stream", "");
    let answer = server.post(&headers, &modern_call(1, "talk", CURIOUS_ENVELOPE)).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["result"]["content"][0]["text"], "done");
}

#[tokio::test]
async fn json_only_never_streams_a_call_but_still_serves_subscriptions() {
    let server = serve(HttpOptions { json_only: true, ..HttpOptions::default() });
    let answer = server.post(&modern_headers("talk"), &modern_call(1, "talk", CURIOUS_ENVELOPE)).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let (headers, body) = modern_listen(r#"{"toolsListChanged":true}"#);
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &headers, &body).await;
    assert_eq!(client.head().await.0, 200);
    assert_eq!(client.event().await["method"], "notifications/subscriptions/acknowledged");
}

#[tokio::test]
async fn accept_is_read_with_its_wildcards_and_weights() {
    // HTTP-16
    let server = serve(HttpOptions::default());
    let headers = modern_headers("echo").replace(ACCEPT_BOTH, "");
    for (accept, status) in [
        ("", 200),
        ("Accept: */*\r\n", 200),
        ("Accept: application/*\r\n", 200),
        ("Accept: text/html, APPLICATION/JSON;q=0.5\r\n", 200),
        ("Accept: text/html\r\nAccept: application/json\r\n", 200),
        ("Accept: text/html\r\n", 406),
        ("Accept: application/json;q=0\r\n", 406),
        ("Accept: application/json; q=0.000, image/png\r\n", 406),
    ] {
        let answer = server.post(&format!("{headers}{accept}"), &modern_call(1, "echo", ENVELOPE)).await;
        assert_eq!(answer.status, status, "{accept:?}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_subscription_needs_a_client_that_takes_event_streams() {
    // HTTP-16, SUB-10
    let server = serve(HttpOptions::default());
    let (headers, body) = modern_listen("{}");
    let answer = server.post(&headers.replace(", text/event-stream", ""), &body).await;
    assert_eq!(answer.status, 406, "{answer:?}");
}

#[tokio::test]
async fn paths_other_than_the_endpoint_are_not_found_and_a_slash_at_its_end_is_no_redirect() {
    let server = serve(HttpOptions::default());
    let body = modern_call(1, "echo", ENVELOPE);
    for (path, status) in
        [("/mcp", 200), ("/mcp/", 200), ("/mcp?x=1", 200), ("/", 404), ("/mcpx", 404), ("/mcp/x", 404)]
    {
        let answer = server.ask("POST", path, &modern_headers("echo"), &body).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_foreign_host_is_refused_on_a_loopback_address_and_told_why() {
    // SEC-2: what stops DNS rebinding
    let server = serve(HttpOptions::default());
    let body = modern_call(1, "echo", ENVELOPE);
    for (host, status) in [
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("127.0.0.1:1234", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("localhost.evil.example:80", 421),
        ("localhost:80@evil.example", 421),
        ("evil.example:127.0.0.1", 421),
        ("", 421),
    ] {
        let headers = format!("Host: {host}\r\n{}", modern_headers("echo"));
        let answer = server.post(&headers, &body).await;
        assert_eq!(answer.status, status, "{host}");
        if status == 421 {
            let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(message.contains("Host") && message.contains("allowed_hosts"), "{message}");
            assert!(answer.json()["id"].is_null());
        }
    }
    let server = serve(HttpOptions {
        allowed_hosts: Some(vec!["api.example:443".to_owned()]),
        ..HttpOptions::default()
    });
    for (host, status) in [("api.example:443", 200), ("api.example", 421), ("localhost", 421)] {
        let headers = format!("Host: {host}\r\n{}", modern_headers("echo"));
        assert_eq!(server.post(&headers, &body).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_on_every_method() {
    // HTTP-8, SEC-1
    let server = serve(HttpOptions::default());
    let body = modern_call(1, "echo", ENVELOPE);
    for (origin, status) in [
        ("http://localhost:5173", 200),
        ("https://127.0.0.1", 200),
        ("http://[::1]:3000", 200),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
        ("", 403),
    ] {
        let headers = format!("Origin: {origin}\r\n{}", modern_headers("echo"));
        assert_eq!(server.post(&headers, &body).await.status, status, "{origin}");
    }
    for method in ["GET", "DELETE", "OPTIONS", "PUT"] {
        let answer = server.ask(method, "/mcp", "Origin: https://evil.example\r\n", "").await;
        assert_eq!(answer.status, 403, "{method}");
    }
    let allowed = Some(vec!["https://app.example".to_owned()]);
    let server = serve(HttpOptions { allowed_origins: allowed, ..HttpOptions::default() });
    let headers = format!("Origin: https://app.example\r\n{}", modern_headers("echo"));
    assert_eq!(server.post(&headers, &body).await.status, 200);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_there_are() {
    // HTTP-14
    let server = serve(HttpOptions::default());
    for method in ["PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW"] {
        let mut client = server.connect().await;
        client.request(method, "/mcp", "", "").await;
        let (status, head) = client.head().await;
        assert_eq!(status, 405, "{method}");
        assert!(head.to_ascii_lowercase().contains("allow: get, post, delete"), "{head}");
    }
    let server = serve(HttpOptions { stateless: true, ..HttpOptions::default() });
    for method in ["GET", "DELETE", "PUT"] {
        let answer = server.ask(method, "/mcp", "Accept: text/event-stream\r\n", "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
}

#[tokio::test]
async fn bodies_must_be_plain_json() {
    // HTTP-15, HTTP-20
    let server = serve(HttpOptions::default());
    let body = modern_call(1, "echo", ENVELOPE);
    let headers = modern_headers("echo").replace(JSON_HEADERS, "");
    for (content, status) in [
        ("Content-Type: application/json; charset=utf-8\r\n", 200),
        ("Content-Type: Application/JSON\r\nContent-Encoding: identity\r\n", 200),
        ("", 415),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/json-seq\r\n", 415),
        ("Content-Type: application/x-www-form-urlencoded\r\n", 415),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", 415),
    ] {
        let answer = server.post(&format!("{headers}{content}"), &body).await;
        assert_eq!(answer.status, status, "{content:?}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    // HTTP-17
    let server = serve(HttpOptions { max_body_bytes: 1000, ..HttpOptions::default() });
    let mut client = server.connect().await;
    client
        .send(&format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{JSON_HEADERS}Content-Length: 1001\r\n\r\n"))
        .await;
    assert_eq!(client.answer().await.status, 413);
    let mut client = server.connect().await;
    let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
    client
        .send(&format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{JSON_HEADERS}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}"
        ))
        .await;
    assert_eq!(client.answer().await.status, 413);
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    // Closing at once would reset the connection before the client has read why.
    let server = serve(HttpOptions { max_body_bytes: 1000, ..HttpOptions::default() });
    for (headers, status) in [(JSON_HEADERS, 413), ("Content-Type: text/plain\r\n", 415)] {
        let answer = server.post(headers, &"x".repeat(6_000_000)).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    let server = serve(HttpOptions::default());
    let body = modern_call(7, "echo", ENVELOPE);
    let mut client = server.connect().await;
    let headers = modern_headers("echo");
    client
        .send(&format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{headers}Transfer-Encoding: chunked\r\n\r\n"
        ))
        .await;
    for piece in body.as_bytes().chunks(7) {
        client.send(&format!("{:x}\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap())).await;
        tokio::task::yield_now().await;
    }
    client.send("0\r\n\r\n").await;
    assert_eq!(client.answer().await.json()["id"], 7);
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    // HTTP-17
    let server = serve(HttpOptions { max_header_bytes: 8192, ..HttpOptions::default() });
    let mut client = server.connect().await;
    client.send(&format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(10_000))).await;
    assert_eq!(client.head().await.0, 431);
    let mut client = server.connect().await;
    client.send(&format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(200))).await;
    assert_eq!(client.head().await.0, 431);
}

#[tokio::test]
async fn heads_that_trickle_and_connections_that_rest_are_closed_but_not_running_calls() {
    // SEC-12
    let server = serve(HttpOptions {
        header_timeout: Duration::from_millis(40),
        idle_timeout: Duration::from_millis(40),
        ..HttpOptions::default()
    });
    let mut running = server.connect().await;
    running.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let mut silent = server.connect().await;
    assert!(silent.is_closed().await);
    let mut half = server.connect().await;
    half.send("POST /mcp HTTP/1.1\r\nHost: loc").await;
    assert!(half.is_closed().await);
    let mut resting = server.connect().await;
    assert_eq!(resting.post(&modern_headers("echo"), &modern_call(1, "echo", ENVELOPE)).await.status, 200);
    assert!(resting.is_closed().await);
    server.probe.release();
    assert_eq!(running.answer().await.json()["result"]["content"][0]["text"], "released");
}

#[tokio::test]
async fn a_body_that_stops_arriving_is_given_up() {
    let server =
        serve(HttpOptions { body_pause_timeout: Duration::from_millis(20), ..HttpOptions::default() });
    let mut client = server.connect().await;
    client
        .send(&format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{JSON_HEADERS}Content-Length: 100\r\n\r\n{{"
        ))
        .await;
    assert_eq!(client.answer().await.status, 408);
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    // SEC-12: an answer larger than the socket's buffers, and nobody who takes it
    let server = serve(HttpOptions {
        write_timeout: Duration::from_millis(40),
        grace: Duration::from_secs(60),
        ..HttpOptions::default()
    });
    let big = format!(r#""big":"{}","#, "x".repeat(3_000_000));
    let body = modern_call(1, "echo", ENVELOPE).replace(r#""a":1"#, &format!(r#"{big}"a":1"#));
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = server.connect().await;
        for _ in 0..3 {
            let headers = modern_headers("echo");
            let length = body.len();
            let request = format!(
                "POST /mcp HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
            );
            let sent = tokio::io::AsyncWriteExt::write_all(&mut client.stream, request.as_bytes());
            // The server stops reading from someone who does not read, and then hangs up.
            if timeout(PATIENCE, sent).await.expect("the client was not cut off").is_err() {
                break;
            }
        }
        clients.push(client);
    }
    server.shutdown.trigger();
    timeout(PATIENCE, server.task).await.expect("stuck clients held the server").unwrap().unwrap();
}

#[tokio::test]
async fn a_silent_call_becomes_an_event_stream_with_keep_alives() {
    // SSE-5, SSE-8
    let server = serve(HttpOptions {
        sse_after: Duration::from_millis(10),
        keep_alive: Duration::from_millis(10),
        ..HttpOptions::default()
    });
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    let (status, head) = client.head().await;
    assert_eq!(status, 200);
    assert!(head.contains("text/event-stream"));
    assert_eq!(client.chunk().await, ": keep-alive\n\n");
    assert_eq!(client.chunk().await, ": keep-alive\n\n");
    server.probe.release();
    loop {
        let chunk = client.chunk().await;
        if chunk != ": keep-alive\n\n" {
            assert!(chunk.contains("released"));
            break;
        }
    }
    assert_eq!(client.chunk().await, "");
    // A client that takes JSON only waits for its JSON.
    let mut client = server.connect().await;
    let headers = modern_headers("wait").replace(", text/event-stream", "");
    client.request("POST", "/mcp", &headers, &modern_call(1, "wait", ENVELOPE)).await;
    server.probe.reaches(|probe| &probe.started, 2).await;
    server.probe.release();
    assert_eq!(client.answer().await.json()["result"]["content"][0]["text"], "released");
}

#[tokio::test]
async fn closing_the_connection_cancels_a_modern_call_before_and_after_its_answer_began() {
    // HTTP-10, CAN-1
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    drop(client);
    server.probe.reaches(|probe| &probe.dropped, 1).await;

    let server = serve(HttpOptions { sse_after: Duration::from_millis(1), ..HttpOptions::default() });
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    assert_eq!(client.head().await.0, 200);
    drop(client);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
}

#[tokio::test]
async fn a_subscription_hears_of_changes_and_ends_with_its_result_at_shutdown() {
    // SUB-2, SUB-5, SUB-10
    let server = serve(HttpOptions::default());
    let (headers, body) = modern_listen(r#"{"toolsListChanged":true}"#);
    let mut client = server.connect().await;
    client.request("POST", "/mcp", &headers, &body).await;
    assert_eq!(client.head().await.0, 200);
    assert_eq!(client.event().await["method"], "notifications/subscriptions/acknowledged");
    assert!(server.engine.registry().remove_tool("fail"));
    assert_eq!(client.event().await["method"], "notifications/tools/list_changed");
    server.shutdown.trigger();
    assert_eq!(client.event().await["id"], "s");
    assert_eq!(client.chunk().await, "");
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn shutdown_closes_what_rests_and_lets_running_calls_finish() {
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    let mut resting = server.connect().await;
    client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(1, "wait", ENVELOPE)).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    server.shutdown.trigger();
    assert!(resting.is_closed().await);
    assert!(server.refuses().await);
    server.probe.release();
    let answer = client.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(client.is_closed().await);
    timeout(PATIENCE, server.task).await.expect("the server did not stop").unwrap().unwrap();
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    // SEC-12
    let server = serve(HttpOptions { max_connections: 1, ..HttpOptions::default() });
    let mut first = server.connect().await;
    assert_eq!(first.post(&modern_headers("echo"), &modern_call(1, "echo", ENVELOPE)).await.status, 200);
    let mut second = server.connect().await;
    second.request("POST", "/mcp", &modern_headers("echo"), &modern_call(2, "echo", ENVELOPE)).await;
    drop(first);
    assert_eq!(second.answer().await.json()["id"], 2);
}

#[tokio::test]
async fn many_connections_are_served_at_once() {
    let server = serve(HttpOptions::default());
    let mut clients = Vec::new();
    for id in 0..40 {
        let mut client = server.connect().await;
        client.request("POST", "/mcp", &modern_headers("wait"), &modern_call(id, "wait", ENVELOPE)).await;
        clients.push((id, client));
    }
    server.probe.reaches(|probe| &probe.started, 40).await;
    for _ in 0..40 {
        server.probe.release();
    }
    for (id, mut client) in clients.into_iter().rev() {
        assert_eq!(client.answer().await.json()["id"], id);
    }
}

#[tokio::test]
async fn options_that_cannot_work_are_refused_with_the_option_named() {
    let (engine, _) = support::engine();
    for (options, named) in [
        (HttpOptions { path: "mcp".to_owned(), ..HttpOptions::default() }, "path"),
        (HttpOptions { max_header_bytes: 100, ..HttpOptions::default() }, "max_header_bytes"),
        (HttpOptions { keep_alive: Duration::ZERO, ..HttpOptions::default() }, "keep_alive"),
    ] {
        let error = oxmcp_core::transports::http::HttpServer::bind(engine.clone(), "127.0.0.1:0", options)
            .err()
            .unwrap();
        assert!(error.to_string().contains(named), "{error}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = oxmcp_core::transports::http::HttpServer::bind(engine, address, HttpOptions::default())
        .err()
        .unwrap();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}
