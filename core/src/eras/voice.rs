//! How to speak to the peer of one request: whatever its era, results, failures and events go out through here.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

use crate::eras::answer::Answer;
use crate::eras::profile::Profile;
use crate::eras::questions::WayToAsk;
use crate::eras::witness::{Witness, Witnessed};
use crate::eras::{legacy, modern};
use crate::handler::{Caller, Event, Failure, FailureKind};
use crate::json::{LONG, RawJson, one_line};
use crate::jsonrpc::{MessageText, RequestId, error_code, write};
use crate::model::{CallId, Change, Notification, OperationKind, Output, Question, ToolOutput, WatchFilter};
use crate::protocol_version::{Era, ProtocolVersion};

/// A response: its text and its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// One JSON-RPC response, one line.
    pub body: MessageText,
    /// The HTTP status (HTTP-6, HTTP-7, HTTP-18).
    pub status: u16,
    /// Further HTTP headers, where there are any.
    pub headers: Option<Box<HeaderMap>>,
}

impl Said {
    /// A response with this status and no headers of its own.
    #[must_use]
    pub fn new(body: impl Into<MessageText>, status: u16) -> Self {
        Self { body: body.into(), status, headers: None }
    }
}

/// A JSON-RPC error before it is written.
#[derive(Debug, Clone)]
pub struct WireError {
    /// The code.
    pub code: i32,
    /// The message.
    pub message: Cow<'static, str>,
    /// `data`, if any.
    pub data: Option<RawJson>,
    /// The HTTP status.
    pub status: u16,
    /// Further HTTP headers, where there are any.
    pub headers: Option<Box<HeaderMap>>,
}

impl WireError {
    /// An error without data.
    #[must_use]
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>, status: u16) -> Self {
        Self { code, message: message.into(), data: None, status, headers: None }
    }

    /// The same with data.
    #[must_use]
    pub fn with_data(mut self, data: RawJson) -> Self {
        self.data = Some(data);
        self
    }

    /// The response to the request with this id.
    #[must_use]
    pub fn say(&self, id: Option<&RequestId>) -> Said {
        let mut body = String::new();
        write::error(&mut body, id, self.code, &self.message, self.data.as_ref().map(RawJson::as_str));
        Said { headers: self.headers.clone(), ..Said::new(one_line(body), self.status) }
    }
}

/// Everything about a request that its answers depend on.
#[derive(Clone)]
pub struct Voice {
    caller: Arc<Caller>,
    profile: Arc<Profile>,
    /// Whether the peer is at a duplex connection.
    duplex: bool,
    /// Whether what it says is for this caller alone (AUTH-15).
    private: bool,
    /// Who hears what is said.
    witness: Option<Arc<dyn Witness>>,
}

impl Voice {
    /// How to speak to whoever made this request.
    pub(super) fn new(caller: Arc<Caller>, profile: &Arc<Profile>, duplex: bool) -> Self {
        Self { caller, profile: Arc::clone(profile), duplex, private: false, witness: None }
    }

    /// Who asks.
    #[must_use]
    pub const fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Who asks, as long as nobody else has seen it.
    pub fn caller_mut(&mut self) -> Option<&mut Caller> {
        Arc::get_mut(&mut self.caller)
    }

    /// Has somebody hear what is said, before it is written.
    pub fn have_heard(&mut self, witness: Arc<dyn Witness>) {
        self.witness = Some(witness);
    }

    /// Has nobody else keep what is said: another caller may be told something else (AUTH-15).
    pub const fn keep_private(&mut self) {
        self.private = true;
    }

    pub(super) fn hear(&self, said: Witnessed<'_>) {
        if let Some(witness) = &self.witness {
            witness.hear(said);
        }
    }

    /// The version the peer speaks.
    #[must_use]
    pub fn version(&self) -> ProtocolVersion {
        self.caller.protocol_version
    }

    /// How questions reach the peer.
    #[must_use]
    pub fn way_to_ask(&self) -> WayToAsk {
        WayToAsk::of(self.version())
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.caller.request_id
    }

