//! Calls that wait for their client to call again with answers: bounded in number, in bytes and in time.
//!
//! A parked call is not polled. One whose client does not come back in time is dropped, which cancels it (MRTR-13). One task
//! watches the clock, and only while something is parked.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Shutdown;
use super::dispatch::Running;
use crate::handler::{Events, Failure, FailureKind, PendingQuestion};
use crate::middleware::in_words;

/// What may be parked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) calls: usize,
    pub(super) bytes: usize,
    pub(super) time: Duration,
}

/// A call without a request.
pub(super) struct ParkedCall {
    pub(super) running: Running,
    pub(super) events: Events,
    /// The questions that are not answered.
    pub(super) open: Vec<PendingQuestion>,
    /// About how much memory it holds.
    pub(super) bytes: usize,
    /// The connection its client is at, if it is at one.
    pub(super) connection: Option<u64>,
    /// Since when it waits.
    pub(super) since: Instant,
}

/// The table. Clones share it.
#[derive(Clone)]
pub(super) struct ParkedCalls(Arc<Shared>);

struct Shared {
    bounds: Bounds,
    shutdown: Shutdown,
    table: Mutex<Table>,
    next: AtomicU64,
    /// Rings when something is due earlier than the keeper thinks, and when the table goes away.
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Table {
    calls: HashMap<u64, Slot>,
    /// When something is to be done about which call.
    due: BTreeSet<(Instant, u64)>,
    bytes: usize,
    /// Whether somebody watches the clock.
    is_kept: bool,
}

struct Slot {
    call: ParkedCall,
    expires: Instant,
    due: Instant,
}

impl Slot {
    /// When something is to be done about it next: the call's own end, or a question's.
    fn next_due(&self) -> Instant {
        let since = self.call.since;
        self.call.open.iter().filter_map(|pending| ends(pending, since)).fold(self.expires, Instant::min)
    }
}

/// When the time of a question is over that was asked then; `None` where it has no limit.
fn ends(pending: &PendingQuestion, since: Instant) -> Option<Instant> {
    pending.question.timeout.and_then(|limit| since.checked_add(limit))
}

impl Table {
    fn remove(&mut self, id: u64) -> Option<ParkedCall> {
        let slot = self.calls.remove(&id)?;
        self.due.remove(&(slot.due, id));
        self.bytes -= slot.call.bytes;
        Some(slot.call)
    }
}

/// What is over: dropped, and answered, after the lock.
#[derive(Default)]
struct Over {
    calls: Vec<ParkedCall>,
    questions: Vec<PendingQuestion>,
}

impl Drop for Over {
    fn drop(&mut self) {
        for pending in self.questions.drain(..) {
            let limit = in_words(pending.question.timeout.unwrap_or_default());
            let message = format!("the client did not answer within {limit}");
            pending.answer(Err(Failure::new(FailureKind::TimedOut, message)));
        }
    }
}

impl ParkedCalls {
    pub(super) fn new(bounds: Bounds, shutdown: Shutdown) -> Self {
        Self(Arc::new(Shared {
            bounds,
            shutdown,
            table: Mutex::default(),
            next: AtomicU64::new(1),
            changed: Arc::default(),
        }))
    }

    /// How long a call may be parked.
    pub(super) fn time(&self) -> Duration {
        self.0.bounds.time
    }

    /// Whether a call of so many bytes finds room.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.0.has_room(&self.0.table(), bytes)
    }

