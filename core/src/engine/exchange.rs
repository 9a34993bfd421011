//! One inbound frame and the stream of messages that answers it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};

use super::Shutdown;
use super::call::Call;
use super::gate::Gated;
use super::standing::Standing;
use super::tasks::Awaited;
use super::watch::{Counted, Subscription};
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

/// Where an exchange is.
pub(super) enum State {
    /// At its last items.
    Last(Outgoing, Option<Outgoing>),
    /// User code runs.
    Call(Call),
    /// Its task is yet to be kept.
    Opening(Pin<Box<dyn Future<Output = Outgoing> + Send>>),
    /// It waits for what comes of a task.
    Task(Box<Awaited>),
    /// It waits for what its caller may see.
    Gated(Box<Gated>),
    /// It tells of changes until somebody ends it.
    Subscription(Box<Subscription>),
    /// Several requests at once.
    Batch(Vec<State>, Vec<Option<String>>),
    /// At its end.
    Done,
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
        match &self.state {
            State::Subscription(_) => true,
            State::Call(call) => call.standing().is_some_and(Standing::requires_stream),
            State::Last(..)
            | State::Gated(_)
            | State::Opening(_)
            | State::Task(_)
            | State::Batch(..)
            | State::Done => false,
        }
    }
}

impl Exchange {
    /// Ends a subscription with its closing result (SUB-5) when this signal is given, too.
    pub fn end_with(&mut self, shutdown: &Shutdown) {
        match &mut self.state {
            State::Subscription(subscription) => subscription.end_with(shutdown.clone()),
            State::Call(call) => {
                if let Some(standing) = call.standing_mut() {
                    standing.end_with(shutdown);
                }
            }
            State::Last(..)
            | State::Gated(_)
            | State::Opening(_)
            | State::Task(_)
            | State::Batch(..)
            | State::Done => {}
        }
    }

    /// Only the answer can be written: what its calls ask is asked elsewhere, or not at all.
    pub fn answer_only(&mut self) {
        if let State::Task(awaited) = &mut self.state {
            awaited.answer_only = true;
        }
        self.state.ask_on(Stream::OfSession);
    }

