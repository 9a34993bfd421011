//! A log: whoever has something to record hands it over here, and may wait until it is written.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::arguments::{ArgumentPolicy, ArgumentWriter};
use super::entry::Entry;
use super::options::{AuditOptions, Mode};
use super::sinks::Sinks;
use super::writer::Writer;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Failure;

/// A log of what is done. Clones are the same log; it is closed with [`AuditLog::close`], or with the last of them.
#[derive(Clone)]
pub struct AuditLog(Arc<Owner>);

/// What is dropped with the last clone: the writer has the rest.
struct Owner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

pub(super) struct Shared {
    pub(super) options: AuditOptions,
    pub(super) queue: Mutex<Queue>,
    pub(super) bell: Condvar,
    /// Whether the last batch could not be written.
    pub(super) failing: AtomicBool,
    /// Where the function runs.
    pub(super) runtime: Mutex<Option<tokio::runtime::Handle>>,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Waiting>,
    pub(super) bytes: usize,
    pub(super) missed: u64,
    pub(super) closed: bool,
    /// Whether a thread waits for the end: perhaps the one that the function would run on.
    pub(super) hurried: bool,
    /// Whether somebody waits, so that nothing is put off.
    pub(super) urgent: bool,
    pub(super) flushes: Vec<oneshot::Sender<bool>>,
    /// Who waits until the sinks are let go of, for now.
    pub(super) rests: Vec<mpsc::Sender<()>>,
}

pub(super) struct Waiting {
    pub(super) entry: Entry,
    pub(super) told: Option<oneshot::Sender<Result<(), Failure>>>,
}

/// What whoever waits for a record is told: that its call may be answered, or what it is answered instead.
pub type Receipt = oneshot::Receiver<Result<(), Failure>>;

