//! Legacy requests become operations: what the envelope says in the other era, the session says here.

use std::sync::Arc;

use crate::eras::in_flight::{InFlight, Reuse};
use crate::eras::legacy::session::Session;
use crate::eras::legacy::vocabulary::{Word, look_up};
use crate::eras::legacy::{subscriptions, tasks};
use crate::eras::meta::Meta;
use crate::eras::params::Params;
use crate::eras::tasks::{TaskRequest, TaskWord};
use crate::eras::voice::{Voice, WireError};
use crate::eras::{Asked, Eras, Opened, Side, Whole};
use crate::handler::Caller;
use crate::json;
use crate::jsonrpc::{Request, error_code};
use crate::model::{LazyCallId, LogLevel, Operation, OperationKind};
use crate::protocol_version::ProtocolVersion;

/// Who a legacy request comes from.
#[derive(Clone, Copy)]
pub(crate) enum Client<'a> {
    /// A client in a session.
    Session(&'a Arc<Session>),
    /// A client served without one: over HTTP without sessions (SESS-13), or before the handshake.
    Stranger(ProtocolVersion),
}

/// Decodes a request that came in at `side`.
///
/// # Errors
/// -32601 for what is not offered, -32602 for params that do not fit; HTTP status 200 (LHTTP-15).
pub(crate) fn decode(
    eras: &Eras,
    request: &Request<'_>,
    params: &Params<'_>,
    meta: &Meta<'_>,
    client: Client<'_>,
    side: Side<'_>,
) -> Result<Opened, WireError> {
    let snapshot = eras.registry.snapshot();
    let session = match client {
        Client::Session(session) => Some(session),
        Client::Stranger(_) => None,
    };
    let version = match client {
        Client::Session(session) => session.version,
        Client::Stranger(version) => version,
    };
    let mut about_task = None;
    let kind = match look_up(&request.method) {
        // There is nobody to tell later.
        Word::Operation(OperationKind::Subscribe | OperationKind::Unsubscribe) if session.is_none() => None,
        Word::Operation(kind) => eras.profile.offers(kind, &snapshot).then_some(kind),
        Word::Task(_) | Word::Unknown if snapshot.method(&request.method).is_some() => {
            Some(OperationKind::Custom)
        }
        // LTASK-7: whose tasks are whose, only a session tells.
        Word::Task(TaskWord::List) if session.is_none() => None,
        Word::Task(word) if version.features().requested_tasks && snapshot.has_had_tasks() => {
            about_task = Some(word);
            Some(OperationKind::Custom)
        }
        Word::Task(_) | Word::Unknown | Word::Gone => None,
    };
    let kind = kind.ok_or_else(|| WireError::new(error_code::METHOD_NOT_FOUND, "method not found", 200))?;
    let wrong = |message| WireError::new(error_code::INVALID_PARAMS, message, 200);
    let operation = match kind {
        OperationKind::Custom => params.custom(&request.method),
        OperationKind::SetLogLevel => Operation::SetLogLevel {
            // LOG-4.
            level: params
                .level
                .and_then(json::as_string)
                .and_then(|level| LogLevel::from_text(&level))
                .ok_or_else(|| wrong("level: must be one of the eight log levels".into()))?,
        },
        _ => params.operation(kind).map_err(wrong)?,
    };
    if let Some(session) = session {
        session.open();
        subscriptions::apply(session, &operation)?;
    }
    let voice = voice(eras, request, params, meta, client, side, kind);
    let in_flight = session.map(|session| in_flight(session, side));
    let session = session.filter(|_| side.is_resumable()).cloned();
    if let Some(word) = about_task {
        let id = match word {
            TaskWord::List => params.cursor().map_err(wrong)?.unwrap_or_default(),
            _ => tasks::id(params).map_err(wrong)?,
        };
        let request = TaskRequest { in_flight, session, ..TaskRequest::about(id, word, voice) };
        return Ok(Opened::Task(Box::new(request)));
    }
    Ok(Opened::Ask(Asked {
        operation,
        voice,
        whole: Whole::of(request, &snapshot),
        snapshot,
        in_flight,
        // LHTTP-7: the client says so when it cancels.
        survives_disconnect: side.headers().is_some(),
        session,
        retry: None,
        mirrored_later: false,
        passed: 0,
    }))
}

/// Who asks, and how to answer.
#[inline]
pub(crate) fn voice(
    eras: &Eras,
    request: &Request<'_>,
    params: &Params<'_>,
    meta: &Meta<'_>,
    client: Client<'_>,
    side: Side<'_>,
    kind: OperationKind,
) -> Voice {
    let (session, version) = match client {
        Client::Session(session) => (Some(session), session.version),
        Client::Stranger(version) => (None, version),
    };
    let threshold = session.map_or(LogLevel::Info, |session| session.log_threshold());
    let caller = Caller {
        request_id: request.id.clone(),
        protocol_version: version,
        session_id: session.and_then(|session| session.id.clone()),
        client_info: session.and_then(|session| session.client_info.clone()),
        client_capabilities: session.and_then(|session| session.client_capabilities.clone()),
        meta: meta.text.map(|text| params.keep(text)),
        principal: side.principal().cloned(),
        headers: side.headers().cloned(),
        log_threshold: eras.profile.passes_messages_on().then_some(threshold),
        stream_can_close: side.is_resumable() && session.is_some() && version.features().primed_streams,
        progress_token: meta.progress_token(),
        params: params.text.filter(|_| kind.may_ask()).map(|text| params.keep(text)),
        trace: None,
        call: LazyCallId::default(),
    };
    Voice::new(Arc::new(caller), &eras.profile, side.headers().is_none())
}

/// Where a request of this session is entered, so that a cancellation finds it.
#[inline]
pub(crate) fn in_flight(session: &Session, side: Side<'_>) -> (Arc<InFlight>, Reuse) {
    let reuse = if side.headers().is_some() { Reuse::Allow } else { Reuse::Refuse };
    (Arc::clone(&session.in_flight), reuse)
}
