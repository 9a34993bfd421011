//! A schema, compiled.

use jsonschema::{Draft, Validator};
use serde_json::Value;

use super::cost::{self, Cost};
use super::exact::Exact;
use super::patterns::{Patterns, is_about_a_pattern};
use super::quick::{Quick, Verdict};
use super::violations::{Violations, instance_path};
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;

/// How large a schema may be (SCH-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaLimits {
    /// Bytes of its text.
    pub max_bytes: usize,
    /// Levels of nesting of its text.
    pub max_depth: usize,
    /// Schemas inside it, itself counted.
    pub max_subschemas: usize,
}

impl Default for SchemaLimits {
    /// 1 MiB, 96 levels, 10,000 schemas.
    fn default() -> Self {
        Self { max_bytes: 1 << 20, max_depth: 96, max_subschemas: 10_000 }
    }
}

/// Up to this much work (schemas applied, times values) everything wrong with an instance is listed; beyond, only the first
/// thing found. Listing is not remembered from branch to branch, so it can grow exponentially where checking does not.
const LISTING_WORK: u64 = 100_000;

/// Up to this much work along one path of the instance the first wrong thing is looked for; beyond, there is one sentence.
const EXPLAINING_WORK: u64 = 4_000;

/// A JSON Schema that is valid for its dialect and cheap enough to check on every call.
///
/// Dialects: draft 4, 6, 7, 2019-09 and 2020-12, chosen by `$schema`; 2020-12 without one (SCH-1, SCH-2). Nothing outside the
/// document is ever fetched (SCH-4). `format` does not refuse anything. The time that patterns take grows linearly with the text;
/// those with look-around or back-references have a limit instead, and what they cannot decide within it is refused (SCH-8).
#[derive(Debug)]
pub struct CompiledSchema {
    patterns: Patterns,
    cost: Cost,
    exact: Option<Box<Exact>>,
    quick: Quick,
}

impl CompiledSchema {
    /// Checks and compiles a schema.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSchema`]: not JSON, over a limit, a dialect we do not know, not valid for its dialect, a reference
    /// that leads outside the document or nowhere, a pattern that the engine cannot run.
    pub fn compile(text: &RawJson, limits: &SchemaLimits) -> Result<Self> {
        let refuse = |message: String| Error::new(ErrorKind::InvalidSchema, message);
        if text.as_str().len() > limits.max_bytes {
            return Err(refuse(format!("the schema has more than {} bytes", limits.max_bytes)));
        }
        // Once more, because this text may come from anywhere and compiling trusts its depth.
        RawJson::parse(text.as_str())
            .map_err(|error| refuse("the schema is not usable".to_owned()).caused_by(error))?;
        let schema = text
            .to_value()
            .map_err(|error| refuse("the schema is not usable".to_owned()).caused_by(error))?;
        if depth_of(&schema) > limits.max_depth {
            return Err(refuse(format!("the schema is nested deeper than {} levels", limits.max_depth)));
        }
        if !matches!(schema, Value::Object(_) | Value::Bool(_)) {
            return Err(refuse("a schema is an object, or true or false".to_owned()));
        }
        check_dialect(&schema).map_err(refuse)?;
        let cost = cost::bound(&schema, limits.max_subschemas).map_err(refuse)?;
        let exact = Exact::new(text, &schema);
        let patterns = Patterns::compile(schema, None).map_err(|error| refuse(explain(&error)))?;
        Ok(Self { patterns, cost, exact, quick: Quick::new(text) })
    }

    /// Checks an instance.
    ///
    /// # Errors
    /// What is wrong with it, in plain words.
    pub fn check(&self, instance: &RawJson) -> Result<(), Violations> {
        if self.accepts_quickly(instance.as_str()) { Ok(()) } else { self.check_tree(instance) }
    }

    /// The same, always with a tree of the instance: what [`check`](Self::check) says, at another price.
    ///
    /// # Errors
    /// What is wrong with it, in plain words.
    pub fn check_tree(&self, instance: &RawJson) -> Result<(), Violations> {
        if let Some(verdict) = self.check_exactly(instance.as_str()) {
            return verdict;
        }
        let value = parse_instance(instance.as_str())?;
        let bytes = instance.as_str().len();
        if self.validator(bytes).is_valid(&value) {
            return Ok(());
        }
        Err(self.explain(&value, bytes))
    }

