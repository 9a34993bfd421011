//! Tools whose calls become tasks: the same as `everything_tasks.py` and `everything_tasks.mjs`.

use std::time::Duration;

use oxmcp_core::error::Result;
use oxmcp_core::handler::{Failure, FailureKind, Invocation, Reply, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Question, TaskManner, Tool};
use oxmcp_core::registry::Registry;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::content::said;
use crate::define::{arguments, nothing, required, tool};
use crate::tools::report;

/// Adds a tool that says of itself whether its calls become tasks.
fn task<F, R>(
    registry: &Registry,
    support: &str,
    (name, description): (&str, &str),
    schema: &Value,
    function: F,
) -> Result<()>
where
    F: Fn(Invocation) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let mut tool = Tool::new(name, RawJson::from_value(schema)).describe(description);
    tool.execution = Some(RawJson::from_value(&json!({ "taskSupport": support })));
    registry.add_tool(tool, from_function(function))
}

/// Asks with a form of one field.
fn question(message: &str, field: &str, kind: &str) -> Question {
    let form = required(&json!({ field: { "type": kind } }));
    let params = json!({ "mode": "form", "message": message, "requestedSchema": form });
    Question::new(Question::ELICIT, RawJson::from_value(&params))
}

fn is_confirmed(answer: &Value) -> bool {
    answer["action"] == "accept" && answer["content"]["confirm"] == true
}

/// Adds them.
pub fn add(registry: &Registry) -> Result<()> {
    long(registry)?;
    asking(registry)
}

fn long(registry: &Registry) -> Result<()> {
    let name = required(&json!({ "name": { "type": "string" } }));
    tool(registry, "greet", "Greet at once: never a task.", &name, async |call| {
        #[derive(Deserialize)]
        struct Greeted {
            name: String,
        }
        Ok(said(format!("Hello, {}!", arguments::<Greeted>(&call)?.name)))
    })?;
    let schema = required(&json!({ "seconds": { "type": "number" }, "label": { "type": "string" } }));
    task(registry, "optional", ("slow_compute", "Compute for a while."), &schema, async |call| {
        #[derive(Deserialize)]
        struct Computation {
            seconds: f64,
            label: String,
        }
        let Computation { seconds, label } = arguments(&call)?;
        tokio::time::sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default()).await;
        Ok(said(format!("{label}: computed")))
    })?;
    task(registry, "required", ("failing_job", "Fail after a while."), &nothing(), async |_| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(Failure::new(FailureKind::Tool, "This job always fails"))
    })?;
    let described = ("reporting_job", "Report progress while it goes on.");
    task(registry, "optional", described, &nothing(), async |call| {
        for step in 1..=3_u8 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            report(&call.context, f64::from(step), 3.0, format!("step {step}"));
        }
        Ok(said("reported"))
    })?;
    let described = ("protocol_error_job", "End with an error of the protocol.");
    task(registry, "optional", described, &nothing(), async |_| {
        Err(Failure::protocol(-32603, "This job breaks off", None))
    })
}

fn asking(registry: &Registry) -> Result<()> {
    let filename = required(&json!({ "filename": { "type": "string" } }));
    task(registry, "optional", ("confirm_delete", "Ask whether to go on."), &filename, async |call| {
        #[derive(Deserialize)]
        struct File {
            filename: String,
        }
        let File { filename } = arguments(&call)?;
        let answer = call.context.ask(question(&format!("Delete {filename}?"), "confirm", "boolean")).await?;
        let done = if is_confirmed(&answer.to_value().unwrap_or_default()) { "deleted" } else { "kept" };
        Ok(said(format!("{filename}: {done}")))
    })?;
    task(registry, "optional", ("multi_input", "Ask two things at once."), &nothing(), async |call| {
        let name = question("What is your name?", "name", "string");
        let answers = call.context.ask_all(vec![name, question("Go on?", "confirm", "boolean")]).await;
        let mut actions = Vec::new();
        for answer in answers {
            let answer = answer?.to_value().unwrap_or_default();
            actions.push(answer["action"].as_str().unwrap_or_default().to_owned());
        }
        Ok(said(format!("answers: {}", actions.join(", "))))
    })?;
    let mut asks_first = Tool::new("test_tool_with_task", RawJson::from_value(&nothing()))
        .describe("Ask first, and become a task then.");
    asks_first.execution = Some(RawJson::from_value(&json!({ "taskSupport": "required" })));
    asks_first.task = TaskManner { when_told: true, poll_interval: Some(Duration::from_secs(5)) };
    let function = async |call: Invocation| {
        let question = question("What is your name?", "name", "string");
        let answer = call.context.ask(question).await?.to_value().unwrap_or_default();
        call.context.events.become_task();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let name = answer["content"]["name"].as_str().unwrap_or("nobody");
        Ok(said(format!("Hello, {name}!")))
    };
    registry.add_tool(asks_first, from_function(function))
}
