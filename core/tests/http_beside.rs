//! What somebody else answers on our listener, at paths that are none of the endpoint's.

mod support;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oxmcp_core::transports::http::{
    Beside, BesideFuture, BesideRoutes, HttpOptions, ResponseBody, SseOptions,
};
use support::{ENVELOPE, JSON_HEADERS, modern_call, modern_headers, serve};

struct Echo;

impl Beside for Echo {
    fn answer(&self, request: Request<Bytes>, remote: Option<SocketAddr>) -> BesideFuture {
        let said = format!("{} {} {:?}", request.method(), request.uri(), request.body());
        assert!(remote.is_some_and(|remote| remote.ip().is_loopback()));
        Box::pin(async move { Response::new(ResponseBody::relayed(Full::from(said))) })
    }
}

fn options() -> HttpOptions {
    HttpOptions {
        beside: Some(BesideRoutes(Arc::new(Echo))),
        sse: Some(SseOptions::default()),
        max_body_bytes: 1000,
        ..HttpOptions::default()
    }
}

#[tokio::test]
async fn other_paths_are_somebody_elses_with_their_whole_bodies() {
    let server = serve(options());
    let answer = server.ask("PUT", "/things?q=1", "Host: localhost\r\n", "hello").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "PUT /things?q=1 b\"hello\""));
    for path in ["/mcp/more", "/", "/ssee"] {
        assert_eq!(server.ask("GET", path, "Host: localhost\r\n", "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_endpoints_own_paths_stay_its() {
    let server = serve(options());
    let call = server
        .post(&format!("Host: localhost\r\n{}", modern_headers("echo")), &modern_call(1, "echo", ENVELOPE))
        .await;
    assert_eq!(call.status, 200, "{call:?}");
    for (method, path, status) in
        [("PUT", "/mcp", 405), ("PUT", "/mcp/", 405), ("PUT", "/sse", 405), ("GET", "/messages", 405)]
    {
        assert_eq!(
            server.ask(method, path, "Host: localhost\r\n", "").await.status,
            status,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn hosts_and_sizes_are_looked_at_before() {
    let server = serve(options());
    assert_eq!(server.ask("GET", "/things", "Host: evil.example\r\n", "").await.status, 421);
    let long = "x".repeat(1001);
    assert_eq!(
        server.ask("POST", "/things", &format!("Host: localhost\r\n{JSON_HEADERS}"), &long).await.status,
        413
    );
}
