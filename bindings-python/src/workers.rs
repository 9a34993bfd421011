//! The threads that run plain functions, so that none blocks the event loop or another.
//!
//! In the placement [`Placement::Thread`] one of them leads: it drives the engine's I/O and runs functions that have shown to be
//! quick right there, without a thread switch. Everything else goes to the others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use oxmcp_core::mailbox::{HostMessage, Mailbox, PendingCall};
use pyo3::prelude::*;
use tokio::sync::Notify;

use crate::call::Call;
use crate::doorbell::LoopBell;
use crate::surrounding_context;
use crate::target::Target;
use oxmcp_core::host::{Driver, Placement};

/// So many calls are counted before the I/O may move to where most of them run.
const WINDOW: u32 = 128;

/// The pool of one serving server.
pub struct Workers {
    driver: OnceLock<Arc<Driver>>,
    mailbox: OnceLock<Mailbox>,
    surroundings: OnceLock<Surroundings>,
    /// Wakes the leading worker out of the runtime.
    leader_bell: Notify,
    state: Mutex<State>,
    wake: Condvar,
    limit: usize,
    balance: Balance,
}

/// From slot to [`Target`]; `None` for a registration that is gone.
type FindTarget = Box<dyn Fn(Python<'_>, u32) -> Option<Py<Target>> + Send + Sync>;

/// What a call needs besides itself.
pub struct Surroundings {
    pub target: FindTarget,
    /// Forgets a slot that nothing refers to any more.
    pub release: Box<dyn Fn(u32) + Send + Sync>,
    /// The context variables every call starts from.
    pub context: Py<PyAny>,
    /// Runs one call inside its context: `run_plain(call, target)`.
    pub run: Py<PyAny>,
    /// The event loop's bell, rung when the I/O moves there; absent on a loop that is not ours.
    pub loop_bell: Option<Arc<LoopBell>>,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<PendingCall>,
    threads: usize,
    idle: usize,
    led: bool,
    stopped: bool,
}

/// Counts calls of both kinds.
#[derive(Default)]
struct Balance {
    plain: AtomicU32,
    coroutine: AtomicU32,
}

impl Workers {
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            driver: OnceLock::new(),
            mailbox: OnceLock::new(),
            surroundings: OnceLock::new(),
            leader_bell: Notify::new(),
            state: Mutex::default(),
            wake: Condvar::new(),
            limit: limit.max(2),
            balance: Balance::default(),
        })
    }

    /// Gives the pool what it works with. Called once, before the first call arrives.
    pub fn equip(&self, driver: Arc<Driver>, mailbox: Mailbox, surroundings: Surroundings) {
        let _ = self.driver.set(driver);
        let _ = self.mailbox.set(mailbox);
        let _ = self.surroundings.set(surroundings);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement below.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The doorbell of the pool's mailbox: the leading worker if this is it, otherwise an idle one, otherwise a new one.
    pub fn ring(self: &Arc<Self>) {
        let Some(driver) = self.driver.get() else { return };
        if driver.placement() == Placement::Thread && driver.is_led_by_this_thread() {
            self.leader_bell.notify_one();
        } else {
            self.wake_one();
        }
    }

    /// Has somebody look at the mailbox or take the lead.
    pub fn wake_one(self: &Arc<Self>) {
        let mut state = self.state();
        if state.stopped {
            return;
        }
        if state.idle > 0 {
            drop(state);
            self.wake.notify_one();
        } else if state.threads < self.limit {
            state.threads += 1;
            drop(state);
            self.hire();
        }
    }

    fn hire(self: &Arc<Self>) {
        let workers = Arc::clone(self);
        let hired = thread::Builder::new().name("oxmcp-worker".to_owned()).spawn(move || workers.work());
        if let Err(error) = hired {
            self.state().threads -= 1;
            tracing::error!(%error, "no worker thread could be started; calls of plain functions wait");
        }
    }

    /// Whether calls wait that nobody was woken for: a worker may have got stuck on the call before them.
    pub fn has_backlog(self: &Arc<Self>) -> bool {
        let waiting =
            self.mailbox.get().is_some_and(|mailbox| !mailbox.is_empty()) || !self.state().jobs.is_empty();
        if waiting {
            self.wake_one();
        }
        waiting
    }

    /// Counts calls, and moves the I/O to where most of them run.
    pub fn count(self: &Arc<Self>, plain: u32, coroutine: u32) {
        let Some(driver) = self.driver.get() else { return };
        let Some(loop_bell) =
            self.surroundings.get().and_then(|surroundings| surroundings.loop_bell.as_ref())
        else {
            return;
        };
        let plain = self.balance.plain.fetch_add(plain, Ordering::Relaxed) + plain;
        let coroutine = self.balance.coroutine.fetch_add(coroutine, Ordering::Relaxed) + coroutine;
        if plain + coroutine < WINDOW {
            return;
        }
        self.balance.plain.store(0, Ordering::Relaxed);
        self.balance.coroutine.store(0, Ordering::Relaxed);
        match driver.placement() {
            Placement::EventLoop if plain / 2 > coroutine => {
                driver.set_placement(Placement::Thread);
                loop_bell.set_driven(false);
                self.wake_one();
            }
            Placement::Thread if coroutine / 2 > plain => {
                driver.set_placement(Placement::EventLoop);
                self.leader_bell.notify_one();
                loop_bell.set_driven(true);
            }
            _ => {}
        }
    }

    /// Ends the threads that wait; those inside a function end when it returns. Returns how many are still inside one.
    pub fn stop(&self) -> usize {
        let mut state = self.state();
        state.stopped = true;
        state.jobs.clear();
        self.wake.notify_all();
        self.leader_bell.notify_one();
        let patience = std::time::Duration::from_millis(500);
        let result = self.wake.wait_timeout_while(state, patience, |state| state.threads > 0);
        let (state, _) = result.unwrap_or_else(PoisonError::into_inner);
        state.threads
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.state().threads
    }

    fn work(self: Arc<Self>) {
        if let (Some(driver), Some(mailbox)) = (self.driver.get(), self.mailbox.get()) {
            // Attached once, for good: attaching a thread anew costs more than a call. Nothing can be run while the
            // interpreter is going down, and then there is no attaching.
            let _ = Python::try_attach(|py| {
                while let Some(duty) = py.detach(|| self.next_duty(driver, mailbox)) {
                    match duty {
                        Duty::Lead => self.lead(py, driver, mailbox),
                        Duty::Run(pending) => {
                            // Whoever waits behind this call gets a thread of its own: nobody knows how long it takes.
                            if !mailbox.is_empty() {
                                self.wake_one();
                            }
                            if let Some(target) = self.target(py, pending.slot.index()) {
                                self.run(py, driver, pending, &target);
                            }
                        }
                    }
                }
            });
        }
        let mut state = self.state();
        state.threads -= 1;
        drop(state);
        self.wake.notify_all();
    }

    fn next_duty(&self, driver: &Arc<Driver>, mailbox: &Mailbox) -> Option<Duty> {
        let mut state = self.state();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(pending) = state.jobs.pop_front() {
                return Some(Duty::Run(pending));
            }
            match mailbox.take_one() {
                Some(HostMessage::Start(pending)) => return Some(Duty::Run(pending)),
                // A thread cannot be interrupted; the function can ask whether it was cancelled.
                Some(HostMessage::Cancel(_)) => continue,
                Some(HostMessage::Release(slot)) => {
                    self.release(slot);
                    continue;
                }
                None => {}
            }
            if driver.placement() == Placement::Thread && !state.led {
                state.led = true;
                return Some(Duty::Lead);
            }
            state.idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn lead(self: &Arc<Self>, py: Python<'_>, driver: &Arc<Driver>, mailbox: &Mailbox) {
        let over = || self.state().stopped || driver.placement() != Placement::Thread;
        while !over() {
            py.detach(|| {
                driver.lead(async {
                    while mailbox.is_empty() && !over() {
                        self.leader_bell.notified().await;
                    }
                });
            });
            while let Some(message) = mailbox.take_one() {
                let pending = match message {
                    HostMessage::Start(pending) => pending,
                    HostMessage::Cancel(_) => continue,
                    HostMessage::Release(slot) => {
                        self.release(slot);
                        continue;
                    }
                };
                match self.target(py, pending.slot.index()) {
                    Some(target) if target.get().is_quick() => self.run(py, driver, pending, &target),
                    _ => {
                        self.state().jobs.push_back(pending);
                        self.wake_one();
                    }
                }
            }
        }
        driver.resign();
        self.state().led = false;
    }

    fn release(&self, slot: u32) {
        if let Some(surroundings) = self.surroundings.get() {
            (surroundings.release)(slot);
        }
    }

    fn target(&self, py: Python<'_>, slot: u32) -> Option<Py<Target>> {
        self.surroundings.get().and_then(|surroundings| (surroundings.target)(py, slot))
    }

    /// Runs one call. An answer is certain: a call dropped unanswered fails as abandoned.
    fn run(
        self: &Arc<Self>,
        py: Python<'_>,
        driver: &Arc<Driver>,
        pending: PendingCall,
        target: &Py<Target>,
    ) {
        if pending.responder.is_cancelled() {
            return;
        }
        let Some(surroundings) = self.surroundings.get() else { return };
        let started = Instant::now();
        let outcome = Bound::new(py, Call::new(pending, Arc::clone(driver))).and_then(|call| {
            let context = surrounding_context::for_call(py, call.get().invocation(), &surroundings.context)?;
            context.call_method1(pyo3::intern!(py, "run"), (surroundings.run.bind(py), call, target.bind(py)))
        });
        if let Err(error) = outcome {
            error.write_unraisable(py, None);
        }
        target.get().record(started.elapsed());
        self.count(1, 0);
    }
}

enum Duty {
    Lead,
    Run(PendingCall),
}
