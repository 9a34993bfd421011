//! GET and DELETE: a session's own stream, and its end.

use http::{HeaderMap, Response, StatusCode};

use crate::engine::{Engine, Shutdown};
use crate::transports::http::event_stream::{EventStream, Source};
use crate::transports::http::guards::{Refused, accepts};
use crate::transports::http::options::HttpOptions;
use crate::transports::http::response::{self, ResponseBody};

/// What `Allow` says where a session's stream cannot be had (HTTP-11).
const ALLOW: &str = "POST";

/// Opens the stream for what belongs to no request (LHTTP-8).
pub(in crate::transports::http) fn get(
    engine: &Engine,
    options: &HttpOptions,
    shutdown: &Shutdown,
    headers: &HeaderMap,
) -> Response<ResponseBody> {
    if !accepts(headers).event_stream {
        return response::refused(&Refused::new(
            StatusCode::NOT_ACCEPTABLE,
            "a GET is answered with text/event-stream only: the Accept header must allow it",
        ));
    }
    match engine.open_session_stream(headers) {
        Ok(mut stream) => {
            stream.end_with(shutdown);
            let source = Source::session(stream);
            response::event_stream(EventStream::new(source, options.keep_alive, shutdown.clone()))
        }
        Err(refusal) => response::refusal(refusal, Some(ALLOW)),
    }
}

/// Ends the session (SESS-7).
pub(in crate::transports::http) fn delete(engine: &Engine, headers: &HeaderMap) -> Response<ResponseBody> {
    match engine.end_session(headers) {
        Ok(()) => response::empty(StatusCode::NO_CONTENT),
        Err(refusal) => response::refusal(refusal, Some(ALLOW)),
    }
}
