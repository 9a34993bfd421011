//! What a running call can tell its caller.

use super::LogLevel;
use crate::json::RawJson;

/// How far a call has come (PROG-3).
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How much is done; must rise from one report to the next.
    pub progress: f64,
    /// How much there is to do, if known.
    pub total: Option<f64>,
    /// A sentence for people (DOWN-13).
    pub message: Option<String>,
}

/// A notification that the protocol does not have: an extension's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its method, whatever it is.
    pub method: String,
    /// Its params: a JSON object.
    pub params: RawJson,
}

/// A log message for the caller (LOG-1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogMessage {
    /// How serious it is.
    pub level: LogLevel,
    /// Who logs, if it matters.
    pub logger: Option<String>,
    /// The message: any JSON value.
    pub data: RawJson,
}
