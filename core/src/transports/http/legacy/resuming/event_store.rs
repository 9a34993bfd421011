//! Where events are kept for clients that lost their stream.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::MemoryEventStore;
use crate::error::Result;

/// What a store does, which may take its time.
pub type Keeping<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// An event as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// Its id.
    pub id: Arc<str>,
    /// One JSON-RPC message.
    pub message: Arc<str>,
}

/// What followed an event on its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The stream.
    pub stream: Arc<str>,
    /// The events, in order; without those that carried no message.
    pub events: Vec<KeptEvent>,
    /// Whether nothing that followed has been forgotten since.
    pub complete: bool,
}

/// Keeps events. The name of a stream begins with what tells its session from all others, so that no session can have the events
/// of another (RESUME-5, RESUME-10).
pub trait EventStore: Send + Sync + 'static {
    /// Keeps what is about to be sent on a stream; `None` for the event at its beginning, which carries no message. Returns the
    /// event's id: unique over all streams of all sessions (RESUME-1).
    fn keep(&self, stream: &Arc<str>, message: Option<Arc<str>>) -> Keeping<Arc<str>>;

    /// What followed the event with this id. `None` when there was no such event.
    fn replay(&self, last_event_id: &str) -> Keeping<Option<Replay>>;

    /// A session is over: the events of all streams whose names begin with this are of no use any more.
    fn forget(&self, session: &str) {
        let _ = session;
    }
}

/// How streams are resumed.
#[derive(Clone)]
pub struct Resumption {
    /// Where events are kept.
    pub store: Arc<dyn EventStore>,
    /// How long clients are told to wait before they come back (`retry`, RESUME-6).
    pub retry: Duration,
}

impl Resumption {
    /// Over this store; clients come back after a second.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self { store, retry: Duration::from_secs(1) }
    }
}

impl Default for Resumption {
    fn default() -> Self {
        Self::new(Arc::new(MemoryEventStore::default()))
    }
}

impl fmt::Debug for Resumption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Resumption").field("retry", &self.retry).finish_non_exhaustive()
    }
}
