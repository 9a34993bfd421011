//! Tools that change the server while it runs, and tell what they saw.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Change, CommonFields, Prompt, PromptOutput, Tool};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::json;

use crate::content::{said, structured, text};
use crate::define::{arguments, nothing, required, tool};
use crate::structured::structured_tool;
use crate::tools::report;

/// What slow tools saw happen to them: cancellations above all.
#[derive(Clone, Default)]
struct Observed(Arc<Mutex<Vec<String>>>);

impl Observed {
    fn note(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Notes that a wait was cut short, unless it was not.
struct Wait {
    label: String,
    observed: Observed,
    finished: bool,
}

impl Drop for Wait {
    fn drop(&mut self) {
        let how = if self.finished { "finished" } else { "cancelled" };
        self.observed.note(format!("{how} {}", self.label));
    }
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Labelled {
    label: String,
}

fn failed(error: &oxmcp_core::error::Error) -> Failure {
    Failure::new(FailureKind::Tool, error.to_string())
}

fn empty_tool(name: &str, description: &str) -> Tool {
    Tool::new(name, RawJson::from_value(&nothing())).describe(description)
}

fn passing_prompt() -> Prompt {
    let description = Some("Here and gone again.".to_owned());
    Prompt {
        name: "passing_prompt".to_owned(),
        common: CommonFields { description, ..CommonFields::default() },
        arguments: Vec::new(),
        check_arguments: true,
    }
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    changing_tools(registry)?;
    let observed = Observed::default();
    let label = required(&json!({ "label": { "type": "string" } }));
    let seen = observed.clone();
    let waits = "Wait for a minute; remember under the label how the wait ended.";
    tool(registry, "wait_until_cancelled", waits, &label, move |call| {
        let observed = seen.clone();
        async move {
            let Labelled { label } = arguments(&call)?;
            observed.note(format!("started {label}"));
            let mut wait = Wait { label, observed, finished: false };
            report(&call.context, 1.0, 2.0, "waiting".to_owned());
            tokio::time::sleep(Duration::from_secs(60)).await;
            wait.finished = true;
            Ok(said("nobody cancelled"))
        }
    })?;
    let list = json!({ "type": "array", "items": { "type": "string" } });
    structured_tool(
        registry,
        ("observed", "Tell what the waiting tools saw."),
        &nothing(),
        &list,
        move |_| {
            let all = observed.all();
            async move { Ok(structured(&json!(all))) }
        },
    )
}

fn changing_tools(registry: &Registry) -> Result<()> {
    let none = &nothing();
    let (change_tools, change_prompts, adds, removes, touches) =
        (registry.clone(), registry.clone(), registry.clone(), registry.clone(), registry.clone());
    let described = "Change the list of tools, so that listeners are told.";
    tool(registry, "test_trigger_tool_change", described, none, move |_| {
        let registry = change_tools.clone();
        async move {
            let passing = empty_tool("passing_tool", "Here and gone again.");
            registry
                .add_tool(passing, from_function(async |_| Ok(said("still here"))))
                .map_err(|error| failed(&error))?;
            registry.remove_tool("passing_tool");
            Ok(said("The list of tools changed."))
        }
    })?;
    let described = "Change the list of prompts, so that listeners are told.";
    tool(registry, "test_trigger_prompt_change", described, none, move |_| {
        let registry = change_prompts.clone();
        async move {
            let messages = json!([{ "role": "user", "content": text("still here") }]);
            let output =
                PromptOutput { description: None, messages: RawJson::from_value(&messages), meta: None };
            let handler = from_function(move |_| {
                let output = output.clone();
                async move { Ok(oxmcp_core::model::Output::Prompt(output)) }
            });
            registry.add_prompt(passing_prompt(), handler).map_err(|error| failed(&error))?;
            registry.remove_prompt("passing_prompt");
            Ok(said("The list of prompts changed."))
        }
    })?;
    let name = required(&json!({ "name": { "type": "string" } }));
    tool(registry, "add_extra_tool", "Register another tool while the server runs.", &name, move |call| {
        let registry = adds.clone();
        async move {
            let Named { name } = arguments(&call)?;
            let words = format!("I am {name}");
            let handler = from_function(move |_| {
                let words = words.clone();
                async move { Ok(said(words)) }
            });
            registry
                .add_tool(empty_tool(&name, "A tool that came later."), handler)
                .map_err(|error| failed(&error))?;
            Ok(said(format!("added {name}")))
        }
    })?;
    tool(registry, "remove_extra_tool", "Remove a tool that was registered later.", &name, move |call| {
        let registry = removes.clone();
        async move {
            let Named { name } = arguments(&call)?;
            if registry.remove_tool(&name) {
                return Ok(said(format!("removed {name}")));
            }
            Err(Failure::new(FailureKind::Tool, format!("there is no tool {name}")))
        }
    })?;
    let told = "Tell subscribers that test://watched-resource has changed.";
    tool(registry, "touch_watched_resource", told, none, move |_| {
        touches.notify(&Change::Resource("test://watched-resource".into()));
        async { Ok(said("touched")) }
    })
}
