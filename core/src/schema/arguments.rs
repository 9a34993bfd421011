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
    /// What is wrong with the arguments, in plain words: with `convert`, what remains wrong where what converts has been.
    pub fn check_arguments(&self, instance: &RawJson, convert: bool) -> Result<Checked, Violations> {
        let text = instance.as_str();
        if self.accepts_quickly(text) {
            return Ok(Checked::AsIs);
        }
        let exactly = self.check_exactly(text);
        if let Some(Ok(())) = exactly {
            return Ok(Checked::AsIs);
        }
        let value = parse_instance(text)?;
        if exactly.is_none() && self.validator(text.len()).is_valid(&value) {
            return Ok(Checked::AsIs);
        }
        if !convert {
            return Err(exactly.and_then(Result::err).unwrap_or_else(|| self.explain(&value, text.len())));
        }
        let mended = conversion::mend(self, text.len(), value, None);
        let converted = mended.text(text);
        // What was text may be a number beyond 64 bits now.
        match self.check_exactly(converted.as_str()) {
            Some(verdict) => verdict.map(|()| Checked::Converted(converted)),
            None if mended.valid => Ok(Checked::Converted(converted)),
            None => Err(self.explain(&mended.value, text.len())),
        }
    }

    /// The same second chance for arguments that something else than this schema refused, at and below these places (JSON
    /// pointers) alone: what converts is converted, whatever else is wrong. `None` when that is nothing.
    pub fn mend(&self, instance: &RawJson, places: &[String]) -> Option<RawJson> {
        let text = instance.as_str();
        let mended = conversion::mend(self, text.len(), parse_instance(text).ok()?, Some(places));
        (!mended.replaced.is_empty()).then(|| mended.text(text))
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
