//! The engine's errors as Python exceptions. `oxmcp.errors` gives each kind its class.

use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::FailureKind;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// An engine error: `kind` (a name from `ErrorKinds`) and `message`.
#[pyclass(extends = PyException, module = "oxmcp._native", frozen, subclass)]
pub struct NativeError {
    #[pyo3(get)]
    kind: String,
    #[pyo3(get)]
    message: String,
}

#[pymethods]
impl NativeError {
    #[new]
    const fn new(kind: String, message: String) -> Self {
        Self { kind, message }
    }

    fn __str__(&self) -> &str {
        &self.message
    }
}

/// The exception for an engine error.
pub fn to_python(error: &Error) -> PyErr {
    PyErr::new::<NativeError, _>((error.kind().name().to_owned(), error.to_string()))
}

/// Engine results as Python results.
pub trait IntoPython<T> {
    fn into_python(self) -> PyResult<T>;
}

impl<T> IntoPython<T> for oxmcp_core::error::Result<T> {
    fn into_python(self) -> PyResult<T> {
        self.map_err(|error| to_python(&error))
    }
}

/// `ErrorKind::ALL` by name.
pub fn error_kinds(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, ErrorKind::ALL.iter().map(|kind| kind.name()))
}

/// `FailureKind::ALL` by name.
pub fn failure_kinds(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, FailureKind::ALL.iter().map(|kind| kind.name()))
}
