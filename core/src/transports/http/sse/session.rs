//! The sessions of HTTP+SSE: as many as there are open streams, found by the ids in the URIs of their messages.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::engine::{Engine, Posted, ResponseMessage, Shutdown};
use crate::error::Result;
use crate::handler::{Failure, FailureKind, Origin};
use crate::model::Principal;
use crate::transports::duplex::Duplex;
use crate::transports::http::endpoint::NO_MORE_ANSWERS;
use crate::transports::http::lease::Lease;

/// One session: the client's way in.
pub(super) struct SseSession {
    pub(super) id: Arc<str>,
    /// Whose it is, if that is known.
    principal: Option<Principal>,
    /// How long its stream lives.
    pub(super) lease: Lease,
    /// `None` once the stream is gone.
    duplex: Mutex<Option<Duplex>>,
}

/// Why a message is not taken.
pub(super) enum NotTaken {
    /// The stream is gone.
    Closed,
    /// What the engine answers to the POST itself.
    Refused(ResponseMessage),
}

impl SseSession {
    /// A session, and what is said to its client.
    pub(super) fn begin(
        engine: &Engine,
        id: Arc<str>,
        principal: Option<&Principal>,
        shutdown: &Shutdown,
    ) -> Result<(Arc<Self>, mpsc::Receiver<String>)> {
        let principal = principal.cloned();
        let connection = engine.connect_session(Arc::clone(&id), principal.clone(), shutdown);
        let (duplex, messages) = Duplex::over(engine.clone(), connection)?;
        let lease = Lease::new(principal.as_ref());
        Ok((Arc::new(Self { id, principal, lease, duplex: Mutex::new(Some(duplex)) }), messages))
    }

    fn duplex(&self) -> MutexGuard<'_, Option<Duplex>> {
        // Nothing is left half done when the lock is released, so a panic elsewhere does not spoil it.
        self.duplex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message. Waits while too many answers wait for the stream.
    pub(super) async fn take(
        &self,
        frame: Bytes,
        posted: Posted,
        origin: Origin,
        max_bytes: usize,
    ) -> std::result::Result<(), NotTaken> {
        let mut said = Vec::new();
        self.lease.renew(posted.principal.as_ref());
        let (rest, queue) = {
            let duplex = self.duplex();
            let duplex = duplex.as_ref().ok_or(NotTaken::Closed)?;
            let rest = duplex.start_posted(frame, posted, origin, max_bytes, |message| said.push(message));
            (rest.map_err(NotTaken::Refused)?, duplex.queue())
        };
        for message in said {
            queue.send(message).await.map_err(|_| NotTaken::Closed)?;
        }
        if let Some(exchange) = rest {
            self.duplex().as_mut().ok_or(NotTaken::Closed)?.carry_on(exchange);
        }
        Ok(())
    }

    /// Ready when no call is running.
    pub(super) fn poll_calls(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.duplex().as_mut().map_or(Poll::Ready(()), |duplex| duplex.poll_calls(cx))
    }

    /// No more messages are taken: who waits for an answer of the client's waits no longer.
    pub(super) fn stop_asking(&self) {
        if let Some(duplex) = &*self.duplex() {
            duplex.stop_asking(&Failure::new(FailureKind::ShutDown, NO_MORE_ANSWERS));
        }
    }

    /// Ends the session: its calls are cancelled.
    pub(super) fn end(&self) {
        let duplex = self.duplex().take();
        drop(duplex);
    }
}

/// The sessions of an endpoint. Clones share them.
#[derive(Clone, Default)]
pub(in crate::transports::http) struct SseSessions(Arc<Mutex<HashMap<Arc<str>, Arc<SseSession>>>>);

impl SseSessions {
    fn sessions(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<SseSession>>> {
        // The map is whole after every statement below, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An id nobody can guess (OLD-7); `None` when the system has no randomness.
    pub(super) fn new_id() -> Option<Arc<str>> {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).ok()?;
        Some(Arc::from(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Keeps a session. Returns whether there was room, and nobody with its id.
    pub(super) fn add(&self, session: &Arc<SseSession>, max: usize) -> bool {
        let mut sessions = self.sessions();
        if sessions.len() >= max {
            return false;
        }
        match sessions.entry(Arc::clone(&session.id)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(Arc::clone(session));
                true
            }
        }
    }

    /// The session with this id, where it is this principal's.
    pub(super) fn find(&self, id: &str, principal: Option<&Principal>) -> Option<Arc<SseSession>> {
        self.sessions().get(id).filter(|session| session.principal.as_ref() == principal).cloned()
    }

    pub(super) fn remove(&self, id: &str) {
        self.sessions().remove(id);
    }
}
