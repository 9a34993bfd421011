//! HTTP/2, agreed on over TLS and begun in plain: the same answers and refusals as HTTP/1.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod tls_support;

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{Request, Response, StatusCode};
use oxmcp_core::transports::http::HttpOptions;
use support::{ENVELOPE, PATIENCE, Server, modern_call, serve};
use tls_support::{Authority, Tls, options};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

type Client = SendRequest<Bytes>;

async fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Client {
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client.ready().await.unwrap()
}

async fn plain(server: &Server) -> Client {
    over(TcpStream::connect(server.address).await.unwrap()).await
}

fn post(tool: &str) -> http::request::Builder {
    Request::post("http://localhost/mcp")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool)
}

/// A request with a body, and the whole answer.
async fn ask(
    client: &Client,
    request: http::request::Builder,
    body: impl Into<Bytes>,
) -> Result<(u16, String), h2::Error> {
    let (answer, mut sender) =
        client.clone().ready().await?.send_request(request.body(()).unwrap(), false)?;
    sender.send_data(body.into(), true)?;
    whole(timeout(PATIENCE, answer).await.unwrap()?).await
}

async fn whole(answer: Response<h2::RecvStream>) -> Result<(u16, String), h2::Error> {
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut text = Vec::new();
    while let Some(piece) = timeout(PATIENCE, body.data()).await.unwrap() {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        text.extend_from_slice(&piece);
    }
    Ok((status, String::from_utf8(text).unwrap()))
}

#[tokio::test]
async fn http_2_is_agreed_on_over_tls() {
    let root = Authority::new("root");
    let with = |http2| HttpOptions { tls: Some(options(&root.server(1))), http2, ..HttpOptions::default() };
    let tls = Tls { protocols: &[b"h2", b"http/1.1"], ..Tls::default() };
    let server = serve(with(true));
    let stream = tls.connect(server.address, &root).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let client = over(stream).await;
    let (status, body) = ask(&client, post("echo"), modern_call(1, "echo", ENVELOPE)).await.unwrap();
    assert!(status == 200 && body.contains(r#"{\"a\":1}"#), "{status} {body}");
    let server = serve(with(false));
    let stream = tls.connect(server.address, &root).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn many_calls_share_a_connection_in_plain() {
    let server = serve(HttpOptions::default());
    let client = plain(&server).await;
    let calls: Vec<_> = (0..50)
        .map(|id| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client, post("echo"), modern_call(id, "echo", ENVELOPE)).await })
        })
        .collect();
    for (id, call) in calls.into_iter().enumerate() {
        let (status, body) = call.await.unwrap().unwrap();
        assert!(status == 200 && body.contains(&format!("\"id\":{id},")), "{status} {body}");
    }
}

