//! What becomes of the questions of a call.

use super::exchange::{Call, Outgoing};
use crate::eras::WayToAsk;
use crate::handler::{Failure, FailureKind, PendingQuestion};

impl Call {
    /// Asks the client; returns what is to be written for it now, if anything.
    #[cold]
    pub(super) fn ask(&mut self, pending: PendingQuestion) -> Option<Outgoing> {
        match self.voice.way_to_ask() {
            WayToAsk::Requests => self.ask_by_request(pending),
            WayToAsk::Retries => self.ask_by_retry(pending),
        }
    }

    /// Takes a question back that nobody waits for any more; returns what is to be written for it, if anything.
    #[cold]
    #[expect(clippy::unused_self, reason = "no question is open yet")]
    pub(super) const fn withdraw(&mut self, number: u32) -> Option<Outgoing> {
        let _ = number;
        None
    }

    #[expect(clippy::unused_self, reason = "no question is asked yet")]
    fn ask_by_request(&mut self, pending: PendingQuestion) -> Option<Outgoing> {
        pending.answer(Err(unasked()));
        None
    }

    /// Where a question is answered by calling again: it is kept here until the call has nothing else to say (see
    /// `Call::poll`), then the exchange ends with all of them and the call is parked.
    #[expect(clippy::unused_self, reason = "no question is kept yet")]
    fn ask_by_retry(&mut self, pending: PendingQuestion) -> Option<Outgoing> {
        pending.answer(Err(unasked()));
        None
    }
}

fn unasked() -> Failure {
    Failure::new(FailureKind::CannotAsk, "this client cannot be asked anything yet")
}
