//! What is counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::durations::{Buckets, Recent, Window};
use super::labels;
use crate::middleware::{Begun, OperationEvent, Outcome, Permit};
use crate::model::OperationKind;

/// The most operations that are told apart; what comes after these counts as [`labels::OTHER`].
const MAX_ITEMS: usize = 10_000;

/// All of it. One of it for each server.
pub(super) struct Counts {
    state: Mutex<State>,
    pub(super) began: SystemTime,
    pub(super) gauges: Gauges,
    /// Log lines for which there was no room.
    pub(super) lines_lost: Arc<AtomicU64>,
    /// Spans for which there was no room, or nobody who took them.
    pub(super) spans_lost: Arc<AtomicU64>,
}

/// What there is at the moment.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    pub(super) connections: AtomicI64,
    pub(super) streams: AtomicI64,
    pub(super) sessions: AtomicI64,
    pub(super) subscriptions: AtomicI64,
    pub(super) in_flight: AtomicI64,
}

#[derive(Default)]
struct State {
    /// By method and target; without a target by nothing.
    operations: BTreeMap<(Box<str>, Box<str>), Item>,
    sessions: Buckets,
    refused: BTreeMap<u16, u64>,
}

struct Item {
    /// By error; the first is of what went well. There are few.
    outcomes: Vec<(Box<str>, Buckets)>,
    window: Option<Window>,
}

/// One series.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) method: Box<str>,
    pub(super) target: Option<Box<str>>,
    pub(super) outcomes: Vec<(Option<Box<str>>, Buckets)>,
    pub(super) recent: Recent,
}

/// All series.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) operations: Vec<Counted>,
    pub(super) sessions: Buckets,
    pub(super) refused: BTreeMap<u16, u64>,
}

impl Counts {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            began: SystemTime::now(),
            gauges: Gauges::default(),
            lines_lost: Arc::default(),
            spans_lost: Arc::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counts are valid whatever happened while they were locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, event: &OperationEvent<'_>) {
        let error = error_of(event);
        let (method, target) = (labels::method(event), labels::target(event).unwrap_or_default());
        let now = Instant::now();
        let mut state = self.state();
        let item = state.item(method, target, now);
        item.count(error.map_or("", labels::error), event.duration);
        if let Some(window) = &mut item.window {
            window.record(event.duration, error.is_some(), now);
        }
    }

    pub(super) fn refuse(&self, status: u16) {
        *self.state().refused.entry(status).or_default() += 1;
    }

    /// Counts something for as long as what is returned exists.
    pub(super) fn begin(self: &Arc<Self>, what: Begun) -> Permit {
        self.gauge(what).fetch_add(1, Ordering::Relaxed);
        Box::new(Under { counts: Arc::clone(self), what, since: Instant::now() })
    }

    fn gauge(&self, what: Begun) -> &AtomicI64 {
        match what {
            Begun::Operation(OperationKind::Watch) => &self.gauges.subscriptions,
            Begun::Operation(_) => &self.gauges.in_flight,
            Begun::Connection => &self.gauges.connections,
            Begun::Stream => &self.gauges.streams,
            Begun::Session => &self.gauges.sessions,
        }
    }

    pub(super) fn read(&self) -> Reading {
        let now = Instant::now();
        let mut state = self.state();
        let operations = state.operations.iter_mut().map(|((method, target), item)| Counted {
            method: method.clone(),
            target: (!target.is_empty()).then(|| target.clone()),
            outcomes: item
                .outcomes
                .iter()
                .map(|(error, buckets)| ((!error.is_empty()).then(|| error.clone()), buckets.clone()))
                .collect(),
            recent: item.window.as_mut().map(|window| window.recent(now)).unwrap_or_default(),
        });
        let operations = operations.collect();
        Reading { operations, sessions: state.sessions.clone(), refused: state.refused.clone() }
    }
}

/// Why an operation is one of those that failed, if it is.
pub(super) fn error_of<'a>(event: &OperationEvent<'a>) -> Option<&'a str> {
    match event.outcome {
        Outcome::Allowed | Outcome::Deferred => None,
        Outcome::Cancelled => Some(labels::CANCELLED),
        Outcome::Denied | Outcome::Error => Some(event.error.unwrap_or(event.outcome.name())),
    }
}

impl State {
    fn item(&mut self, method: &str, target: &str, now: Instant) -> &mut Item {
        let mut key = (Box::from(method), Box::from(target));
        if self.operations.len() >= MAX_ITEMS && !self.operations.contains_key(&key) {
            key = (labels::OTHER.into(), Box::default());
        }
        self.operations.entry(key).or_insert_with(|| Item { outcomes: Vec::new(), window: Window::new(now) })
    }
}

impl Item {
    fn count(&mut self, error: &str, duration: Duration) {
        if let Some((_, buckets)) = self.outcomes.iter_mut().find(|(known, _)| **known == *error) {
            return buckets.record(duration);
        }
        let mut buckets = Buckets::default();
        buckets.record(duration);
        self.outcomes.push((error.into(), buckets));
    }
}

/// Something under way.
struct Under {
    counts: Arc<Counts>,
    what: Begun,
    since: Instant,
}

impl Drop for Under {
    fn drop(&mut self) {
        self.counts.gauge(self.what).fetch_sub(1, Ordering::Relaxed);
        if self.what == Begun::Session {
            self.counts.state().sessions.record(self.since.elapsed());
        }
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Counts").field("gauges", &self.gauges).finish_non_exhaustive()
    }
}
