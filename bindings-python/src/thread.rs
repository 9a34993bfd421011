//! Threads of Python's that run something of ours.

use pyo3::prelude::*;

/// What such a thread runs.
type Work = Box<dyn Fn(Python<'_>) + Send + Sync>;

#[pyclass(module = "oxmcp._native", frozen)]
struct Run {
    name: String,
    work: Work,
}

#[pymethods]
impl Run {
    fn __call__(&self, py: Python<'_>) {
        // For `top` and the like; Python tells the system from 3.14 on. A thread without a name works as well.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Ok(name) = std::ffi::CString::new(self.name.as_str()) {
            let _ = rustix::thread::set_name(&name);
        }
        (self.work)(py);
    }
}

/// Starts a thread by `start_thread(name, run)`; returns whether there is one.
///
/// Python starts it, so that it is a thread like any other to what follows Python's threads: debuggers, coverage, profilers.
pub fn start(py: Python<'_>, start_thread: &Py<PyAny>, name: String, work: Work) -> bool {
    let started = Bound::new(py, Run { name: name.clone(), work })
        .and_then(|run| start_thread.bind(py).call1((name, run)).map(drop));
    started.map_err(|error| error.write_unraisable(py, None)).is_ok()
}
