//! A client comes back for a stream it lost (RESUME-3, RESUME-4).

use std::sync::Arc;

use http::StatusCode;

use super::Replay;
use super::reader::Reader;
use super::sessions::SessionStreams;
use super::stream::Source;
use crate::engine::{Engine, SessionStream, Shutdown};
use crate::transports::http::guards::Refused;

/// Reads what followed an event on its stream, and then the rest of it. `fresh` carries what belongs to no request.
pub(in crate::transports::http) async fn resume(
    engine: &Engine,
    streams: Arc<SessionStreams>,
    fresh: SessionStream,
    last_event_id: &str,
    shutdown: &Shutdown,
) -> Result<Reader, Refused> {
    let unknown = || {
        Refused::new(
            StatusCode::BAD_REQUEST,
            "the header Last-Event-ID names no event of this session that is still kept: ask again without it",
        )
    };
    // Once to learn which stream it is; what follows is only certain when nobody else reads that.
    let name = replay(&streams, last_event_id).await?.ok_or_else(unknown)?.stream;
    let is_of_session = streams.knows(&name).ok_or_else(unknown)?;
    let running = streams.find(&name);
    let number = match &running {
        Some(stream) => {
            let number = stream.take_over();
            stream.settle(number).await;
            number
        }
        None => 0,
    };
    let found = replay(&streams, last_event_id).await?.ok_or_else(unknown)?;
    if found.stream != name {
        return Err(unknown());
    }
    let (stream, number) = match running {
        _ if is_of_session => {
            let stream = streams.begin_named(name, Source::session(fresh), None, false);
            let number = stream.take_over();
            (stream, number)
        }
        Some(stream) => (stream, number),
        // What is lost would be the answer.
        None if !found.complete && found.events.is_empty() => return Err(unknown()),
        None => {
            let stream = streams.begin_named(name, Source::Ended, None, false);
            let number = stream.take_over();
            (stream, number)
        }
    };
    Ok(Reader::new(engine.clone(), streams, stream, number, found.events, shutdown.clone()))
}

async fn replay(streams: &SessionStreams, last_event_id: &str) -> Result<Option<Replay>, Refused> {
    streams.resumption().store.replay(last_event_id).await.map_err(|error| {
        tracing::warn!(%error, "the events of a stream could not be read");
        Refused::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the events of this stream cannot be read at the moment",
        )
    })
}
