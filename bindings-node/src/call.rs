//! What JavaScript may ask and say of one call in flight.

use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use napi_derive::napi;
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::{Answers, Event, Failure, FailureKind, Invocation, Reply, StreamToClose};
use oxmcp_core::host::descriptors::{self, CacheText};
use oxmcp_core::host::principal_text;
use oxmcp_core::json::{self, RawJson, inexact_integers, may_have_inexact_integers};
use oxmcp_core::jsonrpc::RequestId;
use oxmcp_core::mailbox::Responder;
use oxmcp_core::model::{
    CompletionOutput, InputRequired, LogLevel, LogMessage, Notification, Output, Progress, PromptOutput,
    Question, ResourceOutput, ToolOutput,
};

use crate::errors::{IntoJs, JsError};
use crate::mailbox;
use crate::serving::Serving;
use crate::text::{PartOfJson, Text};

/// The largest integer a JavaScript number holds exactly.
const MAX_SAFE_INTEGER: u128 = (1 << 53) - 1;

fn raw(text: String) -> RawJson {
    // The front end writes these with `JSON.stringify`.
    RawJson::from_checked(text)
}

/// Writes the name of a member of an object, which needs no escapes.
fn key(into: &mut String, name: &str) {
    into.push('"');
    into.push_str(name);
    into.push_str("\":");
}

/// Writes a member of an object, with a comma behind it. A value that is not there is `null`.
fn member(into: &mut String, name: &str, value: Option<&str>) {
    key(into, name);
    into.push_str(value.unwrap_or("null"));
    into.push(',');
}

/// [`member`] for a value that is text.
fn text_member(into: &mut String, name: &str, value: Option<&str>) {
    let Some(value) = value else { return member(into, name, None) };
    key(into, name);
    json::write_string(into, value);
    into.push(',');
}

fn request_id(into: &mut String, id: &RequestId) {
    match id {
        RequestId::String(text) => text_member(into, "requestId", Some(text)),
        // Digits as a string where a JavaScript number would be another one.
        RequestId::Integer(number) if number.unsigned_abs() > MAX_SAFE_INTEGER => {
            text_member(into, "requestId", Some(&number.to_string()));
        }
        RequestId::Integer(number) => member(into, "requestId", Some(&number.to_string())),
    }
}

/// `Caller` of `typescript/engine/native.ts`.
fn describe(invocation: &Invocation) -> String {
    let caller = &invocation.context.caller;
    let mut text = String::with_capacity(1024);
    text.push('{');
    let into = &mut text;
    text_member(into, "kind", Some(invocation.kind.name()));
    text_member(into, "target", Some(&invocation.target));
    request_id(into, &caller.request_id);
    text_member(into, "protocolVersion", Some(caller.protocol_version.as_str()));
    text_member(into, "sessionId", caller.session_id.as_deref());
    member(into, "clientInfo", caller.client_info.as_ref().map(RawJson::as_str));
    member(into, "clientCapabilities", caller.client_capabilities.as_ref().map(RawJson::as_str));
    member(into, "meta", caller.meta.as_ref().map(RawJson::as_str));
    text_member(into, "traceparent", caller.traceparent().as_deref());
    text_member(into, "tracestate", caller.tracestate().as_deref());
    text_member(into, "logThreshold", caller.log_threshold.map(LogLevel::as_str));
    member(into, "streamCanClose", Some(if caller.stream_can_close { "true" } else { "false" }));
    member(
        into,
        "wantsProgress",
        Some(if invocation.context.events.wants_progress() { "true" } else { "false" }),
    );
    member(into, "taskRequested", caller.task_requested());
    member(into, "principal", caller.principal.as_ref().map(principal_text).as_deref());
    let answers = invocation.context.answers.as_deref();
    let given = answers.filter(|answers| !answers.given.is_empty()).map(Answers::to_json);
    member(into, "inputResponses", given.as_deref());
    text_member(into, "requestState", answers.and_then(|answers| answers.state.as_deref()));
    key(into, "headers");
    match &caller.headers {
        None => into.push_str("null"),
        Some(headers) => {
            into.push('{');
            for name in headers.keys() {
                let values: Vec<_> = headers
                    .get_all(name)
                    .iter()
                    .map(|value| String::from_utf8_lossy(value.as_bytes()))
                    .collect();
                text_member(into, name.as_str(), Some(&values.join(", ")));
            }
            if into.ends_with(',') {
                into.pop();
            }
            into.push('}');
        }
    }
    if may_have_inexact_integers(&text) {
        text.push('}');
        let inexact = inexact_integers(&text);
        text.pop();
        if let Some(inexact) = inexact {
            text.push(',');
            key(&mut text, "inexact");
            text.push_str(&inexact);
        }
    }
    text.push('}');
    text
}

