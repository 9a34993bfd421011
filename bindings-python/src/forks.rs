//! A child process that was forked inside of a handler: the server it has a copy of is its parent's.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;

use crate::call::Call;

/// Whether this process, or one before it, was forked while this module was loaded.
static FORKED: AtomicBool = AtomicBool::new(false);

/// Called in every child process that is forked.
#[pyfunction]
pub fn forked() {
    FORKED.store(true, Ordering::Relaxed);
}

/// Ends this process, with what its copy of the handler raised, if the call is another process's to answer.
pub fn end_child(call: &Bound<'_, Call>, outcome: &PyResult<Bound<'_, PyAny>>) -> PyResult<()> {
    if !FORKED.load(Ordering::Relaxed) || call.get().is_of_this_process() {
        return Ok(());
    }
    let py = call.py();
    let raised = outcome.as_ref().err().map(|error| error.value(py));
    py.import("oxmcp.engine.forks")?.call_method1("end_child", (raised,))?;
    Ok(())
}
