//! The params of a question as its client's version has them (ELI-16, SAM-6).

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::eras::items::Object;
use crate::handler::{Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::model::Question;
use crate::protocol_version::ProtocolVersion;

/// The params to send to a client that declared `declared`.
///
/// # Errors
/// When the version has no way to say it.
pub(super) fn written(
    question: &Question,
    declared: Option<&RawJson>,
    version: ProtocolVersion,
) -> Result<String, Failure> {
    let features = version.features();
    let text = question.params.as_str();
    match question.method.as_str() {
        Question::ELICIT if !features.elicitation_modes => {
            let schema = json::member(text, "requestedSchema").unwrap_or("{}");
            let schema = plain_choices(schema, version)?;
            Ok(replaced(text, |name, value| match name {
                "mode" => None,
                "requestedSchema" => Some(schema.clone()),
                _ => Some(value.into()),
            }))
        }
        // Who does not declare it is not to be sent it; left out it means the same as `none`.
        Question::SAMPLE if features.sampling_tools && !takes_context(declared) => {
            Ok(replaced(text, |name, value| (name != "includeContext").then_some(value.into())))
        }
        _ => Ok(text.to_owned()),
    }
}

/// Gives a page to visit the name that its version wants it to have (ELI-3), where its author gave it none.
pub(super) fn name(params: &mut String, question: &Question, version: ProtocolVersion, id: &str) {
    let by_url = question.method == Question::ELICIT
        && version.features().elicitation_modes
        && question.param("mode") == Some("\"url\"");
    if by_url && question.param("elicitationId").is_none() {
        let mut named = String::with_capacity(params.len() + 48);
        let mut object = Object::begin(&mut named);
        for (name, value) in json::members(params) {
            object.foreign(&name, value);
        }
        object.string("elicitationId", id).end();
        *params = named;
    }
}

fn takes_context(declared: Option<&RawJson>) -> bool {
    declared
        .and_then(|text| json::member(text.as_str(), "sampling"))
        .is_some_and(|sampling| json::member(sampling, "context").is_some())
}

/// The object with each member as `replace` has it, or without it.
fn replaced<'a>(text: &'a str, replace: impl Fn(&str, &'a str) -> Option<Cow<'a, str>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut object = Object::begin(&mut out);
    for (name, value) in json::members(text) {
        if let Some(value) = replace(&name, value) {
            object.foreign(&name, &value);
        }
    }
    object.end();
    out
}

/// A form's schema with titled choices as `enum` and `enumNames`, which is all that the version knows.
fn plain_choices(schema: &str, version: ProtocolVersion) -> Result<Cow<'_, str>, Failure> {
    if !["\"oneOf\"", "\"anyOf\"", "\"array\""].iter().any(|word| schema.contains(word)) {
        return Ok(Cow::Borrowed(schema));
    }
    let Ok(mut value) = serde_json::from_str::<Value>(schema) else { return Ok(Cow::Borrowed(schema)) };
    let Some(Value::Object(properties)) = value.get_mut("properties") else {
        return Ok(Cow::Borrowed(schema));
    };
    for (name, property) in properties {
        let Value::Object(members) = property else { continue };
        if members.get("type").and_then(Value::as_str) == Some("array") {
            let message = format!(
                "the client cannot be asked for {name}: its protocol version, {version}, has no choice of several"
            );
            return Err(Failure::new(FailureKind::CannotAsk, message));
        }
        let choices = members.get("oneOf").or_else(|| members.get("anyOf"));
        let Some((values, titles)) = choices.and_then(Value::as_array).and_then(|all| titled(all)) else {
            continue;
        };
        let mut plain: Map<_, _> = std::mem::take(members);
        plain.retain(|name, _| name != "oneOf" && name != "anyOf");
        plain.insert("enum".to_owned(), Value::Array(values));
        plain.insert("enumNames".to_owned(), Value::Array(titles));
        *members = plain;
    }
    Ok(Cow::Owned(value.to_string()))
}

/// The values and titles of choices that are nothing but that.
fn titled(choices: &[Value]) -> Option<(Vec<Value>, Vec<Value>)> {
    let both = choices.iter().map(|choice| {
        let value = choice.get("const")?.clone();
        let title = choice.get("title").cloned().unwrap_or_else(|| value.clone());
        Some((value, title))
    });
    both.collect()
}
