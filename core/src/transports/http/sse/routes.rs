//! The two requests of HTTP+SSE: a GET that opens a stream (OLD-2), and a POST of a message (OLD-3).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, Uri};

use super::session::{NotTaken, SseSession, SseSessions};
use super::{SseRequest, SseStream};
use crate::engine::{Engine, Posted, Shutdown};
use crate::handler::Origin;
use crate::model::Principal;
use crate::transports::http::event_stream::{EventStream, Source};
use crate::transports::http::guards::{Refused, accepts};
use crate::transports::http::options::HttpOptions;
use crate::transports::http::response::{self, ResponseBody};

/// What the query of a message's URI calls the session. Both spellings are in use.
const PARAMETERS: [&str; 2] = ["sessionId", "session_id"];

/// The session that the URI of a message names.
pub(in crate::transports::http) fn session_in_query(uri: &Uri) -> Option<Arc<str>> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let named = pairs.filter_map(|pair| pair.split_once('=')).find(|(name, _)| PARAMETERS.contains(name));
    named.map(|(_, id)| Arc::from(id))
}

/// Opens a stream and begins its session.
pub(in crate::transports::http) fn open(
    engine: &Engine,
    options: &HttpOptions,
    sessions: &SseSessions,
    shutdown: &Shutdown,
    headers: &HeaderMap,
    principal: Option<&Principal>,
    mounted: Option<SseRequest>,
) -> Result<Response<ResponseBody>, Refused> {
    if !accepts(headers).event_stream {
        return Err(Refused::new(
            StatusCode::NOT_ACCEPTABLE,
            "this is answered with text/event-stream only: the Accept header must allow it",
        ));
    }
    if !engine.admit_session() {
        return Ok(response::not_now("too many sessions begin at once; try again in a moment"));
    }
    let (messages, id) = match mounted {
        Some(SseRequest::Open { messages, session }) => (messages, Some(session)),
        _ => {
            let id = SseSessions::new_id();
            let path = options.sse.as_ref().map_or("", |sse| &sse.messages_path);
            (format!("{path}?{}={}", PARAMETERS[0], id.as_deref().unwrap_or_default()), id)
        }
    };
    let begun = id.and_then(|id| SseSession::begin(engine, id, principal, shutdown).ok());
    let Some((session, said)) = begun else {
        return Ok(response::empty(StatusCode::INTERNAL_SERVER_ERROR));
    };
    if !sessions.add(&session, engine.session_options().max) {
        return Ok(response::not_now("too many sessions are open; try again later"));
    }
    let stream =
        SseStream::new(engine.clone(), session, sessions.clone(), said, options.idle_timeout, shutdown);
    let source = Source::Sse(Box::new(stream));
    let stream = EventStream::new(source, options.keep_alive, engine, shutdown);
    Ok(response::event_stream(stream.starting_with_event("endpoint", &messages)))
}

/// Takes a message; what is answered to it comes on the stream. Sessions of others are not there (SESS-10).
pub(in crate::transports::http) async fn post(
    sessions: &SseSessions,
    session: Option<&str>,
    posted: Posted,
    frame: Bytes,
    origin: Origin,
    options: &HttpOptions,
) -> Result<Response<ResponseBody>, Refused> {
    let Some(id) = session.filter(|id| !id.is_empty()) else {
        return Err(Refused::new(
            StatusCode::BAD_REQUEST,
            "the URI names no session: post to the one that the stream's first event, endpoint, gives",
        ));
    };
    let gone = || {
        Refused::new(
            StatusCode::NOT_FOUND,
            "there is no such session: it ends with its stream; open another one",
        )
    };
    let session = sessions.find(id, posted.principal.as_ref()).ok_or_else(gone)?;
    match session.take(frame, posted, origin, options.max_body_bytes).await {
        Ok(()) => Ok(response::empty(StatusCode::ACCEPTED)),
        Err(NotTaken::Refused(message)) => Ok(response::json(message)),
        Err(NotTaken::Closed) => Err(gone()),
    }
}