impl Serving {
    fn answer(&self, id: f64, reply: Reply) {
        self.calls.answer(id, reply);
    }

    fn emit(&self, id: f64, event: Event) -> bool {
        self.calls.with(id, |call| call.invocation.context.events.emit(event)).unwrap_or(false)
    }
}

#[napi]
impl Serving {
    /// Who asks, as JSON; `null` once the call is answered.
    #[napi]
    pub fn describe(&self, id: f64) -> Option<String> {
        self.calls.with(id, |call| describe(&call.invocation))
    }

    /// By which name errors, logs and records know the request; `null` once the call is answered.
    #[napi]
    pub fn call_id(&self, id: f64) -> Option<String> {
        self.calls.with(id, |call| call.invocation.context.caller.call_id().to_string())
    }

    /// Whether nobody waits for the answer any more.
    #[napi]
    pub fn is_cancelled(&self, id: f64) -> bool {
        self.calls.with(id, |call| Responder::is_cancelled(&call.responder)).unwrap_or(true)
    }

    /// Reports progress; returns whether the client will see it.
    #[napi]
    pub fn progress(&self, id: f64, progress: f64, total: Option<f64>, message: Option<String>) -> bool {
        self.emit(id, Event::Progress(Progress { progress, total, message }))
    }

    /// Logs to the client; `data` is JSON. Returns whether the client will see it.
    #[napi]
    pub fn log(&self, id: f64, level: String, logger: Option<String>, data: String) -> Result<bool, JsError> {
        let Some(level) = LogLevel::from_text(&level) else {
            let known: Vec<_> = LogLevel::ALL.iter().map(|level| level.as_str()).collect();
            let message = format!("no log level {level:?}; the levels are {}", known.join(", "));
            return Err(Error::new(ErrorKind::Configuration, message)).into_js();
        };
        Ok(self.emit(id, Event::Log(LogMessage { level, logger, data: raw(data) })))
    }

    /// Closes the stream of this call, or those of its session that belong to no request; returns whether the client comes back.
    #[napi]
    pub fn close_stream(&self, id: f64, of_session: bool) -> bool {
        let which = if of_session { StreamToClose::OfSession } else { StreamToClose::OfCall };
        let close = |call: &mailbox::InFlight| {
            let context = &call.invocation.context;
            context.caller.stream_can_close && context.events.close_stream(which)
        };
        self.calls.with(id, close).unwrap_or(false)
    }

    /// Sends a notification of an extension's on the call's stream; `params` is JSON. Returns whether the client will see it.
    #[napi]
    pub fn notify_caller(&self, id: f64, method: String, params: String) -> bool {
        self.emit(id, Event::Notification(Notification { method, params: raw(params) }))
    }

    /// Answers a read.
    #[napi]
    pub fn complete_resource(
        &self,
        id: f64,
        contents: Text,
        meta: Option<String>,
        cache_hint: Option<String>,
    ) -> Result<(), JsError> {
        let cache = match cache_hint {
            Some(text) => Some(descriptors::read::<CacheText>("the cache hint", &text).into_js()?.into()),
            None => None,
        };
        self.answer(
            id,
            Ok(Output::Resource(ResourceOutput { contents: raw(contents.0), meta: meta.map(raw), cache })),
        );
        Ok(())
    }

    /// Answers a prompt.
    #[napi]
    pub fn complete_prompt(
        &self,
        id: f64,
        description: Option<String>,
        messages: String,
        meta: Option<String>,
    ) {
        let output = PromptOutput { description, messages: raw(messages), meta: meta.map(raw) };
        self.answer(id, Ok(Output::Prompt(output)));
    }

    /// Answers a completion.
    #[napi]
    pub fn complete_completion(
        &self,
        id: f64,
        values: Vec<String>,
        total: Option<f64>,
        has_more: Option<bool>,
    ) {
        let output = CompletionOutput { values, total: total.map(mailbox::number), has_more };
        self.answer(id, Ok(Output::Completion(output)));
    }

