//! An event store that an author wrote in the host's language, behind a handler.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::handler::{CallContext, Caller, Handler, Invocation, event_channel};
use crate::json::RawJson;
use crate::jsonrpc::RequestId;
use crate::model::{LazyCallId, OperationKind, Output};
use crate::protocol_version::ProtocolVersion;
use crate::transports::http::{EventStore, Keeping, KeptEvent, Replay};

/// What the handler is asked for, as the invocation's target. Its arguments and its whole result are JSON objects.
const KEEP: &str = "events/keep";
const REPLAY: &str = "events/replay";

#[derive(Serialize)]
struct ToKeep<'a> {
    stream: &'a str,
    /// The message's text; absent for an event without a message.
    message: Option<&'a str>,
}

#[derive(Deserialize)]
struct Kept {
    id: String,
}

#[derive(Serialize)]
struct ToReplay<'a> {
    id: &'a str,
}

#[derive(Deserialize)]
struct Replayed {
    /// Absent when there is no such event.
    stream: Option<String>,
    /// Ids, and the texts of messages.
    events: Vec<(String, String)>,
}

/// An event store behind a handler.
pub struct OwnEventStore(Arc<dyn Handler>);

impl OwnEventStore {
    /// The store that this handler is the way to.
    #[must_use]
    pub fn new(handler: Arc<dyn Handler>) -> Self {
        Self(handler)
    }

    fn ask<T>(&self, target: &'static str, arguments: &impl Serialize) -> Keeping<T>
    where
        T: for<'de> Deserialize<'de> + 'static,
    {
        // Texts that came in as JSON or were written here: they have a JSON form.
        let arguments = serde_json::to_string(arguments).unwrap_or_default();
        let invocation = Invocation {
            kind: OperationKind::Custom,
            target: Arc::from(target),
            arguments: RawJson::from_checked(arguments),
            context: nobody(),
        };
        let reply = self.0.invoke(invocation);
        Box::pin(async move {
            let failed = |why: String| Error::new(ErrorKind::Io, format!("the event store failed: {why}"));
            match reply.await {
                Ok(Output::Whole(whole)) => {
                    serde_json::from_str(whole.as_str()).map_err(|error| failed(error.to_string()))
                }
                Ok(_) => Err(failed("it gave no result".to_owned())),
                Err(failure) => Err(failed(failure.message)),
            }
        })
    }
}

impl EventStore for OwnEventStore {
    fn keep(&self, stream: &Arc<str>, message: Option<Arc<str>>) -> Keeping<Arc<str>> {
        let kept = self.ask::<Kept>(KEEP, &ToKeep { stream, message: message.as_deref() });
        Box::pin(async move { Ok(Arc::from(kept.await?.id)) })
    }

    fn replay(&self, last_event_id: &str) -> Keeping<Option<Replay>> {
        let replayed = self.ask::<Replayed>(REPLAY, &ToReplay { id: last_event_id });
        Box::pin(async move {
            let Replayed { stream, events } = replayed.await?;
            let Some(stream) = stream else { return Ok(None) };
            let events: Result<Vec<_>> = events
                .into_iter()
                .map(|(id, message)| {
                    let message = RawJson::parse(&message)?;
                    Ok(KeptEvent { id: Arc::from(id), message: Arc::from(message.as_str()) })
                })
                .collect();
            Ok(Some(Replay { stream: Arc::from(stream), events: events?, complete: true }))
        })
    }
}

/// It is no request that has events kept.
fn nobody() -> CallContext {
    let caller = Caller {
        request_id: RequestId::String("".into()),
        protocol_version: ProtocolVersion::NEWEST,
        session_id: None,
        client_info: None,
        client_capabilities: None,
        meta: None,
        principal: None,
        headers: None,
        log_threshold: None,
        stream_can_close: false,
        progress_token: None,
        params: None,
        trace: None,
        call: LazyCallId::default(),
    };
    let (events, _) = event_channel(false, None);
    CallContext::new(Arc::new(caller), events)
}