    /// What one pass over the text says, without a tree: whether the instance is valid. `None` where that is left to
    /// [`check_tree`](Self::check_tree): this pass came to a keyword that it does not know (`if`, `contains`,
    /// `patternProperties`, …) or to a number that is not exact, or took too much time.
    ///
    /// The instance must not have a member twice.
    #[must_use]
    pub fn check_text(&self, instance: &RawJson) -> Option<bool> {
        match self.quick.verdict(instance.as_str()) {
            Verdict::Fits => Some(true),
            Verdict::DoesNotFit => Some(false),
            Verdict::Undecided => None,
        }
    }

    /// Whether an instance is valid, if that is easily said.
    pub(super) fn accepts_quickly(&self, instance: &str) -> bool {
        self.quick.verdict(instance) == Verdict::Fits
    }

    /// Checks an instance with numbers beyond 64 bits that the schema compares; `None` if it has none.
    pub(super) fn check_exactly(&self, text: &str) -> Option<Result<(), Violations>> {
        match self.exact.as_ref()?.read(text) {
            Ok(reading) => {
                let bytes = text.len();
                Some(reading?.check(bytes, |validator, value| self.explain_by(validator, value, bytes)))
            }
            Err(violations) => Some(Err(violations)),
        }
    }

    /// What checks an instance whose text has so many bytes.
    pub(super) fn validator(&self, bytes: usize) -> &Validator {
        self.patterns.for_length(bytes)
    }

    /// Whether everything that is wrong with an instance may be listed, or that would cost too much. `bytes` is the length
    /// of its text, hence a bound of the number of its values.
    pub(super) fn may_list(&self, value: &Value, bytes: usize) -> bool {
        let values = u64::try_from(bytes / 2 + 1).unwrap_or(u64::MAX);
        self.cost.along_path(depth_of(value)).saturating_mul(values) <= LISTING_WORK
    }

    /// What is wrong with an instance that is not valid, in as much detail as is affordable.
    pub(super) fn explain(&self, value: &Value, bytes: usize) -> Violations {
        self.explain_by(self.validator(bytes), value, bytes)
    }

    fn explain_by(&self, validator: &Validator, value: &Value, bytes: usize) -> Violations {
        if self.may_list(value, bytes) {
            return Violations::from_errors(validator.iter_errors(value));
        }
        let first = (self.cost.along_path(depth_of(value)) <= EXPLAINING_WORK)
            .then(|| validator.validate(value).err())
            .flatten();
        match first {
            Some(error) => Violations::from_errors([error]),
            None => Violations::whole("does not match the schema"),
        }
    }
}

/// Parses an instance; what is nested too deep for that is refused before a recursive schema gets to see it.
pub(super) fn parse_instance(text: &str) -> Result<Value, Violations> {
    serde_json::from_str(text).map_err(|_| Violations::whole("is not JSON, or is nested too deep"))
}

/// How many levels of objects and arrays a value has. The value was parsed by serde_json, so this does not go deep.
pub(super) fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth_of).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}

/// SCH-2: a dialect we do not know is an error, not a guess.
fn check_dialect(schema: &Value) -> Result<(), String> {
    match schema.get("$schema") {
        None => Ok(()),
        Some(Value::String(uri)) if Draft::from_schema_uri(uri) != Draft::Unknown => Ok(()),
        Some(Value::String(uri)) => {
            let uri: String = uri.chars().take(200).collect();
            Err(format!(
                "the schema's dialect {uri} is not supported; supported are draft 4, 6, 7, 2019-09 and 2020-12 of \
                 json-schema.org"
            ))
        }
        Some(_) => Err("the schema's \"$schema\" is not a string".to_owned()),
    }
}

/// Why a schema does not compile. The schema is the author's own text, so it may be quoted.
fn explain(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind;
    match error.kind() {
        ValidationErrorKind::Referencing(jsonschema::ReferencingError::Unretrievable { uri, .. }) => {
            format!(
                "the schema refers to {uri}, which is outside of it; only references within the schema are followed"
            )
        }
        ValidationErrorKind::Referencing(error) => {
            format!("a reference in the schema leads nowhere: {error}")
        }
        _ if is_about_a_pattern(error) => {
            let place = instance_path(error.instance_path(), None);
            let pattern = error.instance();
            let flaw = pattern.as_str().and_then(oxmcp_validator::pattern_flaw);
            let flaw = flaw.map(|flaw| format!(": {flaw}")).unwrap_or_default();
            format!("{place} in the schema is not a regular expression that can be used: {pattern}{flaw}")
        }
        _ => format!("the schema is not valid: {}", Violations::from_error(error)),
    }
}
