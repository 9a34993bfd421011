//! The last operations, for people.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::counts::error_of;
use crate::audit::visible;
use crate::middleware::OperationEvent;
use crate::model::timestamp;

/// How many.
const MOST: usize = 50;
/// The longest name, in bytes.
const LONG: usize = 120;

/// The last operations, the newest last.
#[derive(Default)]
pub(super) struct RecentOperations(VecDeque<Value>);

impl RecentOperations {
    pub(super) fn note(&mut self, event: &OperationEvent<'_>) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(json!({
            "timestamp": timestamp(event.began),
            "method": visible(event.method, LONG),
            "target": event.target.map(|target| visible(target, LONG)),
            "outcome": event.outcome.name(),
            "error_type": error_of(event).map(|error| visible(error, LONG)),
            "duration_ms": event.duration.as_secs_f64() * 1000.0,
            "call_id": event.call.to_string(),
        }));
    }

    /// The newest first.
    pub(super) fn values(&self) -> Vec<Value> {
        self.0.iter().rev().cloned().collect()
    }
}
