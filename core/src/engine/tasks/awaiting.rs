//! Waiting for what comes of a task (LTASK-4); meanwhile its call has this stream to speak and ask on (LTASK-9).

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::TaskOutcome;
use super::entry::{Entry, State};
use crate::engine::exchange::Outgoing;
use crate::eras::{Ended, Flight, Session, TaskNews, Voice};
use crate::handler::{Failure, FailureKind};
use crate::json;
use crate::model::OperationKind;

/// Somebody who waits for what comes of a task.
pub(super) struct Waiter {
    number: u64,
    /// Whether the stream is read, as far as anybody knows.
    reads: bool,
    /// The questions that were written there.
    asked: Vec<String>,
}

impl Entry {
    /// Somebody waits for the task from now on, under the number returned, and is asked what those were asked who are gone.
    pub(super) fn enter(&self) -> u64 {
        let mut state = self.state();
        let gone = state.waiters.iter_mut().filter(|waiter| !waiter.reads);
        let asked: Vec<_> = gone.flat_map(|waiter| std::mem::take(&mut waiter.asked)).collect();
        self.ask_again(&mut state, asked);
        state.waited += 1;
        let number = state.waited;
        state.waiters.push(Waiter { number, reads: true, asked: Vec::new() });
        number
    }

    /// Whether the stream of this waiter is read.
    pub(super) fn note_reader(&self, number: u64, reads: bool) {
        if let Some(waiter) = self.state().waiters.iter_mut().find(|waiter| waiter.number == number) {
            waiter.reads = reads;
        }
    }

    /// This one waits no longer: whoever waits is asked what it did not answer.
    pub(super) fn leave(&self, number: u64) {
        let mut state = self.state();
        let left: Vec<_> = state.waiters.extract_if(.., |waiter| waiter.number == number).collect();
        self.ask_again(&mut state, left.into_iter().flat_map(|waiter| waiter.asked).collect());
        drop(state);
        self.changed.notify_waiters();
    }

    /// What is to be told the one with this number; `None` when the task is over. Only the last to come is told anything: of those
    /// before nobody knows whether they are there.
    pub(super) fn take_message(&self, number: u64) -> Poll<Option<String>> {
        let mut state = self.state();
        let State { messages, waiters, status, .. } = &mut *state;
        let told = waiters.last_mut().filter(|last| last.number == number);
        match told.and_then(|waiter| Some((messages.pop_front()?, waiter))) {
            Some((message, waiter)) => {
                if self.is_open_question(&message) {
                    waiter.asked.retain(|asked| self.is_open_question(asked));
                    waiter.asked.push(message.clone());
                }
                Poll::Ready(Some(message))
            }
            None if status.is_final() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Has questions written once more, but for those that were answered meanwhile.
    fn ask_again(&self, state: &mut State, questions: Vec<String>) {
        for question in questions.into_iter().rev().filter(|question| self.is_open_question(question)) {
            state.messages.push_front(question);
        }
    }

    /// Whether this is a question that the client has yet to answer.
    fn is_open_question(&self, message: &str) -> bool {
        let id = json::member(message, "id").and_then(json::as_string);
        self.session().zip(id).is_some_and(|(session, id)| session.to_client.is_open(&id))
    }
}

/// A request that waits for a task.
pub(in crate::engine) struct Awaited {
    voice: Voice,
    flight: Option<Flight>,
    entry: Arc<Entry>,
    /// Which of those who wait it is.
    number: u64,
    next: Next,
    /// Whether nothing but the answer can be written.
    pub(in crate::engine) answer_only: bool,
    /// The session, where the stream of the answer can be resumed (RESUME-4).
    pub(in crate::engine) session: Option<Arc<Session>>,
}

/// The next message of the task; `None` when it is over.
type Next = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

fn next(entry: Arc<Entry>, number: u64) -> Next {
    Box::pin(async move {
        loop {
            let mut changed = pin!(entry.changed.notified());
            // Before the look, so that nothing that comes after it is missed.
            changed.as_mut().enable();
            if let Poll::Ready(next) = entry.take_message(number) {
                return next;
            }
            changed.await;
        }
    })
}

impl Awaited {
    pub(super) fn new(
        voice: Voice,
        flight: Option<Flight>,
        entry: Arc<Entry>,
        session: Option<Arc<Session>>,
    ) -> Self {
        let number = entry.enter();
        let next = next(Arc::clone(&entry), number);
        Self { voice, flight, number, next, answer_only: false, entry, session }
    }

    /// Whether somebody reads what is kept for a client that may come back.
    pub(in crate::engine) fn note_reader(&self, reads: bool) {
        self.entry.note_reader(self.number, reads);
    }

    pub(in crate::engine) fn shut_down(&self, reason: &str) -> Outgoing {
        let failure = Failure::new(FailureKind::ShutDown, reason);
        self.voice.failure(OperationKind::Custom, &failure).into()
    }

    /// What to write. Over after anything but a message.
    pub(in crate::engine) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outgoing> {
        match self.flight.as_ref().and_then(|flight| flight.poll_ended(context)) {
            None => {}
            Some(Ended::Cancelled) => return Poll::Ready(Outgoing::Cancelled(self.voice.cancelled())),
            Some(Ended::ShutDown(reason)) => return Poll::Ready(self.shut_down(reason)),
        }
        while let Some(message) = std::task::ready!(self.next.as_mut().poll(context)) {
            self.next = next(Arc::clone(&self.entry), self.number);
            if !self.answer_only {
                return Poll::Ready(Outgoing::Message(message));
            }
            self.entry.tell_session(message);
        }
        let state = self.entry.state();
        let news = match &state.outcome {
            TaskOutcome::Result(text) => TaskNews::Result(text),
            TaskOutcome::Error(text) => TaskNews::Error(text),
            TaskOutcome::None => TaskNews::None,
        };
        Poll::Ready(self.voice.task_result(&self.entry.id, news).into())
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.entry.leave(self.number);
    }
}
