//! One inbound frame and the stream of messages that answers it.

use std::sync::Arc;
use std::task::{Context, Poll};

/// Something to write to the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A notification on this request's stream. One line of JSON.
    Message(String),
    /// The answer. Nothing follows it, except on a duplex connection the notification that marks the end of a subscription
    /// (G-2): read on until `None`.
    Response(ResponseMessage),
    /// Nothing to say: HTTP answers 202 with an empty body; a duplex connection writes nothing.
    Accepted,
    /// The peer cancelled the request. A duplex connection writes nothing (CAN-2, CAN-3); an event stream just ends; a plain
    /// HTTP answer that has not begun is 200 with this error body (CAN-10).
    Cancelled(String),
}

/// The answer to a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseMessage {
    /// One JSON-RPC response, or an array of them for a batch. One line.
    pub body: String,
    /// The HTTP status (digest §2.7), unless an event stream has begun already.
    pub status: u16,
    /// The value of `Mcp-Session-Id` to send along (SESS-1).
    pub session_id: Option<Arc<str>>,
}

/// The answers to one frame, in order.
///
/// Dropping it before its end cancels the request, except where the protocol says that a disconnect is not a cancellation
/// (LHTTP-7): there the rest runs on in the background of the current Tokio runtime.
#[derive(Debug)]
pub struct Exchange(());

impl Exchange {
    pub(super) fn empty() -> Self {
        Self(())
    }

    /// The next thing to write; `None` at the end.
    pub async fn next(&mut self) -> Option<Outgoing> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Exchange::next`] for those who poll by hand.
    pub fn poll_next(&mut self, _context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        Poll::Ready(None)
    }

    /// Whether the answer can only be a stream: over HTTP the peer must accept `text/event-stream` (HTTP-16, SUB-10).
    #[must_use]
    pub fn requires_stream(&self) -> bool {
        false
    }
}
