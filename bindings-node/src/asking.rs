//! Questions to the client, on their way up.

use std::sync::Arc;
use std::time::Duration;

use napi_derive::napi;
use oxmcp_core::handler::EventSender;
use oxmcp_core::json::RawJson;
use oxmcp_core::mailbox::CallId;
use oxmcp_core::model::Question;

use crate::connections::{Connection, js_number};
use crate::errors::JsError;
use crate::mailbox::number;
use crate::notices::Notice;
use crate::serving::Serving;

impl Serving {
    /// What the call speaks through. Cloned: what is done with it must not be done under the lock of all calls.
    fn events(&self, id: f64) -> Option<EventSender> {
        self.calls.with(id, |call| call.invocation.context.events.clone())
    }
}

#[napi]
impl Serving {
    /// Asks the client of this call, all at once; of the limits, which are milliseconds, 0 is none. Returns the number of the
    /// first question; `null` once the call is answered.
    #[napi]
    pub fn ask(
        &self,
        id: f64,
        methods: Vec<String>,
        params: Vec<String>,
        timeouts_ms: Vec<f64>,
    ) -> Option<u32> {
        let events = self.events(id)?;
        let questions = methods
            .into_iter()
            .zip(params)
            .zip(timeouts_ms)
            .map(|((method, params), limit)| question(method, params, limit));
        Some(self.host.mailbox.ask(CallId(number(id)), &events, questions.collect()))
    }

    /// Takes a question back.
    #[napi]
    pub fn withdraw(&self, id: f64, question: u32) {
        if let Some(events) = self.events(id) {
            events.withdraw(question);
        }
    }

    /// Asks a client outside of its calls: that of a session, or the only one at a connection. What comes of it is the `answered`
    /// notice of the token; `close` takes it back.
    #[napi]
    pub fn ask_outside(
        &self,
        session_id: Option<String>,
        method: String,
        params: String,
        timeout_ms: f64,
    ) -> Result<f64, JsError> {
        let driver = self.driver()?;
        let token = self.token();
        let answer = self.engine.ask(session_id.as_deref(), question(method, params, timeout_ms));
        let host = Arc::clone(&self.host);
        let task = driver.spawn(async move { host.notices.push(token, Notice::Answered(answer.await)) });
        self.connections().insert(token, Connection::Question(task.abort_handle()));
        Ok(js_number(token))
    }
}

/// A question; 0 is no limit.
fn question(method: String, params: String, timeout_ms: f64) -> Question {
    let limit = (timeout_ms > 0.0).then_some(timeout_ms / 1000.0);
    Question {
        method,
        // The front end writes these with `JSON.stringify`.
        params: RawJson::from_checked(params),
        timeout: limit.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    }
}
