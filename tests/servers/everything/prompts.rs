//! Prompts, and the completion of their arguments.

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{CommonFields, CompletionOutput, Output, Prompt, PromptArgument, PromptOutput};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::content::{image, resource, text};
use crate::define::arguments;

fn prompt(name: &str, description: &str, arguments: &[&str]) -> Prompt {
    let argument = |name: &&str| PromptArgument {
        name: (*name).to_owned(),
        title: None,
        description: None,
        required: true,
    };
    Prompt {
        name: name.to_owned(),
        common: CommonFields { description: Some(description.to_owned()), ..CommonFields::default() },
        arguments: arguments.iter().map(argument).collect(),
        check_arguments: true,
    }
}

fn from_user(blocks: &[Value]) -> Output {
    let messages: Vec<_> = blocks.iter().map(|block| json!({ "role": "user", "content": block })).collect();
    let messages = RawJson::from_value(&Value::from(messages));
    Output::Prompt(PromptOutput { description: None, messages, meta: None })
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    registry.add_prompt(
        prompt("test_simple_prompt", "A prompt without arguments.", &[]),
        from_function(async |_| Ok(from_user(&[text("This is a simple prompt for testing.")]))),
    )?;
    registry.add_prompt(
        prompt("test_prompt_with_arguments", "A prompt with two arguments.", &["arg1", "arg2"]),
        from_function(async |call: Invocation| {
            #[derive(Deserialize)]
            struct Arguments {
                arg1: String,
                arg2: String,
            }
            let Arguments { arg1, arg2 } = arguments(&call)?;
            Ok(from_user(&[text(&format!("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"))]))
        }),
    )?;
    registry.add_prompt(
        prompt("test_prompt_with_embedded_resource", "A prompt that carries a resource.", &["resourceUri"]),
        from_function(async |call: Invocation| {
            #[derive(Deserialize)]
            struct Arguments {
                #[serde(rename = "resourceUri")]
                resource_uri: String,
            }
            let Arguments { resource_uri } = arguments(&call)?;
            Ok(from_user(&[
                resource(&resource_uri, "text/plain", "Embedded resource content for testing."),
                text("Please process the embedded resource above."),
            ]))
        }),
    )?;
    registry.add_prompt(
        prompt("test_prompt_with_image", "A prompt that carries a picture.", &[]),
        from_function(async |_| Ok(from_user(&[image(), text("Please analyze the image above.")]))),
    )?;
    registry.set_completion(Some(from_function(complete)));
    Ok(())
}

async fn complete(call: Invocation) -> Reply {
    #[derive(Deserialize)]
    struct Typed {
        value: String,
    }
    let Typed { value } = arguments(&call)?;
    let all = ["test", "testing", "tested", "other"];
    let values: Vec<_> =
        all.iter().filter(|word| word.starts_with(&value)).map(|word| (*word).to_owned()).collect();
    let total = u64::try_from(values.len()).ok();
    Ok(Output::Completion(CompletionOutput { values, total, has_more: Some(false) }))
}
