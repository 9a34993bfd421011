//! Calls that become tasks, for clients that take them: the extension `io.modelcontextprotocol/tasks` (TASK-*).

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod engine_support;

use std::sync::Arc;
use std::time::Duration;

use engine_support::*;
use oxmcp_core::engine::{Engine, Limits};
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::model::{Question, ToolOutput};
use oxmcp_core::registry::Registry;
use serde_json::{Value, json};

const EXTENSION: &str = "io.modelcontextprotocol/tasks";

fn add(registry: &Registry, name: &str, support: &str, handler: Arc<dyn Handler>) {
    let mut described = tool(name, &any_object());
    described.execution = Some(raw(&json!({"taskSupport": support})));
    registry.add_tool(described, handler).unwrap();
}

fn served(limits: Limits) -> Engine {
    let registry = registry();
    add(&registry, "later", "optional", returns(text("done")));
    add(&registry, "only_later", "required", returns(text("done")));
    add(&registry, "never_ends", "optional", from_function(|_| std::future::pending()));
    add(&registry, "refuses", "optional", fails(Failure::new(FailureKind::Tool, "no")));
    add(&registry, "breaks", "optional", fails(Failure::new(FailureKind::Internal, "internal error")));
    let asks = from_function(|invocation: Invocation| async move {
        let schema = json!({"type": "object", "properties": {}});
        let question = || {
            let params = json!({"message": "Sure?", "requestedSchema": schema});
            Question::new(Question::ELICIT, raw(&params))
        };
        let answers = invocation.context.ask_all(vec![question(), question()]).await;
        let said: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().as_str().to_owned()).collect();
        Ok(oxmcp_core::model::Output::Tool(ToolOutput::text(&said.join(" "))))
    });
    add(&registry, "asks", "optional", asks);
    builder().registry(registry).limits(limits).build().unwrap()
}

/// A request of a client that takes tasks and can be asked.
fn ask(method: &str, params: Value) -> Value {
    let mut params = enveloped(params);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({"elicitation": {}, "extensions": {EXTENSION: {}}});
    request(7, method, params)
}

async fn said(engine: &Engine, method: &str, params: Value) -> Heard {
    let body = ask(method, params.clone());
    let name = params.get("name").or(params.get("taskId")).and_then(Value::as_str).unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &name)];
    hear(post(engine, &pairs, body)).await
}

async fn begun(engine: &Engine, tool: &str) -> String {
    let heard = said(engine, "tools/call", json!({"name": tool})).await;
    let task = heard.result();
    assert_eq!(task["resultType"], "task");
    assert_eq!(task["status"], "working");
    task["taskId"].as_str().unwrap().to_owned()
}

async fn reached(engine: &Engine, id: &str, status: &str) -> Value {
    for _ in 0..1000 {
        let task = said(engine, "tasks/get", json!({"taskId": id})).await.result().clone();
        if task["status"] == status {
            return task;
        }
        tokio::task::yield_now().await;
    }
    panic!("the task did not become {status}");
}