    /// Whether somebody reads what is kept for a client that may come back: questions do not wait for ever for one that does not.
    pub fn note_reader(&mut self, reads: bool) {
        if let State::Task(awaited) = &self.state {
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

impl State {
    pub(super) const fn last(outgoing: Outgoing) -> Self {
        Self::Last(outgoing, None)
    }

    pub(super) fn said(said: Said) -> Self {
        Self::last(said.into())
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        match self {
            Self::Done => Poll::Ready(None),
            Self::Last(..) => {
                let Self::Last(first, second) = std::mem::replace(self, Self::Done) else {
                    return Poll::Ready(None);
                };
                if let Some(second) = second {
                    *self = Self::last(second);
                }
                Poll::Ready(Some(first))
            }
            Self::Call(call) => {
                let Some(outgoing) = std::task::ready!(call.poll(context)) else {
                    let Self::Call(call) = std::mem::replace(self, Self::Done) else {
                        return Poll::Ready(None);
                    };
                    *self = call.leave();
                    return self.poll(context);
                };
                if !matches!(outgoing, Outgoing::Message(_) | Outgoing::CloseStream) {
                    let trailing = call.standing_mut().and_then(Standing::take_trailing);
                    *self = trailing.map_or(Self::Done, Self::last);
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Opening(opening) => {
                let outgoing = std::task::ready!(opening.as_mut().poll(context));
                *self = Self::Done;
                Poll::Ready(Some(outgoing))
            }
            Self::Task(awaited) => {
                let outgoing = std::task::ready!(awaited.poll(context));
                if !matches!(outgoing, Outgoing::Message(_)) {
                    *self = Self::Done;
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Gated(gated) => match std::task::ready!(gated.poll(context)) {
                Ok(state) => {
                    *self = state;
                    self.poll(context)
                }
                Err(last) => {
                    *self = Self::Done;
                    Poll::Ready(Some(last))
                }
            },
            Self::Subscription(subscription) => {
                let (outgoing, then) = std::task::ready!(subscription.poll(context));
                match then {
                    Some(then) => *self = Self::last(then),
                    None if matches!(outgoing, Outgoing::Message(_)) => {}
                    None => *self = Self::Done,
                }
                Poll::Ready(Some(outgoing))
            }
            Self::Batch(members, bodies) => {
                let mut pending = false;
                for (member, body) in members.iter_mut().zip(bodies.iter_mut()) {
                    loop {
                        match member.poll(context) {
                            Poll::Pending => {
                                pending = true;
                                break;
                            }
                            Poll::Ready(None) => break,
                            Poll::Ready(Some(said @ (Outgoing::Message(_) | Outgoing::CloseStream))) => {
                                return Poll::Ready(Some(said));
                            }
                            Poll::Ready(Some(Outgoing::Response(response))) => {
                                *body = Some(response.body.into_text());
                            }
                            Poll::Ready(Some(Outgoing::Accepted | Outgoing::Cancelled(_))) => {}
                        }
                    }
                }
                if pending {
                    return Poll::Pending;
                }
                let outgoing = joined(bodies);
                *self = Self::Done;
                Poll::Ready(Some(outgoing))
            }
        }
    }

    fn give_up(&mut self, reason: &str) -> Option<Outgoing> {
        match std::mem::replace(self, Self::Done) {
            Self::Call(call) => Some(call.shut_down(reason)),
            Self::Gated(gated) => Some(gated.shut_down(reason)),
            Self::Task(awaited) => Some(awaited.shut_down(reason)),
            Self::Subscription(subscription) => Some(subscription.close().0),
            Self::Batch(mut members, mut bodies) => {
                for (member, body) in members.iter_mut().zip(bodies.iter_mut()) {
                    if let Some(Outgoing::Response(response)) = member.give_up(reason) {
                        *body = Some(response.body.into_text());
                    }
                }
                Some(joined(&bodies))
            }
            other @ (Self::Last(..) | Self::Opening(_) | Self::Done) => {
                *self = other;
                None
            }
        }
    }

    fn calls(&mut self, act: &mut impl FnMut(&mut Call)) {
        match self {
            Self::Call(call) => act(call),
            Self::Batch(members, _) => members.iter_mut().for_each(|member| member.calls(act)),
            Self::Last(..)
            | Self::Gated(_)
            | Self::Opening(_)
            | Self::Task(_)
            | Self::Subscription(_)
            | Self::Done => {}
        }
    }

    fn gated(&mut self, act: &mut impl FnMut(&mut Gated)) {
        match self {
            Self::Gated(gated) => act(gated),
            Self::Batch(members, _) => members.iter_mut().for_each(|member| member.gated(act)),
            _ => {}
        }
    }

    pub(super) fn ask_on(&mut self, stream: Stream) {
        self.calls(&mut |call| call.ask_on(stream));
        self.gated(&mut |gated| gated.ask_on(stream));
    }

    pub(super) fn stop_asking(&mut self, reason: &str) {
        self.calls(&mut |call| call.stop_asking(reason));
        self.gated(&mut |gated| gated.stop_asking(reason));
    }

    fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Call(call) => call.session.as_ref(),
            Self::Gated(gated) => gated.session(),
            Self::Task(awaited) => awaited.session.as_ref(),
            Self::Batch(members, _) => members.iter().find_map(Self::session),
            Self::Last(..) | Self::Opening(_) | Self::Subscription(_) | Self::Done => None,
        }
    }

    fn survives_disconnect(&self) -> bool {
        match self {
            Self::Call(call) => call.survives_disconnect,
            Self::Gated(gated) => gated.survives_disconnect(),
            Self::Batch(members, _) => members.iter().any(Self::survives_disconnect),
            Self::Last(..) | Self::Opening(_) | Self::Task(_) | Self::Subscription(_) | Self::Done => false,
        }
    }
}

/// A batch's answer: one array, in the order of the requests (BATCH-4). Without requests there is none (BATCH-3).
fn joined(bodies: &[Option<String>]) -> Outgoing {
    let mut array =
        String::with_capacity(bodies.iter().flatten().map(|body| body.len() + 1).sum::<usize>() + 2);
    for body in bodies.iter().flatten() {
        array.push(if array.is_empty() { '[' } else { ',' });
        array.push_str(body);
    }
    if array.is_empty() {
        return Outgoing::Accepted;
    }
    array.push(']');
    Said::new(array, 200).into()
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
        let state = match &self.state {
            State::Last(..) => "last",
            State::Call(_) => "call",
            State::Gated(_) => "gated",
            State::Opening(_) | State::Task(_) => "task",
            State::Subscription(_) => "subscription",
            State::Batch(..) => "batch",
            State::Done => "done",
        };
        formatter.debug_tuple("Exchange").field(&state).finish()
    }
}
