//! Notifications that both eras write alike.

use std::fmt::Write as _;

use crate::eras::items::Object;
use crate::jsonrpc::{RequestId, write};
use crate::model::{Change, ListKind, LogMessage, Progress, Saying};

/// `notifications/progress`; the sentence only where the version has it (DOWN-13).
#[must_use]
pub fn progress(token: &RequestId, progress: &Progress, with_message: bool) -> String {
    let mut params = String::with_capacity(96);
    let mut object = Object::begin(&mut params);
    token.write_json(object.name("progressToken"));
    // Writing into a String cannot fail. Doubles print as plain decimals here, which JSON accepts.
    let _ = write!(object.name("progress"), "{}", progress.progress);
    if let Some(total) = progress.total.filter(|total| total.is_finite()) {
        let _ = write!(object.name("total"), "{total}");
    }
    object.optional_string(with_message, "message", progress.message.as_deref()).end();
    notification("notifications/progress", &params)
}

/// `notifications/message`.
#[must_use]
pub fn log(message: &LogMessage) -> String {
    let mut params = String::with_capacity(64 + message.data.as_str().len());
    Object::begin(&mut params)
        .string("level", message.level.as_str())
        .optional_string(true, "logger", message.logger.as_deref())
        .raw("data", message.data.as_str())
        .end();
    notification("notifications/message", &params)
}

/// A notification with these params.
#[must_use]
pub fn notification(method: &str, params: &str) -> String {
    let mut out = String::new();
    write::notification(&mut out, method, Some(params));
    out
}

/// The method that tells of a change.
#[must_use]
pub fn change_method(change: &Change) -> &str {
    match change {
        Change::List(ListKind::Tools) => "notifications/tools/list_changed",
        Change::List(ListKind::Prompts) => "notifications/prompts/list_changed",
        Change::List(ListKind::Resources) => "notifications/resources/list_changed",
        Change::Resource(_) => "notifications/resources/updated",
        Change::Task(_) => "notifications/tasks",
        Change::Said(said) => match &said.what {
            Saying::Notification(notification) => &notification.method,
            Saying::Log(_) => "notifications/message",
        },
    }
}
