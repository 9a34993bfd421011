//! The JavaScript side of the mailbox: a batch of calls as one text, and the calls in JavaScript's hands.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use oxmcp_core::handler::{Failure, FailureKind, Invocation, Reply};
use oxmcp_core::mailbox::{Answer, HostMessage, Mailbox, PendingCall, Responder};

/// How many calls are started before the thread gets to do something else.
const BATCH: usize = 64;

/// A call in JavaScript's hands.
pub struct InFlight {
    pub invocation: Invocation,
    pub responder: Responder,
}

/// The calls that JavaScript has not answered yet, and the answers that were not sent yet.
#[derive(Default)]
pub struct Calls(Mutex<State>);

#[derive(Default)]
struct State {
    running: HashMap<u64, InFlight>,
    batch: Vec<HostMessage>,
    answers: Vec<Answer>,
}

impl Calls {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement below.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches a batch and writes it, each message with a comma behind it; returns whether more is waiting. When `closing`,
    /// calls are refused instead.
    pub fn fetch(&self, mailbox: &Mailbox, closing: bool, into: &mut String) -> bool {
        let mut state = self.state();
        let State { running, batch, answers } = &mut *state;
        let more = mailbox.take(BATCH, batch);
        for message in batch.drain(..) {
            // Writing to a string cannot fail.
            let _ = match message {
                HostMessage::Start(PendingCall { id, slot, invocation, responder }) => {
                    if responder.is_cancelled() {
                        continue;
                    }
                    if closing {
                        // Started now, a call that blocks would keep the process from ending.
                        let refusal = Failure::new(FailureKind::Abandoned, "The server is shutting down.");
                        answers.push(responder.seal(Err(refusal)));
                        continue;
                    }
                    let written =
                        write!(into, "[{},{},{}],", slot.index(), id.0, invocation.arguments.as_str());
                    running.insert(id.0, InFlight { invocation, responder });
                    written
                }
                HostMessage::Cancel(id) => {
                    running.remove(&id.0);
                    write!(into, "[-1,{}],", id.0)
                }
                HostMessage::Release(slot) => write!(into, "[-2,{slot}],"),
            };
        }
        more
    }

    /// Looks at a running call.
    pub fn with<T>(&self, id: f64, look: impl FnOnce(&InFlight) -> T) -> Option<T> {
        self.state().running.get(&number(id)).map(look)
    }

    /// Answers a call; the answer goes out with the next [`Calls::take_answers`].
    pub fn answer(&self, id: f64, reply: Reply) {
        let mut state = self.state();
        let Some(InFlight { responder, invocation }) = state.running.remove(&number(id)) else { return };
        if !responder.is_cancelled() {
            state.answers.push(responder.seal(reply));
        }
        drop(state);
        drop(invocation);
    }

    /// Moves the answers into `into`.
    pub fn take_answers(&self, into: &mut Vec<Answer>) {
        into.append(&mut self.state().answers);
    }

    /// Sends the answers that JavaScript gave and does not come to send, because a handler blocks it.
    pub fn send_answers(&self) {
        let answers = std::mem::take(&mut self.state().answers);
        for answer in answers {
            answer.send();
        }
    }

    /// Drops every call: they fail as abandoned.
    pub fn abandon(&self) {
        let State { running, answers, .. } = std::mem::take(&mut *self.state());
        drop(running);
        drop(answers);
    }
}

/// Numbers of calls are made by counting up, far below where a JavaScript number loses digits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
pub const fn number(id: f64) -> u64 {
    id as u64
}
