//! Beginning a coroutine function's call: its task, whose first step is run at once instead of in the loop's next round.

use std::sync::{Mutex, PoisonError};

use oxmcp_core::handler::FailureKind;
use pyo3::exceptions::asyncio::CancelledError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::call::Call;
use crate::server::current_call;
use crate::target::Target;

/// How a task's first step is run at once.
pub struct Eager {
    event_loop: Py<PyAny>,
    way: Way,
}

enum Way {
    /// `asyncio.Task(…, eager_start=True)`, from Python 3.12 on, which enters the call's context by itself.
    BuiltIn {
        task_class: Py<PyAny>,
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

impl Eager {
    pub fn new(py: Python<'_>, event_loop: &Py<PyAny>, guard: Py<PyAny>) -> PyResult<Self> {
        let asyncio = py.import("asyncio")?;
        let version = py.version_info();
        let task_class = asyncio.getattr("Task")?.unbind();
        let way = if version >= (3, 12) {
            Way::BuiltIn {
                task_class,
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
            let (event_loop, takes_context) = (event_loop.clone_ref(py), version >= (3, 11));
            let starter = Starter { event_loop, task_class, guard, takes_context, catcher, catch };
            Way::Caught { starter: Py::new(py, starter)?, tasks }
        };
        Ok(Self { event_loop: event_loop.clone_ref(py), way })
    }

    /// Makes the task of a call and runs its first step in the call's context, with the task as the current one. Returns the task if
    /// that was not all; otherwise the call is answered.
    pub fn first_step<'py>(
        &self,
        py: Python<'py>,
        context: &Bound<'py, PyAny>,
        call: &Bound<'py, Call>,
        target: &Bound<'py, Target>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let run = intern!(py, "run");
        match &self.way {
            Way::Caught { starter, .. } => {
                let task = context.call_method1(run, (starter, call, target, context))?;
                Ok((!task.is_none()).then_some(task))
            }
            Way::BuiltIn { task_class, begin, conclude, guard } => {
                let coroutine = context.call_method1(run, (begin, call, target, guard))?;
                if coroutine.is_none() {
                    return Ok(None);
                }
                let keywords = keywords(py, &self.event_loop, target)?;
                keywords.set_item(intern!(py, "context"), context)?;
                keywords.set_item(intern!(py, "eager_start"), true)?;
                let task = task_class.bind(py).call((&coroutine,), Some(&keywords))?;
                if is_done(&task)? {
                    context.call_method1(run, (conclude, call, target, &task))?;
                    return Ok(None);
                }
                Ok(Some(task))
            }
        }
    }

    /// Puts the task aside that is running on this thread, if it needs that: inside of it, no other could have its first step.
    pub fn put_aside<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Way::Caught { tasks, .. } = &self.way else { return Ok(None) };
        let event_loop = self.event_loop.bind(py);
        let outer = tasks.current.bind(py).call1((event_loop,))?;
        if outer.is_none() {
            return Ok(None);
        }
        tasks.leave.bind(py).call1((event_loop, &outer))?;
        Ok(Some(outer))
    }

    /// Makes what was put aside the current task again.
    pub fn put_back(&self, py: Python<'_>, outer: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        if let (Way::Caught { tasks, .. }, Some(outer)) = (&self.way, outer) {
            tasks.enter.bind(py).call1((self.event_loop.bind(py), outer))?;
        }
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
        if let Some(Step { callback, context: own }) = self.catcher.get().take() {
            match own.filter(|_| !self.takes_context) {
                // The task made a context of its own, a copy of the call's, in which its other steps will be run.
                Some(own) => own.bind(py).call_method1(intern!(py, "run"), (callback,))?,
                None => callback.bind(py).call0()?,
            };
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
struct Catcher(Mutex<Option<Step>>);

struct Step {
    callback: Py<PyAny>,
    /// That of the task: before Python 3.11 always its own.
    context: Option<Py<PyAny>>,
}

impl Catcher {
    fn take(&self) -> Option<Step> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[pymethods]
impl Catcher {
    #[pyo3(signature = (callback, *, context=None))]
    fn catch(&self, callback: Py<PyAny>, context: Option<Py<PyAny>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Step { callback, context });
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
pub fn conclude(call: &Bound<'_, Call>, target: &Bound<'_, Target>, task: &Bound<'_, PyAny>) {
    let py = call.py();
    match task.call_method0(intern!(py, "result")) {
        Ok(value) => target.get().finish(call, &value),
        Err(error) if error.is_instance_of::<CancelledError>(py) => {
            call.get().fail_with(FailureKind::Abandoned, "The call was cancelled.", None);
        }
        Err(error) => target.get().fail(call, error),
    }
}
