//! News for the JavaScript thread that is not a call: a transport ended, a message or a piece of a response arrived.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use oxmcp_core::error::Error;
use oxmcp_core::handler::{Answered, Origin};
use oxmcp_core::host::log::Severity;
use oxmcp_core::json::{inexact_integers, may_have_inexact_integers};
use oxmcp_core::transports::stdio::Passing;
use serde_json::json;

use crate::answered::write_answered;
use crate::doorbell::Doorbell;

/// The token of news that are about no transport.
pub const NO_TOKEN: u64 = 0;

/// What happened to the thing a token stands for.
pub enum Notice {
    /// A message arrived on a connection: JSON text.
    Message(String),
    /// A message of stdio on its way around.
    Passing(Passing),
    /// The head of an HTTP response: JSON text.
    Head(String),
    /// A piece of its body.
    Chunk(String),
    /// A session over HTTP is over: its id.
    SessionEnded(String),
    /// What came of a question that no call asked.
    Answered(Answered),
    /// A line for the log.
    Log(Severity, String),
    /// Somebody follows the resource with this URI, or nobody does any more; the token is the number of the server that has it.
    Followed(String, bool),
    /// The transport, connection or response ended, well or not.
    Ended(Option<Error>),
}

/// What an origin is on this side: a number.
pub struct OriginNumber {
    pub number: u64,
    forgotten: Arc<Mutex<Vec<u64>>>,
}

impl Drop for OriginNumber {
    fn drop(&mut self) {
        lock(&self.forgotten).push(self.number);
    }
}

fn lock<T>(list: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    // A vector is valid whatever happened while it was locked.
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The queue of news. The bell rings when it goes from empty to not empty.
pub struct Notices {
    queue: Mutex<Vec<(u64, Notice)>>,
    /// The origins that no request refers to any more. They wait for other news: nobody is in a hurry to hear of them.
    forgotten: Arc<Mutex<Vec<u64>>>,
    bell: Arc<ArcSwapOption<Doorbell>>,
}

impl Notices {
    pub fn new(bell: Arc<ArcSwapOption<Doorbell>>) -> Self {
        Self { queue: Mutex::default(), forgotten: Arc::default(), bell }
    }

    fn queue(&self) -> MutexGuard<'_, Vec<(u64, Notice)>> {
        lock(&self.queue)
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

    /// An origin for requests: JavaScript knows it by this number, and is told when nothing refers to it any more.
    pub fn origin(&self, number: u64) -> Origin {
        Origin::new(OriginNumber { number, forgotten: Arc::clone(&self.forgotten) })
    }

    pub fn has_any(&self) -> bool {
        !self.queue().is_empty()
    }

    pub fn clear(&self) {
        self.queue().clear();
        lock(&self.forgotten).clear();
    }

    /// Writes all of them, oldest first, as `[-3,token,kind,payload,text?]`, each with a comma behind it; then `[-4,number]` for each
    /// origin that is forgotten.
    pub fn write(&self, into: &mut String) {
        self.write_news(into);
        for number in lock(&self.forgotten).drain(..) {
            // Writing to a string cannot fail.
            let _ = write!(into, "[-4,{number}],");
        }
    }

    fn write_news(&self, into: &mut String) {
        let queue = {
            let mut queue = self.queue();
            if queue.is_empty() {
                return;
            }
            std::mem::take(&mut *queue)
        };
        for (token, notice) in queue {
            let (kind, payload) = match notice {
                Notice::Message(text) => ("message", with_digits(text)),
                Notice::Passing(Passing::In(text)) => ("in", json!(text).to_string()),
                Notice::Passing(Passing::Out(text)) => ("out", json!(text).to_string()),
                Notice::Head(text) => ("head", text),
                Notice::Chunk(text) => ("chunk", json!(text).to_string()),
                Notice::SessionEnded(id) => ("session", json!(id).to_string()),
                Notice::Followed(uri, followed) => ("followed", json!([uri, followed]).to_string()),
                Notice::Log(severity, line) => {
                    ("log", json!({ "severity": severity.name(), "line": line }).to_string())
                }
                Notice::Answered(answer) => {
                    let mut text = String::from("[");
                    write_answered(&mut text, &answer);
                    text.push(']');
                    ("answered", text)
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

/// A message as it is; behind it, as text, once more where JavaScript's numbers do not hold all of its integers.
fn with_digits(message: String) -> String {
    if may_have_inexact_integers(&message) && inexact_integers(&message).is_some() {
        let text = json!(message).to_string();
        return message + "," + &text;
    }
    message
}
