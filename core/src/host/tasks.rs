//! What front ends say of tasks.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::descriptors::read;
use crate::engine::{TaskOptions, TaskStore};
use crate::error::Result;
use crate::model::{Task, TaskManner, timestamp};

/// `{"pollIntervalMs": …, "begins": "at once" | "when told"}`: how calls of a tool become tasks, where its `execution` says that
/// they may.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TaskMannerText {
    poll_interval_ms: Option<u64>,
    begins: Option<Begins>,
}

#[derive(Deserialize)]
enum Begins {
    #[serde(rename = "at once")]
    AtOnce,
    #[serde(rename = "when told")]
    WhenTold,
}

impl From<TaskMannerText> for TaskManner {
    fn from(text: TaskMannerText) -> Self {
        Self {
            when_told: matches!(text.begins, Some(Begins::WhenTold)),
            poll_interval: text.poll_interval_ms.map(Duration::from_millis),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TaskOptionsText {
    #[serde(default)]
    always: bool,
    ttl_ms: Option<u64>,
    max_ttl_ms: Option<u64>,
    max_tasks: Option<usize>,
    max_tasks_per_owner: Option<usize>,
    max_result_bytes: Option<usize>,
    max_bytes: Option<usize>,
    poll_interval_ms: Option<u64>,
    path: Option<String>,
}

/// How tasks are kept.
#[derive(Default)]
pub(super) struct TaskSettings {
    options: TaskOptions,
    path: Option<String>,
}

impl TaskSettings {
    /// With the file opened, where they are in one.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::error::ErrorKind::Io) when it cannot be used.
    pub(super) fn open(&self) -> Result<TaskOptions> {
        let store = self.path.as_deref().map(store).transpose()?;
        Ok(TaskOptions { store, ..self.options.clone() })
    }
}

/// `{"path"?, "always"?, "ttlMs"?, "maxTtlMs"?, "maxTasks"?, "maxTasksPerOwner"?, "maxResultBytes"?, "maxBytes"?, "pollIntervalMs"?}`; what is
/// not said is as by default.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when the text is something else.
pub(super) fn settings(text: &str) -> Result<TaskSettings> {
    let text: TaskOptionsText = read("what is said of tasks", text)?;
    let defaults = TaskOptions::default();
    let ttl = text.ttl_ms.map_or(defaults.ttl, Duration::from_millis);
    let options = TaskOptions {
        always: text.always,
        ttl,
        // Whoever asks for more by default allows as much.
        max_ttl: text.max_ttl_ms.map_or(defaults.max_ttl.max(ttl), Duration::from_millis),
        max_tasks: text.max_tasks.unwrap_or(defaults.max_tasks),
        max_tasks_of_owner: text.max_tasks_per_owner.unwrap_or(defaults.max_tasks_of_owner),
        max_result_bytes: text.max_result_bytes.unwrap_or(defaults.max_result_bytes),
        max_bytes: text.max_bytes.unwrap_or(defaults.max_bytes),
        store: None,
        poll_interval: text.poll_interval_ms.map_or(defaults.poll_interval, Duration::from_millis),
    };
    Ok(TaskSettings { options, path: text.path })
}

/// What the author of a call is told of the task it is: `{"taskId", "createdAt", "ttl", "pollInterval"}`, both in milliseconds.
#[must_use]
pub fn describe_task(task: &Task) -> String {
    let (created_at, ttl) = (timestamp(task.created_at), task.ttl.as_millis());
    let poll_interval = task.poll_interval.as_millis();
    // Neither ids nor moments need escapes.
    let id = &task.id;
    format!(
        "{{\"taskId\":\"{id}\",\"createdAt\":\"{created_at}\",\"ttl\":{ttl},\"pollInterval\":{poll_interval}}}"
    )
}

/// The file of this path.
#[cfg(feature = "sqlite")]
fn store(path: &str) -> Result<Arc<dyn TaskStore>> {
    Ok(Arc::new(crate::engine::SqliteTaskStore::open(path)?))
}

#[cfg(not(feature = "sqlite"))]
fn store(_: &str) -> Result<Arc<dyn TaskStore>> {
    use crate::error::{Error, ErrorKind};

    let message = "tasks cannot be kept in a file here: the engine was built without its feature sqlite";
    Err(Error::new(ErrorKind::Configuration, message))
}
