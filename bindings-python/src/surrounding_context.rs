//! The context variables a call starts from: a copy of its own, of the context its request was handed over in.

use oxmcp_core::handler::{Invocation, Origin};
use pyo3::intern;
use pyo3::prelude::*;

/// The context in which a request was handed over within the process.
struct HandedOver(Py<PyAny>);

/// The origin of what is handed over in this context.
pub fn origin(context: Py<PyAny>) -> Origin {
    Origin::new(HandedOver(context))
}

/// A context for one call: what it sets there no other call sees. `otherwise` is what calls start from that the engine received
/// by itself.
pub fn for_call<'py>(
    py: Python<'py>,
    invocation: &Invocation,
    otherwise: &Py<PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let base = invocation.context.origin.get().map_or(otherwise, |HandedOver(context)| context);
    base.bind(py).call_method0(intern!(py, "copy"))
}
