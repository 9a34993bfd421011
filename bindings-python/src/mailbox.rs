//! The event loop's side of the mailbox: waiting for calls while driving the engine's I/O, and running coroutine functions.

use std::collections::HashMap;
use std::os::fd::{IntoRawFd as _, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use oxmcp_core::handler::{Failure, FailureKind};
use oxmcp_core::host::{Driver, Placement};
use oxmcp_core::mailbox::{CallId, HostMessage, Mailbox, PendingCall};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::call::Call;
use crate::doorbell::LoopBell;
use crate::first_step::{Eager, conclude};
use crate::forks::end_child;
use crate::server::{Host, current_call};
use crate::signal::Given;
use crate::surrounding_context;
use crate::target::Target;
use crate::workers::Workers;

/// How many calls are started before the loop gets to do something else.
const BATCH: usize = 64;

/// There are calls or notices to [`LoopSide::drain`].
pub const MAIL: u8 = 1;
/// One of the loop's own descriptors is ready.
pub const DESCRIPTORS: u8 = 2;
/// The I/O is driven elsewhere; wait on the descriptors, the doorbell's among them.
pub const ELSEWHERE: u8 = 4;

/// Runs coroutine functions on one event loop.
pub struct LoopSide {
    host: Arc<Host>,
    driver: Arc<Driver>,
    workers: Arc<Workers>,
    pub bell: Arc<LoopBell>,
    /// Signals given to what the loop polls itself.
    pub given: Arc<Given>,
    /// Whether the server is told to stop: what did not start yet is refused then.
    closing: AtomicBool,
    event_loop: Py<PyAny>,
    /// The context variables that calls start from which have no others.
    context: Py<PyAny>,
    eager: Eager,
    /// The tasks of calls that did not end with their first step.
    tasks: Tasks,
    /// The event queue the loop keeps its own descriptors in.
    queue: OnceLock<AsyncFd<OwnedFd>>,
}

/// The tasks that are not done, by call.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<HashMap<CallId, Py<PyAny>>>>);

impl Tasks {
    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Py<PyAny>>> {
        // A map is valid whatever happened while it was locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoopSide {
    #[expect(clippy::too_many_arguments, reason = "what the loop's side consists of, each of another type")]
    pub fn new(
        py: Python<'_>,
        host: Arc<Host>,
        driver: Arc<Driver>,
        workers: Arc<Workers>,
        bell: Arc<LoopBell>,
        event_loop: Py<PyAny>,
        context: Py<PyAny>,
        guard: Py<PyAny>,
    ) -> PyResult<Self> {
        let eager = Eager::new(py, &event_loop, guard)?;
        Ok(Self {
            host,
            driver,
            workers,
            given: Given::new(Arc::clone(&bell)),
            bell,
            closing: AtomicBool::new(false),
            event_loop,
            context,
            eager,
            tasks: Tasks::default(),
            queue: OnceLock::new(),
        })
    }

    fn mailbox(&self) -> &Mailbox {
        &self.host.loop_mailbox
    }

    /// Makes the event queue in which the loop keeps its own descriptors, so that waiting covers what the loop itself
    /// waits for. Returns a descriptor of it that the caller owns.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[expect(
        deprecated,
        reason = "its successor is unsafe for the sake of borrowed descriptors; this one is owned"
    )]
    pub fn make_queue(&self) -> std::io::Result<RawFd> {
        let queue = rustix::event::epoll::create(rustix::event::epoll::CreateFlags::CLOEXEC)?;
        let for_loop = queue.try_clone()?;
        let _context = self.driver.enter();
        let _ = self.queue.set(AsyncFd::with_interest(queue, Interest::READABLE)?);
        Ok(for_loop.into_raw_fd())
    }

    fn has_mail(&self) -> bool {
        !self.mailbox().is_empty() || self.host.notices.has_any() || self.given.has_any()
    }

    /// Drives the engine's I/O until there is mail, a descriptor of the loop's is ready, or `timeout` seconds are over
    /// (`None` is for ever). Returns the flags [`MAIL`], [`DESCRIPTORS`], [`ELSEWHERE`].
    pub fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> u8 {
        if self.driver.placement() != Placement::EventLoop {
            self.driver.resign();
            return ELSEWHERE;
        }
        py.detach(|| self.driver.lead(self.readiness(timeout)))
    }

    /// [`LoopSide::wait`], but calls that come are started right here, and the waiting goes on as long as nothing comes of them
    /// that the loop has to see to: most end with their first step, and the loop's own way round costs more than they do. Whatever
    /// else there is to hand out is left to the loop, which does that in its own context.
    pub fn attend(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<u8> {
        loop {
            let flags = self.wait(py, timeout);
            if flags != MAIL || self.host.notices.has_any() || self.given.has_any() {
                return Ok(flags);
            }
            self.start_calls(py);
            py.check_signals()?;
            // With timers the time left has to be worked out anew.
            if timeout.is_some() || self.loop_has_work(py) {
                return Ok(0);
            }
        }
    }

    /// Whether the loop would do anything if it got its turn.
    fn loop_has_work(&self, py: Python<'_>) -> bool {
        let event_loop = self.event_loop.bind(py);
        let is_empty = |queue: PyResult<Bound<'_, PyAny>>| {
            queue.and_then(|queue| queue.len()).is_ok_and(|count| count == 0)
        };
        let stops =
            event_loop.getattr(intern!(py, "_stopping")).and_then(|flag| flag.is_truthy()).unwrap_or(true);
        stops
            || !is_empty(event_loop.getattr(intern!(py, "_ready")))
            || !is_empty(event_loop.getattr(intern!(py, "_scheduled")))
    }

    async fn readiness(&self, timeout: Option<f64>) -> u8 {
        let at_once = timeout.is_some_and(|seconds| seconds <= 0.0);
        if at_once || self.has_mail() {
            // Once round the runtime, so that connections are served however busy the loop is.
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        }
        let mail = async {
            loop {
                if self.has_mail() {
                    return MAIL;
                }
                if self.driver.placement() != Placement::EventLoop || self.driver.is_stopped() {
                    return ELSEWHERE;
                }
                self.bell.notify.notified().await;
            }
        };
        let descriptors = async {
            let Some(watched) = self.queue.get() else { return std::future::pending().await };
            if let Ok(mut guard) = watched.readable().await {
                // Cleared before the selector is asked, so that whatever comes after is seen again.
                guard.clear_ready();
            }
            DESCRIPTORS
        };
        let time = async {
            match timeout {
                _ if at_once => {}
                Some(seconds) => {
                    let limit = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(3600));
                    tokio::time::sleep(limit).await;
                }
                None => std::future::pending().await,
            }
            0
        };
        tokio::select! {
            biased;
            flag = mail => flag,
            flag = descriptors => flag,
            flag = time => flag,
        }
    }

    /// [`LoopSide::drain`] where the bell's descriptor was what woke the loop. It is hushed whoever drives the I/O by now: it was rung before
    /// that changed, or to say that it did, and a loop that drives the I/O would go round and round for it.
    pub fn drain_rung(&self, py: Python<'_>) -> PyResult<()> {
        self.bell.hush();
        self.drain(py)
    }

    /// The same inside of a task of the loop's, for what has just been asked on it.
    pub fn drain_inside(&self, py: Python<'_>) -> PyResult<()> {
        if !self.has_mail() {
            return Ok(());
        }
        let outer = self.eager.put_aside(py)?;
        let looked = self.drain(py);
        self.eager.put_back(py, outer)?;
        looked
    }

    /// Starts the calls that wait, cancels those nobody waits for any more, and hands out notices.
    pub fn drain(&self, py: Python<'_>) -> PyResult<()> {
        self.start_calls(py);
        self.given.hand_out(py)?;
        self.host.notices.hand_out(py, |call| self.cancel(py, call))
    }

    fn start_calls(&self, py: Python<'_>) {
        let mut batch = Vec::new();
        let more = self.mailbox().take(BATCH, &mut batch);
        let mut started = 0;
        for message in batch {
            match message {
                HostMessage::Start(pending) => {
                    started += 1;
                    self.start(py, pending);
                }
                HostMessage::Cancel(id) => self.cancel(py, id),
                // Whoever asks from here waits for a notice, see `questions`.
                HostMessage::Answer { .. } => {}
                HostMessage::Release(slot) => self.host.release(slot),
            }
        }
        if more {
            self.bell.ring();
        }
        if started > 0 {
            self.workers.count(0, started);
        }
    }

    fn cancel(&self, py: Python<'_>, id: CallId) {
        let task = self.tasks.lock().remove(&id);
        if let Some(task) = task
            && let Err(error) = task.call_method0(py, intern!(py, "cancel"))
        {
            error.write_unraisable(py, None);
        }
    }

    /// Starts no more calls.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// Cancels every task; their calls fail as abandoned.
    pub fn cancel_all(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        let tasks: Vec<_> = self.tasks.lock().drain().map(|(_, task)| task).collect();
        for task in &tasks {
            task.call_method0(py, intern!(py, "cancel"))?;
        }
        Ok(tasks)
    }

    fn start(&self, py: Python<'_>, pending: PendingCall) {
        if pending.responder.is_cancelled() {
            return;
        }
        if self.closing.load(Ordering::SeqCst) {
            // Started now, a call that blocks would keep the process from ending.
            let refusal = Failure::new(FailureKind::ShutDown, "the server is shutting down");
            pending.responder.answer(Err(refusal));
            return;
        }
        let Some(target) = self.host.target(py, &pending) else { return };
        let id = pending.id;
        let outcome = Bound::new(py, Call::new(pending, Arc::clone(&self.driver)))
            .and_then(|call| self.run(py, id, &call, target.bind(py)));
        if let Err(error) = outcome {
            error.write_unraisable(py, None);
        }
    }

    fn run<'py>(
        &self,
        py: Python<'py>,
        id: CallId,
        call: &Bound<'py, Call>,
        target: &Bound<'py, Target>,
    ) -> PyResult<()> {
        let context = surrounding_context::for_call(py, call.get().invocation(), &self.context)?;
        let Some(task) = self.eager.first_step(py, &context, call, target)? else { return Ok(()) };
        self.tasks.lock().insert(id, task.clone().unbind());
        let ending = Ending {
            id,
            call: call.clone().unbind(),
            target: target.clone().unbind(),
            tasks: self.tasks.clone(),
        };
        let keywords = PyDict::new(py);
        keywords.set_item(intern!(py, "context"), &context)?;
        task.call_method(intern!(py, "add_done_callback"), (Bound::new(py, ending)?,), Some(&keywords))?;
        Ok(())
    }
}

/// What a task that took more than one step does when it is done.
#[pyclass(frozen)]
struct Ending {
    id: CallId,
    call: Py<Call>,
    target: Py<Target>,
    tasks: Tasks,
}

#[pymethods]
impl Ending {
    fn __call__(&self, task: &Bound<'_, PyAny>) {
        let py = task.py();
        let done = self.tasks.lock().remove(&self.id);
        drop(done);
        conclude(self.call.bind(py), self.target.bind(py), task);
    }
}

/// Inside the call's context, on a worker thread: the whole of a plain function's call.
#[pyfunction]
pub fn run_plain(call: &Bound<'_, Call>, target: &Bound<'_, Target>) -> PyResult<()> {
    let py = call.py();
    current_call(py)?.call_method1(intern!(py, "set"), (call,))?;
    let outcome = call.get().enter(py).and_then(|()| target.get().start(py, call));
    end_child(call, &outcome)?;
    match outcome {
        Ok(value) => target.get().finish(call, &value),
        Err(error) => target.get().fail(call, error),
    }
    Ok(())
}
