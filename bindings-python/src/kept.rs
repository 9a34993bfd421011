//! Answers that a worker keeps until it is free again.
//!
//! A caller who asks one thing after the other sends the next call as soon as it has the answer. Were that out before the
//! worker is free, the next call would sometimes go to another thread; so it leaves when the worker waits, or leads.

use std::cell::RefCell;

use oxmcp_core::mailbox::Answer;

thread_local! {
    static KEPT: RefCell<Vec<Answer>> = const { RefCell::new(Vec::new()) };
}

/// Keeps an answer of this thread's.
pub fn keep(answer: Answer) {
    KEPT.with_borrow_mut(|kept| kept.push(answer));
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
