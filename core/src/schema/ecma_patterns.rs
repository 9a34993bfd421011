//! Patterns of ECMA-262 for an engine with another dialect.
//!
//! What runs in linear time is translated by the validator. Patterns with look-around or back-references are not: they would take
//! digits and letters of every script for `\d` and `\w`, and `\k<name>` for an error. Left as the engine has them: `\b`, which looks
//! at the same letters, `\D` and `\W` between brackets, and a reference to a group that took no part, which ECMA-262 lets match the empty text.

use serde_json::{Map, Value};

/// The same schema with what the engine reads otherwise written out in its patterns.
pub(super) fn written_out(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(members.iter().map(keyword).collect()),
        Value::Array(schemas) => schemas.iter().map(written_out).collect(),
        _ => schema.clone(),
    }
}

fn keyword((name, value): (&String, &Value)) -> (String, Value) {
    let members = |value: &Map<String, Value>, rename: fn(&str) -> String| {
        Value::Object(value.iter().map(|(name, schema)| (rename(name), written_out(schema))).collect())
    };
    let value = match (name.as_str(), value) {
        ("pattern", Value::String(pattern)) => Value::String(pattern_written_out(pattern)),
        ("patternProperties", Value::Object(schemas)) => members(schemas, pattern_written_out),
        (
            "properties" | "$defs" | "definitions" | "dependentSchemas" | "dependencies",
            Value::Object(schemas),
        ) => members(schemas, str::to_owned),
        ("const" | "enum" | "default" | "examples", _) => value.clone(),
        _ => written_out(value),
    };
    (name.clone(), value)
}

fn pattern_written_out(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, in_class) {
            ('\\', _) => match (characters.next(), in_class) {
                (Some('d'), false) => out.push_str("[0-9]"),
                (Some('d'), true) => out.push_str("0-9"),
                (Some('D'), false) => out.push_str("[^0-9]"),
                (Some('w'), false) => out.push_str("[0-9A-Za-z_]"),
                (Some('w'), true) => out.push_str("0-9A-Za-z_"),
                (Some('W'), false) => out.push_str("[^0-9A-Za-z_]"),
                (Some('k'), false) => match reference(pattern, characters.as_str()) {
                    Some((group, rest)) => {
                        // In a group of its own, lest a digit that follows belongs to the number.
                        out.push_str("(?:\\");
                        out.push_str(&group.to_string());
                        out.push(')');
                        characters = rest.chars();
                    }
                    None => out.push_str("\\k"),
                },
                (escaped, _) => {
                    out.push('\\');
                    out.extend(escaped);
                }
            },
            ('[', false) => {
                in_class = true;
                out.push('[');
            }
            (']', true) => {
                in_class = false;
                out.push(']');
            }
            _ => out.push(character),
        }
    }
    out
}

/// The number of the group whose name `text` begins with, in angle brackets, and what follows.
fn reference<'a>(pattern: &str, text: &'a str) -> Option<(usize, &'a str)> {
    let (name, rest) = text.strip_prefix('<')?.split_once('>')?;
    let start = pattern.find(&format!("(?<{name}>"))?;
    Some((groups_before(&pattern[..start]) + 1, rest))
}

/// How many groups that capture begin in the text.
fn groups_before(text: &str) -> usize {
    let (mut count, mut in_class, mut characters) = (0, false, text.char_indices());
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let after = &text[index + 1..];
                let is_named =
                    after.starts_with("?<") && !after.starts_with("?<=") && !after.starts_with("?<!");
                count += usize::from(!after.starts_with('?') || is_named);
            }
            _ => {}
        }
    }
    count
}
