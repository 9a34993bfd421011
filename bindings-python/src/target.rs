//! What stands behind a registration, and how a call of it runs.

use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use oxmcp_core::handler::FailureKind;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyInt, PyString};

use crate::call::Call;
use crate::convert;

/// A plain function that took longer than this is no longer run on the thread that drives the I/O.
const SLOW: Duration = Duration::from_millis(2);
/// So many quick calls in a row let a plain function run there.
const TRUST: i32 = 8;
/// Where trust begins anew after a slow call.
const DISTRUST: i32 = -16;

/// What a returned `str` is without asking `result`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// Nothing: `result` decides.
    Undecided,
    /// The content.
    Content,
    /// The content, and the structured content too.
    Structured,
}

/// A function and the plan for calling it.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct Target {
    function: Py<PyAny>,
    /// The function's name, for its tasks.
    pub name: Py<PyString>,
    pub is_async: bool,
    bind: Option<Py<PyAny>>,
    /// What makes the arguments of their JSON, where `bind` would do no more than that.
    validate: Option<Py<PyAny>>,
    /// `refused(call, error)`: the second chance of what `validate` refused.
    refused: Option<Py<PyAny>>,
    names: Vec<Py<PyString>>,
    floats: Vec<Py<PyString>>,
    ints: Vec<Py<PyString>>,
    result: Py<PyAny>,
    error: Py<PyAny>,
    text: Text,
    trust: AtomicI32,
}

#[pymethods]
impl Target {
    #[new]
    #[pyo3(signature = (function, *, is_async, bind=None, validate=None, refused=None, names=Vec::new(), floats=Vec::new(), ints=Vec::new(), result, error, plain_text=false, structured_text=false))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments of a constructor called by the front end only"
    )]
    fn new(
        py: Python<'_>,
        function: Py<PyAny>,
        is_async: bool,
        bind: Option<Py<PyAny>>,
        validate: Option<Py<PyAny>>,
        refused: Option<Py<PyAny>>,
        names: Vec<String>,
        floats: Vec<String>,
        ints: Vec<String>,
        result: Py<PyAny>,
        error: Py<PyAny>,
        plain_text: bool,
        structured_text: bool,
    ) -> PyResult<Self> {
        if !function.bind(py).is_callable() {
            return Err(PyTypeError::new_err("a target needs something that can be called"));
        }
        let intern = |names: Vec<String>| -> Vec<Py<PyString>> {
            names.iter().map(|name| PyString::intern(py, name).unbind()).collect()
        };
        let name = function
            .bind(py)
            .getattr(intern!(py, "__name__"))
            .ok()
            .and_then(|name| name.cast_into::<PyString>().ok())
            .unwrap_or_else(|| PyString::new(py, "oxmcp call"));
        Ok(Self {
            name: name.unbind(),
            function,
            is_async,
            bind,
            validate,
            refused,
            names: intern(names),
            floats: intern(floats),
            ints: intern(ints),
            result,
            error,
            text: match (plain_text, structured_text) {
                (_, true) => Text::Structured,
                (true, false) => Text::Content,
                (false, false) => Text::Undecided,
            },
            trust: AtomicI32::new(0),
        })
    }
}

impl Target {
    /// Calls the function with the call's arguments; what comes back is the value, or an awaitable.
    pub fn start<'py>(&self, py: Python<'py>, call: &Bound<'py, Call>) -> PyResult<Bound<'py, PyAny>> {
        let kwargs = match (&self.validate, &self.bind) {
            (Some(validate), _) => self.validated(call, validate.bind(py))?,
            (None, Some(bind)) => {
                let kwargs = bind.bind(py).call1((call,))?;
                if let Some(value) = positional_call(self.function.bind(py), &kwargs)? {
                    return Ok(value);
                }
                kwargs.cast_into::<PyDict>().map_err(PyErr::from)?
            }
            (None, None) => self.natural_arguments(py, call.get())?,
        };
        if kwargs.is_empty() {
            self.function.bind(py).call0()
        } else {
            self.function.bind(py).call((), Some(&kwargs))
        }
    }

