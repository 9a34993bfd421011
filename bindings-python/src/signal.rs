//! Work of the engine that the event loop itself polls, and how it hears that there is something to poll.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use pyo3::intern;
use pyo3::prelude::*;

use crate::doorbell::LoopBell;

/// Somebody polls, or will before going away: nobody has to be told.
const ATTENDED: u8 = 0;
/// There is something to poll.
const WOKEN: u8 = 1;
/// Nobody looks: the event loop has to be woken.
const WAITING: u8 = 2;

/// Signals that were given, for the event loop to hand on.
pub struct Given {
    queue: Mutex<Vec<Arc<Signal>>>,
    bell: Arc<LoopBell>,
}

impl Given {
    pub fn new(bell: Arc<LoopBell>) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::default(), bell })
    }

    fn queue(&self) -> MutexGuard<'_, Vec<Arc<Signal>>> {
        // A list is whole whatever happened while it was locked.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn has_any(&self) -> bool {
        !self.queue().is_empty()
    }

    /// Wakes those who wait for what was signalled.
    pub fn hand_out(&self, py: Python<'_>) -> PyResult<()> {
        let given = std::mem::take(&mut *self.queue());
        given.iter().try_for_each(|signal| signal.tell(py))
    }
}

/// Tells whoever waits for a piece of work that it can go on.
pub struct Signal {
    state: AtomicU8,
    /// The future of asyncio's that is awaited.
    waiter: Mutex<Option<Py<PyAny>>>,
    given: Arc<Given>,
}

impl Signal {
    /// A signal that is attended to until [`Signal::leave`].
    pub fn new(given: Arc<Given>) -> Arc<Self> {
        Arc::new(Self { state: AtomicU8::new(ATTENDED), waiter: Mutex::default(), given })
    }

    pub fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    /// Before polling: what comes from now on is seen here.
    pub fn attend(&self) {
        self.state.store(ATTENDED, Ordering::SeqCst);
    }

    /// Whether something came since.
    pub fn is_given(&self) -> bool {
        self.state.load(Ordering::SeqCst) == WOKEN
    }

    /// Has the event loop woken from now on; false when something came before: poll again.
    pub fn leave(&self) -> bool {
        self.state.compare_exchange(ATTENDED, WAITING, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Sets `future` when there is something to poll.
    pub fn wait(&self, py: Python<'_>, future: Py<PyAny>) -> PyResult<()> {
        let before = self.waiter().replace(future);
        drop(before);
        if self.is_given() { self.tell(py) } else { Ok(()) }
    }

    /// Whoever waits goes on; called on the event loop's thread.
    pub fn tell(&self, py: Python<'_>) -> PyResult<()> {
        let Some(waiter) = self.waiter().take() else { return Ok(()) };
        if !waiter.call_method0(py, intern!(py, "done"))?.is_truthy(py)? {
            waiter.call_method1(py, intern!(py, "set_result"), (py.None(),))?;
        }
        Ok(())
    }

    fn waiter(&self) -> MutexGuard<'_, Option<Py<PyAny>>> {
        // An Option is valid whatever happened while it was locked.
        self.waiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        if self.state.swap(WOKEN, Ordering::SeqCst) != WAITING {
            return;
        }
        let given = Arc::clone(&self.given);
        let mut queue = given.queue();
        queue.push(self);
        let is_first = queue.len() == 1;
        drop(queue);
        if is_first {
            given.bell.ring();
        }
    }
}
