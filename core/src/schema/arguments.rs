//! A caller's arguments against a tool's input schema.

use super::compiled::parse_instance;
use super::{CompiledSchema, Violations, conversion};
use crate::error::{Error, ErrorKind, Result};
use crate::json::{RawJson, as_string, member};

/// Arguments that the schema accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// As they came.
    AsIs,
    /// With some strings read as the values they spell; everything else is as it came.
    Converted(RawJson),
}

impl CompiledSchema {
    /// Checks arguments. With `convert`, arguments that are not valid get a second chance: a string (`"42"`, `"[1, 2]"`) where
    /// the schema admits no string is read as JSON. Only if everything is valid after that are the conversions kept.
    ///
    /// # Errors
    /// What is wrong with the arguments as they came, in plain words.
    pub fn check_arguments(&self, instance: &RawJson, convert: bool) -> Result<Checked, Violations> {
        let text = instance.as_str();
        let value = parse_instance(text)?;
        if self.validator().is_valid(&value) {
            return Ok(Checked::AsIs);
        }
        if convert && let Some(converted) = conversion::convert(self, text, &value) {
            return Ok(Checked::Converted(converted));
        }
        Err(self.explain(&value, text.len()))
    }
}

/// Checks that a schema describes an object, as the input of a tool must (TOOL-4).
///
/// # Errors
/// [`ErrorKind::InvalidSchema`] unless the schema is an object whose `type` is `"object"`.
pub fn require_object(schema: &RawJson) -> Result<()> {
    match member(schema.as_str(), "type").and_then(as_string) {
        Some(kind) if kind == "object" => Ok(()),
        _ => Err(Error::new(
            ErrorKind::InvalidSchema,
            "the schema of a tool's input must have \"type\": \"object\"",
        )),
    }
}
