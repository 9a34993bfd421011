//! The Tokio runtime of one serving server, and who drives it.
//!
//! The runtime has one thread's worth of work and no thread of its own: whoever calls [`Driver::lead`] polls it. The leader is
//! the interpreter's event loop or a worker thread, so that a call needs no thread switch. It leaves the runtime to run the
//! user's functions. Should it stay away for longer than [`GRACE`], a standby thread, which never touches the interpreter,
//! polls in its place until it is back: a handler that blocks never stops the engine from reading, timing out and refusing.

use std::cell::Cell;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::{self, JoinHandle as ThreadHandle, Thread};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};
use crate::mailbox::Answer;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How long the leader may stay away before the standby thread takes over.
const GRACE: Duration = Duration::from_millis(5);
/// How often the standby thread looks while there is something to look after.
const TICK: Duration = Duration::from_millis(4);
/// After so many looks with nothing to do it sleeps until the leader wakes it.
const IDLE_TICKS: u32 = 25;

thread_local! {
    /// The driver this thread leads, by address: calls ring for it at its own door, and what it answers between two turns at
    /// the runtime goes out with the next.
    static LED: Cell<usize> = const { Cell::new(0) };
}

/// What tells threads apart: the place of a variable of their own.
fn this_thread() -> usize {
    LED.with(|led| std::ptr::from_ref(led).addr())
}

/// Which threads drive the I/O.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The event loop: best where most calls are short and run there.
    EventLoop = 0,
    /// Another thread: one that runs plain functions, or the standby thread for good. The only choice on a loop that is not
    /// ours to wait for.
    Thread = 1,
}

/// The runtime, its leader and its standby thread.
pub struct Driver {
    runtime: Runtime,
    process: u32,
    started: Instant,
    placement: AtomicU8,
    /// When the leader left, in nanoseconds after `started`; 0 while it drives.
    left_at: AtomicU64,
    /// It left for something long.
    left_for_long: AtomicBool,
    departures: AtomicU64,
    /// Who led last, the standby thread aside.
    leader: AtomicUsize,
    leader_back: Notify,
    /// Answers wait in `sealed` for the standby thread.
    mail_out: Notify,
    sealed: Mutex<Vec<Answer>>,
    standby: OnceLock<Thread>,
    standby_handle: Mutex<Option<ThreadHandle<()>>>,
    standby_leads: AtomicBool,
    standby_sleeps: AtomicBool,
    stopped: AtomicBool,
}

/// What the standby thread looks after besides the I/O; returns whether there is something to look after.
pub type Chore = Box<dyn Fn() -> bool + Send>;

