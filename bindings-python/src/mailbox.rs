//! The event loop's side of the mailbox: waiting for calls while driving the engine's I/O, and running coroutine functions.

use std::collections::HashMap;
use std::os::fd::{IntoRawFd as _, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use oxmcp_core::handler::{Failure, FailureKind};
use oxmcp_core::host::{Driver, Placement};
use oxmcp_core::mailbox::{CallId, HostMessage, Mailbox, PendingCall};
use pyo3::exceptions::asyncio::CancelledError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::call::Call;
use crate::doorbell::LoopBell;
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
    task_class: Py<PyAny>,
    /// The context variables that calls start from which have no others.
    context: Py<PyAny>,
    eager: Eager,
    /// The tasks of calls that did not end with their first step.
    tasks: Tasks,
    /// The event queue the loop keeps its own descriptors in.
    queue: OnceLock<AsyncFd<OwnedFd>>,
}

/// How a task's first step is run at once instead of in the loop's next round.
enum Eager {
    /// `asyncio.Task(…, eager_start=True)`, from Python 3.12 on, which enters the call's context by itself.
    BuiltIn {
        begin: Py<PyAny>,
        conclude: Py<PyAny>,
        /// `guard(awaitable)`: a coroutine that turns an exit into an exception.
        guard: Py<PyAny>,
    },
    /// The step is caught on its way to `loop.call_soon` and run here.
    Caught { starter: Py<Starter>, tasks: OuterTask },
}

/// `asyncio`'s functions for what is begun inside of a task: before Python 3.12, the first step of another needs it put aside.
struct OuterTask {
    current: Py<PyAny>,
    leave: Py<PyAny>,
    enter: Py<PyAny>,
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
        let asyncio = py.import("asyncio")?;
        let version = py.version_info();
        let task_class = asyncio.getattr("Task")?.unbind();
        let eager = if version >= (3, 12) {
            Eager::BuiltIn {
                begin: wrap_pyfunction!(begin, py)?.into_any().unbind(),
                conclude: wrap_pyfunction!(conclude, py)?.into_any().unbind(),
                guard,
            }
        } else {
            let catcher = Py::new(py, Catcher(Mutex::new(None)))?;
            let catch = catcher.getattr(py, "catch")?;
            let tasks = OuterTask {
                current: asyncio.getattr("current_task")?.unbind(),
                leave: asyncio.getattr("tasks")?.getattr("_leave_task")?.unbind(),
                enter: asyncio.getattr("tasks")?.getattr("_enter_task")?.unbind(),
            };
            let (event_loop, task_class) = (event_loop.clone_ref(py), task_class.clone_ref(py));
            let takes_context = version >= (3, 11);
            let starter = Starter { event_loop, task_class, guard, takes_context, catcher, catch };
            Eager::Caught { starter: Py::new(py, starter)?, tasks }
        };
        Ok(Self {
            host,
            driver,
            workers,
            given: Given::new(Arc::clone(&bell)),
            bell,
            closing: AtomicBool::new(false),
            event_loop,
            task_class,
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

    /// Starts the calls that wait, cancels those nobody waits for any more, and hands out notices.
    pub fn drain(&self, py: Python<'_>) -> PyResult<()> {
        self.look(py)
    }

    /// The same where the bell's descriptor was what woke the loop. It is hushed whoever drives the I/O by now: it was rung before
    /// that changed, or to say that it did, and a loop that drives the I/O would go round and round for it.
    pub fn drain_rung(&self, py: Python<'_>) -> PyResult<()> {
        self.bell.hush();
        self.look(py)
    }

    /// The same inside of a task of the loop's, for what has just been asked on it.
    pub fn drain_inside(&self, py: Python<'_>) -> PyResult<()> {
        if !self.has_mail() {
            return Ok(());
        }
        let Eager::Caught { tasks, .. } = &self.eager else { return self.look(py) };
        let event_loop = self.event_loop.bind(py);
        let outer = tasks.current.bind(py).call1((event_loop,))?;
        if outer.is_none() {
            return self.look(py);
        }
        tasks.leave.bind(py).call1((event_loop, &outer))?;
        let looked = self.look(py);
        tasks.enter.bind(py).call1((event_loop, &outer))?;
        looked
    }

    fn look(&self, py: Python<'_>) -> PyResult<()> {
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
        let run = intern!(py, "run");
        let context = surrounding_context::for_call(py, call.get().invocation(), &self.context)?;
        let task = match &self.eager {
            Eager::Caught { starter, .. } => context.call_method1(run, (starter, call, target, &context))?,
            Eager::BuiltIn { begin, conclude, guard } => {
                let coroutine = context.call_method1(run, (begin, call, target, guard))?;
                if coroutine.is_none() {
                    return Ok(());
                }
                let keywords = keywords(py, &self.event_loop, target)?;
                keywords.set_item(intern!(py, "context"), &context)?;
                keywords.set_item(intern!(py, "eager_start"), true)?;
                let task = self.task_class.bind(py).call((&coroutine,), Some(&keywords))?;
                if is_done(&task)? {
                    context.call_method1(run, (conclude, call, target, &task))?;
                    return Ok(());
                }
                task
            }
        };
        if task.is_none() {
            return Ok(());
        }
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

fn is_done(task: &Bound<'_, PyAny>) -> PyResult<bool> {
    task.call_method0(intern!(task.py(), "done"))?.is_truthy()
}

/// What every task is made with.
fn keywords<'py>(
    py: Python<'py>,
    event_loop: &Py<PyAny>,
    target: &Bound<'py, Target>,
) -> PyResult<Bound<'py, PyDict>> {
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "loop"), event_loop)?;
    // Given, because making one up ("Task-123") costs more than the rest of the task's making.
    keywords.set_item(intern!(py, "name"), &target.get().name)?;
    Ok(keywords)
}

