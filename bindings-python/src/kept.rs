//! Answers that a worker keeps until it is free again.
//!
//! A caller who asks one thing after the other sends the next call as soon as it has the answer. Were that out before the
//! worker is free, the next call would sometimes go to another thread; so it leaves when the worker waits, or leads.

use std::cell::{Cell, RefCell};

use oxmcp_core::mailbox::Answer;

thread_local! {
    static KEPT: RefCell<Vec<Answer>> = const { RefCell::new(Vec::new()) };
    /// The call that this worker runs.
    static RUNNING: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Says which call this worker runs.
pub fn run(call: Option<u64>) {
    RUNNING.set(call);
}

/// Keeps the answer to a call of a worker; sends it where somebody else gives it, or later: nobody waits for that.
pub fn keep(call: u64, answer: Answer) {
    if RUNNING.get() == Some(call) {
        KEPT.with_borrow_mut(|kept| kept.push(answer));
    } else {
        answer.send();
    }
}

/// What this thread kept.
pub fn take() -> Vec<Answer> {
    KEPT.take()
}

/// Sends what this thread kept.
pub fn send() {
    for answer in take() {
        answer.send();
    }
}
