//! What a stream says: where to post, then every message of its session. Its end is the session's.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

use super::session::{SseSession, SseSessions};
use crate::engine::{Engine, Shutdown};

/// The messages of a stream. Dropping it ends the session, and cancels what its client asked for (OLD-7).
pub(in crate::transports::http) struct SseStream {
    engine: Engine,
    session: Arc<SseSession>,
    sessions: SseSessions,
    messages: mpsc::Receiver<String>,
    /// How long nothing has to be said: until a client has begun the handshake, its stream is not worth keeping.
    unopened: Option<Pin<Box<Sleep>>>,
    /// Rings when the credentials end that its session is known by.
    alarm: Option<Pin<Box<Sleep>>>,
    finishing: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_finishing: bool,
}

impl SseStream {
    /// `patience`: how long to wait for the handshake.
    pub(super) fn new(
        engine: Engine,
        session: Arc<SseSession>,
        sessions: SseSessions,
        messages: mpsc::Receiver<String>,
        patience: Duration,
        shutdown: &Shutdown,
    ) -> Self {
        let shutdown = shutdown.clone();
        Self {
            engine,
            session,
            sessions,
            messages,
            unopened: Some(Box::pin(sleep(patience))),
            alarm: None,
            finishing: Box::pin(async move { shutdown.triggered().await }),
            is_finishing: false,
        }
    }

    /// The next message; `None` when the session is over, or the server ends and nothing runs any more.
    pub(in crate::transports::http) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<String>> {
        if let Poll::Ready(message) = self.messages.poll_recv(cx) {
            self.unopened = None;
            return Poll::Ready(message);
        }
        if let Some(timer) = &mut self.unopened
            && timer.as_mut().poll(cx).is_ready()
        {
            tracing::debug!("closing an event stream on which no handshake came");
            return Poll::Ready(None);
        }
        let is_over = self.session.lease.poll_end(&mut self.alarm, cx).is_ready();
        if !is_over && !self.is_finishing {
            ready!(self.finishing.as_mut().poll(cx));
            self.is_finishing = true;
            // What is posted from now on is refused.
            self.session.stop_asking();
        }
        ready!(self.session.poll_calls(cx));
        // What ran last may have said something since the look above.
        Poll::Ready(self.messages.try_recv().ok())
    }
}

impl Drop for SseStream {
    fn drop(&mut self) {
        self.sessions.remove(&self.session.id);
        self.session.end();
        self.engine.tell_session_end(&self.session.id);
    }
}
