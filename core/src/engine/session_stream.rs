//! Sessions as transports see them: how they live and end, and the stream over HTTP of what one is owed outside of any request.

use std::sync::Arc;

use super::{Engine, Shutdown};
use crate::eras::{Held, Session, SessionOptions, WireError};
use crate::model::Principal;

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

impl Engine {
    /// Closes the streams on which the client of this session hears what belongs to no request, where it comes back for the rest
    /// by itself. Returns whether it does.
    pub fn close_session_streams(&self, id: &str) -> bool {
        self.0.eras.close_session_streams(id)
    }

    /// How sessions over HTTP live.
    #[must_use]
    pub fn session_options(&self) -> SessionOptions {
        self.0.eras.session_options()
    }

    /// Says how sessions over HTTP live from now on.
    pub fn set_session_options(&self, options: SessionOptions) {
        self.0.eras.set_session_options(options);
    }

    /// Whether one more session may begin now, see [`SessionOptions::max_per_second`]. Counts it if so.
    pub(crate) fn admit_session(&self) -> bool {
        self.0.eras.admit_session()
    }

    /// Tells whoever listens that the session of a connection is over.
    pub(crate) fn tell_session_end(&self, id: &str) {
        self.0.eras.tell_session_end(id);
    }

    /// Opens the stream a session's unsolicited messages travel on (LHTTP-8): an HTTP GET.
    ///
    /// # Errors
    /// 400 without a session id (SESS-4), 404 for an unknown one (SESS-5) and for one that is not `principal`'s (SESS-10), 405 when
    /// the version header names a version without such streams (HTTP-11).
    pub fn open_session_stream(
        &self,
        headers: &http::HeaderMap,
        principal: Option<&Principal>,
    ) -> Result<SessionStream, Refusal> {
        let session = self.0.eras.open_session_stream(headers, principal)?;
        Ok(SessionStream::new(session, self.0.shutdown.clone()))
    }

    /// Ends a session (SESS-7): an HTTP DELETE. Its requests are cancelled, its streams end.
    ///
    /// # Errors
    /// As [`Engine::open_session_stream`].
    pub fn end_session(
        &self,
        headers: &http::HeaderMap,
        principal: Option<&Principal>,
    ) -> Result<(), Refusal> {
        Ok(self.0.eras.end_session(headers, principal)?)
    }

    /// Tells `listener` the id of each session over HTTP that ends from now on: ended by its client, idle for too long, or in the way of others. It must not block.
    pub fn on_session_end(&self, listener: impl Fn(&str) + Send + Sync + 'static) {
        self.0.eras.on_session_end(Box::new(listener));
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
