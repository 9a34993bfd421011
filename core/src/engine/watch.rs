//! A request that stays open and tells of changes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use super::exchange::Outgoing;
use super::state::State;
use super::tasks::{Owner, Tasks};
use super::{Edge, Engine, Shutdown, overloaded};
use crate::eras::{Asked, Ended, Flight, Voice};
use crate::model::{Change, OperationKind, WatchFilter};
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

impl Engine {
    /// Begins a subscription, unless there are too many.
    #[cold]
    pub(super) fn begin_watch(
        &self,
        asked: Asked,
        mut filter: WatchFilter,
        flight: Option<Flight>,
        edge: &Edge,
    ) -> State {
        let owner = Owner::of(asked.voice.caller(), edge);
        filter.task_ids.retain(|id| self.0.rounds.tasks.find(id, &owner).is_some());
        let (counted, shutdown) = match edge {
            Edge::Connection(connection) | Edge::Posted(connection, _) => (
                Counted::enter(&connection.subscriptions, self.0.limits.max_subscriptions),
                connection.shutdown(),
            ),
            Edge::Http(_) => {
                let max = self.0.max_http_subscriptions.load(Ordering::Relaxed);
                (Counted::enter(&self.0.http_subscriptions, max), &self.0.shutdown)
            }
        };
        let Some(counted) = counted else {
            let message = "too many subscriptions are open; try again later";
            return State::said(overloaded(&asked, OperationKind::Watch, message));
        };
        let acknowledgement = asked.voice.acknowledge(&filter);
        let hears = if filter.resource_uris.is_empty() { None } else { self.hearing(&asked, edge) };
        if let Some(hears) = &hears {
            filter.resource_uris.retain(|uri| hears(uri));
        }
        let watch = self.0.registry.watch(filter);
        if let Some(hears) = hears {
            watch.tell_only(hears);
        }
        State::Subscription(Box::new(Subscription::new(
            asked.voice,
            flight,
            acknowledgement,
            watch,
            shutdown.clone(),
            counted,
            self.0.rounds.tasks.clone(),
        )))
    }
}

impl Subscription {
    fn new(
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
