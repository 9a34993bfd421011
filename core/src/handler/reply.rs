//! What user code answers: an output, or a failure of a known kind.

use std::fmt;

use crate::json::RawJson;
use crate::model::Output;

/// The answer to an invocation.
pub type Reply = Result<Output, Failure>;

/// Why there is no output. Each era's `errors` maps every kind to its own wire form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The user's function refused or raised: a tool result with `isError`, elsewhere an internal error with this message.
    Tool,
    /// The arguments do not fit (-32602; for a tool's schema a result with `isError`, G-12).
    InvalidArguments,
    /// What was asked for is not there (resources: RSRC-3; tools and prompts: -32602).
    NotFound,
    /// The method is unknown or its capability is not offered (-32601).
    MethodNotFound,
    /// Too much is waiting already; try later.
    Overloaded,
    /// The caller asked too often; [`Failure::http`] and the data say when it may ask again.
    RateLimited,
    /// The caller may not do this, whatever it knows of it.
    Forbidden,
    /// It took longer than allowed.
    TimedOut,
    /// The server was told to stop, and the time to finish was over.
    ShutDown,
    /// The host dropped the call without an answer.
    Abandoned,
    /// The client did not declare what a question needs: nothing was sent (META-6). The data names what is missing, as the
    /// client would declare it: `{"requiredCapabilities": {…}}`.
    MissingCapability,
    /// There is no way to ask the client, or no longer; the message says why.
    CannotAsk,
    /// The client answered a question with an error, whose code, message and data these are, or with what is no answer.
    ClientError,
    /// A defect in the server; the message is fixed, the detail goes to the log (SEC-13).
    Internal,
    /// A JSON-RPC error chosen by the author, sent as it is.
    Protocol,
}

impl FailureKind {
    /// Every kind, in order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::Tool,
        Self::InvalidArguments,
        Self::NotFound,
        Self::MethodNotFound,
        Self::Overloaded,
        Self::RateLimited,
        Self::Forbidden,
        Self::TimedOut,
        Self::ShutDown,
        Self::Abandoned,
        Self::MissingCapability,
        Self::CannotAsk,
        Self::ClientError,
        Self::Internal,
        Self::Protocol,
    ];

    /// The kind's name in `snake_case`, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::InvalidArguments => "invalid_arguments",
            Self::NotFound => "not_found",
            Self::MethodNotFound => "method_not_found",
            Self::Overloaded => "overloaded",
            Self::RateLimited => "rate_limited",
            Self::Forbidden => "forbidden",
            Self::TimedOut => "timed_out",
            Self::ShutDown => "shut_down",
            Self::Abandoned => "abandoned",
            Self::MissingCapability => "missing_capability",
            Self::CannotAsk => "cannot_ask",
            Self::ClientError => "client_error",
            Self::Internal => "internal",
            Self::Protocol => "protocol",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A failure: its kind, a message the peer may see, and detail it may not.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// Shown to the peer.
    pub message: String,
    /// For the log only.
    pub detail: Option<String>,
    /// The JSON-RPC code, for [`FailureKind::Protocol`] and [`FailureKind::ClientError`].
    pub code: Option<i32>,
    /// `error.data`, any JSON value.
    pub data: Option<RawJson>,
    /// What HTTP says of it besides.
    pub http: Option<Box<HttpSide>>,
    /// Whether the message is what a function raised without meaning it for the peer, who may get another
    /// ([`EngineBuilder::mask_errors`](crate::engine::EngineBuilder::mask_errors)).
    pub raised: bool,
}

/// What HTTP says of a failure besides its message, whatever the era.
#[derive(Debug, Clone)]
pub struct HttpSide {
    /// The status.
    pub status: http::StatusCode,
    /// Further headers, such as `WWW-Authenticate` (AUTH-5) and `Retry-After`.
    pub headers: http::HeaderMap,
}

impl Failure {
    /// A failure of `kind` with a message for the peer.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
            code: None,
            data: None,
            http: None,
            raised: false,
        }
    }

    /// A JSON-RPC error of the author's choosing.
    #[must_use]
    pub fn protocol(code: i32, message: impl Into<String>, data: Option<RawJson>) -> Self {
        Self { code: Some(code), data, ..Self::new(FailureKind::Protocol, message) }
    }

    /// The same failure with detail for the log.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same failure, whose message was not meant for the peer.
    #[must_use]
    pub const fn raised(mut self) -> Self {
        self.raised = true;
        self
    }

    /// The same failure, with what HTTP says of it.
    #[must_use]
    pub fn with_http(mut self, status: http::StatusCode, headers: http::HeaderMap) -> Self {
        self.http = Some(Box::new(HttpSide { status, headers }));
        self
    }

    /// The same failure with `error.data`.
    #[must_use]
    pub fn with_data(mut self, data: RawJson) -> Self {
        self.data = Some(data);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
