//! Calls that go on after their request was answered (TASK-*).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::json::{self, RawJson};

/// Whether calls of a tool may become tasks, as its `execution.taskSupport` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskSupport {
    /// Never.
    #[default]
    Forbidden,
    /// Where the client takes tasks.
    Optional,
    /// Always: clients that take none cannot call it.
    Required,
}

impl TaskSupport {
    /// What `execution`, a JSON object, says.
    #[must_use]
    pub fn of(execution: Option<&RawJson>) -> Self {
        let support = execution.and_then(|text| json::member(text.as_str(), "taskSupport"));
        match support.and_then(json::as_string).as_deref() {
            Some("optional") => Self::Optional,
            Some("required") => Self::Required,
            _ => Self::Forbidden,
        }
    }
}

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskStatus {
    /// It runs.
    Working,
    /// It waits for answers of its client.
    InputRequired,
    /// There is a result, be it one that tells of an error (TASK-6).
    Completed,
    /// There is a JSON-RPC error.
    Failed,
    /// Its client took it back.
    Cancelled,
}

impl TaskStatus {
    /// The specification's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::InputRequired => "input_required",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this word.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Working, Self::InputRequired, Self::Completed, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Whether it stays so.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// What is told of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Nobody guesses it (TASK-12).
    pub id: Arc<str>,
    /// Where it is.
    pub status: TaskStatus,
    /// The same in words, if its author says any.
    pub status_message: Option<Arc<str>>,
    /// When it began.
    pub created_at: SystemTime,
    /// When its status changed last.
    pub last_updated_at: SystemTime,
    /// How long after its beginning it is forgotten.
    pub ttl: Duration,
    /// How often to ask for it.
    pub poll_interval: Duration,
}

/// How calls of a tool that may become tasks do so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskManner {
    /// Not at once, but when the tool says so: it may ask its client first (TASK-14).
    pub when_told: bool,
    /// How often clients are told to ask; as often as the server says where this does not.
    pub poll_interval: Option<Duration>,
}
