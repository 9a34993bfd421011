//! The JavaScript side of the mailbox: a batch of calls as one text, and the calls in JavaScript's hands.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxmcp_core::handler::{Failure, FailureKind, Invocation, Reply};
use oxmcp_core::json::{inexact_integers, may_have_inexact_integers};
use oxmcp_core::mailbox::{Answer, Guest, HostMessage, Mailbox, PendingCall, Responder};

use crate::answered::write_answered;
use crate::guest::ServerNumber;
use crate::long_texts::LongTexts;
use crate::notices::OriginNumber;

/// How many calls are started before the thread gets to do something else.
const BATCH: usize = 64;

/// For keys that are made by counting up: they need no mixing.
#[derive(Default)]
struct Counted(u64);

impl Hasher for Counted {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        // The table looks at the highest bits for one thing and at the lowest for another.
        self.0 = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A call in JavaScript's hands.
pub struct InFlight {
    pub invocation: Invocation,
    pub responder: Responder,
    pub long_texts: LongTexts,
}

/// The calls that JavaScript has not answered yet, and the answers that were not sent yet.
#[derive(Default)]
pub struct Calls(Mutex<State>);

#[derive(Default)]
struct State {
    running: ByNumber<InFlight>,
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
                HostMessage::Start(PendingCall { id, slot, guest, invocation, responder }) => {
                    if responder.is_cancelled() {
                        continue;
                    }
                    if closing {
                        // Started now, a call that blocks would keep the process from ending.
                        let refusal = Failure::new(FailureKind::ShutDown, "the server is shutting down");
                        answers.push(responder.seal(Err(refusal)));
                        continue;
                    }
                    let mut digits = itoa::Buffer::new();
                    into.push('[');
                    into.push_str(digits.format(slot.index()));
                    into.push(',');
                    into.push_str(digits.format(id.0));
                    into.push(',');
                    let begin = into.len();
                    let long_texts = LongTexts::leave_out(into, invocation.arguments.as_str());
                    let written = &into[begin..];
                    let inexact =
                        may_have_inexact_integers(written).then(|| inexact_integers(written)).flatten();
                    let origin = invocation.context.origin.get::<OriginNumber>();
                    let mut tail = Tail { into: &mut *into, absent: 0 };
                    tail.push(origin.map(|origin| digits.format(origin.number)));
                    tail.push(inexact.as_deref());
                    tail.push(guest.map(|guest| guest_number(&guest)).as_deref());
                    tail.push(long_texts.names());
                    into.push_str("],");
                    running.insert(id.0, InFlight { invocation, responder, long_texts });
                    Ok(())
                }
                HostMessage::Cancel(id) => {
                    running.remove(&id.0);
                    write!(into, "[-1,{}],", id.0)
                }
                HostMessage::Release(slot) => write!(into, "[-2,{slot}],"),
                HostMessage::Answer { call, question, answer } => {
                    let _ = write!(into, "[-5,{},{question},", call.0);
                    write_answered(into, &answer);
                    into.push_str("],");
                    Ok(())
                }
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
        let Some(InFlight { responder, invocation, .. }) = state.running.remove(&number(id)) else { return };
        state.answers.push(responder.seal(reply).with(invocation));
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

/// What may stand at the end of a call: what is absent is `null` only where something comes behind it.
struct Tail<'a> {
    into: &'a mut String,
    absent: usize,
}

impl Tail<'_> {
    fn push(&mut self, value: Option<&str>) {
        let Some(value) = value else {
            self.absent += 1;
            return;
        };
        for _ in 0..std::mem::take(&mut self.absent) {
            self.into.push_str(",null");
        }
        self.into.push(',');
        self.into.push_str(value);
    }
}

/// Whose function it is.
#[cold]
fn guest_number(guest: &Guest) -> String {
    guest.owner.downcast_ref::<ServerNumber>().map_or(0, |owner| owner.0).to_string()
}

/// What is looked up by numbers that are made by counting up.
type ByNumber<T> = HashMap<u64, T, BuildHasherDefault<Counted>>;

thread_local! {
    /// The calls of the servings of this thread, by number: a number crosses at a quarter of the cost of an object.
    static SERVINGS: RefCell<ByNumber<Arc<Calls>>> = RefCell::default();
    /// Numbers are not used twice: somebody may still hold an old one.
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Gives the calls of a serving their number on this thread.
pub fn enlist(calls: &Arc<Calls>) -> u32 {
    let number = NEXT.get();
    NEXT.set(number.wrapping_add(1));
    SERVINGS.with_borrow_mut(|servings| servings.insert(u64::from(number), Arc::clone(calls)));
    number
}

/// Takes the number back.
pub fn strike(number: u32) {
    // Gone already when the thread itself ends.
    let calls = SERVINGS.try_with(|servings| servings.borrow_mut().remove(&u64::from(number)));
    drop(calls);
}

/// Looks at a running call of the serving with this number.
pub fn look<T>(serving: u32, id: f64, look: impl FnOnce(&InFlight) -> T) -> Option<T> {
    SERVINGS.with_borrow(|servings| servings.get(&u64::from(serving))?.with(id, look))
}

/// Answers a call of the serving with this number.
pub fn answer(serving: u32, id: f64, reply: Reply) {
    SERVINGS.with_borrow(|servings| {
        if let Some(calls) = servings.get(&u64::from(serving)) {
            calls.answer(id, reply);
        }
    });
}

/// Numbers of calls are made by counting up, far below where a JavaScript number loses digits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
pub const fn number(id: f64) -> u64 {
    id as u64
}
