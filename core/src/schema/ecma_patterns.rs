//! Patterns of ECMA-262 for an engine with another dialect.
//!
//! What runs in linear time is translated by the validator. Patterns with look-around or back-references are not: they would take
//! digits and letters of every script for `\d` and `\w`, and `\k<name>` for an error. Left as the engine has them: `\b`, which looks
//! at the same letters, `\D` and `\W` between brackets, and a reference to a group that took no part, which ECMA-262 lets match the empty text.

use serde_json::{Map, Value};

use super::rewriting::rewritten;

/// The same schema with what the engine reads otherwise written out in its patterns.
pub(super) fn written_out(schema: &Value) -> Value {
    rewritten(schema, &patterns)
}

fn patterns(schema: &mut Map<String, Value>) {
    if let Some(Value::String(pattern)) = schema.get_mut("pattern") {
        *pattern = pattern_written_out(pattern);
    }
    if let Some(Value::Object(schemas)) = schema.get_mut("patternProperties") {
        *schemas = std::mem::take(schemas)
            .into_iter()
            .map(|(pattern, schema)| (pattern_written_out(&pattern), schema))
            .collect();
    }
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
