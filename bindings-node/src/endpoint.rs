//! HTTP requests that somebody else received: an express application, a `fetch` handler.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use oxmcp_core::error::{self, Error, ErrorKind};
use oxmcp_core::handler::Origin;
use oxmcp_core::host::{HttpText, descriptors, principal_from_text, received_request};
use oxmcp_core::transports::http::{Endpoint, Spelling, SseRequest};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::connections::{Connection, js_number};
use crate::errors::{IntoJs, JsError};
use crate::mailbox::number;
use crate::notices::Notice;
use crate::serving::Serving;

/// How many pieces of one answer may be on their way to a reader that has not taken them.
const PIECES: usize = 16;

/// A request's head as the front end writes it.
#[derive(Deserialize)]
struct HeadText {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    remote: Option<SocketAddr>,
    sse: Option<SseText>,
    /// Who asks, as [`principal_from_text`] reads it.
    principal: Option<Value>,
}

/// What a request of HTTP+SSE is: the opening of a stream if it says where its messages are posted, else a message.
#[derive(Deserialize)]
struct SseText {
    session: String,
    messages: Option<String>,
}

impl From<SseText> for SseRequest {
    fn from(SseText { session, messages }: SseText) -> Self {
        let session = Arc::from(session);
        match messages {
            Some(messages) => Self::Open { messages, session },
            None => Self::Message(Some(session)),
        }
    }
}

/// Header values arrive with one character a byte, as Node reads them; what has larger ones is sent as UTF-8.
fn header_value(text: &str) -> Vec<u8> {
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

fn request(text: &HeadText, body: Bytes, origin: Origin) -> error::Result<Request<Full<Bytes>>> {
    let target = text
        .url
        .parse::<Uri>()
        .map_err(|_| Error::new(ErrorKind::InvalidDescriptor, "the request has an impossible URL"))?;
    let headers = text.headers.iter().map(|(name, value)| (name, header_value(value)));
    received_request(text.method.as_bytes(), target, headers, Full::new(body), origin)
}

#[napi]
impl Serving {
    /// Opens an endpoint without a listener; takes the options of `serveHttp`, whose `host` says where its listener listens.
    #[napi]
    pub fn open_endpoint(&self, options: String) -> Result<u32, JsError> {
        let mut text = HttpText::read(&options, Spelling::Camel).into_js()?;
        text.bound_bodies(self.host.description.max_body_memory_bytes());
        let listens_on = text.host.as_deref().and_then(|host| host.parse().ok());
        let endpoint = Endpoint::new(self.engine.clone(), text.options(), listens_on).into_js()?;
        Ok(self.endpoints.add(endpoint))
    }

    /// Answers a request from an origin JavaScript knows by this number, from an event store if one is named; the answer arrives as notices under the token: a head,
    /// chunks, an end.
    #[napi]
    pub fn fetch(
        &self,
        endpoint: u32,
        head: String,
        body: Option<Uint8Array>,
        origin: f64,
        event_store: Option<u32>,
    ) -> Result<f64, JsError> {
        let origin = self.host.notices.origin(number(origin));
        let driver = self.driver()?;
        let Some(endpoint) = self.endpoints.get(endpoint) else {
            return Err(Error::new(ErrorKind::Configuration, "there is no such endpoint")).into_js();
        };
        let mut text: HeadText = descriptors::read("the request", &head).into_js()?;
        let body = body.map(|body| Bytes::copy_from_slice(&body)).unwrap_or_default();
        let mut request = request(&text, body, origin).into_js()?;
        if let Some(sse) = text.sse.take() {
            request.extensions_mut().insert(SseRequest::from(sse));
        }
        if let Some(principal) =
            text.principal.take().and_then(|known| principal_from_text(&known.to_string()))
        {
            request.extensions_mut().insert(principal);
        }
        if let Some(resumption) = self.event_stores.resumption(event_store)? {
            request.extensions_mut().insert(resumption);
        }
        let token = self.token();
        let host = Arc::clone(&self.host);
        let credit = Arc::new(Semaphore::new(PIECES));
        let allowed = Arc::clone(&credit);
        let task = driver.spawn(async move {
            let response = endpoint.handle(request, text.remote).await;
            let headers: Vec<_> = response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
                .collect();
            let head = json!({ "status": response.status().as_u16(), "headers": headers });
            host.notices.push(token, Notice::Head(head.to_string()));
            let mut body = response.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                if let Ok(bytes) = frame.into_data() {
                    // Given back by `taken`; the semaphore is never closed.
                    if let Ok(piece) = allowed.acquire().await {
                        piece.forget();
                    }
                    host.notices.push(token, Notice::Chunk(String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
            host.notices.push(token, Notice::Ended(None));
        });
        self.connections().insert(token, Connection::Request(task.abort_handle(), credit));
        Ok(js_number(token))
    }
}
