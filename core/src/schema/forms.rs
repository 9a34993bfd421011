//! Which of several forms (`anyOf`, `oneOf`) a value that fits none of them was meant for.

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{JsonTypeSet, ValidationError};
use serde_json::Value;

use super::wording::type_set;

/// What is wrong with a value for one of the forms.
pub(super) type Form = Vec<ValidationError<'static>>;

/// The forms a value can have been meant for.
pub(super) enum Meant<'a> {
    /// None: it is of another type than all of them, which are of these.
    NoneOf(JsonTypeSet),
    /// These, at least one.
    Forms(Vec<&'a Form>),
}

/// Leaves out the forms of another type, and those whose tag says otherwise where another form has no such quarrel.
pub(super) fn meant<'a>(error: &ValidationError<'_>, forms: &'a [Form]) -> Meant<'a> {
    let here = error.instance_path().as_str();
    let mut wanted = JsonTypeSet::empty();
    let mut meant: Vec<&Form> = Vec::new();
    for form in forms {
        let wrong_type = form.iter().find_map(|error| match error.kind() {
            Kind::Type { kind } if error.instance_path().as_str() == here => Some(type_set(kind)),
            _ => None,
        });
        match wrong_type {
            Some(kinds) => wanted = kinds.iter().fold(wanted, JsonTypeSet::insert),
            None => meant.push(form),
        }
    }
    if meant.is_empty() {
        return Meant::NoneOf(wanted);
    }
    if meant.iter().any(|form| tag(form, here).is_none()) {
        meant.retain(|form| tag(form, here).is_none());
    }
    Meant::Forms(meant)
}

/// The error that says another form was meant: a constant inside the value that differs.
fn tag<'a>(form: &'a Form, here: &str) -> Option<&'a ValidationError<'static>> {
    form.iter().find(|error| {
        matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. })
            && error.instance_path().as_str() != here
    })
}

/// The tag that no form takes: an error that stands for it, and what the forms take there.
pub(super) fn unknown_tag<'a>(
    error: &ValidationError<'_>,
    forms: &[&'a Form],
) -> Option<(&'a ValidationError<'static>, Vec<Value>)> {
    let here = error.instance_path().as_str();
    let first = tag(forms.first()?, here)?;
    let mut taken: Vec<Value> = Vec::new();
    for form in forms {
        let tag = tag(form, here).filter(|tag| tag.instance_path() == first.instance_path())?;
        match tag.kind() {
            Kind::Constant { expected_value } => taken.push(Value::clone(expected_value)),
            Kind::Enum { options } => taken.extend(options.as_array()?.iter().cloned()),
            _ => return None,
        }
    }
    Some((first, taken))
}
