//! The thread that writes: what waits at the same time is written, and made safe, together.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::arguments::ArgumentWriter;
use super::entry::{Entry, Known};
use super::log::{Shared, Taken};
use super::options::Mode;
use super::record::Outcome;
use super::sinks::{Opened, Outcome as Delivery, Sinks};
use super::{CLOSED, GAP, OPENED, UNDELIVERED};

/// How long a record may wait for others in the fast mode.
const PATIENCE: Duration = Duration::from_millis(20);
const SHORT_PATIENCE: Duration = Duration::from_millis(2);
/// The most records that are written at once.
const MAX_BATCH: usize = 1024;
/// How often a log that cannot be written says so.
const SAY_EVERY: Duration = Duration::from_secs(60);

pub(super) struct Writer {
    shared: Arc<Shared>,
    sinks: Sinks,
    arguments: ArgumentWriter,
    last_hash: Option<String>,
    /// Records that are missing and have not been told of.
    missed: u64,
    /// Records that are in the file, and that somebody else has not got and was not told of.
    undelivered: u64,
    said: Option<Instant>,
    patience: Duration,
    /// Whether the sinks were let go of.
    rests: bool,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, sinks: Sinks, arguments: ArgumentWriter) -> Self {
        // A function runs only as long as its server does.
        let patience = if shared.options.function.is_some() { SHORT_PATIENCE } else { PATIENCE };
        Self {
            shared,
            sinks,
            arguments,
            last_hash: None,
            missed: 0,
            undelivered: 0,
            said: None,
            patience,
            rests: false,
        }
    }

    /// Writes the first record.
    pub(super) fn begin(&mut self, opened: Opened) -> io::Result<()> {
        self.last_hash = opened.last_hash;
        let mut entry = Entry::new(OPENED, Outcome::Allowed);
        entry.facts.push(("version", Known::Word(env!("CARGO_PKG_VERSION"))));
        entry.facts.extend(opened.facts);
        // The function's loop does not run yet.
        match self.write(vec![entry], false) {
            Delivery::Written => Ok(()),
            Delivery::Missing(error) | Delivery::Undelivered(_, error) => Err(error),
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let Taken { mut waiting, missed, flushes, rests, closed } = self.shared.take(self.patience);
            self.missed += missed;
            let mut is_written = true;
            while !waiting.is_empty() || self.missed > 0 {
                let rest = waiting.split_off(waiting.len().min(MAX_BATCH));
                let (entries, told): (Vec<_>, Vec<_>) =
                    waiting.into_iter().map(|waiting| (waiting.entry, waiting.told)).unzip();
                waiting = rest;
                is_written = self.write_batch(entries);
                for told in told.into_iter().flatten() {
                    // Its call may be gone.
                    let verdict = if is_written { Ok(()) } else { self.shared.options.on_failure.verdict() };
                    let _ = told.send(verdict);
                }
                // What is left has a try of its own; what is missing waits for the next time.
                if !is_written && waiting.is_empty() {
                    break;
                }
            }
            if (closed || !rests.is_empty()) && !self.rests {
                // Nobody could do anything about it any more.
                let _ = self.write(vec![Entry::new(CLOSED, Outcome::Allowed)], rests.is_empty());
                self.sinks.let_go();
                self.rests = true;
            }
            if !rests.is_empty() && !closed {
                self.shared.lock().hurried = false;
            }
            drop(rests);
            for flush in flushes {
                let _ = flush.send(is_written);
            }
            if closed {
                return;
            }
        }
    }

    fn write_batch(&mut self, mut entries: Vec<Entry>) -> bool {
        let count = entries.len() as u64;
        if self.rests
            && let Err(error) = self.reopen()
        {
            self.missed += count;
            self.fail(&error);
            return false;
        }
        let gap = self.missed;
        if gap > 0 {
            let mut entry = Entry::new(GAP, Outcome::Error);
            entry.facts.push(("missed", Known::Text(gap.to_string().into())));
            entries.insert(0, entry);
        }
        let lines = entries.len();
        let error = match self.write(entries, true) {
            Delivery::Written => {
                self.missed -= gap;
                self.shared.failing.store(false, Ordering::Relaxed);
                self.tell_of_undelivered();
                return true;
            }
            // It is in the file.
            Delivery::Undelivered(left, error) if self.sinks.has_file() => {
                self.missed -= gap;
                self.undelivered += left as u64;
                error
            }
            Delivery::Undelivered(left, error) if left < lines => {
                self.missed = self.missed - gap + left as u64;
                error
            }
            Delivery::Undelivered(_, error) | Delivery::Missing(error) => {
                self.missed += count;
                error
            }
        };
        self.fail(&error);
        false
    }

    /// Tells whoever did not get records that are in the file how many those are, once it gets any again.
    fn tell_of_undelivered(&mut self) {
        if self.undelivered == 0 {
            return;
        }
        let mut entry = Entry::new(UNDELIVERED, Outcome::Error);
        entry.facts.push(("missed", Known::Text(self.undelivered.to_string().into())));
        match self.write(vec![entry], true) {
            Delivery::Written => self.undelivered = 0,
            Delivery::Undelivered(..) => self.undelivered += 1,
            Delivery::Missing(_) => {}
        }
    }

    /// Goes on after a rest.
    fn reopen(&mut self) -> io::Result<()> {
        let opened = self.sinks.reopen(&self.shared.options).map_err(io::Error::other)?;
        self.rests = false;
        let last_hash = opened.last_hash.clone().or_else(|| self.last_hash.clone());
        self.begin(Opened { last_hash, ..opened })
    }

    fn fail(&mut self, error: &io::Error) {
        self.shared.failing.store(true, Ordering::Relaxed);
        if self.said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            self.said = Some(Instant::now());
            tracing::error!(%error, missed = self.missed, undelivered = self.undelivered, "the audit log cannot be written");
        }
    }

    /// Writes these to all sinks, in one piece to each. What is not written is no part of the chain.
    fn write(&mut self, entries: Vec<Entry>, to_function: bool) -> Delivery {
        if let Err(error) = self.sinks.rotate_if_due() {
            return Delivery::Missing(error);
        }
        let is_durable = self.shared.options.mode == Mode::Durable;
        let mut last_hash = self.last_hash.clone();
        let mut lines = String::with_capacity(entries.len() * 600);
        for entry in entries {
            let record = entry.record(&self.shared.options, &self.arguments);
            let (line, hash) = record.seal(last_hash.as_deref());
            lines.push_str(&line);
            lines.push('\n');
            last_hash = Some(hash);
        }
        let delivery = self.sinks.write(&lines, is_durable, to_function.then_some(&self.shared));
        if !matches!(delivery, Delivery::Missing(_)) {
            self.last_hash = last_hash;
        }
        delivery
    }
}
