//! How a log is kept.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::arguments::ArgumentPolicy;
use crate::handler::{Failure, FailureKind, Handler};

/// When a record counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Before the answer goes out, and safe from a loss of power by then. Calls that end at the same time share the wait.
    #[default]
    Durable,
    /// Soon. A process that is killed loses what waits; what finds no room is counted, and a record says how many are missing.
    Fast,
}

/// What becomes of calls that cannot be recorded, in [`Mode::Durable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// They are refused until records can be written again.
    #[default]
    Refuse,
    /// They go on, and a record says later how many are missing.
    Allow,
}

impl OnFailure {
    /// What becomes of a call that could not be recorded.
    pub(super) fn verdict(self) -> Result<(), Failure> {
        match self {
            Self::Allow => Ok(()),
            Self::Refuse => Err(Failure::new(
                FailureKind::Overloaded,
                "the server cannot record what it does, and does nothing until it can; try again later",
            )),
        }
    }
}

/// A stream of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Console {
    /// Standard output. Where that is the protocol's, as over stdio, it is standard error.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A file that records are appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOptions {
    /// The file. One process at a time writes it; it is made with access for its owner alone.
    pub path: PathBuf,
    /// From which size on another file is begun; `None` is never. At most one batch more is in a file.
    pub rotate_bytes: Option<u64>,
    /// From which age on another file is begun; `None` is never.
    pub rotate_after: Option<Duration>,
    /// How many finished files are kept; `None` is all.
    pub keep: Option<usize>,
}

impl FileOptions {
    /// This file, with another begun after 100 MiB; all are kept.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), rotate_bytes: Some(100 << 20), rotate_after: None, keep: None }
    }
}

/// How a log is kept.
#[derive(Clone)]
pub struct AuditOptions {
    /// The file, if there is one.
    pub file: Option<FileOptions>,
    /// The stream of the process, if there is one.
    pub console: Option<Console>,
    /// A function, if there is one: it is invoked as a custom method [`BATCH`](super::BATCH) with `{"records": […]}`, one batch at a
    /// time, and counts as having written them when it answers without a failure.
    pub function: Option<Arc<dyn Handler>>,
    /// When a record counts as written.
    pub mode: Mode,
    /// What becomes of calls that cannot be recorded.
    pub on_failure: OnFailure,
    /// What is recorded of arguments.
    pub arguments: ArgumentPolicy,
    /// Names of arguments that are secret, beside those that are known as such.
    pub redact: Vec<String>,
    /// Regular expressions of what else is secret, in arguments and in every other text.
    pub redact_patterns: Vec<String>,
    /// The most bytes of arguments in a record.
    pub max_argument_bytes: usize,
    /// The most bytes of any other text in a record.
    pub max_text_bytes: usize,
    /// The key of the hashes of arguments; `None` is one that nobody knows, and that is gone with the log.
    pub key: Option<Vec<u8>>,
    /// How many records may wait to be written in [`Mode::Fast`].
    pub queue: usize,
    /// How many bytes those may hold.
    pub queue_bytes: usize,
    /// How long the function may take for a batch.
    pub function_time: Duration,
    /// How many records it is handed at once, at most.
    pub function_batch: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            file: None,
            console: None,
            function: None,
            mode: Mode::default(),
            on_failure: OnFailure::default(),
            arguments: ArgumentPolicy::default(),
            redact: Vec::new(),
            redact_patterns: Vec::new(),
            max_argument_bytes: 4096,
            max_text_bytes: 512,
            key: None,
            queue: 10_000,
            queue_bytes: 32 << 20,
            function_time: Duration::from_secs(10),
            function_batch: 1000,
        }
    }
}

impl fmt::Debug for AuditOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the key.
        formatter
            .debug_struct("AuditOptions")
            .field("file", &self.file)
            .field("console", &self.console)
            .field("mode", &self.mode)
            .field("on_failure", &self.on_failure)
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}
