//! What wakes the JavaScript thread.

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use tokio::sync::Notify;

use crate::errors::{Code, JsError};

/// Weak: a server that nobody waits for does not keep the process alive.
type Ring = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Wakes the JavaScript thread, by way of whoever drives the runtime.
pub struct Doorbell {
    ring: Ring,
    /// Heard by a task of the runtime, or by the JavaScript thread while it drives the runtime itself.
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
        Ok(Self { ring, notify: Notify::new() })
    }

    pub fn ring(&self) {
        self.notify.notify_one();
    }

    /// Has Node's loop call the function, in its next turn.
    pub fn ring_loop(&self) {
        // Refused only while the thread is ending, and then nobody is left to come to the door.
        let _ = self.ring.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
