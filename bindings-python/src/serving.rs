//! One serving of a server: the engine, its runtime, and the transports that are open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::host::{
    self, Driver, DuplexText, FrameSender, HttpText, OwnEventStore, Placement, carry_log, stop_carrying_log,
};
use oxmcp_core::transports::http::{HttpServer, Spelling};
use oxmcp_core::transports::{memory, stdio};
use pyo3::prelude::*;

use crate::call::Call;
use crate::doorbell::LoopBell;
use crate::errors::IntoPython;
use crate::mailbox::{LoopSide, run_plain};
use crate::notices::Notice;
use crate::questions::{self, Asked};
use crate::routes::OwnRoutes;
use crate::server::{Host, Server};
use crate::signal::Given;
use crate::surrounding_context;
use crate::surroundings::Surroundings;
use crate::target::Target;
use crate::workers::Workers;

/// How long a blocked event loop may take to hear that nothing is served any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// A server being served on one event loop.
#[pyclass(module = "oxmcp._native", frozen, weakref)]
pub struct Serving {
    host: Arc<Host>,
    engine: Engine,
    driver: Arc<Driver>,
    workers: Arc<Workers>,
    loop_side: LoopSide,
    next_token: AtomicU64,
    /// What ends each transport, by token.
    ends: Arc<Mutex<HashMap<u64, Shutdown>>>,
}

/// Starts serving on an event loop. `drives` says that the loop calls `wait` to wait, and so may drive the I/O; then
/// `io` is "auto", "loop" or "thread". `on_notice(token, message, error)` hears of messages and ends; `on_answer(token, result,
/// failure)` of what came of questions; `start_thread(name, run)` starts a thread of Python's.
#[pyfunction]
#[pyo3(signature = (server, event_loop, *, context, guard, on_notice, on_answer, start_thread, drives=false, io="auto"))]
#[expect(
    clippy::too_many_arguments,
    clippy::similar_names,
    reason = "keyword arguments, called in one place"
)]
pub fn attach(
    py: Python<'_>,
    server: &Server,
    event_loop: Py<PyAny>,
    context: Py<PyAny>,
    guard: Py<PyAny>,
    on_notice: Py<PyAny>,
    on_answer: Py<PyAny>,
    start_thread: Py<PyAny>,
    drives: bool,
    io: &str,
) -> PyResult<Serving> {
    let host = Arc::clone(&server.host);
    if host.bells.event_loop.load().is_some() {
        let message =
            "this server is being served already; stop that first, or make a server for each event loop";
        return Err(Error::new(ErrorKind::Configuration, message)).into_python();
    }
    let placement = match io {
        "loop" if drives => Placement::EventLoop,
        "auto" if drives && host.has_coroutine_functions() => Placement::EventLoop,
        _ => Placement::Thread,
    };
    let engine = host.description.engine().into_python()?;

    let bell = Arc::new(LoopBell::new(placement == Placement::EventLoop).into_python()?);
    let workers = Workers::new(server.workers);
    let backlog = Arc::downgrade(&workers);
    let driver = Driver::start(
        placement,
        Box::new(move || backlog.upgrade().is_some_and(|workers| workers.has_backlog())),
    )
    .into_python()?;
    let targets = Arc::clone(&host);
    let released = Arc::clone(&host);
    workers.equip(
        Arc::clone(&driver),
        host.worker_mailbox.clone(),
        Surroundings {
            target: Box::new(move |py, call| targets.target(py, call)),
            release: Box::new(move |slot| released.release(slot)),
            context: context.clone_ref(py),
            start_thread,
            run: wrap_pyfunction!(run_plain, py)?.into_any().unbind(),
            loop_bell: (drives && io == "auto").then(|| Arc::clone(&bell)),
        },
    );
    host.notices.connect(Some(Arc::clone(&bell)), Some(on_notice), Some(on_answer));
    host.bells.event_loop.store(Some(Arc::clone(&bell)));
    carry_log(&host);
    host.description.registry.tell_of_missing_views();
    host.bells.workers.store(Some(Arc::clone(&workers)));
    // A mailbox rings when it stops being empty. What was let go of before anybody served rang unheard, and while it lies
    // there nothing rings.
    if !host.loop_mailbox.is_empty() {
        bell.ring();
    }
    if !host.worker_mailbox.is_empty() {
        workers.ring();
    }
    let loop_side = LoopSide::new(
        py,
        Arc::clone(&host),
        Arc::clone(&driver),
        Arc::clone(&workers),
        bell,
        event_loop,
        context,
        guard,
    )?;
    if placement == Placement::Thread {
        workers.wake_one();
    }
    Ok(Serving {
        host,
        engine,
        driver,
        workers,
        loop_side,
        next_token: AtomicU64::new(1),
        ends: Arc::default(),
    })
}

