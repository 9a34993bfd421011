//! Tools whose results have a schema.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Tool;
use oxmcp_core::registry::Registry;
use serde_json::Value;

/// Adds a tool with an output schema: any, wrapped for callers who only know objects.
///
/// # Errors
/// As [`Registry::add_tool`].
pub fn structured_tool<F, R>(
    registry: &Registry,
    (name, description): (&str, &str),
    schema: &Value,
    output: &Value,
    function: F,
) -> Result<()>
where
    F: Fn(Invocation) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let tool = Tool {
        output_schema: Some(RawJson::from_value(output)),
        wrap_output: true,
        ..Tool::new(name, RawJson::from_value(schema)).describe(description)
    };
    registry.add_tool(tool, from_function(function))
}