    /// The arguments as a validator makes them of their text, without anything in between.
    fn validated<'py>(
        &self,
        call: &Bound<'py, Call>,
        validate: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let py = call.py();
        let text = PyBytes::new(py, call.get().invocation().arguments.as_str().as_bytes());
        let bound = validate.call1((text,)).or_else(|error| match &self.refused {
            Some(refused) => refused.bind(py).call1((call, error.into_value(py))),
            None => Err(error),
        });
        Ok(bound?.cast_into::<PyDict>()?)
    }

    /// The arguments as they are: names the function does not know are left out, numbers take the declared type.
    fn natural_arguments<'py>(&self, py: Python<'py>, call: &Call) -> PyResult<Bound<'py, PyDict>> {
        let given = convert::to_python(py, call.invocation().arguments.as_str())?;
        let given = given.cast_into::<PyDict>().map_err(PyErr::from)?;
        if given.is_empty() {
            return Ok(given);
        }
        let mut known = 0;
        for name in &self.names {
            if given.contains(name)? {
                known += 1;
            }
        }
        let kwargs = if known == given.len() {
            given
        } else {
            let kwargs = PyDict::new(py);
            for name in &self.names {
                if let Some(value) = given.get_item(name)? {
                    kwargs.set_item(name, value)?;
                }
            }
            kwargs
        };
        for name in &self.floats {
            if let Some(value) = kwargs.get_item(name)?
                && value.is_exact_instance_of::<PyInt>()
            {
                kwargs.set_item(name, value.extract::<f64>()?)?;
            }
        }
        for name in &self.ints {
            if let Some(value) = kwargs.get_item(name)?
                && value.is_exact_instance_of::<PyFloat>()
            {
                kwargs.set_item(name, value.call_method0(intern!(py, "__int__"))?)?;
            }
        }
        Ok(kwargs)
    }

    /// Turns the returned value into the call's answer.
    pub fn finish<'py>(&self, call: &Bound<'py, Call>, value: &Bound<'py, PyAny>) {
        if self.text != Text::Undecided
            && let Ok(text) = value.cast_exact::<PyString>()
            && let Ok(text) = text.to_str()
        {
            call.get().answer_text(text, self.text == Text::Structured);
            return;
        }
        let py = call.py();
        if let Err(error) = self.result.bind(py).call1((call, value)) {
            self.fail(call, error);
        }
    }

    /// Turns what was raised into the call's answer.
    #[expect(clippy::needless_pass_by_value, reason = "what was raised ends here")]
    pub fn fail(&self, call: &Bound<'_, Call>, error: PyErr) {
        let py = call.py();
        // With its traceback, which older interpreters keep beside it.
        let raised = error.clone_ref(py).into_value(py);
        if let Err(second) = self.error.bind(py).call1((call, raised)) {
            let detail = format!("while answering {error}: {second}");
            call.get().fail_with(
                FailureKind::Internal,
                "The server could not describe what went wrong.",
                Some(detail),
            );
        }
        if !call.get().is_over() {
            call.get().fail_with(
                FailureKind::Abandoned,
                "The call ended without an answer.",
                Some(error.to_string()),
            );
        }
    }

    /// Whether this plain function has shown to be quick enough for the thread that drives the I/O.
    pub fn is_quick(&self) -> bool {
        self.trust.load(Ordering::Relaxed) >= TRUST
    }

    /// Remembers how long a call of this plain function took.
    pub fn record(&self, took: Duration) {
        if took > SLOW {
            self.trust.store(DISTRUST, Ordering::Relaxed);
        } else if self.trust.load(Ordering::Relaxed) < TRUST {
            self.trust.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// `bind` may return `(args, kwargs)` for functions with positional-only parameters.
fn positional_call<'py>(
    function: &Bound<'py, PyAny>,
    bound: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok((args, kwargs)) = bound.extract::<(Bound<'py, pyo3::types::PyTuple>, Bound<'py, PyDict>)>() else {
        return Ok(None);
    };
    function.call(args, Some(&kwargs)).map(Some)
}
