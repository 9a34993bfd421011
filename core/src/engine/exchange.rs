//! One inbound frame and the stream of messages that answers it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};

use super::Shutdown;
use super::asking::Asker;
use super::dispatch::Running;
use super::watch::{Counted, Subscription};
use crate::eras::{Ended, Flight, Said, Session, Stream, Voice, WayToAsk};
use crate::handler::{Caller, Event, Events, Failure, FailureKind, PendingQuestion, StreamToClose};

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
    pub body: String,
    /// The HTTP status (HTTP-6, HTTP-7, HTTP-18), unless an event stream has begun already.
    pub status: u16,
    /// The value of `Mcp-Session-Id` to send along (SESS-1).
    pub session_id: Option<Arc<str>>,
}

impl From<Said> for Outgoing {
    fn from(said: Said) -> Self {
        Self::Response(ResponseMessage { body: said.body, status: said.status, session_id: None })
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
#[expect(clippy::large_enum_variant, reason = "the large variant is the common one")]
pub(super) enum State {
    /// At its last items.
    Last(Outgoing, Option<Outgoing>),
    /// User code runs.
    Call(Call),
    /// It tells of changes until somebody ends it.
    Subscription(Box<Subscription>),
    /// Several requests at once.
    Batch(Vec<State>, Vec<Option<String>>),
    /// At its end.
    Done,
}

/// A call under way.
pub(super) struct Call {
    pub(super) running: Running,
    pub(super) events: Events,
    pub(super) voice: Voice,
    pub(super) flight: Option<Flight>,
    pub(super) survives_disconnect: bool,
    pub(super) caller: Arc<Caller>,
    /// Where its questions are written.
    pub(super) stream: Stream,
    /// What became of its questions, if it has asked any. After `events`: what is over is over without a word.
    pub(super) asker: Option<Box<Asker>>,
    /// Why no answer can come in any more.
    pub(super) unheard: Option<Box<Failure>>,
    /// Where the stream can be resumed.
    pub(super) session: Option<Arc<Session>>,
    /// The answer, while events from before it are still being told.
    pub(super) said: Option<Said>,
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
    pub const fn requires_stream(&self) -> bool {
        matches!(self.state, State::Subscription(_))
    }
}

impl Exchange {
    /// Ends a subscription with its closing result (SUB-5) when this signal is given, too.
    pub fn end_with(&mut self, shutdown: &Shutdown) {
        if let State::Subscription(subscription) = &mut self.state {
            subscription.end_with(shutdown.clone());
        }
    }

    /// Only the answer can be written: what its calls ask is asked elsewhere, or not at all.
    pub fn answer_only(&mut self) {
        self.state.leave_stream();
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

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
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
                let outgoing = std::task::ready!(call.poll(context));
                if !matches!(outgoing, Outgoing::Message(_) | Outgoing::CloseStream) {
                    *self = Self::Done;
                }
                Poll::Ready(Some(outgoing))
            }
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
                            Poll::Ready(Some(Outgoing::Response(response))) => *body = Some(response.body),
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
            Self::Subscription(subscription) => Some(subscription.close().0),
            Self::Batch(mut members, mut bodies) => {
                for (member, body) in members.iter_mut().zip(bodies.iter_mut()) {
                    if let Some(Outgoing::Response(response)) = member.give_up(reason) {
                        *body = Some(response.body);
                    }
                }
                Some(joined(&bodies))
            }
            other @ (Self::Last(..) | Self::Done) => {
                *self = other;
                None
            }
        }
    }

    fn calls(&mut self, act: &mut impl FnMut(&mut Call)) {
        match self {
            Self::Call(call) => act(call),
            Self::Batch(members, _) => members.iter_mut().for_each(|member| member.calls(act)),
            Self::Last(..) | Self::Subscription(_) | Self::Done => {}
        }
    }

    fn leave_stream(&mut self) {
        self.calls(&mut Call::leave_stream);
    }

    fn stop_asking(&mut self, reason: &str) {
        self.calls(&mut |call| call.stop_asking(reason));
    }

    fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Call(call) => call.session.as_ref(),
            Self::Batch(members, _) => members.iter().find_map(Self::session),
            Self::Last(..) | Self::Subscription(_) | Self::Done => None,
        }
    }

    fn survives_disconnect(&self) -> bool {
        match self {
            Self::Call(call) => call.survives_disconnect,
            Self::Batch(members, _) => members.iter().any(Self::survives_disconnect),
            Self::Last(..) | Self::Subscription(_) | Self::Done => false,
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
    Said { body: array, status: 200 }.into()
}

impl Call {
    fn shut_down(&self, reason: &str) -> Outgoing {
        let failure = Failure::new(FailureKind::ShutDown, reason);
        self.voice.failure(self.running.kind(), &failure).into()
    }

    /// What is to be written for an event, if anything.
    fn tell(&mut self, event: Event) -> Option<Outgoing> {
        match event {
            Event::Ask(pending) => self.ask(*pending),
            Event::Withdraw(number) => self.asker.as_mut().and_then(|asker| asker.withdraw(number)),
            Event::CloseStream(which) => return self.close_stream(which),
            said => self.voice.event(&said),
        }
        .map(Outgoing::Message)
    }

    /// Asks the client; returns what is to be written for it now, if anything.
    #[cold]
    fn ask(&mut self, pending: PendingQuestion) -> Option<String> {
        if self.said.is_some() {
            // It came to its end without waiting for the answer.
            self.events.finish();
            return None;
        }
        match self.voice.way_to_ask() {
            WayToAsk::Requests => self.ask_by_request(pending),
            WayToAsk::Retries => Self::ask_by_retry(pending),
        }
    }

    fn ask_by_request(&mut self, pending: PendingQuestion) -> Option<String> {
        let Some(flight) = &self.flight else {
            let message =
                "the client cannot be asked: it is served without a session here, request by request";
            pending.answer(Err(Failure::new(FailureKind::CannotAsk, message)));
            return None;
        };
        if let Some(failure) = &self.unheard {
            pending.answer(Err(Failure::clone(failure)));
            return None;
        }
        let (caller, stream) = (&self.caller, self.stream);
        let asker = self.asker.get_or_insert_with(|| {
            Box::new(Asker::of_call(Arc::clone(flight.table()), Arc::clone(caller), stream))
        });
        asker.ask(pending)
    }

    /// Where a question is answered by calling again: it is kept here until the call has nothing else to say (see
    /// [`Call::poll`]), then the exchange ends with all of them and the call is parked.
    fn ask_by_retry(pending: PendingQuestion) -> Option<String> {
        let message = "this client cannot be asked anything yet";
        pending.answer(Err(Failure::new(FailureKind::CannotAsk, message)));
        None
    }

    /// What is still to be written of the questions of a call that is over.
    fn last_of_questions(&mut self) -> Option<Outgoing> {
        let asker = self.asker.as_mut()?;
        self.events.finish();
        asker.end().map(Outgoing::Message)
    }

    fn stop_asking(&mut self, reason: &str) {
        if self.unheard.is_none() {
            let failure = Failure::new(FailureKind::ShutDown, reason);
            if let Some(asker) = &mut self.asker {
                asker.stop(&failure);
            }
            self.unheard = Some(Box::new(failure));
        }
    }

    /// Questions are asked elsewhere from now on.
    fn leave_stream(&mut self) {
        self.stream = Stream::OfSession;
        if let Some(asker) = &mut self.asker {
            asker.leave_stream();
        }
    }

    /// Without a session there is nothing to come back to.
    #[cold]
    fn close_stream(&self, which: StreamToClose) -> Option<Outgoing> {
        let session = self.session.as_ref().filter(|session| session.primes_streams())?;
        match which {
            StreamToClose::OfCall => Some(Outgoing::CloseStream),
            StreamToClose::OfSession => {
                session.close_streams();
                None
            }
        }
    }

    /// Never polled again after anything but a message.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outgoing> {
        match self.flight.as_ref().and_then(|flight| flight.poll_ended(context)) {
            None => {}
            Some(ended) => {
                let ended = ended.clone();
                if let Some(last) = self.last_of_questions() {
                    return Poll::Ready(last);
                }
                return Poll::Ready(match ended {
                    Ended::Cancelled => Outgoing::Cancelled(self.voice.cancelled()),
                    Ended::ShutDown(reason) => self.shut_down(&reason),
                });
            }
        }
        loop {
            // What was emitted goes out before what comes of the next step.
            while let Some(event) = self.events.take() {
                if let Some(outgoing) = self.tell(event) {
                    return Poll::Ready(outgoing);
                }
            }
            if self.said.is_some()
                && let Some(last) = self.last_of_questions()
            {
                return Poll::Ready(last);
            }
            if let Some(said) = self.said.take() {
                return Poll::Ready(said.into());
            }
            match self.running.poll(context) {
                Poll::Ready(result) => {
                    self.said = Some(match result {
                        Ok(answer) => self.voice.answer(&answer),
                        Err(failure) => self.voice.failure(self.running.kind(), &failure),
                    });
                }
                Poll::Pending => match self.events.poll_next(context) {
                    Poll::Ready(event) => {
                        if let Some(outgoing) = self.tell(event) {
                            return Poll::Ready(outgoing);
                        }
                    }
                    // Everything it has said is out: here a call whose questions are answered by calling again is parked.
                    Poll::Pending => {
                        let Some(asker) = &mut self.asker else { return Poll::Pending };
                        if let Some(message) = std::task::ready!(asker.poll(context)) {
                            return Poll::Ready(Outgoing::Message(message));
                        }
                    }
                },
            }
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Some(background) = self.background.take().filter(|_| self.state.survives_disconnect()) else {
            return;
        };
        self.state.leave_stream();
        let mut rest = Self { state: std::mem::replace(&mut self.state, State::Done), background: None };
        background.run(async move { while rest.next().await.is_some() {} });
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Last(..) => "last",
            State::Call(_) => "call",
            State::Subscription(_) => "subscription",
            State::Batch(..) => "batch",
            State::Done => "done",
        };
        formatter.debug_tuple("Exchange").field(&state).finish()
    }
}
