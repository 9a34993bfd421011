//! The extension `io.modelcontextprotocol/tasks` on the wire (TASK-*).

use std::time::Duration;

use crate::eras::events::notification;
use crate::eras::items::Object;
use crate::eras::modern::{input_required, listen, results};
use crate::eras::params::{Params, Wrong};
use crate::eras::profile::Profile;
use crate::eras::tasks::TaskNews;
use crate::eras::voice::WireError;
use crate::handler::{Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::jsonrpc::{RequestId, error_code};
use crate::model::{Task, timestamp};

/// The extension's name.
pub const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

const REQUIRED: &str = r#"{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}"#;
const UNDECLARED: &str = "this needs a client that declares the extension io.modelcontextprotocol/tasks";

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

/// Writes the result that is a task (TASK-2).
pub(crate) fn write_created(out: &mut String, task: &Task, profile: &Profile) {
    let mut object = Object::begin(out);
    write_task(&mut object, task);
    results::finish_as(&mut object, "task", profile);
}

/// Writes where a task is (TASK-5).
pub(crate) fn write(out: &mut String, task: &Task, news: TaskNews<'_>, profile: &Profile) {
    let mut object = Object::begin(out);
    write_task(&mut object, task);
    write_news(&mut object, news);
    results::finish(&mut object, None, None, profile);
}

/// `notifications/tasks`.
pub(crate) fn changed(subscription: &RequestId, task: &Task, news: TaskNews<'_>) -> String {
    let mut params = String::with_capacity(512);
    let mut object = Object::begin(&mut params);
    write_task(&mut object, task);
    write_news(&mut object, news);
    listen::write_subscription(&mut object, subscription, "");
    object.end();
    notification("notifications/tasks", &params)
}

fn write_news(object: &mut Object<'_>, news: TaskNews<'_>) {
    match news {
        TaskNews::None => {}
        TaskNews::Questions(questions) => {
            let mut inner = Object::begin(object.name("inputRequests"));
            for (key, question) in questions {
                let mut text = String::with_capacity(64 + question.params.as_str().len());
                Object::begin(&mut text)
                    .string("method", &question.method)
                    .raw("params", &input_required::params_of(question))
                    .end();
                inner.foreign(key, &text);
            }
            inner.end();
        }
        TaskNews::Result(text) => drop(object.raw("result", text)),
        TaskNews::Error(text) => drop(object.raw("error", text)),
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
