//! Where a schema holds other schemas, and which part of the instance each of them looks at.

use serde_json::{Map, Value};

/// What a subschema is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The same value as the schema around it.
    Same,
    /// The member of this name.
    Member(&'a str),
    /// Members whose name matches a pattern.
    Matching,
    /// Members that nothing else covers, or the names of members.
    OtherMembers,
    /// The element at one position.
    Element,
    /// Elements in general.
    Elements,
    /// Nothing, until something refers to it.
    Definition,
}

/// Calls `visit` with each schema directly inside `schema`.
pub(super) fn for_each_subschema<'a>(
    schema: &'a Map<String, Value>,
    mut visit: impl FnMut(Place<'a>, &'a Value),
) {
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                for schema in schemas {
                    visit(Place::Same, schema);
                }
            }
            ("not" | "if" | "then" | "else", _) => visit(Place::Same, value),
            ("dependentSchemas" | "dependencies", Value::Object(schemas)) => {
                // A dependency may also be a list of names.
                schemas
                    .values()
                    .filter(|schema| !schema.is_array())
                    .for_each(|schema| visit(Place::Same, schema));
            }
            ("properties", Value::Object(schemas)) => {
                schemas.iter().for_each(|(name, schema)| visit(Place::Member(name), schema));
            }
            ("patternProperties", Value::Object(schemas)) => {
                schemas.values().for_each(|schema| visit(Place::Matching, schema));
            }
            ("additionalProperties" | "unevaluatedProperties" | "propertyNames", _) => {
                visit(Place::OtherMembers, value);
            }
            ("prefixItems" | "items", Value::Array(schemas)) => {
                for schema in schemas {
                    visit(Place::Element, schema);
                }
            }
            ("items" | "additionalItems" | "unevaluatedItems" | "contains", _) => {
                visit(Place::Elements, value);
            }
            ("$defs" | "definitions", Value::Object(schemas)) => {
                schemas.values().for_each(|schema| visit(Place::Definition, schema));
            }
            ("contentSchema", _) => visit(Place::Definition, value),
            _ => {}
        }
    }
}
