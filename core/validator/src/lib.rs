//! Compiles JSON Schemas, and does nothing else.
//!
//! Compiling is generic code that reaches every keyword: made in `oxmcp-core` it would be there twice, once more than inside
//! `jsonschema` itself, and 1.4 MB larger. A crate that is optimised for size (`Cargo.toml` of the workspace) uses what
//! `jsonschema` has made already. Checking instances is as fast either way: the compiled validator is the same.

use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

/// Compiles a schema. References lead nowhere outside the document, `format` refuses nothing, and patterns run in linear time.
///
/// # Errors
/// What is wrong with the schema.
pub fn compile(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options()
        .offline()
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(false)
        .build(schema)
}
