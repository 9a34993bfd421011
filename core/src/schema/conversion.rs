//! The second chance: strings that spell the value that was asked for.

use std::collections::BTreeMap;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{JsonType, JsonTypeSet, ValidationError};
use serde_json::Value;

use super::compiled::depth_of;
use super::forms::{self, Meant};
use super::splice::Replacement;
use super::wording::type_set;
use super::{CompiledSchema, booleans, splice};
use crate::json::{MAX_DEPTH, RawJson};

/// How often what was converted is looked at again, for strings inside it.
const ROUNDS: usize = 4;

/// Arguments in which what could be converted is.
pub(super) struct Mended {
    /// The arguments.
    pub value: Value,
    /// Where strings were read as what they spell, and what they were replaced by.
    pub replaced: BTreeMap<String, Replacement>,
    /// Whether everything is valid now.
    pub valid: bool,
}

/// Reads strings as what they spell, where that is what the schema asks for: everywhere, or at and below these places alone.
pub(super) fn mend(schema: &CompiledSchema, bytes: usize, value: Value, places: Option<&[String]>) -> Mended {
    let mut mended = Mended { value, replaced: BTreeMap::new(), valid: false };
    for _ in 0..ROUNDS {
        if depth_of(&mended.value) > MAX_DEPTH || !schema.may_list(&mended.value, bytes) {
            break;
        }
        let mut plan = Plan { places, values: BTreeMap::new() };
        for error in schema.validator(bytes).iter_errors(&mended.value) {
            plan.add(&error);
        }
        if plan.values.is_empty() {
            break;
        }
        for (pointer, (new, replacement)) in plan.values {
            if let Some(old) = mended.value.pointer_mut(&pointer) {
                *old = new;
                mended.replaced.insert(pointer, replacement);
            }
        }
        mended.valid = schema.validator(bytes).is_valid(&mended.value);
        if mended.valid {
            break;
        }
    }
    mended
}

impl Mended {
    /// The arguments' text with what was converted in it.
    pub fn text(&self, text: &str) -> RawJson {
        RawJson::from_checked(splice::replace(text, &self.replaced))
    }
}

/// What to convert next.
struct Plan<'a> {
    places: Option<&'a [String]>,
    /// New values by JSON pointer.
    values: BTreeMap<String, (Value, Replacement)>,
}

impl Plan<'_> {
    /// Adds what would mend an error, or a part of it; `false` if that is not all.
    fn add(&mut self, error: &ValidationError<'_>) -> bool {
        let pointer = error.instance_path().as_str();
        if let Some((value, replacement)) = replacement_for(error, pointer) {
            if !self.reaches(pointer) {
                return false;
            }
            self.values.insert(pointer.to_owned(), (value, replacement));
            return true;
        }
        if error.instance().is_string() {
            return false;
        }
        let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else { return false };
        // Strings deeper inside, for the first form that can be mended by that alone.
        for form in context.iter().filter(|form| !form.is_empty()) {
            let mut attempt = Plan { places: self.places, values: BTreeMap::new() };
            if form.iter().all(|error| attempt.add(error)) {
                self.values.append(&mut attempt.values);
                return true;
            }
        }
        // Failing that, for the form that was meant, so that only what remains is told.
        if let Meant::Forms(meant) = forms::meant(error, context)
            && let [form] = meant.as_slice()
        {
            for error in *form {
                self.add(error);
            }
        }
        false
    }

    fn reaches(&self, pointer: &str) -> bool {
        self.places.is_none_or(|places| {
            places.iter().any(|place| {
                pointer
                    .strip_prefix(place.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    }
}

/// What a refused string or number stands for, if the schema accepts values of that type there.
fn replacement_for(error: &ValidationError<'_>, pointer: &str) -> Option<(Value, Replacement)> {
    let instance = error.instance().as_ref();
    if !matches!(instance, Value::String(_) | Value::Number(_)) {
        return None;
    }
    let admitted = admitted(error, pointer)?;
    if let Value::String(string) = instance {
        if admitted.contains(JsonType::String) {
            return None;
        }
        // The same strict scan as for the frame, since this text was a mere string for it.
        let spelled = RawJson::parse(string).ok().and_then(|raw| raw.to_value().ok());
        let fits = |value: &Value| {
            pointer.matches('/').count() + depth_of(value) <= MAX_DEPTH && admits(admitted, value)
        };
        if let Some(value) = spelled.filter(fits) {
            return Some((value, Replacement::Spelled));
        }
    }
    let meant = booleans::meant(instance).filter(|_| admitted.contains(JsonType::Boolean))?;
    Some((Value::Bool(meant), Replacement::Boolean(meant)))
}

/// The types that the schema accepts at `pointer`, where it refused a value.
fn admitted(error: &ValidationError<'_>, pointer: &str) -> Option<JsonTypeSet> {
    if error.instance_path().as_str() != pointer {
        return None;
    }
    Some(match error.kind() {
        Kind::Type { kind } => type_set(kind),
        Kind::FalseSchema => JsonTypeSet::empty(),
        Kind::Constant { expected_value } => type_of(expected_value),
        Kind::Enum { options } => {
            options.as_array()?.iter().map(type_of).fold(JsonTypeSet::empty(), JsonTypeSet::union)
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => context
            .iter()
            .map(|branch| branch.iter().find_map(|error| admitted(error, pointer)))
            .try_fold(JsonTypeSet::empty(), |all, branch| Some(all.union(branch?)))?,
        _ => return None,
    })
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
