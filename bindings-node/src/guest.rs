//! A server whose functions another one runs, in which it is mounted.

use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// By what JavaScript knows it.
#[derive(Debug, Clone, Copy)]
pub struct ServerNumber(pub u32);

impl ServerNumber {
    /// One that no other server has.
    pub fn next() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
