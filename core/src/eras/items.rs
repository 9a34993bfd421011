//! Listed items on the wire. One writer for every version: the features table says what each may see (DOWN-*).

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::json::{self, RawJson, write_string};
use crate::jsonrpc::{MessageText, put_in};
use crate::model::{CommonFields, Implementation, Prompt, PromptArgument, Resource, ResourceTemplate, Tool};
use crate::protocol_version::{Features, ProtocolVersion};

/// A JSON object being written.
#[derive(Debug)]
pub struct Object<'a> {
    out: &'a mut String,
    /// What is put in without a copy, where that is possible.
    others: Option<&'a mut Vec<(usize, RawJson)>>,
    /// What is known to be on one line, of a message.
    line: Option<&'a mut Range<usize>>,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Begins an object at the end of `out`.
    pub fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, others: None, line: None, is_empty: true }
    }

    /// Begins an object at the end of a message, into which long texts are put without a copy.
    pub fn begin_in(message: &'a mut MessageText) -> Self {
        let (out, others, line) = message.parts();
        out.push('{');
        Self { out, others: Some(others), line: Some(line), is_empty: true }
    }

    /// A member whose value is JSON text of somebody else's, which may be long.
    pub fn shared(&mut self, name: &str, value: &RawJson) -> &mut Self {
        self.name(name);
        self.put_in(value, false)
    }

    /// The value, or a part of it, of a member that was begun. `is_line`: whether it is known to be on one line.
    pub fn put_in(&mut self, text: &RawJson, is_line: bool) -> &mut Self {
        match &mut self.others {
            Some(others) => put_in(self.out, others, text, is_line),
            None => self.out.push_str(text.as_str()),
        }
        self
    }

    /// A member whose value is JSON text. The name is one of ours and needs no escaping.
    pub fn raw(&mut self, name: &str, value: &str) -> &mut Self {
        let out = self.name(name);
        out.push_str(value);
        self
    }

    /// A member whose value is a string.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        write_string(self.name(name), value);
        self
    }

    /// A string, which may be long, as a part of the value of a member that was begun.
    pub fn escaped(&mut self, text: &str) -> &mut Self {
        let start = self.out.len();
        write_string(self.out, text);
        if let Some(line) = &mut self.line {
            // Nobody has to look through it for line breaks again.
            **line = start..self.out.len();
        }
        self
    }

    /// A member if there is a value and the version knows it.
    pub fn optional_raw(&mut self, known: bool, name: &str, value: Option<&RawJson>) -> &mut Self {
        if let Some(value) = value.filter(|_| known) {
            self.raw(name, value.as_str());
        }
        self
    }

    /// A member if there is a value and the version knows it.
    pub fn optional_string(&mut self, known: bool, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value.filter(|_| known) {
            self.string(name, value);
        }
        self
    }

    /// Begins a member and returns where to write its value.
    pub fn name(&mut self, name: &str) -> &mut String {
        self.separate();
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// A member with a name of somebody else's, and a value that is JSON text.
    pub fn foreign(&mut self, name: &str, value: &str) -> &mut Self {
        self.separate();
        write_string(self.out, name);
        self.out.push(':');
        self.out.push_str(value);
        self
    }

    fn separate(&mut self) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.out.push(',');
        }
    }

    /// What belongs to the member that was begun last.
    pub fn more(&mut self, text: &str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    /// Ends the object.
    pub fn end(&mut self) {
        self.out.push('}');
    }
}

/// An implementation (DOWN-6, DOWN-8).
pub fn write_implementation(out: &mut String, implementation: &Implementation, features: &Features) {
    let mut object = Object::begin(out);
    object
        .string("name", &implementation.name)
        .optional_string(features.titles, "title", implementation.title.as_deref())
        .string("version", &implementation.version)
        .optional_string(features.icons, "description", implementation.description.as_deref())
        .optional_string(features.icons, "websiteUrl", implementation.website_url.as_deref())
        .optional_raw(features.icons, "icons", implementation.icons.as_ref())
        .end();
}

fn write_common(object: &mut Object<'_>, common: &CommonFields, annotations: bool, features: &Features) {
    object
        .optional_string(features.titles, "title", common.title.as_deref())
        .optional_string(true, "description", common.description.as_deref())
        .optional_raw(features.icons, "icons", common.icons.as_ref())
        .optional_raw(annotations, "annotations", common.annotations.as_ref())
        .optional_raw(features.titles, "_meta", common.meta.as_ref());
}

/// A tool (DOWN-4 to DOWN-9).
#[must_use]
pub fn tool(tool: &Tool, version: ProtocolVersion) -> String {
    let features = version.features();
    let mut out = String::with_capacity(128 + tool.input_schema.as_str().len());
    let mut object = Object::begin(&mut out);
    object.string("name", &tool.name);
    write_common(&mut object, &tool.common, features.tool_annotations, features);
    object.raw("inputSchema", tool.input_schema.as_str());
    if let Some(schema) = tool.output_schema.as_ref().filter(|_| features.structured_output) {
        if features.any_structured_output || describes_object(schema.as_str()) {
            object.raw("outputSchema", schema.as_str());
        } else if let Some(wrapped) = tool.wrap_output.then(|| wrap_schema(schema)).flatten() {
            object.raw("outputSchema", &wrapped);
        }
    }
    object.optional_raw(features.execution, "execution", tool.execution.as_ref()).end();
    out
}