    /// How this server speaks.
    pub(super) const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// The response with a result.
    #[must_use]
    pub fn answer(&self, answer: &Answer) -> Said {
        self.hear(Witnessed::Answer(answer));
        let instead = self.witness.as_ref().and_then(|witness| witness.instead(answer));
        let answer = instead.as_ref().unwrap_or(answer);
        let size = size_of(answer) + self.profile.server_info().len() + 160;
        let mut body = MessageText::from(begin_response(self.id(), size));
        match self.version().era() {
            Era::Legacy => legacy::results::write(&mut body, answer, self.version()),
            Era::Modern => modern::results::write(&mut body, answer, &self.profile, self.private),
        }
        body.parts().0.push('}');
        Said::new(body.in_one_line(), 200)
    }

    /// The response to a request that failed; `kind` is what was asked.
    #[must_use]
    pub fn failure(&self, kind: OperationKind, failure: &Failure) -> Said {
        self.hear(Witnessed::Failure(failure));
        let defect = matches!(failure.kind, FailureKind::Internal | FailureKind::Abandoned);
        let detail = failure.detail.as_deref().unwrap_or_default();
        if defect {
            let call = self.caller.call_id();
            tracing::warn!(request = %self.id(), %call, %detail, "a request failed: {}", failure.message);
        } else {
            // What a function raised is in the log of whoever ran it.
            tracing::debug!(request = %self.id(), %detail, "a request failed: {}", failure.message);
        }
        let masked = (failure.raised && self.profile.masks_errors())
            .then(|| Failure::new(failure.kind, masked_text(self.caller.call_id())));
        let failure = masked.as_ref().unwrap_or(failure);
        if let Some(output) = tool_error(kind, failure, self.version().era()) {
            return self.answer(&Answer::Output {
                kind,
                output: Output::Tool(output),
                tool: None,
                cache: None,
            });
        }
        let mut error = match self.version().era() {
            Era::Legacy => legacy::errors::encode(kind, failure),
            Era::Modern => modern::errors::encode(failure),
        };
        if defect && error.data.is_none() {
            // Under which its log says more.
            error.data = Some(RawJson::from_checked(format!("{{\"callId\":\"{}\"}}", self.caller.call_id())));
        }
        if let Some(http) = &failure.http {
            error.status = http.status.as_u16();
            error.headers = Some(Box::new(http.headers.clone()));
        }
        error.say(Some(self.id()))
    }

    /// What a retry of this request has to say again, so that state opens for it (MRTR-9).
    #[must_use]
    pub fn bond(&self, kind: OperationKind) -> Vec<u8> {
        let Caller { principal, params, .. } = &*self.caller;
        modern::input_required::bond(&self.profile, principal.as_ref(), kind, params.as_ref())
    }

    /// Whether the peer can be asked by this method (MRTR-3).
    #[must_use]
    pub fn has_question(&self, method: &str) -> bool {
        match self.way_to_ask() {
            WayToAsk::Requests => true,
            WayToAsk::Retries => matches!(method, Question::ELICIT | Question::SAMPLE | Question::LIST_ROOTS),
        }
    }

    /// The length of the request's params, where its handler may ask the client.
    #[must_use]
    pub fn params_length(&self) -> usize {
        self.caller.params.as_ref().map_or(0, |params| params.as_str().len())
    }

    /// The result that asks the client (MRTR-2): each question under its key, and the state to come back with.
    #[must_use]
    pub fn input_required(&self, requests: &[(&str, &Question)], state: Option<&str>) -> Said {
        self.hear(Witnessed::Questions);
        let mut body = begin_response(self.id(), 512);
        modern::input_required::write(&mut body, requests, state, &self.profile);
        body.push('}');
        Said::new(one_line(body), 200)
    }

    /// The notification for an event of the running call.
    #[must_use]
    pub fn event(&self, event: &Event) -> Option<String> {
        let message = match event {
            Event::Progress(progress) => {
                let message = self.version().features().progress_message;
                super::events::progress(self.caller.progress_token.as_ref()?, progress, message)
            }
            Event::Log(log) => super::events::log(log),
            Event::Notification(Notification { method, params }) => {
                super::events::notification(method, params.as_str())
            }
            // Not for the voice to say: a question is more than its words.
            Event::Ask(_)
            | Event::Withdraw(_)
            | Event::CloseStream(_)
            | Event::BecomeTask
            | Event::TaskStatus(_) => return None,
        };
        Some(one_line(message))
    }

