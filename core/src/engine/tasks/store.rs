//! Where tasks are kept that are to outlive the process.

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::Result;
use crate::model::Task;

/// A store at work: ready when what it was given would survive the end of the process.
pub type Storing = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Keeps tasks for the next process (TASK-3). What runs, and what is asked for, is in the engine's memory: a store is written to, and
/// read once.
pub trait TaskStore: Send + Sync + 'static {
    /// What is kept and not over its time, read when an engine is built: it may block. Not what runs in this process.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load(&self) -> Result<Vec<TaskRecord>>;

    /// Keeps a task as it is now, in the place of what was kept of it before. Must not block for long.
    fn save(&self, record: TaskRecord) -> Storing;

    /// Forgets a task.
    fn remove(&self, id: Arc<str>) -> Storing;
}

/// What is kept of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRecord {
    /// What is told of it. One that is not over when it is loaded lost the process that ran it.
    pub task: Task,
    /// The [fingerprint](crate::model::Principal::fingerprint) of whoever began it, if that is known: nobody else is told of it.
    pub owner: Option<Arc<str>>,
    /// What came of it.
    pub outcome: TaskOutcome,
}

impl TaskRecord {
    /// When it is forgotten.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.task.created_at.checked_add(self.task.ttl).unwrap_or(self.task.created_at)
    }
}

/// What came of a task: JSON objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskOutcome {
    /// Nothing, or nothing yet.
    None,
    /// A result.
    Result(String),
    /// A JSON-RPC error.
    Error(String),
}

impl TaskOutcome {
    /// How long the text is.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Result(text) | Self::Error(text) => text.len(),
        }
    }
}