fn lock(ends: &Mutex<HashMap<u64, Shutdown>>) -> MutexGuard<'_, HashMap<u64, Shutdown>> {
    // A map is valid whatever happened while it was locked.
    ends.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Serving {
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Options of HTTP, with the store of the author's that streams are resumed from, if there is one.
    pub fn http_text(&self, options: &str, event_store: Option<Py<Target>>) -> PyResult<HttpText> {
        let mut text = HttpText::read(options, Spelling::Snake).into_python()?;
        text.bound_bodies(self.host.description.max_body_memory_bytes());
        if let Some(target) = event_store {
            text.keep_events(Arc::new(OwnEventStore::new(self.host.handler(target))));
        }
        Ok(text)
    }

    pub fn check_process(&self) -> PyResult<()> {
        self.driver.check_process().into_python()
    }

    /// Where signals are given to what the event loop polls.
    pub fn given(&self) -> &Arc<Given> {
        &self.loop_side.given
    }

    /// Does something that belongs to the engine's runtime on a thread that does not drive it.
    pub fn in_runtime<T>(&self, action: impl FnOnce() -> T) -> T {
        let _context = self.driver.enter();
        action()
    }

    /// Polls something of the engine's on the event loop's thread, which has to look for what comes of it: [`Serving::run_begun`].
    pub fn attending<T>(&self, action: impl FnOnce() -> T) -> T {
        self.in_runtime(|| self.loop_side.bell.attending(action))
    }

    /// Runs what was asked of the event loop just now.
    pub fn run_begun(&self, py: Python<'_>) -> PyResult<()> {
        self.loop_side.drain_inside(py)
    }

    /// Runs a transport, which is given what ends it alone; its end is a notice. With `owns_process`, an event loop that does
    /// not hear of that end, because a handler blocks it, is told by SIGTERM.
    fn run<F>(&self, owns_process: bool, transport: impl FnOnce(u64, Shutdown) -> F) -> u64
    where
        F: Future<Output = oxmcp_core::error::Result<()>> + Send + 'static,
    {
        let token = self.next_token.fetch_add(1, Ordering::Relaxed);
        let shutdown = self.engine.shutdown().child();
        lock(&self.ends).insert(token, shutdown.clone());
        let future = transport(token, shutdown);
        let (host, ends) = (Arc::clone(&self.host), Arc::clone(&self.ends));
        let driver = Arc::downgrade(&self.driver);
        self.driver.spawn(async move {
            let outcome = future.await;
            lock(&ends).remove(&token);
            host.notices.push(token, Notice::Ended(outcome.err()));
            if let (true, Some(driver)) = (owns_process, driver.upgrade()) {
                driver.spawn(end_blocked_process(host));
            }
        });
        token
    }

    /// What ends the transport of this token, or all of them.
    fn end_of(&self, token: Option<u64>) -> Option<Shutdown> {
        match token {
            None => Some(self.engine.shutdown().clone()),
            Some(token) => lock(&self.ends).get(&token).cloned(),
        }
    }
}

/// Signals the process until its event loop fetches the news that nothing is served any more: the first signals ask it to
/// end, the next interrupts the handler that blocks it.
async fn end_blocked_process(host: Arc<Host>) {
    use rustix::process::{Signal, getpid, kill_process};
    for _ in 0..3 {
        tokio::time::sleep(PATIENCE).await;
        if !host.notices.has_any() {
            return;
        }
        // Fails for no process but one that is gone.
        let _ = kill_process(getpid(), Signal::TERM);
    }
}