    /// The first message of a subscription: what will be told (SUB-2).
    #[must_use]
    pub fn acknowledge(&self, honoured: &WatchFilter) -> String {
        self.hear(Witnessed::Subscribed);
        modern::listen::acknowledge(self.id(), honoured)
    }

    /// The notification of a change, on this request's subscription.
    #[must_use]
    pub fn change(&self, change: &Change) -> String {
        modern::listen::change(self.id(), change)
    }

    /// The end of a subscription that the server ends: the response, and the notification that follows it on a duplex
    /// connection (SUB-5, SUB-6, G-2).
    #[must_use]
    pub fn close_subscription(&self) -> (Said, Option<String>) {
        let body = modern::listen::close(self.id(), &self.profile);
        (Said::new(body, 200), self.duplex.then(|| modern::listen::cancelled(self.id())))
    }

    /// The error for a request that its peer cancelled, where the wire needs some answer (CAN-10).
    #[must_use]
    pub fn cancelled(&self) -> String {
        WireError::new(error_code::INVALID_REQUEST, "the request was cancelled", 200)
            .say(Some(self.id()))
            .body
            .into_text()
    }
}

impl fmt::Debug for Voice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Voice").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// About how many bytes of an answer are copied into the message.
fn size_of(answer: &Answer) -> usize {
    let copied = |text: &RawJson| Some(text.as_str().len()).filter(|length| *length < LONG).unwrap_or(0);
    match answer {
        Answer::Empty => 0,
        Answer::Page { items, .. } => Some(items.len()).filter(|length| *length < LONG).unwrap_or(0),
        Answer::Output { output, .. } => match output {
            Output::Tool(tool) => {
                let structured = tool.structured_content.as_ref();
                let repeated = if tool.repeats_structured() { structured } else { None };
                copied(&tool.content)
                    + structured.map_or(0, copied)
                    + repeated.map_or(0, |text| text.as_str().len() + text.as_str().len() / 4)
            }
            Output::Prompt(prompt) => copied(&prompt.messages),
            Output::Resource(resource) => copied(&resource.contents),
            Output::Whole(whole) => whole.as_str().len(),
            Output::Completion(_) | Output::InputRequired(_) => 0,
        },
    }
}

/// What the peer is told of what was not meant for it (SEC-13).
#[must_use]
pub fn masked_text(call: CallId) -> String {
    format!("The server could not complete this call. Its log tells more under call {call}.")
}

/// Failures of a tool call that a model can act on are results (TOOL-7, G-12).
fn tool_error(kind: OperationKind, failure: &Failure, era: Era) -> Option<ToolOutput> {
    let visible = match failure.kind {
        FailureKind::Tool
        | FailureKind::InvalidArguments
        | FailureKind::TimedOut
        | FailureKind::CannotAsk
        | FailureKind::ClientError => true,
        // Where HTTP has words for it, its client is meant; otherwise the model.
        FailureKind::RateLimited | FailureKind::Forbidden => failure.http.is_none(),
        // META-6 has a code for it.
        FailureKind::MissingCapability => era == Era::Legacy,
        _ => false,
    };
    (kind == OperationKind::CallTool && visible).then(|| ToolOutput::error(&failure.message))
}

/// The response to the request with this id; `result` is the text of an object.
#[must_use]
pub fn response(id: &RequestId, result: &str) -> String {
    let mut body = begin_response(id, result.len() + 64);
    body.push_str(result);
    body.push('}');
    body
}

/// A response up to where its result begins; the caller writes that and the closing brace.
fn begin_response(id: &RequestId, capacity: usize) -> String {
    let mut body = String::with_capacity(capacity);
    body.push_str("{\"jsonrpc\":\"2.0\",\"id\":");
    id.write_json(&mut body);
    body.push_str(",\"result\":");
    body
}
