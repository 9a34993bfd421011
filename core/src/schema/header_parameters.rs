//! Arguments that callers over HTTP repeat in a header: `x-mcp-header` in a tool's input schema.

use serde_json::{Map, Value};

use super::places::{Place, for_each_subschema};
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;

const ANNOTATION: &str = "x-mcp-header";

/// An argument that is mirrored in the header `Mcp-Param-<name>` (PARAM-1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParameter {
    /// The names that lead from the arguments to the value.
    pub path: Vec<String>,
    /// The name as the schema spells it. Header names compare case-insensitively.
    pub name: String,
    /// The type of the value.
    pub kind: ParameterKind,
}

/// What a mirrored argument may be (PARAM-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// Compared as text.
    String,
    /// Compared by value (PARAM-10); within ±(2^53−1).
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// The mirrored arguments of an input schema, in order of their paths.
///
/// # Errors
/// [`ErrorKind::InvalidSchema`] if an annotation breaks a rule (PARAM-2 to PARAM-4, PARAM-13): callers would drop the tool.
pub fn header_parameters(schema: &RawJson) -> Result<Vec<HeaderParameter>> {
    // Most schemas have none. An escaped spelling of the name has a backslash.
    if !schema.as_str().contains(ANNOTATION) && !schema.as_str().contains('\\') {
        return Ok(Vec::new());
    }
    let root = schema.to_value().map_err(|error| refuse("the schema is not usable").caused_by(error))?;
    let mut found = Vec::new();
    if let Value::Object(keywords) = &root {
        if keywords.contains_key(ANNOTATION) {
            return Err(refuse(&format!(
                "{ANNOTATION} stands on the schema itself; it belongs on a property"
            )));
        }
        walk(keywords, Some(&mut Vec::new()), &mut found)?;
    }
    for (index, parameter) in found.iter().enumerate() {
        let same = |other: &&HeaderParameter| other.name.eq_ignore_ascii_case(&parameter.name);
        if let Some(other) = found[..index].iter().find(same) {
            return Err(refuse(&format!(
                "{} and {} have the same {ANNOTATION} {}; names are compared without case",
                other.path.join("."),
                parameter.path.join("."),
                parameter.name
            )));
        }
    }
    Ok(found)
}

fn refuse(message: &str) -> Error {
    Error::new(ErrorKind::InvalidSchema, message)
}

/// Looks into a schema. `path` leads to it through `properties` alone, or is `None`.
fn walk(
    schema: &Map<String, Value>,
    mut path: Option<&mut Vec<String>>,
    found: &mut Vec<HeaderParameter>,
) -> Result<()> {
    let mut outcome = Ok(());
    for_each_subschema(schema, |place, subschema| {
        let Value::Object(keywords) = subschema else { return };
        if outcome.is_err() {
            return;
        }
        outcome = match (place, path.as_deref_mut()) {
            (Place::Member(name), Some(path)) => {
                path.push(name.to_owned());
                let outcome = read(keywords, path, found).and_then(|()| walk(keywords, Some(path), found));
                path.pop();
                outcome
            }
            _ if keywords.contains_key(ANNOTATION) => Err(refuse(&format!(
                "{ANNOTATION} stands where no chain of properties leads: inside items, allOf, anyOf, oneOf, $defs or the like"
            ))),
            _ => walk(keywords, None, found),
        };
    });
    outcome
}

fn read(keywords: &Map<String, Value>, path: &[String], found: &mut Vec<HeaderParameter>) -> Result<()> {
    let Some(name) = keywords.get(ANNOTATION) else { return Ok(()) };
    let place = path.join(".");
    let name = name.as_str().filter(|name| is_token(name)).ok_or_else(|| {
        refuse(&format!(
            "the {ANNOTATION} of {place} is not a header name: letters, digits and !#$%&'*+-.^_`|~ only"
        ))
    })?;
    let kind = match keywords.get("type").and_then(Value::as_str) {
        Some("string") => ParameterKind::String,
        Some("integer") => ParameterKind::Integer,
        Some("boolean") => ParameterKind::Boolean,
        _ => {
            return Err(refuse(&format!(
                "{place} has an {ANNOTATION}, so its type must be \"string\", \"integer\" or \"boolean\", and nothing else"
            )));
        }
    };
    found.push(HeaderParameter { path: path.to_vec(), name: name.to_owned(), kind });
    Ok(())
}

/// An HTTP token (PARAM-2).
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
