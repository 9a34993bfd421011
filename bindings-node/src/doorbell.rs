//! What wakes the JavaScript thread.

use std::sync::atomic::{AtomicBool, Ordering};

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use tokio::sync::Notify;

use crate::errors::{Code, JsError};

/// Weak: a server that nobody waits for does not keep the process alive.
type Ring = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Wakes the JavaScript thread: through the runtime while that thread drives it, otherwise through Node's own loop.
pub struct Doorbell {
    ring: Ring,
    /// Whether the JavaScript thread drives the runtime.
    driven: AtomicBool,
    /// For a thread that drives the runtime.
    pub notify: Notify,
}

impl Doorbell {
    pub fn new(ring: &Function<'_, (), ()>) -> Result<Self, JsError> {
        let ring = ring
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .callee_handled::<false>()
            .build()
            .map_err(|error| napi::Error::new(Code::from(error.status), error.reason.clone()))?;
        Ok(Self { ring, driven: AtomicBool::new(false), notify: Notify::new() })
    }

    pub fn set_driven(&self, driven: bool) {
        self.driven.store(driven, Ordering::SeqCst);
    }

    pub fn ring(&self) {
        if self.driven.load(Ordering::SeqCst) {
            self.notify.notify_one();
        } else {
            self.ring_loop();
        }
    }

    /// Has Node's loop call the function, in its next turn.
    pub fn ring_loop(&self) {
        // Refused only while the thread is ending, and then nobody is left to come to the door.
        let _ = self.ring.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
