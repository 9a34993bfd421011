//! Where the I/O belongs: where most calls run.

use std::sync::atomic::{AtomicU32, Ordering};

use oxmcp_core::host::Placement;

/// So many calls are counted before the I/O may move.
const WINDOW: u32 = 128;

/// Counts calls of both kinds.
#[derive(Default)]
pub struct Balance {
    plain: AtomicU32,
    coroutine: AtomicU32,
}

impl Balance {
    /// Counts calls; says where the I/O belongs from now on, if that is not where it is.
    pub fn count(&self, plain: u32, coroutine: u32, now: Placement) -> Option<Placement> {
        let plain = self.plain.fetch_add(plain, Ordering::Relaxed) + plain;
        let coroutine = self.coroutine.fetch_add(coroutine, Ordering::Relaxed) + coroutine;
        if plain + coroutine < WINDOW {
            return None;
        }
        self.plain.store(0, Ordering::Relaxed);
        self.coroutine.store(0, Ordering::Relaxed);
        match now {
            Placement::EventLoop if plain / 2 > coroutine => Some(Placement::Thread),
            Placement::Thread if coroutine / 2 > plain => Some(Placement::EventLoop),
            _ => None,
        }
    }
}
