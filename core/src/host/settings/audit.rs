//! The section `audit`: what is recorded, and where.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::moments::seconds;
use super::secret::Secret;
use crate::audit::{ArgumentPolicy, AuditLog, AuditOptions, Console, FileOptions, Mode, OnFailure};
use crate::error::Result;
use crate::handler::Handler;

/// What is recorded, and where; see [`AuditOptions`]. A function of the author's that gets records, too, is asked by the method
/// [`BATCH`](crate::audit::BATCH).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSettings {
    /// The file.
    pub path: Option<PathBuf>,
    /// A stream of the process.
    pub console: Option<Console>,
    /// Whether a record is written before the answer, or soon.
    pub mode: Mode,
    /// What becomes of calls while nothing can be written, in the durable mode.
    #[serde(alias = "onFailure")]
    pub on_failure: OnFailure,
    /// What is recorded of arguments.
    pub arguments: ArgumentPolicy,
    /// Names of arguments that are secret, besides those that are known as such.
    pub redact: Vec<String>,
    /// Regular expressions of what else is secret, in whatever is recorded.
    #[serde(alias = "redactPatterns")]
    pub redact_patterns: Vec<String>,
    /// The most bytes of arguments in a record; 4096.
    #[serde(alias = "maxArgumentBytes")]
    pub max_argument_bytes: Option<usize>,
    /// The most bytes of any other text in a record; 512.
    #[serde(alias = "maxTextBytes")]
    pub max_text_bytes: Option<usize>,
    /// The key of the hashes of arguments; one that nobody knows, and that is gone with the process.
    pub key: Option<Secret>,
    /// From which size on another file is begun; 100 MiB, 0 for never.
    #[serde(alias = "rotateBytes")]
    pub rotate_bytes: Option<u64>,
    /// From which age on another file is begun; never.
    #[serde(alias = "rotateSeconds")]
    pub rotate_seconds: Option<f64>,
    /// How many finished files are kept; all.
    pub keep: Option<usize>,
    /// How many records may wait in the fast mode; 10 000.
    #[serde(alias = "queueRecords")]
    pub queue_records: Option<usize>,
    /// How many bytes those may hold; 32 MiB.
    #[serde(alias = "queueBytes")]
    pub queue_bytes: Option<usize>,
    /// How many records the function is handed at once, at most; 1000.
    #[serde(alias = "sinkRecords")]
    pub sink_records: Option<usize>,
    /// How long it may take for them; 10.
    #[serde(alias = "sinkSeconds")]
    pub sink_seconds: Option<f64>,
}

impl AuditSettings {
    /// The log, open; `sink` is the function of the author's, if there is one.
    ///
    /// # Errors
    /// See [`AuditLog::open`]; a time that is none.
    pub fn open(&self, sink: Option<Arc<dyn Handler>>) -> Result<AuditLog> {
        AuditLog::open(self.options(sink)?)
    }

    fn options(&self, function: Option<Arc<dyn Handler>>) -> Result<AuditOptions> {
        let defaults = AuditOptions::default();
        let time = |name: &str, given: Option<f64>| -> Result<Option<Duration>> {
            given.map(|time| seconds(&format!("audit.{name}"), time)).transpose()
        };
        let rotate_after = time("rotate_seconds", self.rotate_seconds)?;
        let file = self.path.as_ref().map(|path| {
            let own = FileOptions::new(path);
            FileOptions {
                rotate_bytes: self.rotate_bytes.or(own.rotate_bytes).filter(|bytes| *bytes > 0),
                rotate_after,
                keep: self.keep,
                ..own
            }
        });
        Ok(AuditOptions {
            file,
            console: self.console,
            function,
            mode: self.mode,
            on_failure: self.on_failure,
            arguments: self.arguments,
            redact: self.redact.clone(),
            redact_patterns: self.redact_patterns.clone(),
            max_argument_bytes: self.max_argument_bytes.unwrap_or(defaults.max_argument_bytes),
            max_text_bytes: self.max_text_bytes.unwrap_or(defaults.max_text_bytes),
            key: self.key.as_ref().map(|key| key.text().as_bytes().to_vec()),
            queue: self.queue_records.unwrap_or(defaults.queue),
            queue_bytes: self.queue_bytes.unwrap_or(defaults.queue_bytes),
            function_time: time("sink_seconds", self.sink_seconds)?.unwrap_or(defaults.function_time),
            function_batch: self.sink_records.unwrap_or(defaults.function_batch),
        })
    }
}
