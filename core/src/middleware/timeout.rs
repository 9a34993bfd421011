//! No call takes longer than it may (CAN-9).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::handler::{Failure, FailureKind, Reply};

/// What the timer of a call is set to while its clock stands.
const NOT_SOON: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A call with a limit. When it is over the call's future is dropped, which cancels it.
pub struct Timeout<F> {
    call: Option<F>,
    limit: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl<F> Timeout<F> {
    /// Lets `call` take `limit`, counted from now. Without a Tokio runtime around there is no clock, and no limit.
    pub fn new(call: F, limit: Option<Duration>) -> Self {
        let limit = limit.filter(|_| tokio::runtime::Handle::try_current().is_ok());
        Self { call: Some(call), limit: limit.map(|limit| (limit, Box::pin(tokio::time::sleep(limit)))) }
    }

    /// Lets the call take so much longer.
    pub fn extend(&mut self, by: Duration) {
        if let Some((_, sleep)) = &mut self.limit
            && let Some(later) = sleep.deadline().checked_add(by)
        {
            sleep.as_mut().reset(later);
        }
    }

    /// Stops the clock; `None` where there is none. What is left is for [`Timeout::go_on`].
    pub fn hold(&mut self) -> Option<Duration> {
        let (_, sleep) = self.limit.as_mut()?;
        let left = sleep.deadline().saturating_duration_since(Instant::now());
        sleep.as_mut().reset(Instant::now() + NOT_SOON);
        Some(left)
    }

    /// Lets the clock that was stopped run again, for so long.
    pub fn go_on(&mut self, left: Duration) {
        if let Some((_, sleep)) = &mut self.limit {
            sleep.as_mut().reset(Instant::now() + left);
        }
    }
}

impl<F: Future<Output = Reply> + Unpin> Future for Timeout<F> {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let this = &mut *self;
        let Some(call) = &mut this.call else { return Poll::Pending };
        if let Poll::Ready(reply) = Pin::new(call).poll(context) {
            this.call = None;
            return Poll::Ready(reply);
        }
        let Some((limit, sleep)) = &mut this.limit else { return Poll::Pending };
        if sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        this.call = None;
        let message = format!("this took longer than the {} it may take", in_words(*limit));
        Poll::Ready(Err(Failure::new(FailureKind::TimedOut, message)))
    }
}

/// A span of time as people say it.
pub fn in_words(limit: Duration) -> String {
    if limit.as_millis().is_multiple_of(1000) {
        let seconds = limit.as_secs();
        format!("{seconds} second{}", if seconds == 1 { "" } else { "s" })
    } else {
        format!("{} milliseconds", limit.as_millis())
    }
}

impl<F> fmt::Debug for Timeout<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Timeout")
            .field("limit", &self.limit.as_ref().map(|(limit, _)| limit))
            .finish_non_exhaustive()
    }
}
