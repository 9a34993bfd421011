//! Requests about tasks.

use std::sync::Arc;

use super::awaiting::Awaited;
use super::entry::{Entry, State};
use super::questions::key;
use super::{Owner, TaskOutcome, Tasks};
use crate::engine::{Edge, Engine, state};
use crate::eras::{Answer, Refused, Said, TaskNews, TaskRequest, TaskWord, Voice, WireError};
use crate::handler::{Failure, FailureKind};
use crate::jsonrpc::error_code;
use crate::model::{OperationKind, Task, TaskStatus};

/// How many tasks a page has.
const PAGE: usize = 50;

impl Engine {
    /// What becomes of a request about a task.
    #[cold]
    pub(in crate::engine) fn answer_task(&self, request: TaskRequest, edge: &Edge) -> state::State {
        let tasks = &self.0.rounds.tasks;
        let owner = Owner::of(request.voice.caller(), edge);
        if request.word != TaskWord::Result {
            return state::State::said(tasks.answer(&request, &owner));
        }
        let TaskRequest { id, voice, in_flight, session, .. } = request;
        let Some(entry) = tasks.find(&id, &owner) else { return state::State::said(unknown(&voice)) };
        let entered =
            in_flight.map(|(table, reuse)| table.enter(voice.id(), self.0.limits.max_in_flight, reuse));
        match entered.transpose() {
            Ok(flight) => state::State::Task(Box::new(Awaited::new(voice, flight, entry, session))),
            Err(Refused::Full) => {
                let failure =
                    Failure::new(FailureKind::Overloaded, "too many requests are in flight; try again later");
                state::State::said(voice.failure(OperationKind::Custom, &failure))
            }
            Err(Refused::Duplicate) => {
                let message = "this id belongs to a request that is still in flight";
                let error = WireError::new(error_code::INVALID_REQUEST, message, 400);
                state::State::said(error.say(Some(voice.id())))
            }
        }
    }
}

impl Engine {
    /// What is said of a task that is not there.
    pub(in crate::engine) fn unknown_task(voice: &Voice) -> Said {
        unknown(voice)
    }
}

impl Tasks {
    /// Answers a request of `owner` that need not wait.
    fn answer(&self, request: &TaskRequest, owner: &Owner) -> Said {
        let TaskRequest { word, id, answers, voice, .. } = request;
        if *word == TaskWord::List {
            return self.list(voice, id, owner);
        }
        let Some(entry) = self.find(id, owner) else { return unknown(voice) };
        match word {
            TaskWord::Update => match entry.update(answers) {
                Ok(()) => voice.answer(&Answer::Empty),
                Err(why) => wrong(voice, why),
            },
            TaskWord::Cancel => {
                let was_running = entry.end(TaskStatus::Cancelled, TaskOutcome::None, None);
                entry.cancelled.notify_one();
                let state = entry.state();
                match voice.task_cancelled(&entry.describe(&state), was_running) {
                    Some(said) => said,
                    // LTASK-6.
                    None => wrong(voice, format!("taskId: the task is {} already", state.status.as_str())),
                }
            }
            TaskWord::Get | TaskWord::List | TaskWord::Result => {
                let state = entry.state();
                told(&entry, &state, |task, news| voice.task(task, news))
            }
        }
    }

    /// A page of an owner's tasks; it begins after the one with the id `after`, or with the first.
    fn list(&self, voice: &Voice, after: &str, owner: &Owner) -> Said {
        let mut own: Vec<_> =
            self.table().tasks.values().filter(|entry| entry.owner.is(owner)).cloned().collect();
        own.sort_unstable_by_key(|entry| entry.number);
        let begin = match after {
            "" => 0,
            after => match own.iter().position(|entry| *entry.id == *after) {
                Some(last) => last + 1,
                None => return wrong(voice, "cursor: there is no such page, or not any more".to_owned()),
            },
        };
        let rest = own.get(begin..).unwrap_or_default();
        let page: Vec<_> = rest.iter().take(PAGE).map(|entry| entry.describe(&entry.state())).collect();
        let next = page.last().filter(|_| rest.len() > PAGE).map(|task| Arc::clone(&task.id));
        voice.tasks(&page, next.as_deref())
    }

    /// Where the task with this id is now, for a subscription that named it.
    pub(in crate::engine) fn news(&self, id: &str, voice: &Voice) -> Option<String> {
        let entry = self.table().tasks.get(id).cloned()?;
        let state = entry.state();
        Some(told(&entry, &state, |task, news| voice.task_changed(task, news)))
    }
}

/// Says where a task is.
fn told<T>(entry: &Entry, state: &State, say: impl FnOnce(&Task, TaskNews<'_>) -> T) -> T {
    let task = entry.describe(state);
    let questions: Vec<_> = state.open.iter().map(|pending| (key(pending), &pending.question)).collect();
    let news = match (state.status, &state.outcome) {
        (TaskStatus::InputRequired, _) => TaskNews::Questions(&questions),
        (_, TaskOutcome::Result(text)) => TaskNews::Result(text),
        (_, TaskOutcome::Error(text)) => TaskNews::Error(text),
        (_, TaskOutcome::None) => TaskNews::None,
    };
    say(&task, news)
}

fn unknown(voice: &Voice) -> Said {
    wrong(voice, "taskId: there is no such task, or it was over too long ago".to_owned())
}

fn wrong(voice: &Voice, message: String) -> Said {
    WireError::new(error_code::INVALID_PARAMS, message, 200).say(Some(voice.id()))
}
