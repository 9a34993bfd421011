//! The command `oxmcp`, run from Python.

use std::io::{stderr, stdout};

use oxmcp_core::host::command;
use pyo3::prelude::*;

/// Runs the command with these arguments, without the program's own name; returns the status to exit with.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
pub fn run_command(py: Python<'_>, arguments: Vec<String>) -> u8 {
    py.detach(|| command::run(&arguments, &mut stdout().lock(), &mut stderr().lock()))
}
