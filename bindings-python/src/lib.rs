//! `oxmcp._native`: the engine for Python. The list of names; each lives in the file of its subject.

// That of musl is slow. Elsewhere the system's is as good, and gives back what other threads free: mimalloc keeps a large text for the
// thread that made it, until that makes another.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod asgi_headers;
mod balance;
mod call;
mod command;
mod convert;
mod doorbell;
mod duty;
mod endpoint;
mod errors;
mod first_step;
mod forks;
mod guest;
mod kept;
mod mailbox;
mod notices;
mod questions;
mod roster;
mod routes;
mod schema;
mod server;
mod serving;
mod signal;
mod surrounding_context;
mod surroundings;
mod target;
mod thread;
mod token_verifier;
mod uri;
mod workers;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("current_call", server::current_call(py)?)?;
    module.add("NativeError", py.get_type::<errors::NativeError>())?;
    module.add("ErrorKinds", errors::error_kinds(py)?)?;
    module.add("FailureKinds", errors::failure_kinds(py)?)?;
    module.add_class::<call::Call>()?;
    module.add_class::<endpoint::Endpoint>()?;
    module.add_class::<endpoint::HttpExchange>()?;
    module.add_class::<routes::RouteRequest>()?;
    module.add_class::<schema::Schema>()?;
    module.add_class::<serving::Aside>()?;
    module.add_class::<server::Server>()?;
    module.add_class::<serving::MemoryConnection>()?;
    module.add_class::<serving::Serving>()?;
    module.add_class::<target::Target>()?;
    module.add_class::<token_verifier::TokenVerifier>()?;
    module.add_function(wrap_pyfunction!(serving::attach, module)?)?;
    module.add_function(wrap_pyfunction!(endpoint::open_endpoint, module)?)?;
    module.add_function(wrap_pyfunction!(endpoint::pages_beside, module)?)?;
    module.add_function(wrap_pyfunction!(command::run_command, module)?)?;
    module.add_function(wrap_pyfunction!(errors::fit_for_log, module)?)?;
    module.add_function(wrap_pyfunction!(forks::forked, module)?)?;
    module.add_function(wrap_pyfunction!(convert::dumps, module)?)?;
    module.add_function(wrap_pyfunction!(convert::loads, module)?)?;
    module.add_function(wrap_pyfunction!(convert::may_be_nonfinite, module)?)?;
    module.add_function(wrap_pyfunction!(convert::may_lack_numbers, module)?)?;
    module.add_function(wrap_pyfunction!(uri::canonical_uri, module)?)?;
    module.add_function(wrap_pyfunction!(uri::compare_versions, module)?)?;
    module.add_function(wrap_pyfunction!(uri::check_uri, module)?)?;
    module.add_function(wrap_pyfunction!(uri::skill_entry, module)?)?;
    module.add_function(wrap_pyfunction!(uri::legal_uri, module)?)?;
    Ok(())
}
