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
