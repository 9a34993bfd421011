//! Answers that a worker keeps until it is free again.
//!
//! A caller who asks one thing after the other sends the next call as soon as it has the answer. Were that out before the
//! worker is free, the next call would sometimes go to another thread; so it leaves when the worker waits, or leads.

use std::cell::{Cell, RefCell};

use oxmcp_core::mailbox::Answer;
use pyo3::prelude::*;

thread_local! {
    static KEPT: RefCell<Vec<Answer>> = const { RefCell::new(Vec::new()) };
    /// What tells coroutine functions how it went, of what this worker ran for them.
    static TELLING: RefCell<Vec<Py<PyAny>>> = const { RefCell::new(Vec::new()) };
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

/// Keeps what tells how something went that was run for a coroutine function: nothing is passed to it.
pub fn keep_telling(tell: Py<PyAny>) {
    TELLING.with_borrow_mut(|telling| telling.push(tell));
}

/// Calls what this thread kept for telling.
pub fn tell(py: Python<'_>) {
    for tell in TELLING.take() {
        if let Err(error) = tell.call0(py) {
            error.write_unraisable(py, None);
        }
    }
}

/// What this thread kept of answers.
pub fn take() -> Vec<Answer> {
    KEPT.take()
}

/// Sends what this thread kept, and tells what there is to tell.
pub fn send() {
    for answer in take() {
        answer.send();
    }
    if TELLING.with_borrow(|telling| !telling.is_empty()) {
        Python::attach(tell);
    }
}