#[tokio::test(start_paused = true)]
async fn a_call_becomes_a_task_that_keeps_its_result() {
    let engine = served(Limits::default());
    let heard = said(&engine, "tools/call", json!({"name": "later"})).await;
    let task = heard.result();
    assert_eq!(task["ttlMs"], 3_600_000);
    assert!(task["createdAt"].as_str().unwrap().ends_with('Z'));
    for absent in ["task", "ttl", "pollInterval", "result", "error", "inputRequests", "requestState"] {
        assert!(task.get(absent).is_none(), "{absent}");
    }
    let id = task["taskId"].as_str().unwrap();
    let done = reached(&engine, id, "completed").await;
    assert_eq!(done["resultType"], "complete");
    assert_eq!(done["result"]["content"][0]["text"], "done");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_tool_completes_it_and_one_of_the_server_fails_it() {
    let engine = served(Limits::default());
    let refused = reached(&engine, &begun(&engine, "refuses").await, "completed").await;
    assert_eq!(refused["result"]["isError"], true);
    let broken = reached(&engine, &begun(&engine, "breaks").await, "failed").await;
    assert_eq!(broken["error"]["code"], -32603);
    assert!(broken.get("result").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_task_asks_and_goes_on_with_each_answer() {
    let engine = served(Limits::default());
    let id = begun(&engine, "asks").await;
    let asking = reached(&engine, &id, "input_required").await;
    assert_eq!(asking["inputRequests"]["q0"]["method"], "elicitation/create");
    assert_eq!(asking["inputRequests"].as_object().unwrap().len(), 2);
    let update = |answers: Value| json!({"taskId": id, "inputResponses": answers});
    let wrong = said(&engine, "tasks/update", update(json!({"q0": {"action": "perhaps"}}))).await;
    assert_eq!(wrong.code(), -32602);
    let answered = update(json!({"q0": {"action": "decline"}, "nobody": {}}));
    assert_eq!(said(&engine, "tasks/update", answered).await.result()["resultType"], "complete");
    let asking = reached(&engine, &id, "input_required").await;
    assert!(asking["inputRequests"].get("q0").is_none());
    assert!(asking["inputRequests"].get("q1").is_some());
    said(&engine, "tasks/update", update(json!({"q1": {"action": "cancel"}}))).await;
    let done = reached(&engine, &id, "completed").await;
    let told = done["result"]["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("decline") && told.contains("cancel"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_task_stays_cancelled_and_a_finished_one_finished() {
    let engine = served(Limits::default());
    let id = begun(&engine, "never_ends").await;
    for _ in 0..2 {
        said(&engine, "tasks/cancel", json!({"taskId": id})).await.result();
        reached(&engine, &id, "cancelled").await;
    }
    let id = begun(&engine, "later").await;
    reached(&engine, &id, "completed").await;
    said(&engine, "tasks/cancel", json!({"taskId": id})).await.result();
    reached(&engine, &id, "completed").await;
}

#[tokio::test(start_paused = true)]
async fn a_task_is_forgotten_after_its_time() {
    let engine = served(Limits::default());
    let ids = [begun(&engine, "later").await, begun(&engine, "never_ends").await];
    tokio::time::sleep(Duration::from_secs(3601)).await;
    for id in ids {
        assert_eq!(said(&engine, "tasks/get", json!({"taskId": id})).await.code(), -32602);
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_are_bounded_in_number_and_size() {
    let engine = served(Limits { max_tasks: 1, max_task_result_bytes: 8, ..Limits::default() });
    let id = begun(&engine, "later").await;
    assert!(said(&engine, "tools/call", json!({"name": "later"})).await.response.get("error").is_some());
    let failed = reached(&engine, &id, "failed").await;
    assert!(failed["error"]["message"].as_str().unwrap().contains("too long"));
}

#[tokio::test]
async fn a_client_without_the_extension_gets_plain_results_and_clear_refusals() {
    let engine = served(Limits::default());
    let plain = hear(modern(&engine, "tools/call", json!({"name": "later", "task": {"ttl": 5}}))).await;
    assert_eq!(plain.result()["resultType"], "complete");
    let only = hear(modern(&engine, "tools/call", json!({"name": "only_later"}))).await;
    let get = hear(modern(&engine, "tasks/get", json!({"taskId": "unknown"}))).await;
    for refused in [only, get] {
        assert_eq!(refused.code(), -32021);
        let required = &refused.response["error"]["data"]["requiredCapabilities"]["extensions"];
        assert!(required.get(EXTENSION).is_some());
    }
}

#[tokio::test]
async fn other_tasks_and_other_methods_are_refused() {
    let engine = served(Limits::default());
    assert_eq!(said(&engine, "tasks/get", json!({"taskId": "unknown"})).await.code(), -32602);
    assert_eq!(said(&engine, "tasks/get", json!({})).await.code(), -32602);
    for gone in ["tasks/result", "tasks/list"] {
        assert_eq!(said(&engine, gone, json!({"taskId": "unknown"})).await.code(), -32601);
    }
    let body = ask("tasks/get", json!({"taskId": "one"}));
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tasks/get"), ("Mcp-Name", "another")];
    assert_eq!(hear(post(&engine, &pairs, body)).await.code(), -32020);
}

#[tokio::test]
async fn the_extension_is_told_where_a_tool_has_tasks_and_only_to_the_era_that_has_it() {
    let with = hear(modern(&served(Limits::default()), "server/discover", json!({}))).await;
    assert!(with.result()["capabilities"]["extensions"].get(EXTENSION).is_some());
    let without = hear(modern(&engine(), "server/discover", json!({}))).await;
    assert!(without.result()["capabilities"].get("extensions").is_none());
    let legacy = hear(post(&served(Limits::default()), &[], initialize("2025-11-25"))).await;
    assert!(!legacy.response.to_string().contains(EXTENSION));
    let none = hear(modern(&engine(), "tasks/get", json!({"taskId": "one"}))).await;
    assert_eq!(none.code(), -32601);
}
