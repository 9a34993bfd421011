//! One request on a connection of its own.

use std::borrow::Cow;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::addresses::is_public;
use super::target::Target;
use super::trust;
use crate::error::Result;

/// Asks other servers. Clones share what is trusted.
#[derive(Clone)]
pub struct Outbound {
    tls: Arc<ClientConfig>,
    time: Duration,
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Headers besides those that every request has.
    pub headers: HeaderMap,
    /// What is to be posted, if anything is.
    pub body: Option<Body>,
    /// How it is asked where that does not follow from there being a body: `POST` with one, `GET` without.
    pub method: Option<Method>,
}

/// What is posted.
#[derive(Debug, Clone)]
pub enum Body {
    /// The fields of a form.
    Form(String),
    /// JSON.
    Json(String),
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status; never a redirect.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, of 1 MiB at most.
    pub body: Bytes,
}

/// Longer answers are given up.
const MAX_BYTES: usize = 1 << 20;
/// How long all of it may take.
const TIME: Duration = Duration::from_secs(10);
/// How long a connection may take to be there.
const CONNECT_TIME: Duration = Duration::from_secs(4);
/// How many addresses of a name are tried.
const MAX_ADDRESSES: usize = 4;

impl Outbound {
    /// `authorities`: a file in PEM form with those to trust besides the usual ones.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) for a file that has none.
    pub fn new(authorities: Option<&Path>) -> Result<Self> {
        Ok(Self { tls: Arc::new(trust::config(authorities)?), time: TIME })
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    /// Why there is none, in words for the log: nothing of what was sent or answered is in them.
    pub async fn ask(&self, target: &Target, request: Request) -> Result<Answer, String> {
        timeout(self.time, self.exchange(target, request))
            .await
            .map_err(|_| "it takes too long".to_owned())?
    }

    async fn exchange(&self, target: &Target, request: Request) -> Result<Answer, String> {
        let stream = connect(target).await?;
        if !target.is_https() {
            return exchange(stream, target, request).await;
        }
        let name =
            ServerName::try_from(target.host().to_owned()).map_err(|_| "its host has no legal name")?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        exchange(stream.map_err(|error| format!("its TLS is not to be trusted: {error}"))?, target, request)
            .await
    }
}

/// Connects to the first address that is one to connect to.
async fn connect(target: &Target) -> Result<TcpStream, String> {
    let found = tokio::net::lookup_host((target.host(), target.port())).await;
    let found: Vec<SocketAddr> = found.map_err(|_| "its host's name leads nowhere".to_owned())?.collect();
    let mut last = Cow::Borrowed("its host's name leads to no address");
    for address in found.into_iter().take(MAX_ADDRESSES) {
        let is_here = !target.is_https() && (address.ip().is_loopback() || target.may_be_plain());
        if !is_public(address.ip()) && !(target.may_be_private() && (target.is_https() || is_here)) {
            last = Cow::Borrowed("its host's name leads to an address of this machine or a private network");
            continue;
        }
        match timeout(CONNECT_TIME, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // It only makes it better.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Cow::Owned(format!("it cannot be connected to: {}", error.kind())),
            Err(_) => last = Cow::Borrowed("it cannot be connected to in time"),
        }
    }
    Err(last.into_owned())
}

async fn exchange<S>(stream: S, target: &Target, request: Request) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| format!("it does not speak HTTP as it should: {error}");
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let request = composed(target, request)?;
    let mut exchange = pin!(async move {
        let response = sender.send_request(request).await.map_err(failed)?;
        let (head, mut body) = response.into_parts();
        if head.status.is_redirection() {
            return Err("it leads elsewhere, which is not followed".to_owned());
        }
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(failed)?.into_data() {
                if bytes.len() + data.len() > MAX_BYTES {
                    return Err("its answer is too long".to_owned());
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Answer { status: head.status, headers: head.headers, body: bytes.freeze() })
    });
    let mut connection = pin!(connection);
    let mut is_open = true;
    poll_fn(|cx| {
        // Its end is that of the exchange, too, which hears of it by itself.
        if is_open && connection.as_mut().poll(cx).is_ready() {
            is_open = false;
        }
        match exchange.as_mut().poll(cx) {
            Poll::Pending if is_open => Poll::Pending,
            Poll::Pending => exchange.as_mut().poll(cx),
            ready @ Poll::Ready(_) => ready,
        }
    })
    .await
}

fn composed(target: &Target, request: Request) -> Result<http::Request<Full<Bytes>>, String> {
    let uri = target.uri();
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let host = uri.authority().map_or("", http::uri::Authority::as_str);
    let (method, kind, body) = match request.body {
        None => (Method::GET, None, String::new()),
        Some(Body::Form(fields)) => (Method::POST, Some("application/x-www-form-urlencoded"), fields),
        Some(Body::Json(text)) => (Method::POST, Some("application/json"), text),
    };
    let method = request.method.unwrap_or(method);
    let mut builder = http::Request::builder().method(method).uri(path).header(header::HOST, host);
    if let Some(headers) = builder.headers_mut() {
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("oxmcp"));
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        headers.extend(request.headers);
    }
    builder.body(Full::from(body)).map_err(|_| "its URL cannot be asked for".to_owned())
}
