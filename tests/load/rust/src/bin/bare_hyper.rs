//! The ceiling: hyper on a current-thread runtime reads each request and answers bytes.
//!
//! `bare_hyper --port N` answers always the same, as many as the header `Answer-Bytes` asks for; with `--echo` it answers what
//! it was sent. It serves on that loopback port until it is ended.

use std::convert::Infallible;
use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As long as the answer of a modern `tools/call`.
const ANSWER: &[u8] = br#"{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"what number 12345 has to say"}],"structuredContent":{"result":"what number 12345 has to say"},"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"load","version":"1.0.0"}}}}"#;
const MOST: usize = 16 << 20;

static BYTES: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![b'x'; MOST]));

async fn respond(request: Request<Incoming>, is_echo: bool) -> Result<Response<Full<Bytes>>, Infallible> {
    let wanted = request.headers().get("answer-bytes").and_then(|value| value.to_str().ok()?.parse().ok());
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let answer = match wanted {
        _ if is_echo => body,
        Some(wanted) => BYTES.slice(..MOST.min(wanted)),
        None => Bytes::from_static(ANSWER),
    };
    let mut response = Response::new(Full::new(answer));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let port = arguments.iter().skip_while(|argument| *argument != "--port").nth(1);
    let port: u16 = port.and_then(|port| port.parse().ok()).unwrap_or(0);
    let is_echo = arguments.iter().any(|argument| argument == "--echo");
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            let service = service_fn(|request| respond(request, is_echo));
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
