//! How the tools of this server are defined: a name, a sentence, a schema, a function.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Tool;
use oxmcp_core::registry::Registry;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The schema of a tool without arguments.
pub fn nothing() -> Value {
    json!({ "type": "object", "properties": {} })
}

/// The schema of a tool whose arguments are all required.
pub fn required(properties: &Value) -> Value {
    let names: Vec<_> =
        properties.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

/// Adds a tool.
///
/// # Errors
/// As [`Registry::add_tool`].
pub fn tool<F, R>(
    registry: &Registry,
    name: &str,
    description: &str,
    schema: &Value,
    function: F,
) -> Result<()>
where
    F: Fn(Invocation) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let tool = Tool::new(name, RawJson::from_value(schema)).describe(description);
    registry.add_tool(tool, from_function(function))
}

/// The arguments of a call, which the engine has checked against the schema.
///
/// # Errors
/// When the schema and `T` disagree.
pub fn arguments<T: DeserializeOwned>(call: &Invocation) -> std::result::Result<T, Failure> {
    serde_json::from_str(call.arguments.as_str())
        .map_err(|error| Failure::new(FailureKind::InvalidArguments, error.to_string()))
}
