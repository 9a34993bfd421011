//! The ceiling: hyper on a current-thread runtime reads each request and answers the same bytes.
//!
//! `bare_hyper PORT` serves on that loopback port until it is ended.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// As long as the answer of a modern `tools/call`.
const ANSWER: &[u8] = br#"{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"what number 12345 has to say"}],"structuredContent":{"result":"what number 12345 has to say"},"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"load","version":"1.0.0"}}}}"#;

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(Bytes::from_static(ANSWER)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port: u16 = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service_fn(respond)).await;
        });
    }
}
