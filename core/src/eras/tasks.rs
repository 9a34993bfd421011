//! Whether a call becomes a task: who says so differs by era.

use std::time::Duration;

use crate::eras::modern::tasks::{declares_tasks, undeclared_failure};
use crate::handler::{Caller, Failure};
use crate::model::TaskSupport;
use crate::protocol_version::Era;

/// That a client takes a task for the answer to a call.
#[derive(Debug, Clone, Copy)]
pub struct TaskWish {
    /// How long it wants it to be kept.
    pub ttl: Option<Duration>,
    /// Whether it takes nothing else for an answer, and at once (LTASK-2).
    pub at_once: bool,
}

/// Whether a client takes a task for the answer to a call (TASK-1).
#[must_use]
pub fn task_wish(caller: &Caller) -> Option<TaskWish> {
    match caller.protocol_version.era() {
        Era::Modern => declares_tasks(caller.client_capabilities.as_ref())
            .then_some(TaskWish { ttl: None, at_once: false }),
        Era::Legacy => None,
    }
}

/// Why a tool cannot be called like this: as a task, or as none (TASK-4). The era before is not told that there are tasks, and
/// knows none (LTASK-1).
#[must_use]
pub fn task_refused(caller: &Caller, support: TaskSupport, wished: bool) -> Option<Failure> {
    match (caller.protocol_version.era(), support, wished) {
        (Era::Modern, TaskSupport::Required, false) => Some(undeclared_failure()),
        _ => None,
    }
}
