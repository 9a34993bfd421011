//! Which engine runs the patterns of a schema, and for how long (SCH-8).
//!
//! Patterns run on an engine whose time grows linearly with the text. Those it cannot run, with look-around or back-references,
//! have one that backtracks. It takes no limit on time but one on how often it backtracks, and each time may cost as much as
//! the text is long: so what it may do depends on the length of the arguments, and the product of the two is bounded.

use std::sync::OnceLock;

use jsonschema::{ValidationError, Validator};
use oxmcp_validator::MultipleOf;
use serde_json::Value;

use super::ecma_patterns;

/// How often the engine may backtrack, times bytes of the instance.
const WORK: usize = 200_000_000;

/// Instances up to these lengths have validators of their own, made when the first one comes; longer ones share the last.
const LENGTHS: [usize; 4] = [1 << 10, 8 << 10, 64 << 10, 512 << 10];

/// The longest instance, as far as anybody knows.
const LONGEST: usize = 4 << 20;

/// A compiled schema.
#[derive(Debug)]
pub(super) enum Patterns {
    /// All patterns run in linear time.
    Linear(Validator),
    /// Some backtrack.
    Backtracking(Box<Backtracking>),
}

/// What is needed to run patterns that backtrack.
#[derive(Debug)]
pub(super) struct Backtracking {
    schema: Value,
    multiple_of: Option<MultipleOf>,
    by_length: [OnceLock<Validator>; LENGTHS.len()],
    longest: Validator,
}

impl Patterns {
    pub fn compile(schema: Value, multiple_of: Option<MultipleOf>) -> Result<Self, ValidationError<'static>> {
        match oxmcp_validator::compile(&schema, multiple_of) {
            Ok(validator) => Ok(Self::Linear(validator)),
            Err(error) if is_about_a_pattern(&error) => {
                let (schema, longest) = backtracking(schema, multiple_of)?;
                let by_length = std::array::from_fn(|_| OnceLock::new());
                Ok(Self::Backtracking(Box::new(Backtracking { schema, multiple_of, by_length, longest })))
            }
            Err(error) => Err(error),
        }
    }

    /// What checks an instance whose text has so many bytes.
    pub fn for_length(&self, bytes: usize) -> &Validator {
        match self {
            Self::Linear(validator) => validator,
            Self::Backtracking(backtracking) => backtracking.for_length(bytes),
        }
    }
}

impl Backtracking {
    fn for_length(&self, bytes: usize) -> &Validator {
        let Some(index) = LENGTHS.iter().position(|&length| bytes <= length) else { return &self.longest };
        let (slot, limit) = (&self.by_length[index], WORK / LENGTHS[index]);
        if let Some(validator) = slot.get() {
            return validator;
        }
        // It compiled before.
        match oxmcp_validator::compile_backtracking(&self.schema, limit, self.multiple_of) {
            Ok(validator) => slot.get_or_init(|| validator),
            Err(_) => &self.longest,
        }
    }
}

/// The schema as this engine gets it, and a validator for the longest instances.
fn backtracking(
    schema: Value,
    multiple_of: Option<MultipleOf>,
) -> Result<(Value, Validator), ValidationError<'static>> {
    let compile = |schema: &Value| oxmcp_validator::compile_backtracking(schema, WORK / LONGEST, multiple_of);
    let written_out = ecma_patterns::written_out(&schema);
    match compile(&written_out) {
        Ok(validator) => Ok((written_out, validator)),
        // A class that cannot be written out where it stands.
        Err(error) if is_about_a_pattern(&error) => compile(&schema).map(|validator| (schema, validator)),
        Err(error) => Err(error),
    }
}

/// Whether an error in a schema is that one of its patterns does not compile.
pub(super) fn is_about_a_pattern(error: &ValidationError<'_>) -> bool {
    use jsonschema::error::ValidationErrorKind as Kind;
    matches!(error.kind(), Kind::Format { format } if format == "regex")
}
