//! What a call of a plain function needs besides itself.

use std::sync::Arc;

use oxmcp_core::mailbox::PendingCall;
use pyo3::prelude::*;

use crate::doorbell::LoopBell;
use crate::target::Target;

/// From a call to its [`Target`]; `None` for a registration that is gone.
type FindTarget = Box<dyn Fn(Python<'_>, &PendingCall) -> Option<Py<Target>> + Send + Sync>;

/// What a call needs besides itself.
pub struct Surroundings {
    pub target: FindTarget,
    /// Forgets a slot that nothing refers to any more.
    pub release: Box<dyn Fn(u32) + Send + Sync>,
    /// The context variables every call starts from.
    pub context: Py<PyAny>,
    /// Starts a thread of Python's: `start_thread(name, run)`.
    pub start_thread: Py<PyAny>,
    /// Runs one call inside its context: `run_plain(call, target)`.
    pub run: Py<PyAny>,
    /// The event loop's bell, rung when the I/O moves there; absent on a loop that is not ours.
    pub loop_bell: Option<Arc<LoopBell>>,
}
