//! The command `oxmcp`, run from Node.

use std::io::{stderr, stdout};

use napi_derive::napi;
use oxmcp_core::host::command;

/// Runs the command with these arguments, without the program's own name; returns the status to exit with.
#[napi]
pub fn run_command(arguments: Vec<String>) -> u8 {
    command::run(&arguments, &mut stdout().lock(), &mut stderr().lock())
}
