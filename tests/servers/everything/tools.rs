//! The tools that ask nobody.

use std::time::Duration;

use oxmcp_core::error::Result;
use oxmcp_core::handler::{CallContext, Event, Failure, FailureKind, StreamToClose, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{CommonFields, LogLevel, LogMessage, Output, Progress, Tool, ToolOutput};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::content::{blocks, image, resource, said, structured, text, wav};
use crate::define::{arguments, nothing, required, tool};
use crate::structured::structured_tool;

const PAUSE: Duration = Duration::from_millis(50);

/// Sends a log message.
pub fn log(context: &CallContext, message: &str) {
    let data = RawJson::from_value(&Value::from(message));
    context.events.emit(Event::Log(LogMessage { level: LogLevel::Info, logger: None, data }));
}

/// Reports progress.
pub fn report(context: &CallContext, progress: f64, total: f64, message: String) {
    context.events.emit(Event::Progress(Progress { progress, total: Some(total), message: Some(message) }));
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    content_tools(registry)?;
    speaking_tools(registry)?;
    decorated_tools(registry)?;
    refusing_tools(registry)?;
    plain_tools(registry)?;
    weather_tools(registry)
}

fn content_tools(registry: &Registry) -> Result<()> {
    let none = &nothing();
    tool(registry, "test_simple_text", "Return one text block.", none, async |_| {
        Ok(said("This is a simple text response for testing."))
    })?;
    tool(registry, "test_image_content", "Return one picture.", none, async |_| Ok(blocks(&[image()])))?;
    tool(registry, "test_audio_content", "Return one sound.", none, async |_| {
        Ok(blocks(&[json!({ "type": "audio", "data": wav(), "mimeType": "audio/wav" })]))
    })?;
    tool(registry, "test_embedded_resource", "Return one resource inside the result.", none, async |_| {
        let embedded =
            resource("test://embedded-resource", "text/plain", "This is an embedded resource content.");
        Ok(blocks(&[embedded]))
    })?;
    let several = "Return a text, a picture and a resource together.";
    tool(registry, "test_multiple_content_types", several, none, async |_| {
        let mixed =
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#);
        Ok(blocks(&[text("Multiple content types test:"), image(), mixed]))
    })?;
    tool(registry, "picture", "Return a picture.", none, async |_| Ok(blocks(&[image()])))?;
    tool(registry, "whole_result", "Return a finished result object.", none, async |_| {
        Ok(Output::Tool(ToolOutput {
            structured_content: Some(RawJson::from_value(&json!({ "as": "it is" }))),
            meta: Some(RawJson::from_value(&json!({ "example.org/note": "kept" }))),
            ..ToolOutput::text("as it is")
        }))
    })
}

fn speaking_tools(registry: &Registry) -> Result<()> {
    let none = &nothing();
    tool(registry, "test_tool_with_progress", "Report progress three times.", none, async |call| {
        for done in [0, 50, 100] {
            report(&call.context, done.into(), 100.0, format!("Completed step {done} of 100"));
            tokio::time::sleep(PAUSE).await;
        }
        Ok(said("Progress reported."))
    })?;
    tool(registry, "test_tool_with_logging", "Send three log messages.", none, async |call| {
        for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
            log(&call.context, message);
            tokio::time::sleep(PAUSE).await;
        }
        Ok(said("Messages logged."))
    })?;
    let unasked = "Log although the caller did not ask for logs.";
    tool(registry, "test_logging_tool", unasked, none, async |call| {
        log(&call.context, "Nobody asked for this message");
        Ok(said("Logged."))
    })?;
    tool(registry, "test_streaming_elicitation", "Stream progress and nothing else.", none, async |call| {
        report(&call.context, 1.0, 2.0, "streaming".to_owned());
        Ok(said("Streamed."))
    })?;
    tool(registry, "test_reconnection", "Have the caller come back for the answer.", none, async |call| {
        call.context.events.close_stream(StreamToClose::OfCall);
        tokio::time::sleep(PAUSE * 2).await;
        Ok(said("The caller came back."))
    })?;
    let steps = "Report as many steps of progress as asked, and log each one.";
    let count = required(&json!({ "count": { "type": "integer" } }));
    tool(registry, "steps", steps, &count, async |call| {
        #[derive(Deserialize)]
        struct Steps {
            count: u32,
        }
        let Steps { count } = arguments(&call)?;
        for step in 1..=count {
            report(&call.context, step.into(), count.into(), format!("step {step}"));
            log(&call.context, &format!("log {step}"));
        }
        Ok(said(format!("{count} steps")))
    })
}

fn decorated_tools(registry: &Registry) -> Result<()> {
    let icons =
        json!([{ "src": "https://example.org/icon.png", "mimeType": "image/png", "sizes": ["48x48"] }]);
    let common = CommonFields {
        title: Some("Decorated".to_owned()),
        description: Some("Carry, and return, all that newer revisions know.".to_owned()),
        icons: Some(RawJson::from_value(&icons)),
        annotations: Some(RawJson::from_value(&json!({ "readOnlyHint": true, "openWorldHint": false }))),
        meta: Some(RawJson::from_value(&json!({ "example.org/note": "kept" }))),
        ..CommonFields::default()
    };
    let decorated = Tool { common, ..Tool::new("decorated", RawJson::from_value(&nothing())) };
    let content = [
        json!({ "type": "text", "text": "for you", "annotations": { "audience": ["user"], "priority": 0.5 } }),
        json!({ "type": "audio", "data": wav(), "mimeType": "audio/wav" }),
        json!({ "type": "resource_link", "uri": "test://static-text", "name": "static_text", "title": "Text", "icons": icons }),
    ];
    let returned = from_function(move |_| {
        let output = blocks(&content);
        async move { Ok(output) }
    });
    registry.add_tool(decorated, returned)?;
    tool(registry, "meta_seen", "Tell what came in `_meta`.", &nothing(), async |call| {
        let meta = call.context.caller.meta.clone().unwrap_or_else(RawJson::empty_object);
        Ok(said(meta.as_str()))
    })
}

