//! JSON Schemas, for handlers that check by themselves.

use napi_derive::napi;
use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{CompiledSchema, SchemaLimits};

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
        let Err(violations) = self.0.check(&instance) else { return Ok("[]".to_owned()) };
        let pairs: Vec<_> =
            violations.iter().map(|violation| (&violation.field, &violation.problem)).collect();
        // Pairs of strings always have a JSON form.
        Ok(serde_json::to_string(&pairs).unwrap_or_default())
    }
}
