//! Attributes as OTLP has them.

use serde_json::{Value, json};

/// What an attribute says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Text(Box<str>),
    Word(&'static str),
    Number(i64),
}

/// One attribute.
pub(super) fn attribute(key: &str, said: &Said) -> Value {
    let value = match said {
        Said::Text(text) => json!({ "stringValue": text }),
        Said::Word(word) => json!({ "stringValue": word }),
        // 64-bit integers are texts in the JSON of protocol buffers.
        Said::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": key, "value": value })
}

/// Who sends.
pub(super) fn resource(service_name: &str, service_version: &str, instance: &str) -> Value {
    let text = |key: &str, text: &str| attribute(key, &Said::Text(text.into()));
    let mut attributes = vec![
        text("service.name", service_name),
        text("service.version", service_version),
        text("service.instance.id", instance),
        text("telemetry.sdk.name", "oxmcp"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    // What whoever runs the process says of it: `key=value,key=value`.
    let said = std::env::var("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let own = ["service.name", "service.version"];
    for (key, value) in said.split(',').filter_map(|pair| pair.split_once('=')) {
        let key = key.trim();
        if !key.is_empty() && !own.contains(&key) {
            attributes.push(text(key, value.trim()));
        }
    }
    json!({ "attributes": attributes })
}

/// What of the program it comes from.
pub(super) fn scope() -> Value {
    json!({ "name": "oxmcp", "version": env!("CARGO_PKG_VERSION") })
}
