//! The threads that run plain functions, so that none blocks the event loop or another.
//!
//! In the placement [`Placement::Thread`] the first of them leads: it drives the engine's I/O and runs functions that have shown
//! to be quick right there, without a thread switch. Others it runs where nothing else is going on, and the standby thread drives
//! the I/O meanwhile; what comes while a function is running goes to the other workers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use oxmcp_core::mailbox::{HostMessage, Mailbox, PendingCall};
use pyo3::prelude::*;
use tokio::sync::Notify;

use crate::balance::Balance;
use crate::call::Call;
use crate::duty::{Busy, Duty, perform};
use crate::kept;
use crate::roster::{FIRST, Roster, Summons};
use crate::surrounding_context;
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::thread;
use oxmcp_core::host::{Driver, Placement};

/// The pool of one serving server.
pub struct Workers {
    driver: OnceLock<Arc<Driver>>,
    mailbox: OnceLock<Mailbox>,
    surroundings: OnceLock<Surroundings>,
    /// Wakes the leading worker out of the runtime.
    leader_bell: Notify,
    roster: Mutex<Roster>,
    has_tasks: AtomicBool,
    /// Whether the first worker is there, or on its way, and not inside a function: it sees to what comes, or leads soon.
    first_is_free: AtomicBool,
    /// A thread has ended.
    ended: Condvar,
    limit: usize,
    balance: Balance,
}

