//! What the tests of tasks share: a server whose tools become tasks, and a client of the modern era that takes them.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and a helper of a test fails the test"
)]

use std::sync::Arc;

use crate::engine_support::*;
use oxmcp_core::engine::{Engine, TaskOptions};
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::model::Question;
use oxmcp_core::registry::Registry;
use serde_json::{Value, json};

pub const EXTENSION: &str = "io.modelcontextprotocol/tasks";

pub fn add(registry: &Registry, name: &str, support: &str, handler: Arc<dyn Handler>) {
    let mut described = tool(name, &any_object());
    described.execution = Some(raw(&json!({"taskSupport": support})));
    registry.add_tool(described, handler).unwrap();
}

pub fn form() -> Question {
    let params = json!({"message": "Sure?", "requestedSchema": {"type": "object", "properties": {}}});
    Question::new(Question::ELICIT, raw(&params))
}

pub fn tools() -> Registry {
    let registry = registry();
    add(&registry, "later", "optional", returns(text("done")));
    add(&registry, "only_later", "required", returns(text("done")));
    add(&registry, "never_ends", "optional", from_function(|_| std::future::pending()));
    add(&registry, "refuses", "optional", fails(Failure::new(FailureKind::Tool, "no")));
    add(&registry, "breaks", "optional", fails(Failure::new(FailureKind::Internal, "internal error")));
    let asks = from_function(|invocation: Invocation| async move {
        let answers = invocation.context.ask_all(vec![form(), form()]).await;
        let said: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().as_str().to_owned()).collect();
        Ok(text(&said.join(" ")))
    });
    add(&registry, "asks", "optional", asks);
    registry
}

pub fn served(options: TaskOptions) -> Engine {
    serving(tools(), options)
}

pub fn serving(registry: Registry, options: TaskOptions) -> Engine {
    builder().registry(registry).tasks(options).build().unwrap()
}

/// A request of a client that takes tasks and can be asked.
pub fn ask(method: &str, params: Value) -> Value {
    let mut params = enveloped(params);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({"elicitation": {}, "extensions": {EXTENSION: {}}});
    request(7, method, params)
}

pub async fn said(engine: &Engine, method: &str, params: Value) -> Heard {
    let body = ask(method, params.clone());
    let name = params.get("name").or(params.get("taskId")).and_then(Value::as_str).unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &name)];
    hear(post(engine, &pairs, body)).await
}

pub async fn begun(engine: &Engine, tool: &str) -> String {
    let heard = said(engine, "tools/call", json!({"name": tool})).await;
    let task = heard.result();
    assert_eq!(task["resultType"], "task");
    assert_eq!(task["status"], "working");
    task["taskId"].as_str().unwrap().to_owned()
}

pub async fn reached(engine: &Engine, id: &str, status: &str) -> Value {
    for _ in 0..1000 {
        let task = said(engine, "tasks/get", json!({"taskId": id})).await.result().clone();
        if task["status"] == status {
            return task;
        }
        tokio::task::yield_now().await;
    }
    panic!("the task did not become {status}");
}
