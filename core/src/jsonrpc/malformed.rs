//! A frame, or a message in a batch, that is refused before anybody asks what it means.

use std::fmt;

use super::{RequestId, error_code};

/// Why bytes are not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// One of [`error_code`]: parse error, invalid request, or invalid params (RPC-9).
    pub code: i32,
    /// For people; repeats nothing of the message but names of members.
    pub message: String,
    /// The message's id, if it has a valid one that could be read.
    pub id: Option<RequestId>,
    /// Whether to answer it. Not when it is a response or a notification in all but a detail: answering an answer could go
    /// on forever, and nobody waits for an answer to a notification (RPC-6).
    pub answerable: bool,
}

impl Malformed {
    pub(super) fn parse_error(message: impl Into<String>) -> Self {
        Self { code: error_code::PARSE_ERROR, message: message.into(), id: None, answerable: true }
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self { code: error_code::INVALID_REQUEST, message: message.into(), id: None, answerable: true }
    }

    pub(super) fn with_id(mut self, id: Option<RequestId>) -> Self {
        self.id = id;
        self
    }

    pub(super) const fn answerable(mut self, answerable: bool) -> Self {
        self.answerable = answerable;
        self
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Malformed {}