    /// A number for a call that is to be parked. Never used again: a call that is parked a second time has another.
    pub(super) fn number(&self) -> u64 {
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Parks a call under its number. Returns whether there was room; where not, it is dropped.
    pub(super) fn park(&self, id: u64, call: ParkedCall) -> bool {
        let now = Instant::now();
        let expires = now.checked_add(self.0.bounds.time).unwrap_or(now);
        let mut table = self.0.table();
        if !self.0.has_room(&table, call.bytes) {
            drop(table);
            drop(call);
            return false;
        }
        let mut slot = Slot { call, expires, due: expires };
        slot.due = slot.next_due();
        let is_first = table.due.first().is_none_or(|(first, _)| slot.due < *first);
        table.due.insert((slot.due, id));
        table.bytes += slot.call.bytes;
        table.calls.insert(id, slot);
        let starts = !std::mem::replace(&mut table.is_kept, true);
        drop(table);
        if starts {
            self.keep();
        } else if is_first {
            self.0.changed.notify_one();
        }
        true
    }

    /// Takes a parked call out; `None` when it went on already, or its time is over.
    pub(super) fn take(&self, id: u64) -> Option<ParkedCall> {
        // What is overdue is gone even where nobody watches the clock.
        drop(self.0.sweep());
        self.0.table().remove(id)
    }

    /// Drops the calls whose client was at this connection.
    pub(super) fn leave(&self, connection: u64) {
        let mut table = self.0.table();
        let is_left = |slot: &Slot| slot.call.connection == Some(connection);
        let left: Vec<_> = table.calls.iter().filter_map(|(id, slot)| is_left(slot).then_some(*id)).collect();
        let left: Vec<_> = left.into_iter().filter_map(|id| table.remove(id)).collect();
        drop(table);
        drop(left);
    }

    /// How many are parked, and how many bytes they hold.
    pub(super) fn held(&self) -> (usize, usize) {
        let table = self.0.table();
        (table.calls.len(), table.bytes)
    }

    /// Starts to watch the clock.
    fn keep(&self) {
        let kept = Kept { shared: Arc::downgrade(&self.0), is_done: false };
        let (changed, shutdown) = (Arc::clone(&self.0.changed), self.0.shutdown.clone());
        // Without a runtime around there is no clock: what is overdue goes when somebody looks.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { kept.watch(&changed, &shutdown).await });
        }
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is consistent after every method above, none of which panics.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self, table: &Table, bytes: usize) -> bool {
        !self.shutdown.is_triggered()
            && table.calls.len() < self.bounds.calls
            && table.bytes.saturating_add(bytes) <= self.bounds.bytes
    }

    /// Takes out what is over now.
    fn sweep(&self) -> Over {
        let now = Instant::now();
        let mut over = Over::default();
        let mut table = self.table();
        while let Some(&(due, id)) = table.due.first().filter(|(due, _)| *due <= now) {
            let Some(slot) = table.calls.get_mut(&id).filter(|slot| slot.expires > now) else {
                table.due.remove(&(due, id));
                over.calls.extend(table.remove(id));
                continue;
            };
            let since = slot.call.since;
            let is_over = |pending: &mut PendingQuestion| ends(pending, since).is_some_and(|end| end <= now);
            over.questions.extend(slot.call.open.extract_if(.., is_over));
            slot.due = slot.next_due();
            let next = slot.due;
            table.due.remove(&(due, id));
            table.due.insert((next, id));
        }
        over
    }

    /// When to look again; `None` when nothing is parked, and then nobody watches any more.
    fn next_due(&self) -> Option<Instant> {
        let mut table = self.table();
        let first = table.due.first().map(|(due, _)| *due);
        table.is_kept = first.is_some();
        first
    }

    fn clear(&self) {
        let mut table = self.table();
        let calls = std::mem::take(&mut table.calls);
        table.due.clear();
        table.bytes = 0;
        drop(table);
        drop(calls);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

/// Whoever watches the clock. Dropped with its runtime it leaves the place to another.
struct Kept {
    shared: Weak<Shared>,
    /// Whether the place was given back in good order.
    is_done: bool,
}

impl Kept {
    async fn watch(mut self, changed: &Notify, shutdown: &Shutdown) {
        loop {
            let due = {
                let Some(shared) = self.shared.upgrade() else { return };
                drop(shared.sweep());
                shared.next_due()
            };
            let Some(due) = due else {
                self.is_done = true;
                return;
            };
            tokio::select! {
                biased;
                () = shutdown.triggered() => {
                    if let Some(shared) = self.shared.upgrade() {
                        shared.clear();
                    }
                }
                () = changed.notified() => {}
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade().filter(|_| !self.is_done) {
            shared.table().is_kept = false;
        }
    }
}

impl fmt::Debug for ParkedCalls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, bytes) = self.held();
        formatter.debug_struct("ParkedCalls").field("calls", &calls).field("bytes", &bytes).finish()
    }
}
