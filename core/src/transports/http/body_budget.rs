//! How much of bodies is in memory at once, of all requests together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// Bodies up to this are not counted: they are in what a connection keeps to read into anyway.
pub(super) const SMALL: usize = 16 * 1024;

/// What there is room for. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct BodyBudget(Arc<Room>);

#[derive(Debug)]
struct Room {
    most: usize,
    used: AtomicUsize,
}

/// What one body takes, until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    room: Arc<Room>,
    bytes: usize,
}

impl BodyBudget {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Room { most, used: AtomicUsize::new(0) }))
    }

    /// A body that takes nothing yet.
    pub(super) fn hold(&self) -> Held {
        Held { room: Arc::clone(&self.0), bytes: 0 }
    }
}

impl Held {
    /// The body has so many bytes now; whether there was room for them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let used = self.room.used.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        used.saturating_add(more) <= self.room.most
    }

    /// The body, which takes its room for as long as somebody has a part of it.
    pub(super) fn keep(self, body: Bytes) -> Bytes {
        Bytes::from_owner(Kept { body, _held: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct Kept {
    body: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}
