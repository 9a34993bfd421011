//! Which proofs were used already: each counts once.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use tokio::time::Instant;

/// How many are remembered for one window, in 32 bytes or so each.
const MOST: usize = 200_000;

/// Remembers proofs for one window at least and two at most.
pub(super) struct Replays {
    window: Duration,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    begun: Option<Instant>,
    now: HashSet<[u8; 16]>,
    before: HashSet<[u8; 16]>,
}

/// What is to be said of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Yes,
    No,
    /// There is no room to remember it, so that it could be used again.
    Unknown,
}

impl Replays {
    /// `window`: for how long a proof counts.
    pub(super) fn new(window: Duration) -> Self {
        Self { window, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Both sets are whole after every statement below, so a panic elsewhere does not spoil them.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this key's proof of this name was not used yet. Uses it.
    pub(super) fn first(&self, key: &str, name: &str) -> First {
        let mut context = Context::new(&SHA256);
        context.update(key.as_bytes());
        context.update(&[0]);
        context.update(name.as_bytes());
        let mut digest = [0; 16];
        digest.copy_from_slice(&context.finish().as_ref()[..16]);
        let mut seen = self.seen();
        let now = Instant::now();
        let age = seen.begun.map(|begun| now.duration_since(begun));
        if age.is_none_or(|age| age >= self.window) {
            let is_long_ago = age.is_none_or(|age| age >= self.window * 2);
            seen.before = if is_long_ago { HashSet::new() } else { std::mem::take(&mut seen.now) };
            seen.now = HashSet::new();
            seen.begun = Some(now);
        }
        if seen.before.contains(&digest) || seen.now.contains(&digest) {
            First::No
        } else if seen.now.len() >= MOST {
            First::Unknown
        } else {
            seen.now.insert(digest);
            First::Yes
        }
    }
}