#[tokio::test]
async fn it_is_not_served_where_it_is_switched_off() {
    let server = serve(HttpOptions { http2: false, ..HttpOptions::default() });
    let mut client = server.connect().await;
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_connection_that_asked_in_http_1_does_not_change_to_http_2() {
    // What a proxy passes on of one client must not become a connection of its own.
    let server = serve(HttpOptions::default());
    let mut client = server.connect().await;
    assert_eq!(
        client.post(&support::modern_headers("echo"), &modern_call(1, "echo", ENVELOPE)).await.status,
        200
    );
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn the_same_is_refused_as_in_http_1() {
    // HTTP-15, HTTP-17, SEC-1, SEC-2
    let server = serve(HttpOptions { max_body_bytes: 1000, ..HttpOptions::default() });
    let client = plain(&server).await;
    let body = modern_call(1, "echo", ENVELOPE);
    let many = (0..120).fold(post("echo"), |request, n| request.header(format!("x-{n}"), "y"));
    for (request, status) in [
        (post("echo"), 200),
        (post("echo").uri("http://evil.example/mcp"), 421),
        (post("echo").header("host", "localhost"), 200),
        (post("echo").header("host", "evil.example"), 400),
        (post("echo").uri("http://evil.example/mcp").header("host", "localhost"), 400),
        (post("echo").header("host", "localhost").header("host", "localhost"), 400),
        (post("echo").header("origin", "https://evil.example"), 403),
        (post("echo").header("origin", "http://localhost").header("origin", "http://localhost"), 400),
        (post("echo").uri("http://localhost/other"), 404),
        (post("echo").method("PUT"), 405),
        (post("echo").header("content-encoding", "gzip"), 415),
        (many, 431),
    ] {
        let told = format!("{request:?}");
        let (answered, _) = ask(&client, request, body.clone()).await.unwrap();
        assert_eq!(answered, status, "{told}");
    }
    let (status, _) = ask(&client, post("echo"), "x".repeat(1001)).await.unwrap();
    assert_eq!(status, 413);
    // The connection is still good.
    assert_eq!(ask(&client, post("echo"), body).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    // HTTP-17
    let server = serve(HttpOptions { max_header_bytes: 8192, ..HttpOptions::default() });
    let client = plain(&server).await;
    let request = post("echo").header("x", "y".repeat(9000));
    let (status, _) = ask(&client, request, "").await.unwrap();
    assert_eq!(status, 431);
}

#[tokio::test]
async fn a_client_that_takes_a_call_back_or_goes_away_cancels_it() {
    let server = serve(HttpOptions::default());
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let call = async |id| {
        let request = post("wait").body(()).unwrap();
        let (answer, mut sender) = client.clone().send_request(request, false).unwrap();
        sender.send_data(modern_call(id, "wait", ENVELOPE).into(), true).unwrap();
        (answer, sender)
    };
    let (answer, mut sender) = call(1).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    sender.send_reset(h2::Reason::CANCEL);
    drop(answer);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    let _answer = call(2).await;
    server.probe.reaches(|probe| &probe.started, 2).await;
    connection.abort();
    server.probe.reaches(|probe| &probe.dropped, 2).await;
}

#[tokio::test]
async fn events_come_as_they_are_said() {
    let server = serve(HttpOptions::default());
    let client = plain(&server).await;
    let (status, body) =
        ask(&client, post("talk"), modern_call(1, "talk", support::CURIOUS_ENVELOPE)).await.unwrap();
    assert_eq!((status, body.matches("event: message\n").count()), (200, 3), "{body}");
}

#[tokio::test]
async fn connections_that_rest_are_closed_but_not_those_that_serve() {
    // SEC-12
    let server = serve(HttpOptions {
        header_timeout: Duration::from_millis(80),
        idle_timeout: Duration::from_millis(80),
        ..HttpOptions::default()
    });
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let (answer, mut sender) = client.clone().send_request(post("wait").body(()).unwrap(), false).unwrap();
    sender.send_data(modern_call(1, "wait", ENVELOPE).into(), true).unwrap();
    server.probe.reaches(|probe| &probe.started, 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!connection.is_finished());
    server.probe.release();
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
    // Its end is an error to the client unless it was told; either will do.
    let _ = timeout(PATIENCE, connection).await.unwrap();
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_an_answer_is_closed() {
    // SEC-12
    let options = HttpOptions { write_timeout: Duration::from_millis(80), ..HttpOptions::default() };
    let server = serve(options);
    let stream = TcpStream::connect(server.address).await.unwrap();
    // No room for an answer at all.
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(0);
    let (client, connection) = builder.handshake::<_, Bytes>(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let long = modern_call(1, "echo", ENVELOPE)
        .replace("{\"a\":1}", &format!("{{\"a\":\"{}\"}}", "x".repeat(100_000)));
    let (answer, mut sender) = client.clone().send_request(post("echo").body(()).unwrap(), false).unwrap();
    sender.send_data(long.into(), true).unwrap();
    let mut body = answer.await.unwrap().into_body();
    // Room for a little, and then no more.
    body.flow_control().release_capacity(0).unwrap();
    let _ = timeout(PATIENCE, connection).await.unwrap();
}

#[tokio::test]
async fn when_the_server_ends_calls_are_answered_and_clients_told() {
    let server = serve(HttpOptions::default());
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let resting = plain(&server).await;
    let (answer, mut sender) = client.clone().send_request(post("wait").body(()).unwrap(), false).unwrap();
    sender.send_data(modern_call(1, "wait", ENVELOPE).into(), true).unwrap();
    server.probe.reaches(|probe| &probe.started, 1).await;
    server.shutdown.trigger();
    assert!(server.refuses().await);
    server.probe.release();
    let (status, body) = whole(timeout(PATIENCE, answer).await.unwrap().unwrap()).await.unwrap();
    assert!(status == 200 && body.contains("released"), "{body}");
    drop((client, resting));
    timeout(PATIENCE, server.task).await.unwrap().unwrap().unwrap();
    // Told, not broken off.
    timeout(PATIENCE, connection).await.unwrap().unwrap().unwrap();
}
