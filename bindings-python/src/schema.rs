//! JSON Schemas, for handlers that check by themselves.

use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{Checked, CompiledSchema, SchemaLimits, Violations};
use pyo3::prelude::*;

use crate::errors::IntoPython;

/// A schema compiled once.
#[pyclass(module = "oxmcp._native", frozen)]
pub struct Schema(CompiledSchema);

fn pairs(violations: &Violations) -> Vec<(String, String)> {
    violations.iter().map(|violation| (violation.path.clone(), violation.message.clone())).collect()
}

#[derive(IntoPyObject)]
enum Outcome {
    Text(String),
    Violations(Vec<(String, String)>),
}

#[pymethods]
impl Schema {
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let text = RawJson::parse(text).into_python()?;
        CompiledSchema::compile(&text, &SchemaLimits::default()).into_python().map(Self)
    }

    /// What is wrong with an instance, as (path, sentence) pairs.
    fn check(&self, instance: &str) -> PyResult<Vec<(String, String)>> {
        let instance = RawJson::parse(instance).into_python()?;
        Ok(self.0.check(&instance).err().map(|violations| pairs(&violations)).unwrap_or_default())
    }

    /// The instance, converted where it plausibly meant what the schema asks for; or what is wrong with it.
    fn check_arguments(&self, instance: &str, convert: bool) -> PyResult<Outcome> {
        let given = RawJson::parse(instance).into_python()?;
        Ok(match self.0.check_arguments(&given, convert) {
            Ok(Checked::AsIs) => Outcome::Text(instance.to_owned()),
            Ok(Checked::Converted(text)) => Outcome::Text(text.as_str().to_owned()),
            Err(violations) => Outcome::Violations(pairs(&violations)),
        })
    }
}
