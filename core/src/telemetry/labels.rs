//! Which names may tell series of metrics apart: those of the protocol and of what the server offers, so that nobody who calls can
//! make more of them (T19 of the threats).

use crate::handler::FailureKind;
use crate::middleware::OperationEvent;
use crate::model::OperationKind;

/// What stands for every name that is not one of ours.
pub(super) const OTHER: &str = "other";
/// An operation nobody waited for.
pub(super) const CANCELLED: &str = "cancelled";
/// A tool that says itself that it failed.
const TOOL_ERROR: &str = "tool_error";

/// Methods of the protocol that are no operation with a kind of its own.
const METHODS: &[&str] = &[
    "initialize",
    "server/discover",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/list",
    "tasks/result",
    "tasks/update",
];

/// JSON-RPC's own codes, the protocol's and ours.
const CODES: std::ops::RangeInclusive<i32> = -32_768..=-32_000;

/// The method, if the server has it.
pub(super) fn method<'a>(event: &OperationEvent<'a>) -> &'a str {
    let is_known =
        event.kind != OperationKind::Custom || event.is_registered || METHODS.contains(&event.method);
    if is_known { event.method } else { OTHER }
}

/// What the operation is about, where that tells series apart: tools and prompts.
pub(super) fn target<'a>(event: &OperationEvent<'a>) -> Option<&'a str> {
    if !matches!(event.kind, OperationKind::CallTool | OperationKind::GetPrompt) {
        return None;
    }
    Some(if event.is_registered { event.target.unwrap_or(OTHER) } else { OTHER })
}

/// Why it failed.
pub(super) fn error(error: &str) -> &str {
    let is_code = || error.parse().is_ok_and(|code: i32| CODES.contains(&code));
    let is_known = error == TOOL_ERROR
        || error == CANCELLED
        || error == crate::middleware::Outcome::Denied.name()
        || FailureKind::from_name(error).is_some()
        || is_code();
    if is_known { error } else { OTHER }
}
