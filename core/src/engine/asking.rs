//! Questions that are requests of ours: one asker for each call that asks, which sees that none outlives it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Sleep;

use crate::eras::{InFlight, ServerRequests, Stream};
use crate::handler::{Caller, Failure, FailureKind, PendingQuestion};
use crate::middleware::in_words;

/// How long a question without a time limit waits for a client that closed the stream it was asked on, or was asked on
/// another one: it may come back with the answer, and may be gone for good.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Asks the client for one call. Dropped, it takes back what is open.
pub(super) struct Asker {
    in_flight: Arc<InFlight>,
    caller: Arc<Caller>,
    stream: Stream,
    of_call: bool,
    open: Vec<Open>,
}

struct Open {
    number: u32,
    id: Arc<str>,
    /// What its author set.
    limit: Option<Duration>,
    /// Runs from when the asker is next polled, because only then there is a clock for sure.
    timer: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl Asker {
    /// Asks for a call, on its own stream if it has one.
    pub(super) const fn of_call(in_flight: Arc<InFlight>, caller: Arc<Caller>, stream: Stream) -> Self {
        Self { in_flight, caller, stream, of_call: true, open: Vec::new() }
    }

    /// Asks for a call that is a task: what is asked is told whoever waits for that.
    pub(super) const fn of_task(in_flight: Arc<InFlight>, caller: Arc<Caller>) -> Self {
        Self { in_flight, caller, stream: Stream::OfCall, of_call: false, open: Vec::new() }
    }

    /// Asks for whoever is no call.
    pub(super) const fn of_session(in_flight: Arc<InFlight>, caller: Arc<Caller>) -> Self {
        Self { in_flight, caller, stream: Stream::OfSession, of_call: false, open: Vec::new() }
    }

    fn requests(&self) -> &ServerRequests {
        &self.in_flight.to_client
    }

    /// Sends a question; returns what is to be written on the call's stream for it.
    pub(super) fn ask(&mut self, pending: PendingQuestion) -> Option<String> {
        let number = pending.number();
        let limit = pending.question.timeout;
        let sent = self.requests().send(pending, &self.caller, self.stream, self.of_call)?;
        self.open.push(Open { number, id: sent.id, limit, timer: None });
        sent.message
    }

    /// What is asked from now on is asked there.
    pub(super) const fn move_to(&mut self, stream: Stream) {
        self.stream = stream;
    }

    /// How long what has no limit may wait. Who is at the other end of a duplex connection is there as long as it is.
    fn patience(&self) -> Option<Duration> {
        let may_be_gone = match self.stream {
            Stream::OfCall => false,
            Stream::OfCallUnread => true,
            Stream::OfSession => self.caller.session_id.is_some(),
        };
        may_be_gone.then_some(PATIENCE)
    }

    /// Whether the client has yet to answer anything.
    pub(super) fn waits(&self) -> bool {
        self.open.iter().any(|open| self.requests().is_open(&open.id))
    }

    /// Takes back a question whose answer nobody waits for; returns what is to be written for it.
    pub(super) fn withdraw(&mut self, number: u32) -> Option<String> {
        let index = self.open.iter().position(|open| open.number == number)?;
        let open = self.open.swap_remove(index);
        drop(self.requests().take(&open.id)?);
        self.said_on_stream(ServerRequests::cancellation(&open.id, "nobody waits for the answer any more"))
    }

    /// Takes back one of the questions that are open when the call is over; returns what is to be written for it.
    pub(super) fn end(&mut self) -> Option<String> {
        while let Some(open) = self.open.pop() {
            if self.requests().take(&open.id).is_some() {
                let notice = ServerRequests::cancellation(&open.id, "the call that asked is over");
                if let Some(message) = self.said_on_stream(notice) {
                    return Some(message);
                }
            }
        }
        None
    }

    /// Gives up one question whose time is over; ready with what is to be written for it.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let patience = self.patience();
        let Self { in_flight, open, .. } = self;
        open.retain(|open| in_flight.to_client.is_open(&open.id));
        let overdue = self.open.iter_mut().position(|open| open.poll_overdue(patience, cx));
        let Some(index) = overdue else { return Poll::Pending };
        let open = self.open.swap_remove(index);
        let Some(pending) = self.requests().take(&open.id) else { return Poll::Ready(None) };
        let method = &pending.question.method;
        let limit = in_words(open.timer.map_or(PATIENCE, |(limit, _)| limit));
        let message = format!("the client did not answer {method} within {limit}");
        let notice = ServerRequests::cancellation(&open.id, &message);
        pending.answer(Err(Failure::new(FailureKind::TimedOut, message)));
        Poll::Ready(self.said_on_stream(notice))
    }

    /// Fails what is open: no answers can come in any more.
    pub(super) fn stop(&mut self, failure: &Failure) {
        for open in self.open.drain(..) {
            if let Some(pending) = self.in_flight.to_client.take(&open.id) {
                pending.answer(Err(failure.clone()));
            }
        }
    }

    /// Where to tell the session something: what is written on the stream of a call is returned.
    fn said_on_stream(&self, message: String) -> Option<String> {
        match self.stream {
            Stream::OfCall | Stream::OfCallUnread => Some(message),
            Stream::OfSession => {
                self.requests().tell(message);
                None
            }
        }
    }

    /// What else is to be told the client from beside its requests.
    pub(super) fn session(&self) -> &ServerRequests {
        self.requests()
    }
}

impl Open {
    fn poll_overdue(&mut self, patience: Option<Duration>, cx: &mut Context<'_>) -> bool {
        let Some(limit) = self.limit.or(patience) else {
            self.timer = None;
            return false;
        };
        // Without a Tokio runtime around there is no clock, and no limit.
        if self.timer.is_none() && tokio::runtime::Handle::try_current().is_ok() {
            self.timer = Some((limit, Box::pin(tokio::time::sleep(limit))));
        }
        self.timer.as_mut().is_some_and(|(_, timer)| timer.as_mut().poll(cx).is_ready())
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        // Its stream is gone with it.
        self.stream = Stream::OfSession;
        while self.end().is_some() {}
    }
}
