//! Tuples that readers of draft 7 and of 2020-12 understand alike.
//!
//! Clients read the schemas of results by draft 7, whatever they are written in. It does not know `prefixItems` and takes the
//! `items` beside it for what every item must be: a right result is refused. What is said here instead it does not know either,
//! and 2020-12 means the same by it.

use serde_json::{Map, Value};

use super::exact::has_numbers_beyond_64_bits;
use super::rewriting::rewritten;
use crate::json::RawJson;

/// The same schema without `items` beside `prefixItems`; `None` where there is no such thing, or something refers into one.
pub(crate) fn understood_alike(schema: &RawJson) -> Option<RawJson> {
    if !schema.as_str().contains("\"prefixItems\"") || schema.as_str().contains("/items") {
        return None;
    }
    // A number that a double would change could not be written again.
    if has_numbers_beyond_64_bits(schema) {
        return None;
    }
    let schema = schema.to_value().ok()?;
    let written = rewritten(&schema, &tuple);
    (written != schema).then(|| RawJson::from_value(&written))
}

fn tuple(schema: &mut Map<String, Value>) {
    let Some(prefix) = schema.get("prefixItems").and_then(Value::as_array).map(Vec::len) else { return };
    match schema.remove("items") {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => {
            let most = schema
                .get("maxItems")
                .and_then(Value::as_u64)
                .map_or(prefix as u64, |most| most.min(prefix as u64));
            schema.insert("maxItems".to_owned(), most.into());
        }
        // Those that `prefixItems` has not looked at.
        Some(others) if !schema.contains_key("unevaluatedItems") => {
            schema.insert("unevaluatedItems".to_owned(), others);
        }
        Some(others) => {
            schema.insert("items".to_owned(), others);
        }
    }
}
