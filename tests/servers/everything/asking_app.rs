//! The app of the asking server: the same as `asking_app.py`.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{CallContext, from_function};
use oxmcp_core::json::{RawJson, member};
use oxmcp_core::model::{CacheHint, CommonFields, Output, Resource, ResourceOutput, Tool};
use oxmcp_core::registry::Registry;
use serde_json::{Value, json};

use crate::define::nothing;
use crate::said;

const UI: &str = "io.modelcontextprotocol/ui";
const VIEW: &str = "ui://weather/view.html";
const MIME_TYPE: &str = "text/html;profile=mcp-app";
const PAGE: &str = "<!doctype html><title>Weather</title><p>21 °C</p>";

/// Whether the client shows pages of this type.
fn shows_apps(context: &CallContext) -> bool {
    let declared = context.caller.client_capabilities.as_ref().map(RawJson::as_str);
    let settings = declared.and_then(|text| member(text, "extensions")).and_then(|text| member(text, UI));
    let types = settings.and_then(|text| member(text, "mimeTypes"));
    types.is_some_and(|text| text.contains(&format!("\"{MIME_TYPE}\"")))
}

fn with_meta(description: &str, meta: &Value) -> CommonFields {
    CommonFields {
        description: Some(description.to_owned()),
        meta: Some(RawJson::from_value(meta)),
        ..CommonFields::default()
    }
}

/// Adds it.
pub fn add(registry: &Registry) -> Result<()> {
    let of_tool = json!({ "ui": { "resourceUri": VIEW, "visibility": ["model", "app"] } });
    let of_view =
        json!({ "ui": { "csp": { "connectDomains": ["https://example.com"] }, "prefersBorder": true } });
    let tool = Tool::new("weather_app", RawJson::from_value(&nothing()));
    let tool = Tool { common: with_meta("Show the weather.", &of_tool), ..tool };
    let answer = from_function(async |call| {
        Ok(said(if shows_apps(&call.context) { "See the view." } else { "21 °C" }))
    });
    registry.add_tool(tool, answer)?;
    let view = Resource {
        uri: VIEW.to_owned(),
        name: "weather_view".to_owned(),
        common: with_meta("What is shown.", &of_view),
        mime_type: Some(MIME_TYPE.to_owned()),
        size: None,
        cache: CacheHint::default(),
    };
    let read = from_function(move |_| {
        let item = json!({ "uri": VIEW, "mimeType": MIME_TYPE, "text": PAGE, "_meta": of_view });
        let contents = RawJson::from_value(&json!([item]));
        async { Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None })) }
    });
    registry.add_resource(view, read)
}
