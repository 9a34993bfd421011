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

/// How long calls may take, and how much they may answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallBounds {
    /// How long a call may take when its tool does not say; `None` is for ever. Not of what becomes a task.
    pub timeout: Option<Duration>,
    /// How long a call with a limit may take in all, where each report of progress gives it its time anew; `None` where a limit is a
    /// limit.
    pub timeout_with_progress: Option<Duration>,
    /// The most bytes of an output when its tool does not say, see [`fit`](crate::limits::fit); `None` is any.
    pub max_output_bytes: Option<usize>,
}

impl CallBounds {
    /// How long a call may take, of which `own` is said.
    #[inline]
    pub(crate) fn time_of(&self, own: Option<Duration>) -> CallTime {
        CallTime { limit: own.or(self.timeout), with_progress: self.timeout_with_progress, is_own: own.is_some() }
    }
}

/// How long a call may take.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallTime {
    pub(super) limit: Option<Duration>,
    pub(super) with_progress: Option<Duration>,
    pub(super) is_own: bool,
}

impl CallTime {
    /// So long, whatever it says on the way.
    #[must_use]
    pub const fn of(limit: Option<Duration>) -> Self {
        Self { limit, with_progress: None, is_own: true }
    }
}

/// Starts a call that may take so long.
#[inline]
pub fn call(handler: &Arc<dyn Handler>, mut invocation: Invocation, time: CallTime) -> Stack {
    let Some(limit) = time.limit else { return Timeout::none(Contained::start(handler, invocation)) };
    invocation.context.deadline = Instant::now().checked_add(limit);
    let events = time.with_progress.map(|_| invocation.context.events.clone());
    Timeout::new(Contained::start(handler, invocation), limit, time, events)
}
