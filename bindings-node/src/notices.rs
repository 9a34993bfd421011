//! News for the JavaScript thread that is not a call: a transport ended, a message or a piece of a response arrived.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use oxmcp_core::error::Error;
use oxmcp_core::host::log::Severity;
use serde_json::json;

use crate::doorbell::Doorbell;

/// What happened to the thing a token stands for.
pub enum Notice {
    /// A message arrived on a connection: JSON text.
    Message(String),
    /// The head of an HTTP response: JSON text.
    Head(String),
    /// A piece of its body.
    Chunk(String),
    /// A line for the log.
    Log(Severity, String),
    /// The transport, connection or response ended, well or not.
    Ended(Option<Error>),
}

/// The queue of news. The bell rings when it goes from empty to not empty.
pub struct Notices {
    queue: Mutex<Vec<(u64, Notice)>>,
    bell: Arc<ArcSwapOption<Doorbell>>,
}

impl Notices {
    pub fn new(bell: Arc<ArcSwapOption<Doorbell>>) -> Self {
        Self { queue: Mutex::default(), bell }
    }

    fn queue(&self) -> MutexGuard<'_, Vec<(u64, Notice)>> {
        // A vector is valid whatever happened while it was locked.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, token: u64, notice: Notice) {
        let mut queue = self.queue();
        queue.push((token, notice));
        let first = queue.len() == 1;
        drop(queue);
        if first && let Some(bell) = &*self.bell.load() {
            bell.ring();
        }
    }

    pub fn has_any(&self) -> bool {
        !self.queue().is_empty()
    }

    pub fn clear(&self) {
        self.queue().clear();
    }

    /// Writes all of them, oldest first, as `[-3,token,kind,payload]`, each with a comma behind it.
    pub fn write(&self, into: &mut String) {
        let queue = {
            let mut queue = self.queue();
            if queue.is_empty() {
                return;
            }
            std::mem::take(&mut *queue)
        };
        for (token, notice) in queue {
            let (kind, payload) = match notice {
                Notice::Message(text) => ("message", text),
                Notice::Head(text) => ("head", text),
                Notice::Chunk(text) => ("chunk", json!(text).to_string()),
                Notice::Log(severity, line) => {
                    ("log", json!({ "severity": severity.name(), "line": line }).to_string())
                }
                Notice::Ended(None) => ("ended", "null".to_owned()),
                Notice::Ended(Some(error)) => (
                    "ended",
                    json!({ "kind": error.kind().name(), "message": error.to_string() }).to_string(),
                ),
            };
            // Writing to a string cannot fail.
            let _ = write!(into, "[-3,{token},\"{kind}\",{payload}],");
        }
    }
}
