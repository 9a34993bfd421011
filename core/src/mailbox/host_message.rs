//! The words that go down to the host.

use super::PendingCall;
use crate::handler::Answered;

/// Names one call between the engine and the host; never reused within a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(pub u64);

/// Something the host should do.
#[derive(Debug)]
pub enum HostMessage {
    /// Run this call and answer it.
    Start(PendingCall),
    /// Stop working on this call: nobody waits for it any more. Unknown ids are calls that ended meanwhile.
    Cancel(CallId),
    /// What came of a question that a call asked. Nothing comes after the end of the call: what it still waits for then is
    /// over with it.
    Answer {
        /// Who asked.
        call: CallId,
        /// The question's number, see [`Mailbox::ask`](super::Mailbox::ask).
        question: u32,
        /// The client's result, or why there is none.
        answer: Answered,
    },
    /// Nothing refers to this slot any more: the host may forget the function and use the number again.
    Release(u32),
}

impl HostMessage {
    /// Whether this starts a call.
    #[must_use]
    pub const fn is_start(&self) -> bool {
        matches!(self, Self::Start(_))
    }
}
