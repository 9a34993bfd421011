//! Keywords, and what their values say.

use super::plan::{Allowed, types};
use super::tokens;
use crate::json::{as_boolean, as_string, elements, is_object, members};

/// Doubles hold all integers below, and what is at least this is rounded to nothing smaller.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// Keywords that refuse values, or change what others refuse, and for which there are no rules here.
const LEFT_OUT: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "additionalItems",
    "contains",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "maxProperties",
    "minContains",
    "minProperties",
    "patternProperties",
    "then",
    "unevaluatedProperties",
];

/// Keywords that refuse values, and for which there are.
const KNOWN: &[&str] = &[
    "$id",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contentEncoding",
    "contentMediaType",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "type",
    "unevaluatedItems",
    "uniqueItems",
];

/// Whether a keyword matters to what fits; others are annotations.
pub(super) fn refuses(keyword: &str) -> bool {
    KNOWN.contains(&keyword) || LEFT_OUT.contains(&keyword)
}

pub(super) fn types_of(value: &str) -> Option<u8> {
    let one = |name: &str| {
        Some(match name {
            "null" => types::NULL,
            "boolean" => types::BOOLEAN,
            "integer" => types::INTEGER,
            "number" => types::NUMBER,
            "string" => types::STRING,
            "array" => types::ARRAY,
            "object" => types::OBJECT,
            _ => return None,
        })
    };
    match as_string(value) {
        Some(name) => one(&name),
        None => elements(value).try_fold(0, |found, name| Some(found | one(&as_string(name)?)?)),
    }
}

pub(super) fn allowed<'a>(values: impl Iterator<Item = &'a str>) -> Option<Allowed> {
    let mut allowed = Allowed::default();
    let (mut numbers, mut strings) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            "null" => allowed.null = true,
            "true" => allowed.yes = true,
            "false" => allowed.no = true,
            _ => match as_string(value) {
                Some(string) => strings.push(Box::from(&*string)),
                None => numbers.push(bound(value)?),
            },
        }
    }
    strings.sort_unstable();
    (allowed.numbers, allowed.strings) = (numbers.into(), strings.into());
    Some(allowed)
}

/// A number with which doubles can be compared as if nothing had been rounded.
pub(super) fn bound(value: &str) -> Option<f64> {
    tokens::double(value).filter(|bound| bound.abs() < EXACT)
}

/// A number of things, written as one.
pub(super) fn count(value: &str) -> Option<u64> {
    value.parse().ok()
}

/// Whether a schema says of strings nothing but that they are strings.
pub(super) fn takes_every_string(schema: &str) -> bool {
    as_boolean(schema) == Some(true)
        || is_object(schema)
            && members(schema).all(|(keyword, value)| match &*keyword {
                "type" => as_string(value).is_some_and(|name| name == "string"),
                "$ref" => false,
                other => !refuses(other),
            })
}
