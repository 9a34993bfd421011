//! Questions to the client as a result, and its answers in the retry (MRTR-*).

use std::borrow::Cow;

use crate::eras::Retry;
use crate::eras::items::Object;
use crate::eras::modern::results;
use crate::eras::params::{Params, Wrong};
use crate::eras::profile::{Profile, method_name};
use crate::json::{self, RawJson};
use crate::model::{OperationKind, Principal, Question};
use crate::sealing;

/// What a request brings of earlier rounds; `None` for one that begins. On other methods both members are ignored (MRTR-18).
///
/// # Errors
/// When a member has the wrong type.
pub(crate) fn read(params: &Params<'_>) -> Result<Option<Box<Retry>>, Wrong> {
    let given = |text: Option<&'_ str>| text.is_some_and(|text| !json::is_null(text));
    if !given(params.input_responses) && !given(params.request_state) {
        return Ok(None);
    }
    let mut retry = Retry::default();
    if let Some(text) = params.input_responses.filter(|text| !json::is_null(text)) {
        if !json::is_object(text) {
            return Err("inputResponses: must be an object".into());
        }
        retry.answers =
            json::members(text).map(|(key, answer)| (key.into_owned(), params.keep(answer))).collect();
    }
    if let Some(text) = params.request_state.filter(|text| !json::is_null(text)) {
        let state = json::as_string(text).ok_or("requestState: must be a string")?;
        retry.state = Some(state.into_owned());
    }
    Ok(Some(Box::new(retry)))
}

/// What a retry has to say again, so that state opens for it: which server, who asks, which method, of what, with which
/// arguments (MRTR-9). Everything else may differ, such as the progress token.
pub(crate) fn bond(
    profile: &Profile,
    principal: Option<&Principal>,
    kind: OperationKind,
    params: Option<&RawJson>,
) -> Vec<u8> {
    let member = |name: &str| params.and_then(|params| json::member(params.as_str(), name));
    let target = member(if kind == OperationKind::ReadResource { "uri" } else { "name" }).unwrap_or_default();
    let arguments = member("arguments").filter(|text| !json::is_null(text)).unwrap_or("{}");
    let principal = principal.map(Principal::fingerprint).unwrap_or_default();
    let parts = [
        "oxmcp requestState",
        &profile.implementation.name,
        &principal,
        method_name(kind).unwrap_or_default(),
        &json::canonical(target),
        &json::canonical(arguments),
    ];
    sealing::bond(parts.map(str::as_bytes))
}

/// Writes the result: no cache hints (MRTR-14), but who answers, as in every result (G-10).
pub(crate) fn write(
    out: &mut String,
    requests: &[(&str, &Question)],
    state: Option<&str>,
    profile: &Profile,
) {
    let mut object = Object::begin(out);
    if !requests.is_empty() {
        let mut inner = Object::begin(object.name("inputRequests"));
        for (key, question) in requests {
            let mut text = String::with_capacity(64 + question.params.as_str().len());
            Object::begin(&mut text)
                .string("method", &question.method)
                .raw("params", &params_of(question))
                .end();
            inner.foreign(key, &text);
        }
        inner.end();
    }
    object.optional_string(true, "requestState", state);
    results::finish_as(&mut object, "input_required", profile);
}

/// The params of a question, as this era knows them: pages to visit have no ids any more.
pub(super) fn params_of(question: &Question) -> Cow<'_, str> {
    let params = question.params.as_str();
    if question.method != Question::ELICIT || json::member(params, "elicitationId").is_none() {
        return Cow::Borrowed(params);
    }
    let mut kept = String::with_capacity(params.len());
    let mut object = Object::begin(&mut kept);
    for (key, value) in json::members(params).filter(|(key, _)| key != "elicitationId") {
        object.foreign(&key, value);
    }
    object.end();
    Cow::Owned(kept)
}
