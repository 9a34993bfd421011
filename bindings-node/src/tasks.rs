//! What JavaScript may ask and say of the task that a call is.

use napi_derive::napi;
use oxmcp_core::host::describe_task;

use crate::serving::Serving;

#[napi]
impl Serving {
    /// The task that a call is, as JSON; `null` where it is none.
    #[napi]
    pub fn task(&self, id: f64) -> Option<String> {
        self.calls.with(id, |call| call.invocation.context.task())?.map(|task| describe_task(&task))
    }

    /// Makes a task of a call; returns whether it is one.
    #[napi]
    pub fn become_task(&self, id: f64) -> bool {
        self.calls.with(id, |call| call.invocation.context.events.become_task()).unwrap_or(false)
    }

    /// Says in words where the task of a call is; returns whether it is one.
    #[napi]
    pub fn task_status(&self, id: f64, message: String) -> bool {
        self.calls.with(id, |call| call.invocation.context.events.task_status(message)).unwrap_or(false)
    }
}