/// Whether a tool's structured results travel as `{"result": …}` to this version, which knows only objects: where there is a
/// schema and it is none of objects, if the author asked for wrapping; where there is none, whatever is no object.
#[must_use]
pub fn wraps_output(tool: &Tool, features: &Features, structured: &str) -> bool {
    features.structured_output
        && !features.any_structured_output
        && match &tool.output_schema {
            Some(schema) => tool.wrap_output && !describes_object(schema.as_str()),
            None => !json::is_object(structured),
        }
}

/// Whether the schema's root says `"type": "object"`, which is all that versions before the newest accept.
#[must_use]
pub fn describes_object(schema: &str) -> bool {
    json::member(schema, "type") == Some("\"object\"")
}

/// The schema of `{"result": <what the schema describes>}`. References into the schema keep pointing at what they did.
fn wrap_schema(schema: &RawJson) -> Option<String> {
    let mut inner = schema.to_value().ok()?;
    let mut outer = Map::new();
    if let Value::Object(members) = &mut inner {
        if let Some(dialect) = members.remove("$schema") {
            outer.insert("$schema".to_owned(), dialect);
        }
        // A schema with an id of its own is a document of its own: its references resolve inside it wherever it stands.
        if !members.contains_key("$id") {
            for keyword in DEFINITIONS {
                if let Some(definitions) = members.remove(keyword) {
                    outer.insert(keyword.to_owned(), definitions);
                }
            }
            move_references(&mut inner);
            outer.values_mut().for_each(move_references);
        }
    }
    outer.insert("type".to_owned(), Value::from("object"));
    outer.insert("properties".to_owned(), Value::Object(Map::from_iter([("result".to_owned(), inner)])));
    outer.insert("required".to_owned(), Value::from(vec!["result"]));
    outer.insert(UNWRAP.to_owned(), Value::from(true));
    Some(Value::Object(outer).to_string())
}

/// By this keyword, which validators ignore, widely used clients know that the value inside is meant.
const UNWRAP: &str = "x-fastmcp-wrap-result";

const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Points local references at the place their target moved to. Definitions moved along with the root; all else went below
/// `properties.result`. Anchors are found wherever they are.
fn move_references(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(target) if key == "$ref" || key == "$dynamicRef" => {
                        if let Some(pointer) = target.strip_prefix('#').filter(|pointer| {
                            pointer.is_empty()
                                || pointer.starts_with('/')
                                    && !DEFINITIONS.iter().any(|keyword| {
                                        pointer[1..]
                                            .strip_prefix(keyword)
                                            .is_some_and(|rest| rest.starts_with('/'))
                                    })
                        }) {
                            *target = format!("#/properties/result{pointer}");
                        }
                    }
                    // Data, not schemas.
                    _ if matches!(key.as_str(), "const" | "enum" | "default" | "examples") => {}
                    _ => move_references(value),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(move_references),
        _ => {}
    }
}

/// A prompt.
#[must_use]
pub fn prompt(prompt: &Prompt, version: ProtocolVersion) -> String {
    let features = version.features();
    let mut out = String::with_capacity(128);
    let mut object = Object::begin(&mut out);
    object.string("name", &prompt.name);
    write_common(&mut object, &prompt.common, false, features);
    if !prompt.arguments.is_empty() {
        let list = object.name("arguments");
        list.push('[');
        for (index, argument) in prompt.arguments.iter().enumerate() {
            if index > 0 {
                list.push(',');
            }
            write_argument(list, argument, features);
        }
        list.push(']');
    }
    object.end();
    out
}

fn write_argument(out: &mut String, argument: &PromptArgument, features: &Features) {
    let mut object = Object::begin(out);
    object
        .string("name", &argument.name)
        .optional_string(features.titles, "title", argument.title.as_deref())
        .optional_string(true, "description", argument.description.as_deref())
        .raw("required", if argument.required { "true" } else { "false" })
        .end();
}

/// A resource.
#[must_use]
pub fn resource(resource: &Resource, version: ProtocolVersion) -> String {
    let features = version.features();
    let mut out = String::with_capacity(128);
    let mut object = Object::begin(&mut out);
    object.string("uri", &resource.uri).string("name", &resource.name);
    write_common(&mut object, &resource.common, true, features);
    object.optional_string(true, "mimeType", resource.mime_type.as_deref());
    if let Some(size) = resource.size {
        // Writing into a String cannot fail.
        let _ = write!(object.name("size"), "{size}");
    }
    object.end();
    out
}

/// A resource template.
#[must_use]
pub fn resource_template(template: &ResourceTemplate, version: ProtocolVersion) -> String {
    let features = version.features();
    let mut out = String::with_capacity(128);
    let mut object = Object::begin(&mut out);
    object.string("uriTemplate", &template.uri_template).string("name", &template.name);
    write_common(&mut object, &template.common, true, features);
    object.optional_string(true, "mimeType", template.mime_type.as_deref()).end();
    out
}
