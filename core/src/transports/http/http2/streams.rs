//! What is open on a connection, for the sweep.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transports::http::connection::{Activity, Clock, Limits};

/// The streams of a connection.
#[derive(Debug)]
pub(in crate::transports::http) struct Streams {
    clock: Arc<Clock>,
    /// The tick since which the head of a request is on its way, plus one; 0 while none is.
    head: AtomicU64,
    open: Mutex<Vec<Arc<Unread>>>,
}

/// The tick since which the client takes nothing of what is ready on a stream, plus one; 0 while it does.
#[derive(Debug, Default)]
pub(super) struct Unread(AtomicU64);

impl Streams {
    pub(in crate::transports::http) fn new(clock: Arc<Clock>) -> Self {
        Self { clock, head: AtomicU64::new(0), open: Mutex::default() }
    }

    /// Notes a request until the guard is dropped.
    pub(super) fn open(activity: &Arc<Activity>) -> Open {
        let unread = Arc::new(Unread::default());
        if let Some(streams) = activity.streams() {
            let mut open = streams.list();
            open.push(Arc::clone(&unread));
            activity.note_streams(true);
        }
        Open { activity: Arc::clone(activity), unread }
    }

    /// Notes whether the head of a request is on its way.
    pub(super) fn note_head(&self, coming: bool) {
        let noted = self.head.load(Ordering::Relaxed) != 0;
        if coming != noted {
            self.head.store(if coming { self.clock.now() + 1 } else { 0 }, Ordering::Relaxed);
        }
    }

    /// Which limit a stream is over, if any.
    pub(in crate::transports::http) fn overdue(&self, limits: &Limits) -> Option<&'static str> {
        let now = self.clock.now();
        let over = |since: &AtomicU64, limit| match since.load(Ordering::Relaxed) {
            0 => false,
            since => now.saturating_sub(since - 1) > limit,
        };
        if over(&self.head, limits.header) {
            return Some("the request's head took too long");
        }
        let stalled = self.list().iter().any(|unread| over(&unread.0, limits.write));
        stalled.then_some("the client takes nothing of what is ready on a stream")
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Unread>>> {
        // A list is valid whatever happened while it was locked.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request being served; dropped when its answer is out.
#[derive(Debug)]
pub(super) struct Open {
    activity: Arc<Activity>,
    unread: Arc<Unread>,
}

impl Open {
    /// Notes that a piece of the answer is ready, of which the next one is asked for only when the client has room.
    pub(super) fn offers(&self) {
        if let Some(streams) = self.activity.streams() {
            self.unread.0.store(streams.clock.now() + 1, Ordering::Relaxed);
        }
    }

    /// Notes that the client had room for what was ready.
    pub(super) fn is_read(&self) {
        self.unread.0.store(0, Ordering::Relaxed);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(streams) = self.activity.streams() {
            let mut open = streams.list();
            open.retain(|unread| !Arc::ptr_eq(unread, &self.unread));
            if open.is_empty() {
                self.activity.note_streams(false);
            }
        }
    }
}
