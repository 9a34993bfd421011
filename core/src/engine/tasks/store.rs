//! Where tasks are kept that are to outlive the process.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::error::Result;
use crate::model::TaskStatus;

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
    /// Its id.
    pub id: Arc<str>,
    /// Where it is. One that is not over when it is loaded lost the process that ran it.
    pub status: TaskStatus,
    /// The same in words.
    pub status_message: Option<Arc<str>>,
    /// When it began.
    pub created_at: SystemTime,
    /// When its status changed last.
    pub last_updated_at: SystemTime,
    /// How long after its beginning it is forgotten.
    pub ttl: Duration,
    /// How often to ask for it.
    pub poll_interval: Duration,
    /// What came of it.
    pub outcome: TaskOutcome,
}

impl TaskRecord {
    /// When it is forgotten.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.created_at.checked_add(self.ttl).unwrap_or(self.created_at)
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
