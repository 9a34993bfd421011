//! Which worker threads there are, and which of them wait.
//!
//! The first that waits, by number, is woken first. So calls that come one after the other are run by one and the same thread,
//! the first, and others only what comes while it is busy: what belongs to a thread (a database connection, a browser) is found
//! again by the next call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::thread::{self, Thread};

use oxmcp_core::mailbox::PendingCall;
use pyo3::prelude::*;

/// The first worker's number. It alone leads.
pub const FIRST: usize = 1;

#[derive(Default)]
pub struct Roster {
    /// Calls that the leader left to the others.
    pub jobs: VecDeque<PendingCall>,
    /// What coroutine functions want run on a worker.
    pub tasks: VecDeque<Py<PyAny>>,
    pub stopped: bool,
    threads: BTreeMap<usize, Option<Thread>>,
    waiting: BTreeSet<usize>,
    /// Summoned, and not there yet.
    on_the_way: BTreeSet<usize>,
    /// Helpers that start a worker each. A worker may be there, and gone again, before its helper is.
    helpers: usize,
}

/// What it takes to have somebody look at the mailbox.
pub enum Summons {
    /// Nothing: somebody is on the way, or all are busy.
    None,
    Wake(Thread),
    /// A thread of this number.
    Hire(usize),
}

impl Roster {
    /// The first that waits; or one more thread, unless there are `limit` of them.
    pub fn summon(&mut self, limit: usize) -> Summons {
        if self.stopped {
            return Summons::None;
        }
        // One that is on the way looks for itself, and summons the next if there is more to do.
        if !self.on_the_way.is_empty() {
            return Summons::None;
        }
        if let Some(number) = self.waiting.first().copied() {
            return self.summon_waiting(number).map_or(Summons::None, Summons::Wake);
        }
        let free = (FIRST..=limit).find(|number| !self.threads.contains_key(number));
        free.map_or(Summons::None, |number| {
            self.threads.insert(number, None);
            self.on_the_way.insert(number);
            self.helpers += 1;
            Summons::Hire(number)
        })
    }

    /// The first worker, if it waits.
    pub fn summon_first(&mut self) -> Option<Thread> {
        self.summon_waiting(FIRST)
    }

    fn summon_waiting(&mut self, number: usize) -> Option<Thread> {
        if !self.waiting.remove(&number) {
            return None;
        }
        self.on_the_way.insert(number);
        self.threads.get(&number).cloned().flatten()
    }

    /// That worker is there, on this thread.
    pub fn arrive(&mut self, number: usize) {
        self.on_the_way.remove(&number);
        self.threads.entry(number).or_default().get_or_insert_with(thread::current);
    }

    /// That worker is gone, or never came.
    pub fn leave(&mut self, number: usize) {
        self.threads.remove(&number);
        self.waiting.remove(&number);
        self.on_the_way.remove(&number);
    }

    /// A helper is done with starting a worker, or with having failed to.
    pub fn helped(&mut self) {
        self.helpers = self.helpers.saturating_sub(1);
    }

    /// That worker waits until it is summoned.
    pub fn wait(&mut self, number: usize) {
        self.waiting.insert(number);
    }

    pub fn waits(&self, number: usize) -> bool {
        self.waiting.contains(&number)
    }

    pub fn has_work(&self) -> bool {
        !self.jobs.is_empty() || !self.tasks.is_empty()
    }

    /// Whether there is a call that the leader left to the others, and all others are busy and as many as there may be.
    pub fn is_short_of_one(&self, limit: usize) -> bool {
        let nobody_comes = self.waiting.is_empty() && self.on_the_way.is_empty();
        !self.jobs.is_empty() && nobody_comes && self.threads.len() >= limit
    }

    /// Whether no worker but one is inside a function or on the way to one.
    pub fn only_one_is_busy(&self) -> bool {
        !self.has_work() && self.threads.len() - self.waiting.len() == 1
    }

    /// Ends everything: nobody waits any more.
    pub fn stop(&mut self) -> Vec<Thread> {
        self.stopped = true;
        self.jobs.clear();
        self.tasks.clear();
        self.waiting.clear();
        self.threads.values().flatten().cloned().collect()
    }

    pub fn len(&self) -> usize {
        self.threads.len()
    }

    /// How many threads there are that may still want the interpreter.
    pub fn present(&self) -> usize {
        self.threads.len() + self.helpers
    }
}
