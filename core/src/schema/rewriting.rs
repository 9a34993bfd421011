//! Schemas changed throughout, data in them left alone.

use serde_json::{Map, Value};

/// The same schema with `change` made to every schema in it, inner ones first.
pub(super) fn rewritten(schema: &Value, change: &dyn Fn(&mut Map<String, Value>)) -> Value {
    match schema {
        Value::Object(keywords) => {
            let mut keywords =
                keywords.iter().map(|(name, value)| (name.clone(), keyword(name, value, change))).collect();
            change(&mut keywords);
            Value::Object(keywords)
        }
        Value::Array(schemas) => schemas.iter().map(|schema| rewritten(schema, change)).collect(),
        _ => schema.clone(),
    }
}

fn keyword(name: &str, value: &Value, change: &dyn Fn(&mut Map<String, Value>)) -> Value {
    match (name, value) {
        ("const" | "enum" | "default" | "examples", _) => value.clone(),
        (
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
            | "dependencies",
            Value::Object(schemas),
        ) => schemas.iter().map(|(name, schema)| (name.clone(), rewritten(schema, change))).collect(),
        _ => rewritten(value, change),
    }
}
