//! The extension `io.modelcontextprotocol/tasks` on the wire (TASK-*).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::eras::items::Object;
use crate::eras::modern::results;
use crate::eras::params::{Params, Wrong};
use crate::eras::voice::{Said, Voice, WireError, one_line, response};
use crate::handler::{Caller, Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::jsonrpc::error_code;
use crate::model::{Question, Task};
use crate::protocol_version::Era;

/// The extension's name.
pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

const REQUIRED: &str = r#"{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}"#;
const UNDECLARED: &str = "this needs a client that declares the extension io.modelcontextprotocol/tasks";

/// What can be asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskWord {
    /// `tasks/get`: where it is, and what came of it.
    Get,
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
    /// Of which task.
    pub id: String,
    /// The answers that came with it, by key.
    pub answers: Vec<(String, RawJson)>,
    /// How to answer.
    pub voice: Voice,
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

/// Whether a client takes a task for an answer (TASK-1).
#[must_use]
pub fn takes_tasks(caller: &Caller) -> bool {
    caller.protocol_version.era() == Era::Modern && declares_tasks(caller.client_capabilities.as_ref())
}

/// Why a tool that is only ever a task cannot be called, if it cannot (TASK-4). The era before is not told that there are
/// tasks, and knows none (LTASK-1).
#[must_use]
pub fn tasks_undeclared(caller: &Caller) -> Option<Failure> {
    (caller.protocol_version.era() == Era::Modern && !takes_tasks(caller)).then(|| {
        Failure::new(FailureKind::MissingCapability, UNDECLARED).with_data(RawJson::from_checked(REQUIRED))
    })
}

/// Whether a client that declared `capabilities`, a JSON object, declared the extension.
pub(crate) fn declares_tasks(capabilities: Option<&RawJson>) -> bool {
    let extensions = capabilities.and_then(|text| json::member(text.as_str(), "extensions"));
    extensions.and_then(|text| json::member(text, TASKS_EXTENSION)).is_some_and(json::is_object)
}

/// The same of a method (TASK-10).
pub(crate) fn undeclared() -> WireError {
    WireError::new(error_code::MISSING_CLIENT_CAPABILITY, UNDECLARED, 400)
        .with_data(RawJson::from_checked(REQUIRED))
}

/// The task a request is about, and the answers it brings.
pub(crate) fn read(params: &Params<'_>) -> Result<(String, Vec<(String, RawJson)>), Wrong> {
    let id = params.text.and_then(|text| json::member(text, "taskId")).ok_or("taskId: is missing")?;
    let id = json::as_string(id).ok_or("taskId: must be a string")?.into_owned();
    let answers = match params.input_responses {
        None => Vec::new(),
        Some(text) if json::is_object(text) => {
            json::members(text).map(|(key, answer)| (key.into_owned(), params.keep(answer))).collect()
        }
        Some(_) => return Err("inputResponses: must be an object".into()),
    };
    Ok((id, answers))
}

impl Voice {
    /// The result that is a task (TASK-2).
    #[must_use]
    pub fn task_created(&self, task: &Task) -> Said {
        let mut result = String::with_capacity(512);
        let mut object = Object::begin(&mut result);
        write_task(&mut object, task);
        results::finish_as(&mut object, "task", self.profile());
        Said { body: one_line(response(self.id(), &result)), status: 200 }
    }

    /// Where a task is (TASK-5).
    #[must_use]
    pub fn task(&self, task: &Task, news: TaskNews<'_>) -> Said {
        let mut result = String::with_capacity(512);
        let mut object = Object::begin(&mut result);
        write_task(&mut object, task);
        match news {
            TaskNews::None => {}
            TaskNews::Questions(questions) => {
                let mut inner = Object::begin(object.name("inputRequests"));
                for (key, question) in questions {
                    let mut text = String::with_capacity(64 + question.params.as_str().len());
                    Object::begin(&mut text)
                        .string("method", &question.method)
                        .raw("params", question.params.as_str())
                        .end();
                    inner.foreign(key, &text);
                }
                inner.end();
            }
            TaskNews::Result(text) => {
                object.raw("result", text);
            }
            TaskNews::Error(text) => {
                object.raw("error", text);
            }
        }
        results::finish(&mut object, None, None, self.profile());
        Said { body: one_line(response(self.id(), &result)), status: 200 }
    }
}

fn write_task(object: &mut Object<'_>, task: &Task) {
    object
        .string("taskId", &task.id)
        .string("status", task.status.as_str())
        .string("createdAt", &timestamp(task.created_at))
        .string("lastUpdatedAt", &timestamp(task.last_updated_at))
        .raw("ttlMs", &milliseconds(task.ttl))
        .raw("pollIntervalMs", &milliseconds(task.poll_interval));
}

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}

/// A moment in UTC by ISO 8601.
fn timestamp(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    // Years that begin in March put the leap day at their end; 400 of them have 146,097 days.
    let day = days + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}
