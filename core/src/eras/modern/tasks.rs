//! The extension `io.modelcontextprotocol/tasks` on the wire (TASK-*).

use std::time::Duration;

use crate::eras::items::Object;
use crate::eras::modern::results;
use crate::eras::params::{Params, Wrong};
use crate::eras::voice::{Said, Voice, WireError, one_line, response};
use crate::handler::{Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::jsonrpc::error_code;
use crate::model::{Question, Task, timestamp};

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

/// Why a tool that is only ever a task cannot be called (TASK-4).
pub(crate) fn undeclared_failure() -> Failure {
    Failure::new(FailureKind::MissingCapability, UNDECLARED).with_data(RawJson::from_checked(REQUIRED))
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
        .optional_string(true, "statusMessage", task.status_message.as_deref())
        .string("createdAt", &timestamp(task.created_at))
        .string("lastUpdatedAt", &timestamp(task.last_updated_at))
        .raw("ttlMs", &milliseconds(task.ttl))
        .raw("pollIntervalMs", &milliseconds(task.poll_interval));
}

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}
