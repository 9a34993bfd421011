//! The engine's errors as Python exceptions. `oxmcp.errors` gives each kind its class.

use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::FailureKind;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

pyo3::create_exception!(
    oxmcp._native,
    NativeError,
    PyException,
    "An engine error: `kind` (a name from `ErrorKinds`) and `message`."
);

/// The exception for an engine error.
pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    let message = error.to_string();
    let exception = NativeError::new_err(message.clone());
    let value = exception.value(py);
    let named = value.setattr("kind", error.kind().name()).and_then(|()| value.setattr("message", message));
    // Setting an attribute of a fresh exception fails only when memory is out; then that is the error.
    named.err().unwrap_or(exception)
}

/// Engine results as Python results.
pub trait IntoPython<T> {
    fn into_python(self) -> PyResult<T>;
}

impl<T> IntoPython<T> for oxmcp_core::error::Result<T> {
    fn into_python(self) -> PyResult<T> {
        self.map_err(|error| Python::attach(|py| to_python(py, &error)))
    }
}

/// A text for a log, without what looks like a secret in it.
#[pyfunction]
pub fn fit_for_log(text: String) -> String {
    oxmcp_core::host::log::fit(text)
}

/// `ErrorKind::ALL` by name.
pub fn error_kinds(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, ErrorKind::ALL.iter().map(|kind| kind.name()))
}

/// `FailureKind::ALL` by name.
pub fn failure_kinds(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, FailureKind::ALL.iter().map(|kind| kind.name()))
}