/// `starter(call, target, context)`, inside of that context: the call up to the end of its task's first step. Returns the task
/// if it is not done then.
#[pyclass(frozen)]
struct Starter {
    event_loop: Py<PyAny>,
    task_class: Py<PyAny>,
    /// `guard(awaitable)`: a coroutine that turns an exit into an exception.
    guard: Py<PyAny>,
    takes_context: bool,
    catcher: Py<Catcher>,
    /// `catcher.catch`, bound once.
    catch: Py<PyAny>,
}

#[pymethods]
impl Starter {
    fn __call__<'py>(
        &self,
        call: &Bound<'py, Call>,
        target: &Bound<'py, Target>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = call.py();
        let Some(coroutine) = begin(call, target, self.guard.bind(py))? else { return Ok(None) };
        let keywords = keywords(py, &self.event_loop, target)?;
        if self.takes_context {
            keywords.set_item(intern!(py, "context"), context)?;
        }
        let (event_loop, call_soon) = (self.event_loop.bind(py), intern!(py, "call_soon"));
        event_loop.setattr(call_soon, &self.catch)?;
        let task = self.task_class.bind(py).call((coroutine,), Some(&keywords));
        event_loop.delattr(call_soon)?;
        let task = task?;
        if let Some(step) = self.catcher.get().take() {
            step.bind(py).call0()?;
        }
        if is_done(&task)? {
            conclude(call, target, &task);
            return Ok(None);
        }
        Ok(Some(task))
    }
}

/// Stands in for `loop.call_soon` while a task is made, and keeps the step it schedules.
#[pyclass(frozen)]
struct Catcher(Mutex<Option<Py<PyAny>>>);

impl Catcher {
    fn take(&self) -> Option<Py<PyAny>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl Catcher {
    #[pyo3(signature = (callback, *, context=None))]
    fn catch(&self, callback: Py<PyAny>, context: Option<&Bound<'_, PyAny>>) {
        // The step is run in the call's context, which is the one named here.
        let _ = context;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(callback);
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

/// Inside the call's context: binds the arguments and makes the coroutine, or answers the call and returns `None`.
#[pyfunction]
fn begin<'py>(
    call: &Bound<'py, Call>,
    target: &Bound<'py, Target>,
    guard: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = call.py();
    current_call(py)?.call_method1(intern!(py, "set"), (call,))?;
    if let Err(error) = call.get().enter(py) {
        target.get().fail(call, error);
        return Ok(None);
    }
    match target.get().start(py, call) {
        Ok(awaitable) => guard.call1((awaitable,)).map(Some),
        Err(error) => {
            target.get().fail(call, error);
            Ok(None)
        }
    }
}

/// Inside the call's context: turns the outcome of its task into the answer.
#[pyfunction]
fn conclude(call: &Bound<'_, Call>, target: &Bound<'_, Target>, task: &Bound<'_, PyAny>) {
    let py = call.py();
    match task.call_method0(intern!(py, "result")) {
        Ok(value) => target.get().finish(call, &value),
        Err(error) if error.is_instance_of::<CancelledError>(py) => {
            call.get().fail_with(FailureKind::Abandoned, "The call was cancelled.", None);
        }
        Err(error) => target.get().fail(call, error),
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
