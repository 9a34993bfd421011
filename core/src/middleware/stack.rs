//! The order of the middleware, in one place. Outermost first:
//!
//! 1. [`Timeout`], outside of containment: a call that hangs is dropped whole.
//! 2. [`Contained`], next to the handler: whatever unwinds there becomes an answer, and nothing outside has to care.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Contained, Timeout};
use crate::handler::{Handler, Invocation};

/// A call on its way.
pub type Stack = Timeout<Contained>;

/// Starts a call that may take `limit`.
pub fn call(handler: &Arc<dyn Handler>, mut invocation: Invocation, limit: Option<Duration>) -> Stack {
    if let Some(limit) = limit {
        invocation.context.deadline = Instant::now().checked_add(limit);
    }
    Timeout::new(Contained::start(handler, invocation), limit)
}
