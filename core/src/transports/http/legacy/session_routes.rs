//! GET and DELETE: a session's own stream, and its end.

use http::{HeaderMap, HeaderName, Response, StatusCode};

use crate::engine::{Engine, Shutdown};
use crate::model::Principal;
use crate::transports::http::event_stream::{EventStream, Source};
use crate::transports::http::guards::{Refused, accepts};
use crate::transports::http::lease::{self, Ending};
use crate::transports::http::legacy::resuming::{Reader, ResumableSessions, Resumption, resume};
use crate::transports::http::options::HttpOptions;
use crate::transports::http::response::{self, ResponseBody};

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What `Allow` says where a session's stream cannot be had (HTTP-11).
const ALLOW: &str = "POST";

/// What a session's own stream is opened with.
pub(in crate::transports::http) struct Streams<'a> {
    pub(in crate::transports::http) engine: &'a Engine,
    pub(in crate::transports::http) options: &'a HttpOptions,
    pub(in crate::transports::http) resumable: &'a ResumableSessions,
    pub(in crate::transports::http) resumption: Option<&'a Resumption>,
    pub(in crate::transports::http) shutdown: &'a Shutdown,
}

/// Opens the stream for what belongs to no request (LHTTP-8).
pub(in crate::transports::http) async fn get(
    streams: Streams<'_>,
    headers: &HeaderMap,
    principal: Option<&Principal>,
) -> Result<Response<ResponseBody>, Refused> {
    let Streams { engine, options, resumable, resumption, shutdown } = streams;
    if !accepts(headers).event_stream {
        return Err(Refused::new(
            StatusCode::NOT_ACCEPTABLE,
            "a GET is answered with text/event-stream only: the Accept header must allow it",
        ));
    }
    match engine.open_session_stream(headers, principal) {
        Ok(mut stream) => {
            stream.end_with(shutdown);
            let streams = resumption.and_then(|resumption| resumable.of(stream.session(), resumption));
            let source = match (streams, headers.get(&LAST_EVENT_ID)) {
                (None, _) => Source::session(stream),
                (Some(streams), None) => {
                    Source::Resumable(Box::new(Reader::of_session(engine, streams, stream, shutdown)))
                }
                (Some(streams), Some(id)) => {
                    // Bytes that are no text are nobody's id.
                    let id = std::str::from_utf8(id.as_bytes()).unwrap_or_default();
                    Source::Resumable(Box::new(resume(engine, streams, stream, id, shutdown).await?))
                }
            };
            let ending = lease::end(principal).map(|end| Ending::at(end, None));
            let stream = EventStream::new(source, options.keep_alive, engine, shutdown);
            Ok(response::event_stream(stream.until(ending)))
        }
        Err(refusal) => Ok(response::refusal(refusal, Some(ALLOW))),
    }
}

/// Ends the session (SESS-7).
pub(in crate::transports::http) fn delete(
    engine: &Engine,
    headers: &HeaderMap,
    principal: Option<&Principal>,
) -> Response<ResponseBody> {
    match engine.end_session(headers, principal) {
        Ok(()) => response::empty(StatusCode::NO_CONTENT),
        Err(refusal) => response::refusal(refusal, Some(ALLOW)),
    }
}
