//! The stream over HTTP of what a session is owed outside of any request.

use std::sync::Arc;

use super::Shutdown;
use crate::eras::{Held, Session, WireError};

/// Why a session's stream cannot be opened, or the session not be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// A JSON-RPC error without an id.
    pub body: String,
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        let said = error.say(None);
        Self { status: said.status, body: said.body.into_text() }
    }
}

/// The messages of one open stream. Several streams of one session share them: each message goes to exactly one (LHTTP-10).
#[derive(Debug)]
pub struct SessionStream {
    session: Held,
    shutdown: Shutdown,
}

impl SessionStream {
    pub(super) const fn new(session: Held, shutdown: Shutdown) -> Self {
        Self { session, shutdown }
    }

    /// Ends with this signal, which is given with the engine's.
    pub fn end_with(&mut self, shutdown: &Shutdown) {
        self.shutdown = shutdown.clone();
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &Arc<Session> {
        self.session.session()
    }

    /// The next message; `None` when the session ends or the engine shuts down. Cancel safe.
    pub async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            () = self.shutdown.triggered() => None,
            message = self.session.next_unsolicited() => message,
        }
    }
}
