//! Answers that were known at once, and wait until they are recorded.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::exchange::Outgoing;
use super::state::State;
use crate::eras;
use crate::jsonrpc::RequestId;
use crate::middleware::Ticket;

/// An answer, and what it waits for.
pub(super) struct Noted {
    state: State,
    tickets: Vec<Ticket>,
    /// Whose answer it is, where it is replaced if it cannot be recorded.
    replaced: Option<RequestId>,
}

impl Noted {
    /// The answer to a request, which is another one if it cannot be recorded.
    pub(super) fn answer(state: State, id: RequestId, tickets: Vec<Ticket>) -> State {
        Self::around(state, Some(id), tickets)
    }

    /// A refusal of what was not even read, which is one whether or not it can be recorded.
    pub(super) fn refusal(state: State, tickets: Vec<Ticket>) -> State {
        Self::around(state, None, tickets)
    }

    fn around(state: State, replaced: Option<RequestId>, tickets: Vec<Ticket>) -> State {
        if tickets.is_empty() {
            return state;
        }
        State::Noted(Box::new(Self { state, tickets, replaced }))
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        while let Some(ticket) = self.tickets.last_mut() {
            let honoured = ready!(Pin::new(ticket).poll(context));
            self.tickets.pop();
            let Some(id) = &self.replaced else { continue };
            let failure = match honoured {
                Ok(Ok(())) => continue,
                Ok(Err(failure)) => failure,
                Err(_) => super::admission::unrecorded(),
            };
            self.tickets.clear();
            self.state = State::said(eras::failed(&failure, id));
        }
        self.state.poll(context)
    }
}
