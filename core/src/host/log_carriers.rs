//! Who carries the engine's lines over to the log of the host language: the server that was served last.

use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use super::log::{Severity, pass_on};

/// Takes the lines of the engine to where its host language logs.
pub trait LogCarrier: Send + Sync + 'static {
    /// Puts a line aside for the host's log, and returns. Called wherever the engine is at work.
    fn carry(&self, severity: Severity, line: String);
}

static CARRIERS: Mutex<Vec<Weak<dyn LogCarrier>>> = Mutex::new(Vec::new());

fn carriers() -> MutexGuard<'static, Vec<Weak<dyn LogCarrier>>> {
    // A vector is valid whatever happened while it was locked.
    CARRIERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has `carrier` carry the lines of the whole process, as long as it lives or until another one does.
pub fn carry_log(carrier: &Arc<impl LogCarrier>) {
    static START: Once = Once::new();
    START.call_once(|| {
        pass_on(|severity, line| {
            // Called without the lock: a carrier that is dropped here may say something itself.
            let last = carriers().iter().rev().find_map(Weak::upgrade);
            if let Some(carrier) = last {
                carrier.carry(severity, line);
            }
        });
    });
    stop_carrying_log(carrier);
    let weak = Arc::downgrade(carrier);
    carriers().push(weak);
}

/// `carrier` carries no more lines: nobody reads what it puts aside.
pub fn stop_carrying_log(carrier: &Arc<impl LogCarrier>) {
    let gone = Arc::as_ptr(carrier).cast::<()>();
    carriers().retain(|other| other.strong_count() > 0 && other.as_ptr().cast::<()>() != gone);
}
