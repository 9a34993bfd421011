//! How tasks are kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::TaskStore;

/// How tasks are kept, and how many.
#[derive(Clone)]
pub struct TaskOptions {
    /// Whether clients are told that there are tasks although no tool says so: for handlers of a whole method, whose calls become
    /// tasks when they say so.
    pub always: bool,
    /// How long after its beginning a task is forgotten where its client does not say. One that still runs then is cancelled.
    pub ttl: Duration,
    /// The most a client may say.
    pub max_ttl: Duration,
    /// Tasks, running and over, that are kept at once; where there is no room, calls that would become one are refused.
    pub max_tasks: usize,
    /// The same for one principal; where it is not known who asks, for one session or connection.
    pub max_tasks_of_owner: usize,
    /// How long the result of a task may be; one that is longer fails.
    pub max_result_bytes: usize,
    /// How long all results that are kept may be together; one that finds no room fails.
    pub max_bytes: usize,
    /// How often clients are told to ask, where the tool does not say.
    pub poll_interval: Duration,
    /// Where tasks are kept that are to outlive the process; without it they are in memory.
    pub store: Option<Arc<dyn TaskStore>>,
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self {
            always: false,
            ttl: Duration::from_secs(3600),
            max_ttl: Duration::from_secs(24 * 3600),
            max_tasks: 10_000,
            max_tasks_of_owner: 1_000,
            max_result_bytes: 1 << 20,
            max_bytes: 64 << 20,
            poll_interval: Duration::from_millis(500),
            store: None,
        }
    }
}

impl fmt::Debug for TaskOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TaskOptions")
            .field("max_tasks", &self.max_tasks)
            .field("ttl", &self.ttl)
            .field("stored", &self.store.is_some())
            .finish_non_exhaustive()
    }
}