impl Workers {
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            driver: OnceLock::new(),
            mailbox: OnceLock::new(),
            surroundings: OnceLock::new(),
            leader_bell: Notify::new(),
            roster: Mutex::default(),
            has_tasks: AtomicBool::new(false),
            first_is_free: AtomicBool::new(false),
            ended: Condvar::new(),
            limit: limit.max(1),
            balance: Balance::default(),
        })
    }

    /// Gives the pool what it works with. Called once, before the first call arrives.
    pub fn equip(&self, driver: Arc<Driver>, mailbox: Mailbox, surroundings: Surroundings) {
        let _ = self.driver.set(driver);
        let _ = self.mailbox.set(mailbox);
        let _ = self.surroundings.set(surroundings);
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        // The roster is consistent after every statement below.
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The doorbell of the pool's mailbox: the leading worker unless it is inside a function, otherwise the first that waits,
    /// otherwise a new one.
    pub fn ring(self: &Arc<Self>) {
        let Some(driver) = self.driver.get() else { return };
        if driver.placement() == Placement::Thread && self.first_is_free.load(Ordering::SeqCst) {
            self.leader_bell.notify_one();
        } else {
            self.wake_one();
        }
    }

    /// Has somebody look at the mailbox or take the lead.
    pub fn wake_one(self: &Arc<Self>) {
        let (summons, is_short_of_one) = {
            let mut roster = self.roster();
            (roster.summon(self.limit), roster.is_short_of_one(self.limit))
        };
        match summons {
            Summons::None if is_short_of_one => self.leader_bell.notify_one(),
            Summons::None => {}
            Summons::Wake(thread) => thread.unpark(),
            Summons::Hire(number) => {
                self.first_is_free.fetch_or(number == FIRST, Ordering::SeqCst);
                self.hire(number);
            }
        }
    }

    /// Has a worker call something: the first, if it has nothing to do.
    pub fn assign(self: &Arc<Self>, task: Py<PyAny>) {
        self.roster().tasks.push_back(task);
        self.has_tasks.store(true, Ordering::SeqCst);
        self.ring();
    }

    /// Has the first worker look, which leads.
    fn wake_first(self: &Arc<Self>) {
        let mut roster = self.roster();
        if let Some(first) = roster.summon_first() {
            first.unpark();
        } else if roster.len() == 0 {
            drop(roster);
            self.wake_one();
        }
    }

    /// Starts a worker. Whoever rings may be driving the I/O and must not wait for the interpreter; a helper does.
    fn hire(self: &Arc<Self>, number: usize) {
        let workers = Arc::clone(self);
        let helper = std::thread::Builder::new().name("oxmcp-hire".to_owned()).spawn(move || {
            let started = Python::try_attach(|py| {
                let worker = Arc::clone(&workers);
                let work = move |py: Python<'_>| worker.work(py, number);
                workers.surroundings.get().is_some_and(|surroundings| {
                    let name = format!("oxmcp-worker-{number}");
                    thread::start(py, &surroundings.start_thread, name, Box::new(work))
                })
            });
            if started != Some(true) {
                workers.forget(number);
                tracing::error!("no worker thread could be started; calls of plain functions wait");
            }
            workers.helped();
        });
        if let Err(error) = helper {
            self.forget(number);
            self.helped();
            tracing::error!(%error, "no worker thread could be started; calls of plain functions wait");
        }
    }

    fn forget(&self, number: usize) {
        self.first_is_free.fetch_and(number != FIRST, Ordering::SeqCst);
        self.roster().leave(number);
        self.ended.notify_all();
    }

    /// A thread that starts workers has let go of the interpreter for good: it must not want it while that goes down.
    fn helped(&self) {
        self.roster().helped();
        self.ended.notify_all();
    }

    /// Whether calls wait that nobody was woken for: a worker may have got stuck on the call before them.
    pub fn has_backlog(self: &Arc<Self>) -> bool {
        let waiting =
            self.mailbox.get().is_some_and(|mailbox| !mailbox.is_empty()) || self.roster().has_work();
        if waiting {
            self.ring();
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
        let Some(placement) = self.balance.count(plain, coroutine, driver.placement()) else { return };
        driver.set_placement(placement);
        if placement == Placement::Thread {
            loop_bell.set_driven(false);
            self.wake_first();
        } else {
            self.leader_bell.notify_one();
            loop_bell.set_driven(true);
        }
    }

    /// Ends the threads that wait; those inside a function end when it returns. Returns how many are still inside one.
    pub fn stop(&self) -> usize {
        let mut roster = self.roster();
        for thread in roster.stop() {
            thread.unpark();
        }
        self.leader_bell.notify_one();
        let patience = std::time::Duration::from_millis(500);
        let result = self.ended.wait_timeout_while(roster, patience, |roster| roster.present() > 0);
        let (roster, _) = result.unwrap_or_else(PoisonError::into_inner);
        roster.present()
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.roster().present()
    }

    fn work(self: &Arc<Self>, py: Python<'_>, number: usize) {
        self.roster().arrive(number);
        if let (Some(driver), Some(mailbox)) = (self.driver.get(), self.mailbox.get()) {
            while let Some(duty) = py.detach(|| self.next_duty(number, driver, mailbox)) {
                let _busy = Busy::unless(&self.first_is_free, number != FIRST || matches!(duty, Duty::Lead));
                if !matches!(duty, Duty::Lead) && (!mailbox.is_empty() || self.roster().has_work()) {
                    // Whatever waits behind this gets a thread of its own: nobody knows how long it takes.
                    self.wake_one();
                }
                match duty {
                    Duty::Lead => self.lead(py, driver, mailbox),
                    Duty::Task(task) => perform(py, &task),
                    Duty::Run(pending) => {
                        if let Some(target) = self.target(py, &pending) {
                            self.run(py, driver, pending, &target);
                        }
                    }
                }
            }
        }
        self.forget(number);
    }

    fn next_duty(&self, number: usize, driver: &Arc<Driver>, mailbox: &Mailbox) -> Option<Duty> {
        let mut roster = self.roster();
        loop {
            if roster.stopped {
                drop(roster);
                kept::send();
                return None;
            }
            let next = roster.jobs.pop_front().or_else(|| self.next_call(mailbox));
            if let Some(pending) = next {
                drop(roster);
                kept::send();
                return Some(Duty::Run(pending));
            }
            if let Some(task) = self.next_task(&mut roster) {
                drop(roster);
                kept::send();
                return Some(Duty::Task(task));
            }
            if number == FIRST && driver.placement() == Placement::Thread {
                return Some(Duty::Lead);
            }
            roster.wait(number);
            drop(roster);
            kept::send();
            loop {
                roster = self.roster();
                if roster.stopped || !roster.waits(number) {
                    roster.arrive(number);
                    break;
                }
                drop(roster);
                std::thread::park();
            }
        }
    }

    fn next_task(&self, roster: &mut Roster) -> Option<Py<PyAny>> {
        let task = roster.tasks.pop_front();
        self.has_tasks.store(!roster.tasks.is_empty(), Ordering::SeqCst);
        task
    }

    /// The next call in the mailbox; what else is in it is seen to.
    fn next_call(&self, mailbox: &Mailbox) -> Option<PendingCall> {
        loop {
            match mailbox.take_one()? {
                HostMessage::Start(pending) => return Some(pending),
                // A thread cannot be interrupted; the function can ask whether it was cancelled.
                // Whoever asks from here waits for a notice, see `questions`.
                HostMessage::Cancel(_) | HostMessage::Answer { .. } => {}
                HostMessage::Release(slot) => self.release(slot),
            }
        }
    }

    fn lead(self: &Arc<Self>, py: Python<'_>, driver: &Arc<Driver>, mailbox: &Mailbox) {
        let over = || self.roster().stopped || driver.placement() != Placement::Thread;
        while !over() {
            kept::tell(py);
            py.detach(|| {
                driver.keep(kept::take());
                driver.lead(async {
                    let idle = || mailbox.is_empty() && !self.has_tasks.load(Ordering::SeqCst);
                    while idle() && !self.roster().is_short_of_one(self.limit) && !over() {
                        self.leader_bell.notified().await;
                    }
                });
            });
            while let Some(pending) = self.next_call(mailbox) {
                let Some(target) = self.target(py, &pending) else { continue };
                let _busy = Busy::unless(&self.first_is_free, false);
                if target.get().is_quick() {
                    self.run(py, driver, pending, &target);
                } else if self.limit == 1 || (mailbox.is_empty() && self.roster().only_one_is_busy()) {
                    // Nothing else is going on, so it stays on the thread that ran what came before.
                    driver.keep(kept::take());
                    driver.stand_in();
                    self.run(py, driver, pending, &target);
                    break;
                } else {
                    self.roster().jobs.push_back(pending);
                    self.wake_one();
                }
            }
            self.help_out(py, driver);
            while self.has_tasks.load(Ordering::SeqCst) {
                kept::tell(py);
                let Some(task) = self.next_task(&mut self.roster()) else { break };
                let _busy = Busy::unless(&self.first_is_free, false);
                driver.keep(kept::take());
                driver.stand_in();
                perform(py, &task);
            }
        }
        kept::tell(py);
        driver.keep(kept::take());
        driver.resign();
    }

    /// The leader runs what it left to the others, when they are all busy: it is one of the workers, too.
    fn help_out(self: &Arc<Self>, py: Python<'_>, driver: &Arc<Driver>) {
        let job = {
            let mut roster = self.roster();
            if roster.is_short_of_one(self.limit) { roster.jobs.pop_front() } else { None }
        };
        let Some(pending) = job else { return };
        let Some(target) = self.target(py, &pending) else { return };
        let _busy = Busy::unless(&self.first_is_free, false);
        driver.keep(kept::take());
        driver.stand_in();
        self.run(py, driver, pending, &target);
    }

    fn release(&self, slot: u32) {
        if let Some(surroundings) = self.surroundings.get() {
            (surroundings.release)(slot);
        }
    }

    fn target(&self, py: Python<'_>, call: &PendingCall) -> Option<Py<Target>> {
        self.surroundings.get().and_then(|surroundings| (surroundings.target)(py, call))
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
        kept::run(Some(pending.id.0));
        let outcome = Bound::new(py, Call::of_worker(pending, Arc::clone(driver))).and_then(|call| {
            let context = surrounding_context::for_call(py, call.get().invocation(), &surroundings.context)?;
            context.call_method1(pyo3::intern!(py, "run"), (surroundings.run.bind(py), call, target.bind(py)))
        });
        kept::run(None);
        if let Err(error) = outcome {
            error.write_unraisable(py, None);
        }
        target.get().record(started.elapsed());
        self.count(1, 0);
    }
}
