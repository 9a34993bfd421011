//! What the keywords of a schema hold.

use crate::json::is_object;

/// What is in a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A schema, or a list of some.
    Schemas,
    /// Schemas by names of the author's.
    NamedSchemas,
    /// No schemas: what looks like a reference in it is none.
    Data,
}

impl Holds {
    pub(super) fn of(keyword: &str, value: &str) -> Self {
        match keyword {
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
            | "dependencies"
                if is_object(value) =>
            {
                Self::NamedSchemas
            }
            "allOf"
            | "anyOf"
            | "oneOf"
            | "not"
            | "if"
            | "then"
            | "else"
            | "items"
            | "prefixItems"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames"
            | "contentSchema" => Self::Schemas,
            _ => Self::Data,
        }
    }
}

/// Whether a keyword only says something about what it stands with.
pub(super) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "title"
            | "description"
            | "default"
            | "examples"
            | "example"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "$comment"
            | "$schema"
    ) || keyword.starts_with("x-")
}
