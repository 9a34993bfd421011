//! The streams of each session, by their names.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Resumption;
use super::stream::{Source, Stream};
use crate::engine::{Engine, Outgoing, Session};

/// The streams of one session.
pub(in crate::transports::http) struct SessionStreams {
    /// What the names of its streams begin with.
    key: String,
    resumption: Resumption,
    streams: Mutex<HashMap<Arc<str>, Arc<Stream>>>,
    count: AtomicU64,
}

/// What the name of a stream that belongs to no request has before its number.
const OF_SESSION: &str = "g";

impl SessionStreams {
    fn new(resumption: Resumption) -> Option<Self> {
        let mut key = [0; 12];
        getrandom::fill(&mut key).ok()?;
        // Letters and digits only: stores take such names apart to make ids of their own.
        let key = key.iter().fold(String::new(), |key, byte| key + &format!("{byte:02x}"));
        Some(Self { key, resumption, streams: Mutex::default(), count: AtomicU64::new(0) })
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Stream>>> {
        // The map is whole after every statement below.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn resumption(&self) -> &Resumption {
        &self.resumption
    }

    /// Begins a stream of a name of its own.
    pub(super) fn begin(&self, source: Source, said: Option<Outgoing>, is_primed: bool) -> Arc<Stream> {
        let kind = if matches!(source, Source::Session(_)) { OF_SESSION } else { "" };
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.begin_named(format!("{}.{kind}{number}", self.key).into(), source, said, is_primed)
    }

    /// Begins a stream of this name, in the place of any other.
    pub(super) fn begin_named(
        &self,
        name: Arc<str>,
        source: Source,
        said: Option<Outgoing>,
        is_primed: bool,
    ) -> Arc<Stream> {
        let stream =
            Arc::new(Stream::new(Arc::clone(&name), self.resumption.clone(), source, said, is_primed));
        self.streams().insert(name, Arc::clone(&stream));
        stream
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<Stream>> {
        self.streams().get(name).cloned()
    }

    /// Forgets a stream that is over.
    pub(super) fn remove(&self, stream: &Arc<Stream>) {
        let mut streams = self.streams();
        // Another may have its name by now.
        if streams.get(&stream.name).is_some_and(|kept| Arc::ptr_eq(kept, stream)) {
            streams.remove(&stream.name);
        }
    }

    /// Whether a stream of this session can have this name, and if so, whether it belongs to no request.
    pub(super) fn knows(&self, name: &str) -> Option<bool> {
        let rest = name.strip_prefix(&*self.key)?.strip_prefix('.')?;
        Some(rest.starts_with(OF_SESSION))
    }
}

impl Drop for SessionStreams {
    fn drop(&mut self) {
        self.resumption.store.forget(&self.key);
    }
}

/// The sessions whose streams can be resumed.
#[derive(Clone, Default)]
pub(in crate::transports::http) struct ResumableSessions(Arc<Mutex<HashMap<Arc<str>, Arc<SessionStreams>>>>);

impl ResumableSessions {
    /// Forgets the streams of each session of `engine` that ends from now on.
    pub(in crate::transports::http) fn follow(engine: &Engine) -> Self {
        let sessions = Self::default();
        let ended = sessions.clone();
        engine.on_session_end(move |id| {
            let streams = ended.sessions().remove(id);
            drop(streams);
        });
        sessions
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<SessionStreams>>> {
        // The map is whole after every statement below.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The streams of a session; kept as `resumption` says from the first of them on. `None` for a session without an id.
    pub(in crate::transports::http) fn of(
        &self,
        session: &Session,
        resumption: &Resumption,
    ) -> Option<Arc<SessionStreams>> {
        let id = session.id()?;
        let mut sessions = self.sessions();
        if let Some(streams) = sessions.get(id) {
            return Some(Arc::clone(streams));
        }
        let streams = Arc::new(SessionStreams::new(resumption.clone())?);
        // One that ended meanwhile was told of already, and nobody would forget it here.
        if !session.has_ended() {
            sessions.insert(Arc::clone(id), Arc::clone(&streams));
        }
        Some(streams)
    }
}
