//! A call that goes on as a task: what its author is told of it, and says to it.

use std::sync::Arc;

use super::{CallContext, EventSender};
use crate::json::{self, RawJson};
use crate::model::Task;

/// Makes a task of a call, where its request and the room for tasks allow it.
pub(crate) trait TaskOpener: Send + Sync {
    /// The task, which can be asked for from now on; `None` where there can be none. Must not block.
    fn open(&self) -> Option<Arc<Task>>;
}

/// What a call has to do with tasks.
#[derive(Default)]
pub(super) struct TaskPart {
    /// Makes one of it.
    pub(super) opener: Option<Arc<dyn TaskOpener>>,
    /// The one it is.
    pub(super) task: Option<Arc<Task>>,
}

impl EventSender {
    /// Makes a task of the call, which its request is answered with (TASK-14). Returns whether it is one now: not where its client
    /// takes none, or none more fits; then it goes on as it was.
    pub fn become_task(&self) -> bool {
        self.open_task()
    }

    /// Says in words where the task is that the call is. Returns whether it is one.
    pub fn task_status(&self, message: impl Into<String>) -> bool {
        self.emit(super::Event::TaskStatus(message.into()))
    }
}

impl CallContext {
    /// The task that the call is, as it was at its beginning; `None` where it is none, or not yet.
    #[must_use]
    pub fn task(&self) -> Option<Arc<Task>> {
        self.events.task()
    }

    /// What the client says of the task it wants, in versions where the client is the one to say so (LTASK-2): a JSON object.
    #[must_use]
    pub fn task_requested(&self) -> Option<RawJson> {
        self.caller.task_requested().map(RawJson::from_checked)
    }
}

impl super::Caller {
    /// The request's `task` member, where the version has one (TASK-13).
    #[must_use]
    pub fn task_requested(&self) -> Option<&str> {
        let params = self.params.as_ref().filter(|_| self.protocol_version.features().requested_tasks)?;
        json::member(params.as_str(), "task").filter(|task| json::is_object(task))
    }
}
