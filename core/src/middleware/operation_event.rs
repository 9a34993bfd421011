//! What observers are told of an operation.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use super::admission::Transport;
use crate::handler::Failure;
use crate::json::RawJson;
use crate::jsonrpc::RequestId;
use crate::model::{CallId, CallTrace, OperationKind, Principal};
use crate::protocol_version::ProtocolVersion;

/// What an answer waits for: that it was recorded, or why it could not be, in which case this is answered instead.
pub type Ticket = oneshot::Receiver<Result<(), Failure>>;

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused: by a policy, by a limit.
    Denied,
    /// Its client was asked something, and is to come back.
    Deferred,
    /// It failed.
    Error,
    /// Nobody waited for its end.
    Cancelled,
}

impl Outcome {
    /// Its name, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Deferred => "deferred",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One operation that has its answer.
#[derive(Debug, Clone, Copy)]
pub struct OperationEvent<'a> {
    /// When it began.
    pub began: SystemTime,
    /// How long it took until its answer.
    pub duration: Duration,
    /// What was asked; [`OperationKind::Custom`] for methods of tasks, handshakes and authors' own.
    pub kind: OperationKind,
    /// The method, as it is spelt on the wire.
    pub method: &'a str,
    /// The tool's or prompt's name, the resource's URI, the task's id.
    pub target: Option<&'a str>,
    /// Whether the target, or the method of an operation of the author's own, is one that the server offers, to whomever: others must
    /// not become labels of metrics.
    pub is_registered: bool,
    /// The arguments of a tool or prompt: a JSON object.
    pub arguments: Option<&'a RawJson>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where that is an error or a refusal: a failure's name, `tool_error` for what a tool refused, or a JSON-RPC code.
    pub error: Option<&'a str>,
    /// The rule that decided, if one did.
    pub rule: Option<&'a str>,
    /// Who asked.
    pub principal: Option<&'a Principal>,
    /// Where from.
    pub remote: Option<SocketAddr>,
    /// Which kind of transport.
    pub transport: Transport,
    /// By which number this process knows it: what errors, logs and records have in common.
    pub call: CallId,
    /// The request's id.
    pub request_id: Option<&'a RequestId>,
    /// The session, for those who have one. As good as a password where there are no principals: not for logs as it is.
    pub session_id: Option<&'a str>,
    /// What the client says it is: a JSON object.
    pub client_info: Option<&'a RawJson>,
    /// The version it speaks.
    pub protocol_version: Option<ProtocolVersion>,
    /// The request's `_meta`: a JSON object.
    pub meta: Option<&'a RawJson>,
    /// The request's HTTP headers.
    pub headers: Option<&'a http::HeaderMap>,
    /// Its own span, where somebody follows traces.
    pub trace: Option<&'a CallTrace>,
}
