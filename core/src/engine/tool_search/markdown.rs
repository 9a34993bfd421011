//! Tools as a model reads them with the least to read: names, types and what is required, a line for each parameter.

use std::fmt::Write as _;

use crate::json::{RawJson, as_boolean, as_string, elements, is_array, is_object, member, members};
use crate::schema::without_references;

/// How large a schema may become on its way to a few words.
const MAX_SCHEMA_BYTES: usize = 64 << 10;

/// How many values of an enumeration are named.
const MAX_VALUES: usize = 12;

/// A tool, from its definition in JSON.
pub(super) fn outline(definition: &str) -> String {
    let text = |name: &str| member(definition, name).and_then(as_string);
    let mut out = format!("### {}\n", text("name").unwrap_or_default());
    if let Some(description) = text("description").filter(|text| !text.trim().is_empty()) {
        out.push('\n');
        out.push_str(description.trim());
        out.push('\n');
    }
    for (name, title) in [("inputSchema", "Parameters"), ("outputSchema", "Returns")] {
        let Some(schema) = member(definition, name) else { continue };
        let schema = RawJson::from_checked(schema);
        let schema = without_references(&schema, MAX_SCHEMA_BYTES).unwrap_or(schema);
        // Writing into a String cannot fail.
        let _ = write!(out, "\n**{title}**\n");
        fields(&mut out, schema.as_str());
    }
    out
}

fn fields(out: &mut String, schema: &str) {
    let required: Vec<_> =
        member(schema, "required").into_iter().flat_map(elements).filter_map(as_string).collect();
    let mut properties = member(schema, "properties").into_iter().flat_map(members).peekable();
    if properties.peek().is_none() {
        let kind = type_of(schema);
        if kind == "object" {
            out.push_str("none\n");
        } else {
            // Writing into a String cannot fail.
            let _ = writeln!(out, "- {kind}");
        }
        return;
    }
    for (name, field) in properties {
        let _ = write!(out, "- `{name}` ({}", type_of(field));
        if let Some(values) = member(field, "enum").filter(|values| is_array(values)) {
            let named: Vec<_> = elements(values).take(MAX_VALUES).collect();
            let more = if elements(values).nth(MAX_VALUES).is_some() { "/…" } else { "" };
            let _ = write!(out, ", one of {}{more}", named.join("/"));
        }
        if let Some(default) = member(field, "default").filter(|default| default.len() <= 100) {
            let _ = write!(out, ", default {default}");
        }
        if required.contains(&name) {
            out.push_str(", required");
        }
        out.push(')');
        if let Some(description) = member(field, "description").and_then(as_string) {
            let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
            if !line.is_empty() {
                let _ = write!(out, ": {line}");
            }
        }
        out.push('\n');
    }
}

/// What a value is, in a word or two: `integer`, `string[]`, `object | null`.
fn type_of(schema: &str) -> String {
    if !is_object(schema) {
        return if as_boolean(schema) == Some(false) { "nothing" } else { "any" }.to_owned();
    }
    if let Some(kind) = member(schema, "type") {
        let kinds: Vec<_> = if is_array(kind) {
            elements(kind).filter_map(as_string).collect()
        } else {
            as_string(kind).into_iter().collect()
        };
        let named = kinds.iter().map(|kind| match member(schema, "items") {
            Some(items) if kind == "array" => format!("{}[]", grouped(type_of(items))),
            _ => kind.clone().into_owned(),
        });
        return named.collect::<Vec<_>>().join(" | ");
    }
    for keyword in ["anyOf", "oneOf"] {
        let mut kinds: Vec<String> = Vec::new();
        for kind in member(schema, keyword).into_iter().flat_map(elements).map(type_of) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if !kinds.is_empty() {
            return kinds.join(" | ");
        }
    }
    if let Some(value) = member(schema, "const") {
        return value.to_owned();
    }
    let is_composed = ["properties", "allOf", "$ref"].iter().any(|keyword| member(schema, keyword).is_some());
    if is_composed { "object" } else { "any" }.to_owned()
}

fn grouped(kind: String) -> String {
    if kind.contains(" | ") { format!("({kind})") } else { kind }
}
