//! What a tool's schema says is nobody else's business: `x-sensitive`, `writeOnly`, and the format `password`.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::RawJson;

/// How deep a schema is followed; below, nothing is marked.
const MAX_DEPTH: usize = 32;
/// How many places there may be in all: a schema that refers to itself has no end.
const MAX_NODES: usize = 4096;

/// Which places of an object are marked.
#[derive(Debug, Clone, Default)]
pub struct Sensitive {
    itself: bool,
    members: HashMap<String, Self>,
    /// Of members that are not named.
    others: Option<Box<Self>>,
    items: Option<Box<Self>>,
}

impl Sensitive {
    /// What this schema marks; `None` where it marks nothing.
    #[must_use]
    pub fn of_schema(schema: &RawJson) -> Option<Self> {
        let text = schema.as_str();
        // Most schemas mark nothing, and are not parsed for it.
        let marks = ["x-sensitive", "writeOnly", "password"];
        if !marks.iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some()) {
            return None;
        }
        let root = schema.to_value().ok()?;
        let mut left = MAX_NODES;
        read(&root, &root, 0, &mut left)
    }

    pub(super) const fn is_itself(&self) -> bool {
        self.itself
    }

    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        self.members.get(name).or(self.others.as_deref())
    }

    pub(super) fn items(&self) -> Option<&Self> {
        self.items.as_deref()
    }

    fn take(&mut self, other: Self) {
        self.itself |= other.itself;
        for (name, marks) in other.members {
            self.members.entry(name).or_default().take(marks);
        }
        for (own, others) in [(&mut self.others, other.others), (&mut self.items, other.items)] {
            if let Some(marks) = others {
                own.get_or_insert_default().take(*marks);
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.itself && self.members.is_empty() && self.others.is_none() && self.items.is_none()
    }
}

fn read(schema: &Value, root: &Value, depth: usize, left: &mut usize) -> Option<Sensitive> {
    let members = schema.as_object()?;
    if depth > MAX_DEPTH || *left == 0 {
        return None;
    }
    *left -= 1;
    let is_true = |name: &str| members.get(name) == Some(&Value::Bool(true));
    let mut found = Sensitive {
        itself: is_true("x-sensitive")
            || is_true("writeOnly")
            || members.get("format").and_then(Value::as_str) == Some("password"),
        ..Sensitive::default()
    };
    let mut below = |schema: &Value| read(schema, root, depth + 1, left);
    if let Some(target) = members
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?))
        && let Some(marks) = below(target)
    {
        found.take(marks);
    }
    for name in ["anyOf", "oneOf", "allOf"] {
        for schema in members.get(name).and_then(Value::as_array).into_iter().flatten() {
            if let Some(marks) = below(schema) {
                found.take(marks);
            }
        }
    }
    for (name, schema) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(marks) = below(schema) {
            found.members.entry(name.clone()).or_default().take(marks);
        }
    }
    if let Some(marks) = members.get("additionalProperties").and_then(&mut below) {
        found.others = Some(Box::new(marks));
    }
    if let Some(marks) = members.get("items").and_then(&mut below) {
        found.items.get_or_insert_default().take(marks);
    }
    for schema in members.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
        if let Some(marks) = below(schema) {
            found.items.get_or_insert_default().take(marks);
        }
    }
    (!found.is_empty()).then_some(found)
}