impl AuditLog {
    /// Opens what records go to, and begins to write.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is nothing that records go to, or the key is shorter than 16 bytes;
    /// [`ErrorKind::Io`] when the file cannot be used, also because another process writes it.
    pub fn open(options: AuditOptions) -> Result<Self> {
        if options.file.is_none() && options.console.is_none() && options.function.is_none() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "audit: there is nothing that records go to; give a path, a console or a sink",
            ));
        }
        if options.queue == 0 || options.queue_bytes == 0 {
            return Err(Error::new(
                ErrorKind::Configuration,
                "audit: a queue of 0 has no room for any record",
            ));
        }
        if options.function_batch == 0 {
            return Err(Error::new(ErrorKind::Configuration, "audit: a batch of 0 has no record"));
        }
        let key = match &options.key {
            Some(key) if key.len() < 16 => {
                return Err(Error::new(ErrorKind::Configuration, "audit: the key has less than 16 bytes"));
            }
            Some(key) => key.clone(),
            None => {
                let mut key = vec![0; 32];
                getrandom::fill(&mut key)
                    .map_err(|error| Error::new(ErrorKind::Io, format!("no random bytes: {error}")))?;
                key
            }
        };
        let arguments = ArgumentWriter::new(&options, &key)?;
        let (sinks, opened) = Sinks::open(&options)?;
        let shared = Arc::new(Shared {
            options,
            queue: Mutex::default(),
            bell: Condvar::new(),
            failing: AtomicBool::new(false),
            runtime: Mutex::new(tokio::runtime::Handle::try_current().ok()),
        });
        let mut writer = Writer::new(Arc::clone(&shared), sinks, arguments);
        writer
            .begin(opened)
            .map_err(|error| Error::new(ErrorKind::Io, "the audit log cannot be written").caused_by(error))?;
        let thread = thread::Builder::new()
            .name("oxmcp-audit".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| Error::new(ErrorKind::Io, "the audit log has no thread").caused_by(error))?;
        Ok(Self(Arc::new(Owner { shared, thread: Mutex::new(Some(thread)) })))
    }

    /// Records this. Never blocks. In the durable mode its call is not to be answered before what this returns says so.
    pub fn record(&self, entry: Entry) -> Option<Receipt> {
        let shared = &*self.0.shared;
        let options = &shared.options;
        if options.function.is_some()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            *shared.runtime.lock().unwrap_or_else(PoisonError::into_inner) = Some(runtime);
        }
        let weight = entry.weight();
        let mut queue = shared.lock();
        match options.mode {
            Mode::Fast => {
                if queue.closed
                    || queue.waiting.len() >= options.queue
                    || queue.bytes + weight > options.queue_bytes
                {
                    queue.missed += 1;
                    return None;
                }
                let was_empty = queue.waiting.is_empty();
                queue.bytes += weight;
                queue.waiting.push_back(Waiting { entry, told: None });
                drop(queue);
                if was_empty {
                    shared.bell.notify_one();
                }
                None
            }
            Mode::Durable => {
                let (tell, told) = oneshot::channel();
                if queue.closed {
                    let _ = tell.send(options.on_failure.verdict());
                    return Some(told);
                }
                queue.bytes += weight;
                queue.urgent = true;
                queue.waiting.push_back(Waiting { entry, told: Some(tell) });
                drop(queue);
                shared.bell.notify_one();
                Some(told)
            }
        }
    }

    /// Whether arguments are recorded in a form that a schema's marks matter to.
    #[must_use]
    pub fn reads_arguments(&self) -> bool {
        self.0.shared.options.arguments == ArgumentPolicy::Redacted
    }

    /// Whether a call may begin: not while what was done last could not be recorded, where calls are refused then.
    ///
    /// # Errors
    /// What it is answered instead.
    pub fn may_begin(&self) -> Result<(), Failure> {
        let shared = &self.0.shared;
        if shared.options.mode == Mode::Durable && shared.failing.load(Ordering::Relaxed) {
            return shared.options.on_failure.verdict();
        }
        Ok(())
    }

    /// Waits until everything that was recorded before is written; returns whether it could be.
    pub async fn flush(&self) -> bool {
        let (tell, told) = oneshot::channel();
        {
            let mut queue = self.0.shared.lock();
            if queue.closed {
                return true;
            }
            queue.urgent = true;
            queue.flushes.push(tell);
        }
        self.0.shared.bell.notify_one();
        told.await.unwrap_or(false)
    }

    /// Writes what waits, says that nothing follows for now, and lets go of the file, which is opened again for the next record.
    /// Blocks for as long as that takes. A function that needs this thread to run does not get what waits.
    pub fn rest(&self) {
        let (tell, told) = mpsc::channel();
        {
            let mut queue = self.0.shared.lock();
            if queue.closed {
                return;
            }
            (queue.urgent, queue.hurried) = (true, true);
            queue.rests.push(tell);
        }
        self.0.shared.bell.notify_one();
        // Its other end is dropped at last.
        let _ = told.recv();
    }

    /// Writes what waits, says that this is the end, and lets go of the file. What is recorded afterwards is not written.
    pub async fn finish(&self) {
        let (tell, told) = oneshot::channel();
        {
            let mut queue = self.0.shared.lock();
            if queue.closed {
                return;
            }
            queue.closed = true;
            queue.flushes.push(tell);
        }
        self.0.shared.bell.notify_one();
        let _ = told.await;
    }

    /// [`AuditLog::finish`], blocking. A function that needs this thread to run does not get what waits.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here is left half done by a panic elsewhere.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What waits, once there is something. In the fast mode it is given a moment to become more.
    pub(super) fn take(&self, patience: Duration) -> Taken {
        let mut queue = self.lock();
        while queue.waiting.is_empty()
            && queue.missed == 0
            && queue.flushes.is_empty()
            && queue.rests.is_empty()
            && !queue.closed
        {
            queue = self.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if !queue.urgent && !queue.closed {
            let waited =
                self.bell.wait_timeout_while(queue, patience, |queue| !queue.urgent && !queue.closed);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.urgent = false;
        queue.bytes = 0;
        Taken {
            waiting: std::mem::take(&mut queue.waiting),
            missed: std::mem::take(&mut queue.missed),
            flushes: std::mem::take(&mut queue.flushes),
            rests: std::mem::take(&mut queue.rests),
            closed: queue.closed,
        }
    }
}

pub(super) struct Taken {
    pub(super) waiting: VecDeque<Waiting>,
    pub(super) missed: u64,
    pub(super) flushes: Vec<oneshot::Sender<bool>>,
    pub(super) rests: Vec<mpsc::Sender<()>>,
    pub(super) closed: bool,
}

impl Owner {
    fn close(&self) {
        {
            let mut queue = self.shared.lock();
            (queue.closed, queue.hurried) = (true, true);
        }
        self.shared.bell.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // It catches nothing, and panics nowhere.
            let _ = thread.join();
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuditLog").field("options", &self.0.shared.options).finish_non_exhaustive()
    }
}
