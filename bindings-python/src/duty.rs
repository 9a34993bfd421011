//! What a worker does next.

use std::sync::atomic::{AtomicBool, Ordering};

use oxmcp_core::mailbox::PendingCall;
use pyo3::prelude::*;

use crate::kept;

/// The first worker is inside a function as long as this lives.
pub struct Busy<'a>(Option<&'a AtomicBool>);

impl<'a> Busy<'a> {
    pub fn unless(first_is_free: &'a AtomicBool, free: bool) -> Self {
        let flag = (!free).then_some(first_is_free);
        if let Some(flag) = flag {
            flag.store(false, Ordering::SeqCst);
        }
        Self(flag)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if let Some(flag) = self.0 {
            flag.store(true, Ordering::SeqCst);
        }
    }
}

/// Calls what a coroutine function wants run here. It returns what tells how it went, which is kept until the worker is free.
pub fn perform(py: Python<'_>, task: &Py<PyAny>) {
    match task.call0(py) {
        Ok(tell) => kept::keep_telling(tell),
        Err(error) => error.write_unraisable(py, None),
    }
}

pub enum Duty {
    Lead,
    Run(PendingCall),
    Task(Py<PyAny>),
}
