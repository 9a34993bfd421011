//! Tools that ask the client, and wait for its answer.

use oxmcp_core::error::Result;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Elicited;
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::content::said;
use crate::define::{arguments, nothing, required, tool};

fn shown(answer: &Elicited) -> (&'static str, &str) {
    match answer {
        Elicited::Accept(content) => ("accept", content.as_str()),
        Elicited::Decline => ("decline", "{}"),
        Elicited::Cancel => ("cancel", "{}"),
    }
}

/// Adds a tool that has a form filled in.
fn form(
    registry: &Registry,
    name: &str,
    description: &str,
    message: &'static str,
    schema: &Value,
) -> Result<()> {
    let schema = RawJson::from_value(schema);
    tool(registry, name, description, &nothing(), move |call| {
        let schema = schema.clone();
        async move {
            let answer = call.context.elicit(message, &schema).await?;
            let (action, content) = shown(&answer);
            Ok(said(format!("Elicitation completed: action={action}, content={content}")))
        }
    })
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    let prompt = required(&json!({ "prompt": { "type": "string" } }));
    tool(registry, "test_sampling", "Ask the client's model.", &prompt, async |call| {
        #[derive(Deserialize)]
        struct Prompt {
            prompt: String,
        }
        let Prompt { prompt } = arguments(&call)?;
        let message = json!({ "role": "user", "content": { "type": "text", "text": prompt } });
        let params = RawJson::from_value(&json!({ "messages": [message], "maxTokens": 100 }));
        let sampled = call.context.sample(params).await?;
        let content = sampled.content.to_value().unwrap_or_default();
        Ok(said(format!("LLM response: {}", content["text"].as_str().unwrap_or_default())))
    })?;
    let message = required(&json!({ "message": { "type": "string" } }));
    tool(registry, "test_elicitation", "Ask a person for a name and an address.", &message, async |call| {
        #[derive(Deserialize)]
        struct Message {
            message: String,
        }
        let Message { message } = arguments(&call)?;
        let schema = required(&json!({
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        }));
        let answer = call.context.elicit(&message, &RawJson::from_value(&schema)).await?;
        let (action, content) = shown(&answer);
        Ok(said(format!("User response: action={action}, content={content}")))
    })?;
    let defaults = json!({ "type": "object", "properties": {
        "name": { "type": "string", "default": "John Doe" },
        "age": { "type": "integer", "default": 30 },
        "score": { "type": "number", "default": 95.5 },
        "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
        "verified": { "type": "boolean", "default": true },
    } });
    let name = "test_elicitation_sep1034_defaults";
    form(registry, name, "Ask with defaults.", "Please review these values", &defaults)?;
    let titled = |title: &str, value: &str| json!({ "const": value, "title": title });
    let enums = json!({ "type": "object", "properties": {
        "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
        "titledSingle": { "type": "string", "oneOf": [
            titled("First Option", "value1"), titled("Second Option", "value2"), titled("Third Option", "value3"),
        ] },
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
        "titledMulti": { "type": "array", "items": { "anyOf": [
            titled("First Choice", "value1"), titled("Second Choice", "value2"), titled("Third Choice", "value3"),
        ] } },
    } });
    form(registry, "test_elicitation_sep1330_enums", "Ask for choices.", "Please choose", &enums)
}