impl Driver {
    /// Builds the runtime and starts its standby thread, which leads until somebody better does.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the system gives no event queue or no thread.
    pub fn start(placement: Placement, chore: Chore) -> Result<Arc<Self>> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            Error::new(ErrorKind::Io, "the engine's runtime could not be started").caused_by(error)
        })?;
        let driver = Arc::new(Self {
            runtime,
            process: std::process::id(),
            started: Instant::now(),
            placement: AtomicU8::new(placement as u8),
            left_at: AtomicU64::new(1),
            left_for_long: AtomicBool::new(false),
            departures: AtomicU64::new(0),
            leader: AtomicUsize::new(0),
            leader_back: Notify::new(),
            mail_out: Notify::new(),
            sealed: Mutex::default(),
            standby: OnceLock::new(),
            standby_handle: Mutex::default(),
            standby_leads: AtomicBool::new(false),
            standby_sleeps: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        let weak = Arc::downgrade(&driver);
        let handle = thread::Builder::new()
            .name("oxmcp-standby".to_owned())
            .spawn(move || stand_by(&weak, &chore))
            .map_err(|error| {
                Error::new(ErrorKind::Io, "the engine's standby thread could not be started").caused_by(error)
            })?;
        // Set once, right here.
        let _ = driver.standby.set(handle.thread().clone());
        *driver.standby_handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        Ok(driver)
    }

    /// Fails with a clear message in a child process: threads and sockets of a runtime do not survive `fork`.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] in a child process.
    pub fn check_process(&self) -> Result<()> {
        if std::process::id() == self.process {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Closed,
            "this server was started before the process forked; start it in the child process instead",
        ))
    }

    /// Runs a future on the runtime.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.spawn(future)
    }

    /// Makes the runtime current, for constructors that register with it.
    pub fn enter(&self) -> tokio::runtime::EnterGuard<'_> {
        self.runtime.enter()
    }

    /// Polls the runtime on this thread until `until` is ready. Release the interpreter first.
    pub fn lead<F: Future>(&self, until: F) -> F::Output {
        self.leader.store(this_thread(), Ordering::SeqCst);
        self.left_at.store(0, Ordering::SeqCst);
        if self.standby_leads.load(Ordering::SeqCst) {
            self.leader_back.notify_one();
        }
        // Before the first turn: a call that arrives in it must ring this thread, or the others take every call for ever.
        LED.set(std::ptr::from_ref(self).addr());
        let was_long = self.left_for_long.load(Ordering::SeqCst);
        if was_long {
            self.left_for_long.store(false, Ordering::SeqCst);
        }
        let output = self.runtime.block_on(async {
            if was_long {
                // What was caused meanwhile (a list that changed) is told before the answer.
                tokio::task::yield_now().await;
            }
            self.send_sealed();
            until.await
        });
        self.departures.fetch_add(1, Ordering::Relaxed);
        let now = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.left_at.store(now.max(1), Ordering::SeqCst);
        if self.standby_sleeps.load(Ordering::SeqCst) {
            self.wake_standby();
        }
        output
    }

    /// Whether this thread led last and is expected back.
    pub fn is_led_by_this_thread(&self) -> bool {
        LED.get() == std::ptr::from_ref(self).addr() && self.leader.load(Ordering::SeqCst) == this_thread()
    }

    /// Whether somebody leads, the standby thread aside.
    fn is_led(&self) -> bool {
        self.left_at.load(Ordering::SeqCst) == 0
    }

    /// This thread does not come back to lead: what it kept goes out, and what it answers from now on goes out at once.
    pub fn resign(&self) {
        if LED.get() == std::ptr::from_ref(self).addr() {
            LED.set(0);
            self.send_sealed();
        }
    }

    /// Keeps answers of a thread that leads again at once: they go out with its first turn.
    pub fn keep(&self, mut answers: Vec<Answer>) {
        if !answers.is_empty() {
            self.sealed.lock().unwrap_or_else(PoisonError::into_inner).append(&mut answers);
        }
    }

    /// The leader goes to something that takes long: the standby thread takes its place at once.
    pub fn stand_in(&self) {
        self.left_for_long.store(true, Ordering::SeqCst);
        self.wake_standby();
    }

    /// Keeps an answer until somebody polls the runtime next: sent from inside it, it wakes its connection without a system call.
    pub fn send_later(&self, answer: Answer) {
        self.sealed.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        // The standby thread took what there was when it took over; it looks again only when the leader is back.
        if self.standby_leads.load(Ordering::SeqCst) {
            self.send_sealed();
        }
    }

    /// Sends the answers of a host thread that may or may not lead: with its next turn at the runtime, or by the standby
    /// thread, which is woken once for all of them.
    pub fn send_batch(&self, answers: &mut Vec<Answer>) {
        if answers.is_empty() {
            return;
        }
        self.sealed.lock().unwrap_or_else(PoisonError::into_inner).append(answers);
        if self.standby_leads.load(Ordering::SeqCst) {
            self.mail_out.notify_one();
        } else if !self.is_led_by_this_thread() {
            self.send_sealed();
        }
    }

    fn send_sealed(&self) {
        let answers = std::mem::take(&mut *self.sealed.lock().unwrap_or_else(PoisonError::into_inner));
        for answer in answers {
            answer.send();
        }
    }

    /// What tells this driver from others that exist at the same time.
    pub fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Where the I/O is driven at the moment.
    pub fn placement(&self) -> Placement {
        if self.placement.load(Ordering::SeqCst) == Placement::EventLoop as u8 {
            Placement::EventLoop
        } else {
            Placement::Thread
        }
    }

    /// Moves the I/O. The caller wakes both sides.
    pub fn set_placement(&self, placement: Placement) {
        self.placement.store(placement as u8, Ordering::SeqCst);
    }

    /// Has the standby thread look after things again.
    pub fn wake_standby(&self) {
        if let Some(thread) = self.standby.get() {
            thread.unpark();
        }
    }

    /// Whether the driver was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Ends the standby thread. Whoever leads returns by its own condition.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.leader_back.notify_one();
        self.wake_standby();
    }

    /// Waits until the standby thread has ended, after [`Driver::stop`]. It ends within one turn at the runtime.
    pub fn join(&self) {
        let handle = self.standby_handle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle
            && handle.thread().id() != thread::current().id()
        {
            // A panic of that thread was reported when it happened.
            let _ = handle.join();
        }
    }

    /// How long the leader has been away.
    fn away(&self) -> Duration {
        match self.left_at.load(Ordering::SeqCst) {
            0 => Duration::ZERO,
            left_at => self.started.elapsed().saturating_sub(Duration::from_nanos(left_at)),
        }
    }

    fn lead_as_standby(&self, chore: &Chore) {
        self.standby_leads.store(true, Ordering::SeqCst);
        if self.left_at.load(Ordering::SeqCst) != 0 && !self.is_stopped() {
            self.runtime.block_on(async {
                loop {
                    self.send_sealed();
                    // What the leader gives while it is away, and does not come to send because the next function blocks it.
                    let look = async {
                        match self.placement() {
                            Placement::EventLoop => tokio::time::sleep(TICK).await,
                            Placement::Thread => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = self.leader_back.notified() => break,
                        () = self.mail_out.notified() => {}
                        () = look => {
                            chore();
                        }
                    }
                }
            });
        }
        self.standby_leads.store(false, Ordering::SeqCst);
    }
}

fn stand_by(weak: &Weak<Driver>, chore: &Chore) {
    let mut idle = 0;
    let mut seen = 0;
    loop {
        let Some(driver) = weak.upgrade() else { return };
        if driver.is_stopped() {
            return;
        }
        let busy = chore();
        // At the very beginning there is nobody to wait for.
        let at_once =
            driver.left_for_long.load(Ordering::SeqCst) || driver.departures.load(Ordering::Relaxed) == 0;
        if !driver.is_led() && (at_once || driver.away() >= GRACE) {
            driver.lead_as_standby(chore);
            idle = 0;
            continue;
        }
        let departures = driver.departures.load(Ordering::Relaxed);
        let moved = departures != seen || driver.left_at.load(Ordering::SeqCst) != 0;
        seen = departures;
        idle = if busy || moved { 0 } else { idle + 1 };
        if idle < IDLE_TICKS {
            drop(driver);
            thread::park_timeout(TICK);
            continue;
        }
        driver.standby_sleeps.store(true, Ordering::SeqCst);
        // Looked at once more after the flag went up: the leader may have left just before it could see the flag.
        let sleep = driver.left_at.load(Ordering::SeqCst) == 0 && !driver.is_stopped() && !chore();
        drop(driver);
        if sleep {
            thread::park();
        }
        if let Some(driver) = weak.upgrade() {
            driver.standby_sleeps.store(false, Ordering::SeqCst);
        }
        idle = 0;
    }
}
