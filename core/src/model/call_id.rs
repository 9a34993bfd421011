//! What errors, logs and records of one operation have in common.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one operation, among all of all processes as good as surely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId {
    process: u32,
    number: u64,
}

impl CallId {
    /// One that nobody else has.
    #[must_use]
    pub fn next() -> Self {
        static PROCESS: OnceLock<u32> = OnceLock::new();
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let process = *PROCESS.get_or_init(|| {
            let mut bytes = [0; 4];
            // Without randomness, processes are told apart by their numbers.
            if getrandom::fill(&mut bytes).is_err() { std::process::id() } else { u32::from_le_bytes(bytes) }
        });
        Self { process, number: NUMBER.fetch_add(1, Ordering::Relaxed) }
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}-{:x}", self.process, self.number)
    }
}

/// The id of an operation from when somebody first wants to know it: most are never named.
#[derive(Debug, Clone, Default)]
pub struct LazyCallId(OnceLock<CallId>);

impl LazyCallId {
    /// The id, the same each time.
    #[must_use]
    pub fn get(&self) -> CallId {
        *self.0.get_or_init(CallId::next)
    }
}
