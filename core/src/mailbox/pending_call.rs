//! A call in the host's hands, and the words that go up from it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{CallId, Shared, SlotRef};
use crate::handler::{Invocation, Reply};
use crate::model::Question;

/// A function that is called here although it belongs elsewhere, see [`Mailbox::adopt`](super::Mailbox::adopt).
pub struct Guest {
    /// Whose it is, in the host's own terms.
    pub owner: Arc<dyn Any + Send + Sync>,
    pub(super) shared: Arc<Shared>,
}

impl fmt::Debug for Guest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guest")
    }
}

/// A call the host has to answer. Dropped unanswered it fails as abandoned, so no caller waits for ever.
#[derive(Debug)]
pub struct PendingCall {
    /// The call's name in this mailbox.
    pub id: CallId,
    /// Which of the host's functions is called.
    pub slot: SlotRef,
    /// Whose function that is, if it is another's than the mailbox's.
    pub guest: Option<Arc<Guest>>,
    /// What is asked; its context's `events` take progress and log messages.
    pub invocation: Invocation,
    /// Takes the answer.
    pub responder: Responder,
}

impl PendingCall {
    /// Asks the client, all questions at once; see [`Mailbox::ask`](super::Mailbox::ask).
    pub fn ask(&self, questions: Vec<Question>) -> u32 {
        let shared = self.guest.as_ref().map_or(self.slot.shared(), |guest| &guest.shared);
        super::ask(shared, self.id, &self.invocation.context.events, questions)
    }
}

/// Takes the answer to one call.
#[derive(Debug)]
pub struct Responder(oneshot::Sender<Reply>);

impl Responder {
    pub(super) const fn new(sender: oneshot::Sender<Reply>) -> Self {
        Self(sender)
    }

    /// Whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_closed()
    }

    /// Answers the call.
    pub fn answer(self, reply: Reply) {
        // An error means that nobody waits any more, which is no fault of the host's.
        let _ = self.0.send(reply);
    }

    /// Binds the answer to the call without sending it yet: for hosts that send several at once from a better place.
    #[must_use]
    pub const fn seal(self, reply: Reply) -> Answer {
        Answer { responder: self, reply, invocation: None }
    }
}

/// An answer on its way. Dropped unsent, the call fails as abandoned.
#[derive(Debug)]
pub struct Answer {
    responder: Responder,
    reply: Reply,
    invocation: Option<Invocation>,
}

impl Answer {
    /// Sends back what was asked, too: memory is freed at less cost where it was taken.
    #[must_use]
    pub fn with(self, invocation: Invocation) -> Self {
        Self { invocation: Some(invocation), ..self }
    }

    /// Sends it.
    pub fn send(self) {
        let Self { responder, reply, invocation } = self;
        responder.answer(reply);
        drop(invocation);
    }
}
