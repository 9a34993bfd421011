//! One inbound frame and the stream of messages that answers it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};

use super::Shutdown;
use super::state::State;
use super::watch::Counted;
use crate::eras::{Said, Session, Stream};
use crate::jsonrpc::MessageText;

/// Something to write to the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A notification on this request's stream. One line of JSON.
    Message(String),
    /// The author has the stream closed here; its client comes back for the rest. Where it cannot, this means nothing.
    CloseStream,
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
    pub body: MessageText,
    /// The HTTP status (HTTP-6, HTTP-7, HTTP-18), unless an event stream has begun already.
    pub status: u16,
    /// The value of `Mcp-Session-Id` to send along (SESS-1).
    pub session_id: Option<Arc<str>>,
    /// Further HTTP headers to send along, unless an event stream has begun already.
    pub headers: Option<Box<http::HeaderMap>>,
}

impl From<Said> for Outgoing {
    fn from(said: Said) -> Self {
        let Said { body, status, headers } = said;
        Self::Response(ResponseMessage { body, status, session_id: None, headers })
    }
}

/// The answers to one frame, in order.
///
/// Dropping it before its end cancels the request, except where the protocol says that a disconnect is not a cancellation
/// (LHTTP-7): there the rest runs on in the background of the current Tokio runtime.
pub struct Exchange {
    state: State,
    background: Option<Background>,
}

/// Where exchanges go whose peer has left, and how many may be there (SEC-12).
#[derive(Debug, Clone)]
pub(super) struct Background {
    pub(super) running: Arc<AtomicUsize>,
    pub(super) max: usize,
}

impl Background {
    /// Runs something to its end on the current Tokio runtime; drops it when too much runs already.
    pub(super) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let Some(counted) = Counted::enter(&self.running, self.max) else { return };
        runtime.spawn(async move {
            work.await;
            drop(counted);
        });
    }
}

impl Exchange {
    pub(super) fn new(state: State, background: &Background) -> Self {
        let background = state.survives_disconnect().then(|| background.clone());
        Self { state, background }
    }

    /// The next thing to write; `None` at the end. Cancel safe.
    pub async fn next(&mut self) -> Option<Outgoing> {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    /// [`Exchange::next`] for those who poll by hand.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        self.state.poll(context)
    }

    /// Whether the answer can only be a stream: over HTTP the peer must accept `text/event-stream` (HTTP-16, SUB-10).
    #[must_use]
    pub fn requires_stream(&self) -> bool {
        self.state.requires_stream()
    }
}

impl Exchange {
    /// Ends a subscription with its closing result (SUB-5) when this signal is given, too.
    pub fn end_with(&mut self, shutdown: &Shutdown) {
        self.state.end_with(shutdown);
    }

    /// Only the answer can be written: what its calls ask is asked elsewhere, or not at all.
    pub fn answer_only(&mut self) {
        if let Some(awaited) = self.state.awaited() {
            awaited.answer_only = true;
        }
        self.state.ask_on(Stream::OfSession);
    }

    /// Whether somebody reads what is kept for a client that may come back: questions do not wait for ever for one that does not.
    pub fn note_reader(&mut self, reads: bool) {
        if let Some(awaited) = self.state.awaited() {
            awaited.note_reader(reads);
        }
        self.state.ask_on(if reads { Stream::OfCall } else { Stream::OfCallUnread });
    }

    /// No answers to questions can come in any more: those that its calls wait for, and those they would ask, fail with
    /// `reason`.
    pub fn stop_asking(&mut self, reason: &str) {
        self.state.stop_asking(reason);
    }

    /// The session whose client can resume the stream of this, if it can (RESUME-4).
    #[must_use]
    pub fn resumed_in(&self) -> Option<&Arc<Session>> {
        self.state.session()
    }

    /// Ends what still runs: the last thing to write is an error that says `reason`. `None` where nothing runs.
    pub fn give_up(&mut self, reason: &str) -> Option<Outgoing> {
        self.state.give_up(reason)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(background) = self.background.take().filter(|_| self.state.survives_disconnect()) else {
            return;
        };
        self.state.ask_on(Stream::OfSession);
        let mut rest = Self { state: std::mem::replace(&mut self.state, State::Done), background: None };
        background.run(async move { while rest.next().await.is_some() {} });
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Exchange").field(&self.state.name()).finish()
    }
}
