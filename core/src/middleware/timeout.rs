//! No call takes longer than it may (CAN-9).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::stack::CallTime;
use crate::handler::{EventSender, Failure, FailureKind, Reply};

/// What the timer of a call is set to while its clock stands.
const NOT_SOON: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A call with a limit. When it is over the call's future is dropped, which cancels it.
pub struct Timeout<F> {
    call: Option<F>,
    clock: Option<Box<Clock>>,
}

/// The time of one call. Boxed: a call is moved several times, and most have none.
struct Clock {
    limit: Duration,
    /// Whether its tool said so, and not its server.
    is_own: bool,
    began: Instant,
    /// Since when it stands.
    stands: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
    /// How long it may take in all, and who knows when there was progress.
    progress: Option<(Duration, EventSender)>,
}

impl<F> Timeout<F> {
    /// Lets `call` take as long as it likes.
    #[inline]
    pub(super) const fn none(call: F) -> Self {
        Self { call: Some(call), clock: None }
    }

    /// Lets `call` take `limit`, counted from now. Without a Tokio runtime around there is no clock, and no limit. What it says on
    /// its way gives it its time anew where `events` are given.
    #[cold]
    pub(super) fn new(call: F, limit: Duration, time: CallTime, events: Option<EventSender>) -> Self {
        if tokio::runtime::Handle::try_current().is_err() {
            return Self::none(call);
        }
        let progress = time.with_progress.filter(|most| *most > limit).zip(events);
        if let Some((_, events)) = &progress {
            events.mind_progress();
        }
        let clock = Clock {
            limit,
            is_own: time.is_own,
            began: Instant::now(),
            stands: None,
            sleep: Box::pin(tokio::time::sleep(limit)),
            progress,
        };
        Self { call: Some(call), clock: Some(Box::new(clock)) }
    }

    /// Lets the call take so much longer.
    pub fn extend(&mut self, by: Duration) {
        if let Some(clock) = &mut self.clock
            && let Some(later) = clock.sleep.deadline().checked_add(by)
        {
            clock.began += by;
            clock.sleep.as_mut().reset(later);
        }
    }

    /// Stops the clock; `None` where there is none. What is left is for [`Timeout::go_on`].
    pub fn hold(&mut self) -> Option<Duration> {
        let clock = self.clock.as_mut()?;
        let now = Instant::now();
        let left = clock.sleep.deadline().saturating_duration_since(now);
        clock.stands = Some(now);
        clock.sleep.as_mut().reset(now + NOT_SOON);
        Some(left)
    }

    /// Lets the clock that was stopped run again, for so long.
    pub fn go_on(&mut self, left: Duration) {
        if let Some(clock) = &mut self.clock {
            let now = Instant::now();
            // What others take is not the call's.
            clock.began += clock.stands.take().map_or(Duration::ZERO, |since| now - since);
            clock.sleep.as_mut().reset(now + left);
        }
    }

    /// The call is a task from here on: what its server allows those who wait for an answer is not for it.
    pub fn become_task(&mut self) {
        if self.clock.as_ref().is_some_and(|clock| !clock.is_own) {
            self.clock = None;
        }
    }
}

impl Clock {
    /// Whether there was progress that gives it more time.
    fn goes_on(&mut self) -> bool {
        let Some((most, events)) = &self.progress else { return false };
        let Some(progressed) = events.progressed() else { return false };
        let end = (progressed + self.limit).min(self.began + *most);
        let is_later = end > self.sleep.deadline();
        if is_later {
            self.sleep.as_mut().reset(end);
        }
        is_later
    }

    /// How long that was.
    fn taken(&self) -> Duration {
        match &self.progress {
            Some((most, _)) if self.began.elapsed() >= *most => *most,
            _ => self.limit,
        }
    }
}

impl<F: Future<Output = Reply> + Unpin> Future for Timeout<F> {
    type Output = Reply;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let this = &mut *self;
        let Some(call) = &mut this.call else { return Poll::Pending };
        if let Poll::Ready(reply) = Pin::new(call).poll(context) {
            this.call = None;
            return Poll::Ready(reply);
        }
        let Some(clock) = &mut this.clock else { return Poll::Pending };
        while clock.sleep.as_mut().poll(context).is_ready() {
            if clock.goes_on() {
                continue;
            }
            this.call = None;
            let message = format!("this took longer than the {} it may take", in_words(clock.taken()));
            return Poll::Ready(Err(Failure::new(FailureKind::TimedOut, message)));
        }
        Poll::Pending
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
            .field("limit", &self.clock.as_ref().map(|clock| clock.limit))
            .finish_non_exhaustive()
    }
}
