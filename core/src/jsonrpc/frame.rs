//! What a frame holds, borrowed from its bytes.

use std::borrow::Cow;

use super::{Malformed, RequestId};

/// What one line or one body holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One message.
    Single(Message<'a>),
    /// An array of messages, each judged on its own; never empty. Whether batches are allowed is for the caller to say.
    Batch(Vec<Result<Message<'a>, Malformed>>),
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// Wants an answer.
    Request(Request<'a>),
    /// Must not be answered (RPC-6).
    Notification(Notification<'a>),
    /// Is an answer.
    Response(Response<'a>),
}

/// A message with a method and an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// To be repeated in the answer.
    pub id: RequestId,
    /// The method, decoded.
    pub method: Cow<'a, str>,
    /// The text of an object, scanned.
    pub params: Option<&'a str>,
}

/// A message with a method and no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification<'a> {
    /// The method, decoded.
    pub method: Cow<'a, str>,
    /// The text of an object, scanned.
    pub params: Option<&'a str>,
}

/// The answer to a request of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response<'a> {
    /// Which request this answers.
    pub id: RequestId,
    /// The text of the `result` object, or of the `error` object with an integer `code` and a string `message` (RPC-7).
    pub outcome: Result<&'a str, &'a str>,
}
