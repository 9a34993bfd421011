//! Which signals JavaScript's thread has heard.

use std::sync::atomic::{AtomicU32, Ordering};

/// How many signals JavaScript's thread has heard.
#[derive(Default)]
pub struct Heard(AtomicU32);

impl Heard {
    /// It has heard another one.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// It need not hear any more of them.
    pub fn all(&self) {
        self.0.store(u32::MAX / 2, Ordering::SeqCst);
    }

    /// Whether it has heard so many.
    pub fn has(&self, number: u32) -> bool {
        self.0.load(Ordering::SeqCst) >= number
    }
}
