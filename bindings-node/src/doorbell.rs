//! What wakes the JavaScript thread.

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::errors::{Code, JsError};

/// Weak: a server that nobody waits for does not keep the process alive.
type Ring = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Calls a function on the JavaScript thread, soon.
pub struct Doorbell(Ring);

impl Doorbell {
    pub fn new(ring: &Function<'_, (), ()>) -> Result<Self, JsError> {
        let ring = ring
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .callee_handled::<false>()
            .build()
            .map_err(|error| napi::Error::new(Code::from(error.status), error.reason.clone()))?;
        Ok(Self(ring))
    }

    pub fn ring(&self) {
        // Refused only while the thread is ending, and then nobody is left to come to the door.
        let _ = self.0.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
