//! Tasks on the wire of 2025-11-25 (LTASK-*).

use crate::eras::events::notification;
use crate::eras::items::Object;
use crate::eras::params::{Params, Wrong};
use crate::json;
use crate::jsonrpc::RequestId;
use crate::model::{Task, timestamp};

/// Which task a message belongs to (LTASK-5).
const RELATED_TASK: &str = "io.modelcontextprotocol/related-task";

/// The capability.
pub(crate) const CAPABILITY: &str = r#"{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}"#;
/// The same where there is no telling whose tasks are whose (LTASK-7).
pub(crate) const CAPABILITY_WITHOUT_LIST: &str = r#"{"cancel":{},"requests":{"tools":{"call":{}}}}"#;

/// The task that a request is about.
pub(super) fn id(params: &Params<'_>) -> Result<String, Wrong> {
    let id = params.text.and_then(|text| json::member(text, "taskId")).ok_or("taskId: is missing")?;
    Ok(json::as_string(id).ok_or("taskId: must be a string")?.into_owned())
}

/// Writes the result that is a task.
pub(crate) fn write_created(out: &mut String, task: &Task) {
    let mut object = Object::begin(out);
    write(object.name("task"), task);
    object.raw("_meta", &related("", &task.id)).end();
}

/// Writes where a task is.
pub(crate) fn write(out: &mut String, task: &Task) {
    Object::begin(out)
        .string("taskId", &task.id)
        .string("status", task.status.as_str())
        .optional_string(true, "statusMessage", task.status_message.as_deref())
        .string("createdAt", &timestamp(task.created_at))
        .string("lastUpdatedAt", &timestamp(task.last_updated_at))
        .raw("ttl", &task.ttl.as_millis().to_string())
        .raw("pollInterval", &task.poll_interval.as_millis().to_string())
        .end();
}

/// Writes a page of tasks.
pub(crate) fn write_list(out: &mut String, tasks: &[Task], next: Option<&str>) {
    let mut object = Object::begin(out);
    let list = object.name("tasks");
    list.push('[');
    for (index, task) in tasks.iter().enumerate() {
        if index > 0 {
            list.push(',');
        }
        write(list, task);
    }
    list.push(']');
    object.optional_string(true, "nextCursor", next).end();
}

/// The object, with the task it belongs to.
pub(crate) fn in_task(text: &str, id: &str) -> String {
    json::with_member(text, "_meta", &related(json::member(text, "_meta").unwrap_or_default(), id))
}

/// A request or notification, with the task it belongs to.
pub(crate) fn related_message(message: &str, id: &str) -> String {
    json::with_member(message, "params", &in_task(json::member(message, "params").unwrap_or_default(), id))
}

/// `notifications/tasks/status`.
pub(crate) fn status(task: &Task) -> String {
    let mut params = String::with_capacity(256);
    write(&mut params, task);
    notification("notifications/tasks/status", &params)
}

/// The response with an error that was one before.
pub(crate) fn error(id: &RequestId, error: &str) -> String {
    let mut out = String::with_capacity(error.len() + 64);
    let mut object = Object::begin(&mut out);
    object.raw("jsonrpc", "\"2.0\"");
    id.write_json(object.name("id"));
    object.raw("error", error).end();
    out
}

/// `meta`, a JSON object or nothing, with the task.
fn related(meta: &str, id: &str) -> String {
    let mut task = String::with_capacity(64);
    Object::begin(&mut task).string("taskId", id).end();
    json::with_member(meta, RELATED_TASK, &task)
}