fn refusing_tools(registry: &Registry) -> Result<()> {
    let none = &nothing();
    tool(registry, "test_error_handling", "Fail on purpose.", none, async |_| {
        Err(Failure::new(FailureKind::Tool, "This tool intentionally returns an error for testing"))
    })?;
    let missing = "Refuse callers that cannot be asked for a sample.";
    tool(registry, "test_missing_capability", missing, none, async |call| {
        let declared = call.context.caller.client_capabilities.as_ref();
        if declared.is_some_and(|text| oxmcp_core::json::member(text.as_str(), "sampling").is_some()) {
            return Ok(said("The caller offers sampling."));
        }
        let data = RawJson::from_value(&json!({ "requiredCapabilities": { "sampling": {} } }));
        Err(Failure::protocol(-32021, "This tool needs the sampling capability", Some(data)))
    })
}

/// What several tools are called with.
#[derive(Deserialize)]
struct Text {
    text: String,
    #[serde(default)]
    milliseconds: u64,
}

fn plain_tools(registry: &Registry) -> Result<()> {
    let region = required(&json!({ "region": { "type": "string", "x-mcp-header": "Region" } }));
    let header = "Take an argument that HTTP callers repeat in a header.";
    tool(registry, "test_x_mcp_header", header, &region, async |call| {
        #[derive(Deserialize)]
        struct Region {
            region: String,
        }
        let Region { region } = arguments(&call)?;
        Ok(said(format!("Region: {region}")))
    })?;
    let dialect: Value = serde_json::from_str(SCHEMA_2020_12).unwrap_or_default();
    tool(
        registry,
        "json_schema_2020_12_tool",
        "Carry a schema that uses the whole dialect.",
        &dialect,
        async |call| Ok(said(call.arguments.as_str())),
    )?;
    let numbers = required(&json!({ "a": { "type": "integer" }, "b": { "type": "integer" } }));
    let sum = json!({ "type": "integer" });
    structured_tool(registry, ("add", "Add two whole numbers."), &numbers, &sum, async |call| {
        #[derive(Deserialize)]
        struct Numbers {
            a: i64,
            b: i64,
        }
        let Numbers { a, b } = arguments(&call)?;
        Ok(structured(&json!(a.wrapping_add(b))))
    })?;
    let schema = required(&json!({ "text": { "type": "string" } }));
    tool(registry, "echo", "Return the text that was sent.", &schema, async |call| {
        Ok(said(arguments::<Text>(&call)?.text))
    })?;
    let schema = required(
        &json!({ "text": { "type": "string" }, "milliseconds": { "type": "integer", "minimum": 0 } }),
    );
    tool(
        registry,
        "echo_later",
        "Return the text after a while, from the event loop.",
        &schema,
        async |call| {
            let Text { text, milliseconds } = arguments(&call)?;
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(said(text))
        },
    )?;
    let blocking = "Return the text after a while, from a thread that is blocked meanwhile.";
    tool(registry, "echo_blocking", blocking, &schema, async |call| {
        let Text { text, milliseconds } = arguments(&call)?;
        let waited =
            tokio::task::spawn_blocking(move || std::thread::sleep(Duration::from_millis(milliseconds)));
        waited.await.map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
        Ok(said(text))
    })
}

fn weather(city: &str, temperature: f64, conditions: &[&str]) -> Value {
    json!({ "city": city, "temperature": temperature, "conditions": conditions })
}

fn weather_tools(registry: &Registry) -> Result<()> {
    let report = required(&json!({
        "city": { "type": "string" },
        "temperature": { "type": "number" },
        "conditions": { "type": "array", "items": { "type": "string" } },
    }));
    let schema = json!({
        "type": "object",
        "properties": {
            "city": { "type": "string" },
            "unit": { "type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius" },
        },
        "required": ["city"],
    });
    structured_tool(registry, ("weather", "Report structured weather."), &schema, &report, async |call| {
        #[derive(Deserialize)]
        struct Where {
            city: String,
            unit: Option<String>,
        }
        let Where { city, unit } = arguments(&call)?;
        let temperature = if unit.as_deref() == Some("fahrenheit") { 70.7 } else { 21.5 };
        Ok(structured(&weather(&city, temperature, &["sunny", "dry"])))
    })?;
    let schema = required(&json!({ "cities": { "type": "array", "items": { "type": "string" } } }));
    let reports = json!({ "type": "array", "items": report });
    structured_tool(
        registry,
        ("forecasts", "Report several structured values."),
        &schema,
        &reports,
        async |call| {
            #[derive(Deserialize)]
            struct Places {
                cities: Vec<String>,
            }
            let Places { cities } = arguments(&call)?;
            let all: Vec<_> = cities.iter().map(|city| weather(city, 1.5, &[])).collect();
            Ok(structured(&json!(all)))
        },
    )
}

/// What the suite wants to see again as it is.
const SCHEMA_2020_12: &str = r##"
{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
 "$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
 "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
  "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
 "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
 "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
 "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
"##;
