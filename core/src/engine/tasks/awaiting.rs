//! Waiting for what comes of a task (LTASK-4); meanwhile its call has this stream to speak and ask on (LTASK-9).

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::TaskOutcome;
use super::entry::Entry;
use crate::engine::exchange::Outgoing;
use crate::eras::{Ended, Flight, Session, TaskNews, Voice};
use crate::handler::{Failure, FailureKind};
use crate::model::OperationKind;

/// A request that waits for a task.
pub(in crate::engine) struct Awaited {
    voice: Voice,
    flight: Option<Flight>,
    entry: Arc<Entry>,
    next: Next,
    /// Whether nothing but the answer can be written.
    pub(in crate::engine) answer_only: bool,
    /// The session, where the stream of the answer can be resumed (RESUME-4).
    pub(in crate::engine) session: Option<Arc<Session>>,
}

/// The next message of the task; `None` when it is over.
type Next = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

fn next(entry: Arc<Entry>) -> Next {
    Box::pin(async move {
        loop {
            let mut changed = pin!(entry.changed.notified());
            // Before the look, so that nothing that comes after it is missed.
            changed.as_mut().enable();
            if let Poll::Ready(next) = entry.take_message() {
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
        Self { voice, flight, next: next(Arc::clone(&entry)), answer_only: false, entry, session }
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
            self.next = next(Arc::clone(&self.entry));
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
