//! Questions to the client, on their way up from Python and down again.
//!
//! An answer is news for the event loop, whichever thread asked: a worker that waits for it could not fetch it, and the loop is
//! there as long as anything is served.

use std::sync::Arc;
use std::time::Duration;

use oxmcp_core::handler::{AnswerTo, Answered, Failure, FailureKind};
use oxmcp_core::json::RawJson;
use oxmcp_core::mailbox::CallId;
use oxmcp_core::model::Question;

use crate::call::Call;
use crate::notices::Notice;
use crate::server::Host;

/// A question as the front end writes it: a token of its own, the method, the params as JSON, and the seconds it has.
pub type Asked = (u64, String, String, Option<f64>);

/// Asks the client of `call`, all at once. What comes of each is a notice under its token. Returns the number of the first.
pub fn ask(host: &Arc<Host>, call: &Call, questions: Vec<Asked>) -> u32 {
    let questions = questions.into_iter().map(|(token, method, params, timeout)| {
        let timeout = timeout.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
        // The front end writes the params with `dumps`.
        let question = Question { method, params: RawJson::from_checked(params), timeout };
        let waiting = Waiting { host: Arc::clone(host), token, call: CallId(call.id), is_over: false };
        let answer_to: AnswerTo = Box::new(move |_, answer| waiting.hear(answer));
        (question, answer_to)
    });
    call.invocation().context.events.ask(questions.collect())
}

/// Somebody in Python who waits for an answer. The engine says nothing to calls that are over; they hear it from here.
struct Waiting {
    host: Arc<Host>,
    token: u64,
    call: CallId,
    is_over: bool,
}

impl Waiting {
    fn hear(mut self, answer: Answered) {
        self.is_over = true;
        self.host.notices.push(self.token, Notice::Answer(answer));
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_over {
            let message = "the call is over: its client cannot be asked any more";
            let failure = Failure::new(FailureKind::CannotAsk, message);
            self.host.notices.push(self.token, Notice::Over(self.call, failure));
        }
    }
}
