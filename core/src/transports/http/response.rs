//! What goes back: plain JSON, or an event stream once something was said before the result (SSE-7).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};

use super::event_stream::EventStream;
use super::guards::Refused;
use super::pieces::Pieces;
use crate::engine::{Refusal, ResponseMessage};
use crate::json::RawJson;
use crate::jsonrpc::{MessageText, Piece};
use crate::transports::error_without_id;

static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
static ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// In a second.
const SOON: HeaderValue = HeaderValue::from_static("1");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The body of an answer. Dropping it before its end gives up the rest.
pub struct ResponseBody(Kind);

enum Kind {
    Whole(Bytes),
    /// Several pieces, none of them empty, and how many bytes are left.
    Pieces(vec::IntoIter<Bytes>, u64),
    Stream(Box<EventStream>),
    Relayed(Pin<Box<dyn Body<Data = Bytes, Error = Infallible> + Send>>),
}

impl ResponseBody {
    /// A body that somebody else makes.
    pub fn relayed(body: impl Body<Data = Bytes, Error = Infallible> + Send + 'static) -> Self {
        Self(Kind::Relayed(Box::pin(body)))
    }

    /// All pieces of an answer that is in pieces, unless they are out.
    pub(super) fn take_pieces(&mut self) -> Option<Pieces> {
        let Kind::Pieces(pieces, left) = &mut self.0 else { return None };
        *left = 0;
        let first = pieces.next()?;
        Some(Pieces::new(first, std::mem::take(pieces)))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Pieces(pieces, left) => {
                let piece = pieces.next().inspect(|piece| *left -= piece.len() as u64);
                Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
            }
            Kind::Stream(stream) => {
                stream.poll_bytes(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Kind::Relayed(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.is_empty(),
            Kind::Pieces(pieces, _) => pieces.as_slice().is_empty(),
            Kind::Stream(stream) => stream.has_ended(),
            Kind::Relayed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Pieces(_, left) => SizeHint::with_exact(*left),
            Kind::Stream(_) => SizeHint::default(),
            Kind::Relayed(body) => body.size_hint(),
        }
    }
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<ResponseBody> {
    respond(status, Bytes::new())
}

/// The answer to a request, as plain JSON.
pub(super) fn json(message: ResponseMessage) -> Response<ResponseBody> {
    let status = StatusCode::from_u16(message.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_message(status, message.body);
    if let Some(headers) = message.headers {
        response.headers_mut().extend(*headers);
    }
    name_session(&mut response, message.session_id.as_deref());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(SOON);
    }
    response
}

/// Tells the client which session began with this answer (SESS-1).
pub(super) fn name_session(response: &mut Response<ResponseBody>, id: Option<&str>) {
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
        response.headers_mut().insert(&SESSION_ID, id);
    }
}

/// Plain text.
pub(super) fn text(status: StatusCode, text: &str) -> Response<ResponseBody> {
    let mut response = respond(status, Bytes::copy_from_slice(text.as_bytes()));
    response.headers_mut().insert(header::CONTENT_TYPE, TEXT);
    response
}

/// A body of whatever kind the caller says.
pub(super) fn whole(body: Bytes) -> Response<ResponseBody> {
    respond(StatusCode::OK, body)
}

/// A JSON body.
pub(super) fn json_text(status: StatusCode, body: String) -> Response<ResponseBody> {
    let mut response = respond(status, Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// A JSON body in as many pieces as the message has.
fn json_message(status: StatusCode, message: MessageText) -> Response<ResponseBody> {
    let (own, pieces) = message.into_pieces();
    if pieces.is_empty() {
        return json_text(status, own);
    }
    let own = Bytes::from(own);
    let pieces: Vec<_> = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Own(range) => own.slice(range),
            Piece::Other(text) => Bytes::from_owner(Shared(text)),
        })
        .filter(|piece| !piece.is_empty())
        .collect();
    let length = pieces.iter().map(|piece| piece.len() as u64).sum();
    let mut response = Response::new(ResponseBody(Kind::Pieces(pieces.into_iter(), length)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// A text that is sent from where it is.
struct Shared(RawJson);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.as_str().as_bytes()
    }
}

/// An event stream.
pub(super) fn event_stream(stream: EventStream) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody(Kind::Stream(Box::new(stream))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    // An untouched nginx would keep the events to itself otherwise (SSE-4).
    headers.insert(&ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// A refusal that was decided before any JSON was read: a JSON-RPC error without an id (HTTP-5).
pub(super) fn refused(refused: &Refused) -> Response<ResponseBody> {
    let mut response = json_text(refused.status, error_without_id(&refused.message));
    if refused.status == StatusCode::REQUEST_TIMEOUT {
        // What else comes belongs to the request that was given up (RFC 9110, 15.5.9).
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if refused.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, SOON);
    }
    if let Some(allow) = refused.allow {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(headers) = &refused.headers {
        response.headers_mut().extend(headers.as_ref().clone());
    }
    response
}

/// The refusal of everything new while the server ends.
pub(super) fn shutting_down() -> Response<ResponseBody> {
    not_now("the server is shutting down; ask again in a moment")
}

/// The refusal of something for which there is no room at the moment.
pub(super) fn not_now(message: &str) -> Response<ResponseBody> {
    let mut response = json_text(StatusCode::SERVICE_UNAVAILABLE, error_without_id(message));
    response.headers_mut().insert(header::RETRY_AFTER, SOON);
    response
}

/// A refusal of the engine.
pub(super) fn refusal(refusal: Refusal, allow: Option<&'static str>) -> Response<ResponseBody> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = if refusal.body.is_empty() { empty(status) } else { json_text(status, refusal.body) };
    if let Some(allow) = allow
        && status == StatusCode::METHOD_NOT_ALLOWED
    {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    response
}

fn respond(status: StatusCode, body: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody(Kind::Whole(body)));
    *response.status_mut() = status;
    response
}
