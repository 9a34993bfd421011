//! Questions to the client, on their way up.

use std::time::Duration;

use napi_derive::napi;
use oxmcp_core::handler::EventSender;
use oxmcp_core::json::RawJson;
use oxmcp_core::mailbox::CallId;
use oxmcp_core::model::Question;

use crate::mailbox::number;
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
        let limits = timeouts_ms.into_iter().map(|limit| (limit > 0.0).then_some(limit / 1000.0));
        let questions =
            methods.into_iter().zip(params).zip(limits).map(|((method, params), limit)| Question {
                method,
                // The front end writes these with `JSON.stringify`.
                params: RawJson::from_checked(params),
                timeout: limit.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            });
        Some(self.host.mailbox.ask(CallId(number(id)), &events, questions.collect()))
    }

    /// Takes a question back.
    #[napi]
    pub fn withdraw(&self, id: f64, question: u32) {
        if let Some(events) = self.events(id) {
            events.withdraw(question);
        }
    }
}
