//! Who is calling, and how to tell them something before the result.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::{Answers, EventSender, Origin};
use crate::json::{self, RawJson};
use crate::jsonrpc::RequestId;
use crate::model::{CallId, CallTrace, LazyCallId, LogLevel, Principal, TraceContext};
use crate::protocol_version::ProtocolVersion;

/// What is known about the request a call serves: from its envelope in the modern era, from its session in the legacy one.
#[derive(Clone)]
pub struct Caller {
    /// The request's id, as the peer wrote it.
    pub request_id: RequestId,
    /// The version the peer speaks.
    pub protocol_version: ProtocolVersion,
    /// The legacy session's id, if there is a session with an id.
    pub session_id: Option<Arc<str>>,
    /// Who the peer says it is: a JSON object. Never decide anything on it (META-4).
    pub client_info: Option<RawJson>,
    /// What the peer declared it can do: a JSON object.
    pub client_capabilities: Option<RawJson>,
    /// The request's own `_meta`, a JSON object, unknown keys included (META-10).
    pub meta: Option<RawJson>,
    /// Who asks, where whoever received the request knows it: unlike what the peer says of itself, to decide on.
    pub principal: Option<Principal>,
    /// HTTP headers of the request; absent on other transports.
    pub headers: Option<Arc<http::HeaderMap>>,
    /// Log messages below this level are dropped; `None` drops all (LOG-2, LOG-5).
    pub log_threshold: Option<LogLevel>,
    /// Whether the stream of the request can be closed before its result, because the peer comes back for the rest
    /// (RESUME-6).
    pub stream_can_close: bool,
    /// Under which token the peer asked for progress, if it did (RPC-20).
    pub progress_token: Option<RequestId>,
    /// The request's params, where its handler may ask the client: what it is asked again with.
    pub params: Option<RawJson>,
    /// The call's own span, where somebody follows traces.
    pub trace: Option<Box<CallTrace>>,
    /// By which name errors, logs and records know the request; see [`Caller::call_id`].
    pub call: LazyCallId,
}

impl Caller {
    /// By which name errors, logs and records know the request.
    #[must_use]
    pub fn call_id(&self) -> CallId {
        self.call.get()
    }

    /// Whether the peer asked for progress.
    #[must_use]
    pub const fn wants_progress(&self) -> bool {
        self.progress_token.is_some()
    }

    /// What calls to others that are made for this one have to carry as W3C's `traceparent`, to belong to its trace: the call's own
    /// span where somebody follows traces, else what the peer sent. `None` where nothing is known of a trace.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        if let Some(trace) = &self.trace {
            return Some(trace.context.to_string());
        }
        let sent = self.meta.as_ref().and_then(|meta| json::member(meta.as_str(), "traceparent"));
        let sent = sent.and_then(json::as_string).map(Cow::into_owned);
        let carried = || Some(self.headers.as_ref()?.get("traceparent")?.to_str().ok()?.to_owned());
        sent.or_else(carried).filter(|text| TraceContext::parse(text).is_some())
    }

    /// The same of `tracestate`.
    #[must_use]
    pub fn tracestate(&self) -> Option<String> {
        let state = || CallTrace::begin(self.meta.as_ref(), self.headers.as_deref())?.state;
        let state = self.trace.as_ref().map_or_else(state, |trace| trace.state.clone());
        state.map(String::from)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and `_meta` may hold secrets.
        formatter
            .debug_struct("Caller")
            .field("request_id", &self.request_id)
            .field("protocol_version", &self.protocol_version)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// The context of one call.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// Who asks.
    pub caller: Arc<Caller>,
    /// Sends progress and log messages on the request's own stream.
    pub events: EventSender,
    /// When the caller stops waiting, if a limit is set.
    pub deadline: Option<Instant>,
    /// Where the request was handed over, if the host said so.
    pub origin: Origin,
    /// What earlier rounds brought, for a handler that returned its questions and is invoked again.
    pub answers: Option<Arc<Answers>>,
    /// Whether what its server has standing around the method has had its say already, for hosts whose functions have that around
    /// them.
    pub passed: bool,
}

impl CallContext {
    /// A context in which nothing is said but who asks and how to talk back.
    #[must_use]
    pub fn new(caller: Arc<Caller>, events: EventSender) -> Self {
        Self { caller, events, deadline: None, origin: Origin::default(), answers: None, passed: false }
    }
}
