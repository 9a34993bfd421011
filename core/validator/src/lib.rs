//! Compiles JSON Schemas, and does nothing else.
//!
//! Compiling is generic code that reaches every keyword: made in `oxmcp-core` it would be there twice, once more than inside
//! `jsonschema` itself, and 1.4 MB larger. A crate that is optimised for size (`Cargo.toml` of the workspace) uses what
//! `jsonschema` has made already. Checking instances is as fast either way: the compiled validator is the same.

use jsonschema::{Keyword, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::Value;

/// Makes the keyword `multipleOf` from its value, instead of what this crate makes of it; `None` leaves it to that.
pub type MultipleOf = fn(&Value) -> Option<Box<dyn for<'i> Keyword<'i>>>;

/// Compiles a schema. References lead nowhere outside the document, `format` refuses nothing, and patterns run in linear time.
///
/// # Errors
/// What is wrong with the schema.
pub fn compile(
    schema: &Value,
    multiple_of: Option<MultipleOf>,
) -> Result<Validator, ValidationError<'static>> {
    let options = jsonschema::options()
        .offline()
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(false);
    build(options, schema, multiple_of)
}

/// The same for a schema with patterns that do not run in linear time: those may backtrack so often for one text, and count as
/// not matching beyond.
///
/// # Errors
/// What is wrong with the schema.
pub fn compile_backtracking(
    schema: &Value,
    limit: usize,
    multiple_of: Option<MultipleOf>,
) -> Result<Validator, ValidationError<'static>> {
    let options = jsonschema::options()
        .offline()
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(limit))
        .should_validate_formats(false);
    build(options, schema, multiple_of)
}

fn build(
    options: ValidationOptions<'_>,
    schema: &Value,
    multiple_of: Option<MultipleOf>,
) -> Result<Validator, ValidationError<'static>> {
    let Some(make) = multiple_of else { return options.build(schema) };
    let refused = "multipleOf is a number";
    options
        .with_keyword("multipleOf", move |_, value, _| {
            make(value).ok_or_else(|| ValidationError::schema(refused))
        })
        .build(schema)
}

/// Why a pattern does not compile, in the words of the engine that can run most.
#[must_use]
pub fn pattern_flaw(pattern: &str) -> Option<String> {
    let error = fancy_regex::Regex::new(pattern).err()?;
    let deeper = match &error {
        fancy_regex::Error::CompileError(error) => match &**error {
            fancy_regex::CompileError::InnerError(error) => error.syntax_error().map(ToString::to_string),
            _ => None,
        },
        _ => None,
    };
    // Where it draws the pattern, the last line is the sentence.
    let text = deeper.unwrap_or_else(|| error.to_string());
    let sentence = text.lines().last().unwrap_or_default();
    Some(sentence.trim_start_matches("error: ").to_owned())
}