    /// Asks in the place of an answer; `params` are JSON texts. The state comes back with the answers. The limit, 0 for none, is
    /// that of a client which is asked by requests.
    #[napi]
    pub fn complete_input_required(
        &self,
        id: f64,
        keys: Vec<String>,
        methods: Vec<String>,
        params: Vec<String>,
        state: Option<String>,
        timeout_ms: f64,
    ) {
        let timeout = (timeout_ms > 0.0).then_some(timeout_ms / 1000.0);
        let timeout = timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let questions = methods
            .into_iter()
            .zip(params)
            .map(|(method, params)| Question { timeout, ..Question::new(method, raw(params)) });
        let requests = keys.into_iter().zip(questions).collect();
        self.answer(id, Ok(Output::InputRequired(InputRequired { requests, state })));
    }

    /// Answers a call of a whole method.
    #[napi]
    pub fn complete_whole(&self, id: f64, result: Text) {
        self.answer(id, Ok(Output::Whole(raw(result.0))));
    }

    /// Answers a tool call with a result that has members the protocol does not know.
    #[napi]
    pub fn complete_tool_with(
        &self,
        id: f64,
        content: Text,
        structured: Option<Text>,
        is_error: bool,
        meta: Option<String>,
        more: String,
    ) {
        let output = tool_output(content, structured, false, is_error, meta);
        self.answer(id, Ok(Output::Tool(ToolOutput { more: Some(raw(more)), ..output })));
    }

    /// Fails; the detail is for the log, the data, JSON, for the client. `raised`: the message was not meant for it, who may get
    /// another.
    #[napi]
    pub fn fail(
        &self,
        id: f64,
        kind: String,
        message: String,
        detail: Option<String>,
        data: Option<String>,
        raised: bool,
    ) -> Result<(), JsError> {
        let Some(kind) = FailureKind::from_name(&kind) else {
            let message = format!("no failure kind {kind:?}; see failureKinds");
            return Err(Error::new(ErrorKind::Configuration, message)).into_js();
        };
        let mut failure = Failure::new(kind, message);
        failure.detail = detail;
        failure.data = data.map(raw);
        failure.raised = raised;
        self.answer(id, Err(failure));
        Ok(())
    }

    /// Fails with a JSON-RPC error.
    #[napi]
    pub fn fail_protocol(&self, id: f64, code: i32, message: String, data: Option<String>) {
        self.answer(id, Err(Failure::protocol(code, message, data.map(raw))));
    }

    /// Fails for want of scopes, with the challenge that says which (AUTH-5).
    #[napi]
    pub fn fail_challenged(&self, id: f64, message: String, challenge: String) {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::try_from(challenge) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        let failure = Failure::new(FailureKind::Forbidden, message).with_http(StatusCode::FORBIDDEN, headers);
        self.answer(id, Err(failure));
    }
}

// The most frequent answers are functions rather than methods: finding out the object costs more than the rest.

/// Answers a tool call of the serving with this number with one text block.
#[napi]
pub fn complete_text(serving: u32, id: f64, text: Text) {
    mailbox::answer(serving, id, Ok(Output::Tool(ToolOutput::text(&text.0))));
}

/// Answers a tool call of the serving with this number with a structured result, which its content repeats.
#[napi]
pub fn complete_structured(serving: u32, id: f64, structured: Text, fits: bool) {
    let output = tool_output(Text("[]".to_owned()), Some(structured), fits, false, None);
    mailbox::answer(serving, id, Ok(Output::Tool(output)));
}

/// Answers a tool call of the serving with this number. `fits` says that the structured result fits the tool's output schema.
#[napi]
pub fn complete_tool(
    serving: u32,
    id: f64,
    content: Text,
    structured: Option<Text>,
    fits: bool,
    is_error: bool,
    meta: Option<String>,
) {
    let output = tool_output(content, structured, fits, is_error, meta);
    mailbox::answer(serving, id, Ok(Output::Tool(output)));
}

fn tool_output(
    content: Text,
    structured: Option<Text>,
    fits: bool,
    is_error: bool,
    meta: Option<String>,
) -> ToolOutput {
    ToolOutput {
        content: raw(content.0),
        structured_content: structured.map(|text| raw(text.0)),
        is_error,
        repeats: true,
        meta: meta.map(raw),
        vouched: fits,
        more: None,
    }
}

/// A text that was left out of the arguments of a call; `null` when there is none, or no such call any more.
#[napi]
pub fn long_text(serving: u32, id: f64, index: u32) -> Option<PartOfJson> {
    mailbox::look(serving, id, |call| {
        let place = call.long_texts.place(index as usize)?;
        Some(PartOfJson { whole: call.invocation.arguments.clone(), place })
    })?
}
