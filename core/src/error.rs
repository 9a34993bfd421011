//! One error type for everything that can go wrong outside a request: configuration, registration, start-up, I/O.
//!
//! What goes wrong *inside* a request is a [`Failure`](crate::handler::Failure) and is answered to the peer instead.

use std::fmt;

/// What kind of thing went wrong. Bindings map each kind to a class of their own and walk [`ErrorKind::ALL`] in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option has a value that cannot work.
    Configuration,
    /// A tool, resource, resource template or prompt cannot be registered as described.
    InvalidDescriptor,
    /// A JSON Schema is not valid, not supported, or over the limits.
    InvalidSchema,
    /// Something of this name is registered already.
    AlreadyRegistered,
    /// Reading, writing, binding or accepting failed.
    Io,
    /// The server was stopped, or never started.
    Closed,
    /// A defect of ours.
    Internal,
}

impl ErrorKind {
    /// Every kind, in order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::Configuration,
        Self::InvalidDescriptor,
        Self::InvalidSchema,
        Self::AlreadyRegistered,
        Self::Io,
        Self::Closed,
        Self::Internal,
    ];

    /// The kind's name in `snake_case`, stable across releases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidDescriptor => "invalid_descriptor",
            Self::InvalidSchema => "invalid_schema",
            Self::AlreadyRegistered => "already_registered",
            Self::Io => "io",
            Self::Closed => "closed",
            Self::Internal => "internal",
        }
    }
}

/// An error with a [`kind`](Self::kind), a sentence for people, and the cause if there is one.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind`; `message` says what was wrong, where, and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with the cause it came from.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The sentence for people, without the cause.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(formatter, "{}: {source}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
