//! A request that stays open and tells of changes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use super::Shutdown;
use super::exchange::Outgoing;
use super::tasks::Tasks;
use crate::eras::{Ended, Flight, Voice};
use crate::model::Change;
use crate::registry::Watch;

/// One subscription.
pub(super) struct Subscription {
    voice: Voice,
    flight: Option<Flight>,
    /// The first message, until it is told (SUB-2).
    acknowledgement: Option<String>,
    next: Next,
    shutdown: Shutdown,
    /// Waits for the end of the part of the server it came in at.
    part_ends: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    tasks: Tasks,
    _counted: Counted,
}

/// Waits for the next change, or for the server's end; gives the feed back with a change.
type Next = Pin<Box<dyn Future<Output = Option<(Watch, Change)>> + Send>>;

fn next(watch: Watch, shutdown: Shutdown) -> Next {
    Box::pin(async move {
        let change = tokio::select! {
            biased;
            () = shutdown.triggered() => None,
            change = watch.next() => Some(change),
        };
        change.map(|change| (watch, change))
    })
}

impl Subscription {
    pub(super) fn new(
        voice: Voice,
        flight: Option<Flight>,
        acknowledgement: String,
        watch: Watch,
        shutdown: Shutdown,
        counted: Counted,
        tasks: Tasks,
    ) -> Self {
        let next = next(watch, shutdown.clone());
        Self {
            voice,
            flight,
            acknowledgement: Some(acknowledgement),
            next,
            shutdown,
            part_ends: None,
            tasks,
            _counted: counted,
        }
    }

    /// Ends with this signal, too.
    pub(super) fn end_with(&mut self, shutdown: Shutdown) {
        self.part_ends = Some(Box::pin(async move { shutdown.triggered().await }));
    }

    /// The end that the server makes: the response, and what follows it.
    pub(super) fn close(&self) -> (Outgoing, Option<Outgoing>) {
        let (said, then) = self.voice.close_subscription();
        (said.into(), then.map(Outgoing::Message))
    }

    /// The next thing to tell, and what follows it if that is the last. Over after anything but a message.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<(Outgoing, Option<Outgoing>)> {
        let ended = self.flight.as_ref().and_then(|flight| flight.poll_ended(context));
        if matches!(ended, Some(Ended::Cancelled)) {
            return Poll::Ready((Outgoing::Cancelled(self.voice.cancelled()), None));
        }
        if let Some(acknowledgement) = self.acknowledgement.take() {
            return Poll::Ready((Outgoing::Message(acknowledgement), None));
        }
        let part_ended =
            |ends: &mut Pin<Box<dyn Future<Output = ()> + Send>>| ends.as_mut().poll(context).is_ready();
        if ended.is_some() || self.part_ends.as_mut().is_some_and(part_ended) {
            return Poll::Ready(self.close());
        }
        loop {
            let Some((watch, change)) = std::task::ready!(self.next.as_mut().poll(context)) else {
                return Poll::Ready(self.close());
            };
            self.next = next(watch, self.shutdown.clone());
            let message = match &change {
                // One that is gone since has nothing to say.
                Change::Task(id) => self.tasks.news(id, &self.voice),
                change => Some(self.voice.change(change)),
            };
            if let Some(message) = message {
                return Poll::Ready((Outgoing::Message(message), None));
            }
        }
    }
}

/// One of a bounded number; counted until dropped.
#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// One more, if there are fewer than `max`.
    pub(super) fn enter(count: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| (now < max).then_some(now + 1))
            .ok()
            .map(|_| Self(Arc::clone(count)))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
