//! The second chance: strings that spell the value that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{JsonType, JsonTypeSet, ValidationError};
use serde_json::Value;

use super::compiled::depth_of;
use super::wording::type_set;
use super::{CompiledSchema, splice};
use crate::json::{MAX_DEPTH, RawJson};

/// How often what was converted is looked at again, for strings inside it.
const ROUNDS: usize = 4;

/// The arguments with strings read as what they spell, if that makes all of them valid.
pub(super) fn convert(schema: &CompiledSchema, text: &str, value: &Value) -> Option<RawJson> {
    let mut value = value.clone();
    let mut replaced = BTreeSet::new();
    for _ in 0..ROUNDS {
        if depth_of(&value) > MAX_DEPTH || !schema.may_list(&value, text.len()) {
            return None;
        }
        let mut plan = Plan::new();
        let mut errors = schema.validator().iter_errors(&value);
        if !errors.all(|error| plan_for(&error, &mut plan)) {
            return None;
        }
        drop(errors);
        for (pointer, new) in plan {
            *value.pointer_mut(&pointer)? = new;
            replaced.insert(pointer);
        }
        if schema.validator().is_valid(&value) {
            let converted = splice::replace_strings(text, &replaced);
            return (depth_of(&value) <= MAX_DEPTH).then(|| RawJson::from_checked(converted));
        }
    }
    None
}

/// New values by JSON pointer.
type Plan = BTreeMap<String, Value>;

/// Adds what would mend an error; `false` if nothing can.
fn plan_for(error: &ValidationError<'_>, plan: &mut Plan) -> bool {
    let pointer = error.instance_path().as_str();
    if let Value::String(string) = error.instance().as_ref() {
        let Some(admitted) = admitted_without_strings(error, pointer) else { return false };
        // The same strict scan as for the frame, since this text was a mere string for it.
        let Some(value) = RawJson::parse(string).ok().and_then(|raw| raw.to_value().ok()) else {
            return false;
        };
        if !admits(admitted, &value) {
            return false;
        }
        plan.insert(pointer.to_owned(), value);
        return true;
    }
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else { return false };
    // Strings deeper inside, for the first form that can be mended by that alone.
    context.iter().any(|branch| {
        let mut attempt = Plan::new();
        let mended = !branch.is_empty() && branch.iter().all(|error| plan_for(error, &mut attempt));
        if mended {
            plan.append(&mut attempt);
        }
        mended
    })
}

/// The types that the schema accepts at `pointer`, where it refused a string; `None` if it admits some strings.
fn admitted_without_strings(error: &ValidationError<'_>, pointer: &str) -> Option<JsonTypeSet> {
    if error.instance_path().as_str() != pointer {
        return None;
    }
    let admitted = match error.kind() {
        Kind::Type { kind } => type_set(kind),
        Kind::FalseSchema => JsonTypeSet::empty(),
        Kind::Constant { expected_value } => type_of(expected_value),
        Kind::Enum { options } => {
            options.as_array()?.iter().map(type_of).fold(JsonTypeSet::empty(), JsonTypeSet::union)
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context
            .iter()
            .map(|branch| branch.iter().find_map(|error| admitted_without_strings(error, pointer)))
            .try_fold(JsonTypeSet::empty(), |all, branch| Some(all.union(branch?)))?,
        _ => return None,
    };
    (!admitted.contains(JsonType::String)).then_some(admitted)
}

fn type_of(value: &Value) -> JsonTypeSet {
    JsonTypeSet::empty().insert(match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    })
}

/// Whether a value could be of one of these types. Whether it is valid is decided by checking it.
fn admits(admitted: JsonTypeSet, value: &Value) -> bool {
    let number = value.is_number() && admitted.contains(JsonType::Integer);
    number || !admitted.intersect(type_of(value)).is_empty()
}
