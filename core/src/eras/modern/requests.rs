//! Modern requests become operations: the ladder, in its order (HDR-14).

use std::sync::Arc;

use crate::eras::meta::Meta;
use crate::eras::modern::envelope::Envelope;
use crate::eras::modern::vocabulary::{Word, look_up};
use crate::eras::modern::{discover, http_headers, input_required, listen, tasks};
use crate::eras::params::Params;
use crate::eras::tasks::TaskRequest;
use crate::eras::voice::{Said, Voice, WireError};
use crate::eras::{Asked, Eras, Side, Whole};
use crate::handler::Caller;
use crate::json::RawJson;
use crate::jsonrpc::{Request, error_code};
use crate::model::{LazyCallId, Operation, OperationKind};
use crate::protocol_version::ProtocolVersion;

/// What a request turned out to be.
pub(crate) enum Decoded {
    /// Something to dispatch.
    Ask(Asked),
    /// Something about a task.
    Task(Box<TaskRequest>),
    /// Answered by the era itself.
    Answered(Said),
}

/// Decodes a request that came in at `side`.
///
/// # Errors
/// The first rung of the ladder that does not hold.
pub(crate) fn decode(
    eras: &Eras,
    request: &Request<'_>,
    params: &Params<'_>,
    meta: &Meta<'_>,
    side: Side<'_>,
) -> Result<Decoded, WireError> {
    let envelope = Envelope::open(meta)?;
    let to_check = match side {
        Side::Post { headers, checked: false, .. } => Some(headers),
        Side::Post { .. } | Side::Duplex(..) => None,
    };
    if let Some(headers) = to_check {
        http_headers::check_request(headers, &envelope.version, &request.method, params)?;
    }
    let version = envelope.served_version()?;
    let snapshot = eras.registry.snapshot();
    let wrong = |message| WireError::new(error_code::INVALID_PARAMS, message, 200);
    let mut task = None;
    let kind = match look_up(&request.method) {
        Word::Discover => {
            return Ok(Decoded::Answered(discover::answer(&request.id, &eras.profile, &snapshot)));
        }
        Word::Operation(kind) if eras.profile.offers(kind, &snapshot) => kind,
        Word::Task(_) | Word::Unknown if snapshot.method(&request.method).is_some() => OperationKind::Custom,
        Word::Task(word) if snapshot.has_had_tasks() => {
            if !tasks::declares_tasks(Some(&RawJson::from_checked(envelope.client_capabilities))) {
                return Err(tasks::undeclared());
            }
            task = Some((word, tasks::read(params).map_err(wrong)?));
            OperationKind::Custom
        }
        Word::Operation(_) | Word::Task(_) | Word::Gone | Word::Unknown => {
            return Err(WireError::new(error_code::METHOD_NOT_FOUND, "method not found", 404));
        }
    };
    let operation = match kind {
        OperationKind::Custom => params.custom(&request.method),
        OperationKind::Watch => {
            let asked = listen::filter(params, eras.max_subscribed_resources).map_err(wrong)?;
            if !asked.task_ids.is_empty()
                && !tasks::declares_tasks(Some(&RawJson::from_checked(envelope.client_capabilities)))
            {
                return Err(tasks::undeclared());
            }
            Operation::Watch { filter: listen::honour(asked, &eras.profile, version, &snapshot) }
        }
        _ => params.operation(kind).map_err(wrong)?,
    };
    let mut mirrored_later = false;
    if let (Operation::CallTool { name, arguments }, Some(headers)) = (&operation, to_check)
        && let Some(tool) = snapshot.tool(name).filter(|tool| !tool.header_parameters.is_empty())
    {
        // A tool that its caller may not see has no arguments.
        mirrored_later = eras.veiled || snapshot.has_had_requirements() || tool.is_gated();
        if !mirrored_later {
            http_headers::check_parameters(headers, tool, arguments.as_str())?;
        }
    }
    let retry = if kind.may_ask() { input_required::read(params).map_err(wrong)? } else { None };
    let voice = voice(eras, request, params, meta, side, &envelope, version, kind);
    if let Some((word, (id, answers))) = task {
        let request = TaskRequest { answers, ..TaskRequest::about(id, word, voice) };
        return Ok(Decoded::Task(Box::new(request)));
    }
    Ok(Decoded::Ask(Asked {
        operation,
        voice,
        whole: Whole::of(request, &snapshot),
        snapshot,
        in_flight: None,
        survives_disconnect: false,
        session: None,
        retry,
        mirrored_later,
        passed: 0,
    }))
}

/// Who asks, and how to answer.
#[inline]
#[expect(clippy::too_many_arguments, reason = "what a request consists of, taken apart once")]
pub(crate) fn voice(
    eras: &Eras,
    request: &Request<'_>,
    params: &Params<'_>,
    meta: &Meta<'_>,
    side: Side<'_>,
    envelope: &Envelope<'_>,
    version: ProtocolVersion,
    kind: OperationKind,
) -> Voice {
    let caller = Caller {
        request_id: request.id.clone(),
        protocol_version: version,
        session_id: None,
        client_info: envelope.client_info.map(|text| params.keep(text)),
        client_capabilities: Some(params.keep(envelope.client_capabilities)),
        meta: meta.text.map(|text| params.keep(text)),
        principal: side.principal().cloned(),
        headers: side.headers().cloned(),
        log_threshold: envelope.log_level.filter(|_| eras.profile.passes_messages_on()),
        stream_can_close: false,
        progress_token: meta.progress_token(),
        params: params.text.filter(|_| kind.may_ask()).map(|text| params.keep(text)),
        trace: None,
        call: LazyCallId::default(),
    };
    Voice::new(Arc::new(caller), &eras.profile, side.headers().is_none())
}
