//! What came of a question, as text.

use oxmcp_core::handler::{Answered, Failure};
use oxmcp_core::json::{self, inexact_integers, may_have_inexact_integers};

/// Writes the result, with `null` and the integers that are others in JavaScript behind it where there are some; or `null`, a
/// comma, and why there is none.
pub fn write_answered(into: &mut String, answer: &Answered) {
    match answer {
        Ok(result) => {
            let result = result.as_str();
            into.push_str(result);
            if may_have_inexact_integers(result)
                && let Some(inexact) = inexact_integers(result)
            {
                into.push_str(",null,");
                into.push_str(&inexact);
            }
        }
        Err(failure) => {
            into.push_str("null,");
            write_failure(into, failure);
        }
    }
}

/// `UnansweredPayload` of `typescript/engine/question_errors.ts`.
fn write_failure(into: &mut String, failure: &Failure) {
    into.push_str("{\"kind\":\"");
    into.push_str(failure.kind.name());
    into.push_str("\",\"message\":");
    json::write_string(into, &failure.message);
    if let Some(code) = failure.code {
        into.push_str(",\"code\":");
        into.push_str(itoa::Buffer::new().format(code));
    }
    if let Some(data) = &failure.data {
        into.push_str(",\"data\":");
        into.push_str(data.as_str());
    }
    into.push('}');
}
