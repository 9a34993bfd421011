//! A server whose functions another one runs, in which it is mounted.

use std::any::Any;
use std::sync::Arc;

use oxmcp_core::mailbox::Guest;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// What calls run first that another server runs for this one: `enter()`, inside of the call's context.
pub struct Entering(PyOnceLock<Py<PyAny>>);

impl Default for Entering {
    fn default() -> Self {
        Self(PyOnceLock::new())
    }
}

impl Entering {
    /// The first one stays.
    pub fn set(&self, py: Python<'_>, enter: Py<PyAny>) {
        let _ = self.0.set(py, enter);
    }
}

/// Whose functions they are.
pub struct Owner {
    pub entering: Arc<Entering>,
    /// Its host, by whoever knows that.
    pub host: Arc<dyn Any + Send + Sync>,
}

/// Inside the context of a guest's call: makes the surroundings those of its own server.
pub fn enter(py: Python<'_>, guest: Option<&Arc<Guest>>) -> PyResult<()> {
    let owner = guest.and_then(|guest| guest.owner.downcast_ref::<Owner>());
    match owner.and_then(|owner| owner.entering.0.get(py)) {
        Some(enter) => enter.call0(py).map(drop),
        None => Ok(()),
    }
}
