//! JSON Schemas, for handlers that check by themselves.

use napi_derive::napi;
use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{Checked, CompiledSchema, SchemaLimits, Violations};

use crate::errors::{IntoJs, JsError};

/// A schema compiled once.
#[napi]
pub struct Schema(CompiledSchema);

#[napi]
impl Schema {
    /// Compiles a JSON Schema, given as JSON text.
    #[napi(constructor)]
    pub fn new(text: String) -> Result<Self, JsError> {
        let text = RawJson::parse(&text).into_js()?;
        CompiledSchema::compile(&text, &SchemaLimits::default()).into_js().map(Self)
    }

    /// What is wrong with an instance, as the JSON text of (path, sentence) pairs.
    #[napi]
    pub fn check(&self, instance: String) -> Result<String, JsError> {
        let instance = RawJson::parse(&instance).into_js()?;
        Ok(self.0.check(&instance).err().map_or_else(|| "[]".to_owned(), |violations| pairs(&violations)))
    }

    /// Arguments with strings read as what they spell where that makes all of them valid, as the JSON text of an object; or what
    /// is wrong with them, as that of (path, sentence) pairs.
    #[napi]
    pub fn check_arguments(&self, arguments: String) -> Result<String, JsError> {
        let given = RawJson::parse(&arguments).into_js()?;
        Ok(match self.0.check_arguments(&given, true) {
            Ok(Checked::AsIs) => arguments,
            Ok(Checked::Converted(converted)) => converted.as_str().to_owned(),
            Err(violations) => pairs(&violations),
        })
    }

    /// Arguments with strings at and below these places (JSON pointers) read as what they spell, where the schema asks for that;
    /// `null` when there are none.
    #[napi]
    pub fn mend(&self, arguments: String, places: Vec<String>) -> Result<Option<String>, JsError> {
        let given = RawJson::parse(&arguments).into_js()?;
        Ok(self.0.mend(&given, &places).map(|mended| mended.as_str().to_owned()))
    }
}

fn pairs(violations: &Violations) -> String {
    let pairs: Vec<_> = violations.iter().map(|violation| (&violation.field, &violation.problem)).collect();
    // Pairs of strings always have a JSON form.
    serde_json::to_string(&pairs).unwrap_or_default()
}
