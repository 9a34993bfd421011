//! HTTP/2, every limit set: agreed on in the handshake of TLS, or begun by a client that knows (RFC 9113, 3.3).

mod body;
mod frames;
mod stream;
mod streams;

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use self::body::StreamBody;
use self::stream::FramedStream;
pub(super) use self::streams::Streams;
use super::caller::Caller;
use super::connection::{Activity, WatchedStream};
use super::endpoint::Endpoint;
use super::guards::Refused;
use super::options::HttpOptions;
use super::response;

/// How long a connection is silent before it is asked whether the client is still there, and how long the answer may take.
const PING_AFTER: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// How much of a body may be under way before it is read: of one request, and of all on a connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// How much of an answer is prepared before the client takes it.
const SEND_BUFFER: usize = 256 * 1024;

/// The longest frame: what everybody must take.
const FRAME: u32 = 16 * 1024;

/// How many requests may be taken back before they were looked at, and how many may be wrong, before the client has to go.
const RESET_STREAMS: usize = 20;
const WRONG_STREAMS: usize = 100;

/// The settings.
pub(super) struct Http2 {
    builder: http2::Builder<TokioExecutor>,
    max_headers: usize,
}

impl Http2 {
    pub(super) fn new(options: &HttpOptions) -> Self {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(options.max_concurrent_streams)
            .max_pending_accept_reset_streams(RESET_STREAMS)
            .max_local_error_reset_streams(WRONG_STREAMS)
            .max_header_list_size(u32::try_from(options.max_header_bytes).unwrap_or(u32::MAX))
            .header_table_size(4096)
            .max_frame_size(FRAME)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER)
            .keep_alive_interval(PING_AFTER)
            .keep_alive_timeout(PING_TIMEOUT);
        Self { builder, max_headers: options.max_headers }
    }

    /// A connection, of which `read` came already, to its end.
    pub(super) async fn serve(
        &self,
        endpoint: Endpoint,
        stream: WatchedStream,
        read: Bytes,
        caller: Arc<Caller>,
        activity: Arc<Activity>,
    ) -> hyper::Result<()> {
        let (builder, max_headers) = (&self.builder, self.max_headers);
        activity.begin_http2();
        let stream = FramedStream::new(stream, read, Arc::clone(&activity));
        let shutdown = endpoint.shutdown().clone();
        let service = service_fn(|mut request: Request<Incoming>| {
            let open = Streams::open(&activity);
            let (endpoint, caller) = (endpoint.clone(), Arc::clone(&caller));
            async move {
                let response = match check(&mut request, max_headers) {
                    Ok(()) => {
                        let remote = caller.introduce(&mut request);
                        endpoint.handle(request, remote).await
                    }
                    Err(refused) => response::refused(&refused),
                };
                Ok::<_, Infallible>(response.map(|body| StreamBody::new(body, open)))
            }
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut stop = pin!(shutdown.triggered());
        let mut stopping = false;
        poll_fn(|cx| {
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            connection.as_mut().poll(cx)
        })
        .await
    }
}

/// What HTTP/1 has looked at by now, and what there is in HTTP/2 alone.
fn check(request: &mut Request<Incoming>, max_headers: usize) -> Result<(), Refused> {
    if request.headers().len() > max_headers {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Refused::new(status, format!("a request may have {max_headers} headers at most")));
    }
    let uri = request.uri().clone();
    name_host(&uri, request.headers_mut())
}

/// `:authority` is what `Host` is in HTTP/1: whoever reads that finds it there (RFC 9113, 8.3.1).
fn name_host(uri: &Uri, headers: &mut HeaderMap) -> Result<(), Refused> {
    let wrong = |message| Err(Refused::new(StatusCode::BAD_REQUEST, message));
    let Some(authority) = uri.authority().map(http::uri::Authority::as_str) else {
        // Twice is refused further on, as in HTTP/1.
        return if headers.contains_key(header::HOST) {
            Ok(())
        } else {
            wrong("the pseudo-header :authority is missing")
        };
    };
    if headers
        .get_all(header::HOST)
        .iter()
        .any(|host| !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()))
    {
        return wrong("the header Host and the pseudo-header :authority name two hosts");
    }
    if let (false, Ok(host)) = (headers.contains_key(header::HOST), HeaderValue::from_str(authority)) {
        headers.insert(header::HOST, host);
    }
    Ok(())
}
