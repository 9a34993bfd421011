//! News for the event loop that is not a call: a transport ended, a message of an in-process connection or the answer to a
//! question arrived.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxmcp_core::error::Error;
use oxmcp_core::handler::{Answered, Failure};
use oxmcp_core::host::log::Severity;
use oxmcp_core::json::RawJson;
use oxmcp_core::mailbox::CallId;
use pyo3::prelude::*;

use crate::doorbell::LoopBell;
use crate::errors;

/// The token of news that are about no transport.
pub const NO_TOKEN: u64 = 0;

/// What happened to the thing a token stands for.
pub enum Notice {
    /// A message arrived on a connection.
    Message(String),
    /// A line for the log, under no token.
    Log(Severity, String),
    /// The transport or connection ended, well or not.
    Ended(Option<Error>),
    /// What came of a question to the client, under a token of its own.
    Answer(Answered),
    /// No answer will come, because this call is over.
    Over(CallId, Failure),
    /// Something to do on the event loop, under no token.
    Do(Deed),
}

/// What the event loop is to do.
pub type Deed = Box<dyn FnOnce(Python<'_>) -> PyResult<()> + Send>;

#[derive(Default)]
struct State {
    queue: Vec<(u64, Notice)>,
    bell: Option<Arc<LoopBell>>,
    /// `on_notice(token, message | None, error | None)`
    receiver: Option<Py<PyAny>>,
    /// `on_answer(token, result | None, (kind, message, code | None, data | None) | None)`
    answered: Option<Py<PyAny>>,
}

/// The queue of news. The bell rings when it goes from empty to not empty.
#[derive(Default)]
pub struct Notices(Mutex<State>);

impl Notices {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement below.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whom to tell from now on.
    pub fn connect(
        &self,
        bell: Option<Arc<LoopBell>>,
        receiver: Option<Py<PyAny>>,
        answered: Option<Py<PyAny>>,
    ) {
        let mut state = self.state();
        let unheard = std::mem::take(&mut state.queue);
        state.bell = bell;
        let previous = std::mem::replace(&mut state.receiver, receiver);
        let other = std::mem::replace(&mut state.answered, answered);
        drop(state);
        drop((previous, other, unheard));
    }

    pub fn push(&self, token: u64, notice: Notice) {
        let mut state = self.state();
        state.queue.push((token, notice));
        let bell = (state.queue.len() == 1).then(|| state.bell.clone()).flatten();
        drop(state);
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// Whether anybody is told.
    pub fn is_heard(&self) -> bool {
        self.state().receiver.is_some()
    }

    pub fn has_any(&self) -> bool {
        !self.state().queue.is_empty()
    }

    /// Calls the receiver with each notice, oldest first. `cancel` ends the task of a call that is over and still has one: it is
    /// to be cancelled, not to hear that it cannot ask.
    pub fn hand_out(&self, py: Python<'_>, cancel: impl Fn(CallId)) -> PyResult<()> {
        let (queue, receiver, answered) = {
            let mut state = self.state();
            if state.queue.is_empty() {
                return Ok(());
            }
            let known = |one: &Option<Py<PyAny>>| one.as_ref().map(|receiver| receiver.clone_ref(py));
            let receivers = (known(&state.receiver), known(&state.answered));
            (std::mem::take(&mut state.queue), receivers.0, receivers.1)
        };
        let (Some(receiver), Some(answered)) = (receiver, answered) else { return Ok(()) };
        for (token, notice) in queue {
            match notice {
                Notice::Do(deed) => {
                    deed(py).unwrap_or_else(|error| error.write_unraisable(py, None));
                    continue;
                }
                Notice::Message(text) => receiver.call1(py, (token, text, py.None()))?,
                Notice::Log(severity, line) => {
                    receiver.call1(py, (token, format!("{}\n{line}", severity.name()), py.None()))?
                }
                Notice::Ended(None) => receiver.call1(py, (token, py.None(), py.None()))?,
                Notice::Ended(Some(error)) => {
                    receiver.call1(py, (token, py.None(), errors::to_python(py, &error).into_value(py)))?
                }
                Notice::Answer(Ok(result)) => answered.call1(py, (token, result.as_str(), py.None()))?,
                Notice::Answer(Err(failure)) => unanswered(py, &answered, token, failure)?,
                Notice::Over(call, failure) => {
                    cancel(call);
                    unanswered(py, &answered, token, failure)?
                }
            };
        }
        Ok(())
    }
}

fn unanswered(py: Python<'_>, answered: &Py<PyAny>, token: u64, failure: Failure) -> PyResult<Py<PyAny>> {
    let data = failure.data.as_ref().map(RawJson::as_str);
    let why = (failure.kind.name(), failure.message, failure.code, data);
    answered.call1(py, (token, py.None(), why))
}
