//! How long streams live: as long as the credentials that they were opened with, which nobody looks at again.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::engine::Shutdown;
use crate::model::Principal;

/// How long a stream lives whose credentials have ended already: they count for as long as clocks may differ.
const LEEWAY: Duration = Duration::from_secs(30);

/// When what a request's credentials grant ends, if it does.
pub(super) fn end(principal: Option<&Principal>) -> Option<Instant> {
    let end = principal?.grants()?.expires_at?;
    Instant::now().checked_add(end.duration_since(SystemTime::now()).unwrap_or(LEEWAY))
}

/// The end of a stream that was opened with credentials.
pub(super) struct Ending {
    alarm: Pin<Box<Sleep>>,
    /// Whom to tell, so that there is a last word; without it the stream just ends.
    told: Option<Shutdown>,
}

impl Ending {
    pub(super) fn at(end: Instant, told: Option<Shutdown>) -> Self {
        Self { alarm: Box::pin(sleep_until(end)), told }
    }

    /// Ready when it has come, with whether somebody was told.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.alarm.as_mut().poll(cx).map(|()| {
            self.told.iter().for_each(Shutdown::trigger);
            self.told.is_some()
        })
    }
}

/// The life of a session whose messages come with credentials of their own: as long as the best of them count.
pub(super) struct Lease(Mutex<Option<Instant>>);

impl Lease {
    pub(super) fn new(principal: Option<&Principal>) -> Self {
        Self(Mutex::new(end(principal)))
    }

    fn current(&self) -> MutexGuard<'_, Option<Instant>> {
        // It is replaced as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message came with these credentials.
    pub(super) fn renew(&self, principal: Option<&Principal>) {
        let mut current = self.current();
        // Without an end there is nothing to put off.
        if let Some(before) = *current {
            *current = end(principal).map(|end| end.max(before));
        }
    }

    /// Waits for the end with this timer, which is made when there is one. Ready when it has come.
    pub(super) fn poll_end(&self, alarm: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(end) = *self.current() else { return Poll::Pending };
        let alarm = alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if alarm.deadline() != end {
            alarm.as_mut().reset(end);
        }
        alarm.as_mut().poll(cx)
    }
}
