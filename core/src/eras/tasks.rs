//! Tasks, whatever the era: what is asked of them and told of them, and whether a call becomes one.

use std::sync::Arc;
use std::time::Duration;

use crate::eras::answer::Answer;
use crate::eras::in_flight::{InFlight, Reuse};
use crate::eras::legacy::session::Session;
use crate::eras::modern::tasks::{declares_tasks, undeclared_failure};
use crate::eras::voice::{Said, Voice, response};
use crate::eras::witness::Witnessed;
use crate::eras::{legacy, modern};
use crate::handler::{Caller, Failure, FailureKind};
use crate::json::{self, RawJson, one_line};
use crate::model::{Question, Task, TaskSupport};
use crate::protocol_version::Era;

/// What can be asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskWord {
    /// `tasks/get`: where it is.
    Get,
    /// `tasks/result`: what came of it, as soon as something did (LTASK-4).
    Result,
    /// `tasks/list`: all of them.
    List,
    /// `tasks/update`: answers to its questions.
    Update,
    /// `tasks/cancel`: it is not wanted any more.
    Cancel,
}

/// A request about a task.
#[derive(Debug)]
pub struct TaskRequest {
    /// What is asked.
    pub word: TaskWord,
    /// Of which task. For a list: where the page begins; empty at its beginning.
    pub id: String,
    /// The answers that came with it, by key.
    pub answers: Vec<(String, RawJson)>,
    /// How to answer.
    pub voice: Voice,
    /// Where to enter the request while it waits.
    pub in_flight: Option<(Arc<InFlight>, Reuse)>,
    /// The session, where the stream of the answer can be resumed (RESUME-4).
    pub session: Option<Arc<Session>>,
}

impl TaskRequest {
    /// A request that brings nothing along, and does not wait.
    pub(super) const fn about(id: String, word: TaskWord, voice: Voice) -> Self {
        Self { word, id, answers: Vec::new(), voice, in_flight: None, session: None }
    }
}

/// What a task has to say beside itself.
#[derive(Debug, Clone, Copy)]
pub enum TaskNews<'a> {
    /// Nothing.
    None,
    /// Its open questions, by key.
    Questions(&'a [(String, &'a Question)]),
    /// The result of the call, a JSON object.
    Result(&'a str),
    /// The error of the call, a JSON object.
    Error(&'a str),
}

/// That a client takes a task for the answer to a call.
#[derive(Debug, Clone, Copy)]
pub struct TaskWish {
    /// How long it wants it to be kept.
    pub ttl: Option<Duration>,
    /// Whether it takes nothing else for an answer, and at once (LTASK-2).
    pub at_once: bool,
}

/// Whether a client takes a task for the answer to a call (TASK-1, LTASK-2).
#[must_use]
pub fn task_wish(caller: &Caller) -> Option<TaskWish> {
    match caller.protocol_version.era() {
        Era::Modern => declares_tasks(caller.client_capabilities.as_ref())
            .then_some(TaskWish { ttl: None, at_once: false }),
        Era::Legacy => {
            let ttl = json::member(caller.task_requested()?, "ttl").and_then(json::as_integer);
            let ttl = ttl.and_then(|ttl| u64::try_from(ttl).ok()).map(Duration::from_millis);
            Some(TaskWish { ttl, at_once: true })
        }
    }
}

/// Why a tool cannot be called like this: as a task, or as none (TASK-4, LTASK-2). Versions that know no tasks call it as any
/// other.
#[must_use]
pub fn task_refused(caller: &Caller, support: TaskSupport, wished: bool) -> Option<Failure> {
    let refused = |message: &str| Some(Failure::new(FailureKind::MethodNotFound, message));
    let requested = caller.protocol_version.features().requested_tasks;
    match (caller.protocol_version.era(), support, wished) {
        (Era::Modern, TaskSupport::Required, false) => Some(undeclared_failure()),
        (Era::Legacy, TaskSupport::Forbidden, true) => {
            refused("this tool does not run as a task: call it without the member task")
        }
        (Era::Legacy, TaskSupport::Required, false) if requested => {
            refused("this tool runs as a task only: call it with the member task")
        }
        _ => None,
    }
}

impl Voice {
    /// The result that is a task.
    #[must_use]
    pub fn task_created(&self, task: &Task) -> Said {
        self.hear(Witnessed::Task);
        self.tell(|out| match self.version().era() {
            Era::Modern => modern::tasks::write_created(out, task, self.profile()),
            Era::Legacy => legacy::tasks::write_created(out, task),
        })
    }

    /// Where a task is, and what it says beside where that is told.
    #[must_use]
    pub fn task(&self, task: &Task, news: TaskNews<'_>) -> Said {
        self.hear(Witnessed::Answer(&Answer::Empty));
        self.tell(|out| match self.version().era() {
            Era::Modern => modern::tasks::write(out, task, news, self.profile()),
            Era::Legacy => legacy::tasks::write(out, task),
        })
    }

    /// That a task is cancelled, or was over already; `None` where that is wrong to ask.
    #[must_use]
    pub fn task_cancelled(&self, task: &Task, was_running: bool) -> Option<Said> {
        match self.version().era() {
            Era::Modern => Some(self.answer(&Answer::Empty)),
            Era::Legacy => was_running.then(|| self.task(task, TaskNews::None)),
        }
    }

    /// The notification of where a task is, on this request's subscription (TASK-11).
    #[must_use]
    pub fn task_changed(&self, task: &Task, news: TaskNews<'_>) -> String {
        one_line(modern::tasks::changed(self.id(), task, news))
    }

    /// The notification of where a task is, for the session it belongs to; `None` where there is no such session.
    #[must_use]
    pub fn task_status(&self, task: &Task) -> Option<String> {
        (self.version().era() == Era::Legacy).then(|| one_line(legacy::tasks::status(task)))
    }

    /// A page of tasks, and where the next one begins.
    #[must_use]
    pub fn tasks(&self, tasks: &[Task], next: Option<&str>) -> Said {
        self.hear(Witnessed::Answer(&Answer::Empty));
        self.tell(|out| legacy::tasks::write_list(out, tasks, next))
    }

    /// What came of the call that a task is (LTASK-4).
    #[must_use]
    pub fn task_result(&self, id: &str, news: TaskNews<'_>) -> Said {
        self.hear(Witnessed::Answer(&Answer::Empty));
        match news {
            TaskNews::Result(text) => self.tell(|out| out.push_str(&legacy::tasks::in_task(text, id))),
            TaskNews::Error(text) => Said::new(legacy::tasks::error(self.id(), text), 200),
            TaskNews::None | TaskNews::Questions(_) => Said::new(self.cancelled(), 200),
        }
    }

    /// A message of the call that a task is, for whoever waits for its result; `None` where none is told (TASK-11).
    #[must_use]
    pub fn task_message(&self, id: &str, message: &str) -> Option<String> {
        (self.version().era() == Era::Legacy).then(|| legacy::tasks::related_message(message, id))
    }

    /// Whether a result says that the call failed, and so did its task (LTASK-8, TASK-6).
    #[must_use]
    pub fn fails_task(&self, result: &str) -> bool {
        self.version().era() == Era::Legacy
            && json::member(result, "isError").and_then(json::as_boolean) == Some(true)
    }

    fn tell(&self, write: impl FnOnce(&mut String)) -> Said {
        let mut result = String::with_capacity(512);
        write(&mut result);
        Said::new(one_line(response(self.id(), &result)), 200)
    }
}