#[pymethods]
impl Serving {
    /// What tells it from other servings at the same time.
    #[getter]
    fn id(&self) -> usize {
        self.driver.id()
    }

    /// The descriptor that is readable when there is something to drain, for loops that do not call `wait`.
    fn fileno(&self) -> i32 {
        self.loop_side.bell.descriptor()
    }

    /// A descriptor of the event queue (`select.epoll.fromfd`) that `wait` waits for too. The caller owns it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn make_queue(&self) -> PyResult<i32> {
        Ok(self.loop_side.make_queue()?)
    }

    /// Drives the engine's I/O; see `LoopSide::wait`.
    #[pyo3(signature = (timeout))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> u8 {
        self.loop_side.wait(py, timeout)
    }

    /// Drives the engine's I/O and starts calls; see `LoopSide::attend`.
    #[pyo3(signature = (timeout))]
    fn attend(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<u8> {
        self.loop_side.attend(py, timeout)
    }

    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        self.loop_side.drain(py)
    }

    /// What is to be called when `fileno` is readable.
    fn drain_rung(&self, py: Python<'_>) -> PyResult<()> {
        self.loop_side.drain_rung(py)
    }

    /// Binds and serves HTTP; returns the token, the address it is bound to, or the path and 0, and
    /// whether it is encrypted. `owns_process` is as with `serve_stdio`.
    /// `event_store` is the way to a store of the author's, see `OwnEventStore`.
    /// `begin_route(request)` is handed what comes in at other paths, see `RouteRequest`.
    #[pyo3(signature = (options, *, owns_process=false, event_store=None, begin_route=None))]
    fn serve_http(
        &self,
        py: Python<'_>,
        options: &str,
        owns_process: bool,
        event_store: Option<Py<Target>>,
        begin_route: Option<Py<PyAny>>,
    ) -> PyResult<(u64, (String, u16), bool)> {
        self.driver.check_process().into_python()?;
        let mut text = self.http_text(options, event_store)?;
        if let Some(begin) = begin_route {
            let (host, given) = (Arc::clone(&self.host), Arc::clone(self.given()));
            text.answer_beside(Arc::new(OwnRoutes { host, given, begin: Arc::new(begin) }));
        }
        text.encrypt(self.host.description.tls().into_python()?);
        let engine = self.engine.clone();
        // A name may have to be resolved.
        let server = py.detach(|| HttpServer::bind(engine, text.address(), text.options())).into_python()?;
        let (address, path, encrypted) = (server.local_addr(), server.path(), server.is_encrypted());
        let token = self.run(owns_process, |_, shutdown| server.serve(shutdown));
        let place = match path {
            Some(path) if address.port() == 0 => path.to_string_lossy().into_owned(),
            _ => address.ip().to_string(),
        };
        Ok((token, (place, address.port()), encrypted))
    }

    /// Serves standard input and output, which were set aside; the end of the input ends it. With `owns_process`, an event
    /// loop that does not hear of that end, because a handler blocks it, is told by SIGTERM.
    #[pyo3(signature = (options, aside, *, owns_process=false))]
    fn serve_stdio(&self, options: &str, aside: &Aside, owns_process: bool) -> PyResult<u64> {
        self.driver.check_process().into_python()?;
        let text = DuplexText::read(options, Spelling::Snake).into_python()?;
        let Some(aside) = aside.take() else {
            let message = "standard input and output are served already";
            return Err(Error::new(ErrorKind::Configuration, message)).into_python();
        };
        let (input, output) = {
            let _context = self.driver.enter();
            aside.open().into_python()?
        };
        let options = text.stdio(output.peer());
        let engine = self.engine.clone();
        Ok(self.run(owns_process, |_, shutdown| stdio::serve(engine, input, output, options, shutdown)))
    }

    /// Opens a connection within the process; its messages are notices under the connection's token.
    fn connect(&self, options: &str) -> PyResult<MemoryConnection> {
        self.driver.check_process().into_python()?;
        let text = DuplexText::read(options, Spelling::Snake).into_python()?;
        let client = {
            let _context = self.driver.enter();
            memory::connect(&self.engine, text.max_frame_bytes()).into_python()?
        };
        let (frames, inbox) = host::frames();
        let host = Arc::clone(&self.host);
        let token = self.run(false, |token, shutdown| async move {
            let hear = |message| host.notices.push(token, Notice::Message(message));
            host::carry(client, inbox, hear, shutdown).await;
            Ok(())
        });
        Ok(MemoryConnection { token, frames: Mutex::new(Some(frames)) })
    }

    /// Tells the transport of this token, or all, to finish: what runs may end in its time. Each end is a notice.
    #[pyo3(signature = (token=None))]
    fn shut_down(&self, token: Option<u64>) {
        if let Some(end) = self.end_of(token) {
            end.trigger();
        }
    }

    /// The time to finish is over, for the transport of this token or for all: what runs is answered with an error that says
    /// `reason`. For all: no further coroutine function is started.
    #[pyo3(signature = (reason, token=None))]
    fn give_up(&self, reason: &str, token: Option<u64>) {
        if token.is_none() {
            self.loop_side.close();
        }
        if let Some(end) = self.end_of(token) {
            end.expire(reason);
        }
    }

    /// Cancels every running coroutine function; returns their tasks.
    fn cancel_tasks(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        self.loop_side.cancel_all(py)
    }

    /// Asks the client of a call, all questions at once: `(token, method, params, seconds | None)` each. What comes of one is
    /// told to `on_answer` under its token. Returns the number of the first, for `Call.withdraw`.
    #[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
    fn ask(&self, call: Py<Call>, asked: Vec<Asked>) -> u32 {
        questions::ask(&self.host, call.get(), asked)
    }

    /// Calls `task` on a worker thread, and what it returns when that thread is free again.
    fn run_in_worker(&self, task: Py<PyAny>) {
        self.workers.assign(task);
    }

    /// How many worker threads there are; after `stop`, those inside a plain function that has not returned.
    #[getter]
    fn workers(&self) -> usize {
        self.workers.threads()
    }

    /// Ends everything; returns how many plain functions are still running.
    fn stop(&self, py: Python<'_>) -> usize {
        self.engine.shutdown().expire("the server is shutting down");
        stop_carrying_log(&self.host);
        self.host.bells.event_loop.store(None);
        self.host.bells.workers.store(None);
        self.host.notices.connect(None, None, None);
        let host = &self.host;
        let (workers, driver, engine) = (&self.workers, &self.driver, &self.engine);
        py.detach(|| {
            driver.resign();
            driver.stop();
            // What nobody will run any more is dropped, and so answered as abandoned.
            let mut abandoned = Vec::new();
            while host.loop_mailbox.take(usize::MAX, &mut abandoned) {}
            while host.worker_mailbox.take(usize::MAX, &mut abandoned) {}
            drop(abandoned);
            let running = workers.stop();
            engine.close_task_store();
            running
        })
    }
}

/// Standard input and output, kept off the wire until they are served: what is read and printed meanwhile goes elsewhere.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct Aside(Mutex<Option<stdio::Aside>>);

impl Aside {
    fn take(&self) -> Option<stdio::Aside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl Aside {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self(Mutex::new(Some(stdio::set_aside().into_python()?))))
    }

    /// Puts them back, unless they were served.
    fn restore(&self) -> PyResult<()> {
        self.take().map_or(Ok(()), |aside| aside.restore().into_python())
    }
}

/// The client's end of a connection within the process.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct MemoryConnection {
    #[pyo3(get)]
    token: u64,
    frames: Mutex<Option<FrameSender>>,
}

#[pymethods]
impl MemoryConnection {
    /// Sends a frame, whose calls start from `context`; returns whether the connection is still open.
    fn send(&self, frame: &str, context: Py<PyAny>) -> bool {
        let origin = surrounding_context::origin(context);
        let frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames
            .as_ref()
            .is_some_and(|frames| frames.send((Bytes::copy_from_slice(frame.as_bytes()), origin)).is_ok())
    }

    /// Ends the connection; its calls are cancelled.
    fn close(&self) {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
