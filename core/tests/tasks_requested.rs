//! Calls that their clients want as tasks: 2025-11-25 (LTASK-*).

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod asking_support;
mod engine_support;
mod tasks_support;

use std::sync::Arc;
use std::time::Duration;

use asking_support::{connect, silent};
use engine_support::*;
use oxmcp_core::engine::{Connection, Engine, TaskOptions};
use oxmcp_core::handler::{Event, Invocation, from_function};
use oxmcp_core::model::{Output, Progress};
use serde_json::{Value, json};
use tasks_support::{add, form, served, serving, tools};

const VERSION: &str = "2025-11-25";
const RELATED: &str = "io.modelcontextprotocol/related-task";

async fn client(engine: &Engine) -> Arc<Connection> {
    connect(engine, VERSION, &json!({"elicitation": {}})).await
}

async fn asked(engine: &Engine, client: &Arc<Connection>, method: &str, params: Value) -> Heard {
    hear(send(engine, client, request(1, method, params))).await
}

fn call(tool: &str) -> Value {
    json!({"name": tool, "arguments": {}, "task": {"ttl": 60_000}})
}

async fn begun(engine: &Engine, client: &Arc<Connection>, tool: &str) -> String {
    let heard = asked(engine, client, "tools/call", call(tool)).await;
    let task = &heard.result()["task"];
    assert_eq!(task["status"], "working");
    task["taskId"].as_str().unwrap().to_owned()
}

async fn reached(engine: &Engine, client: &Arc<Connection>, id: &str, status: &str) -> Value {
    for _ in 0..1000 {
        let task = asked(engine, client, "tasks/get", json!({"taskId": id})).await.result().clone();
        if task["status"] == status {
            return task;
        }
        tokio::task::yield_now().await;
    }
    panic!("the task did not become {status}");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_answered_with_a_task_and_its_result_fetched() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let heard = asked(&engine, &client, "tools/call", call("later")).await;
    let task = &heard.result()["task"];
    assert_eq!(task["ttl"], 60_000);
    assert!(task["createdAt"].as_str().unwrap().ends_with('Z'));
    assert!(task["lastUpdatedAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(heard.result()["_meta"][RELATED]["taskId"], task["taskId"]);
    let id = task["taskId"].as_str().unwrap();
    let done = reached(&engine, &client, id, "completed").await;
    for absent in ["result", "resultType", "ttlMs", "_meta"] {
        assert!(done.get(absent).is_none(), "{absent}");
    }
    let result = asked(&engine, &client, "tasks/result", json!({"taskId": id})).await;
    assert_eq!(result.result()["content"][0]["text"], "done");
    assert_eq!(result.result()["_meta"][RELATED]["taskId"], id);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_the_result_waits_for_it() {
    let registry = tools();
    let slow = from_function(|_| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(text("slow"))
    });
    add(&registry, "slow", "optional", slow);
    let engine = serving(registry, TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "slow").await;
    let mut waiting = send(&engine, &client, request(2, "tasks/result", json!({"taskId": id})));
    silent(&mut waiting);
    assert_eq!(hear(waiting).await.result()["content"][0]["text"], "slow");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_tool_fails_the_task_and_is_its_result_as_an_error_is() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "refuses").await;
    reached(&engine, &client, &id, "failed").await;
    let refused = asked(&engine, &client, "tasks/result", json!({"taskId": id})).await;
    assert_eq!(refused.result()["isError"], true);
    let id = begun(&engine, &client, "breaks").await;
    let failed = reached(&engine, &client, &id, "failed").await;
    assert_eq!(failed["statusMessage"], "internal error");
    let broken = asked(&engine, &client, "tasks/result", json!({"taskId": id})).await;
    assert_eq!(broken.code(), -32603);
}

#[tokio::test(start_paused = true)]
async fn tools_are_called_as_they_say() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let forbidden = asked(&engine, &client, "tools/call", call("echo")).await;
    assert_eq!(forbidden.code(), -32601);
    let required = asked(&engine, &client, "tools/call", json!({"name": "only_later"})).await;
    assert_eq!(required.code(), -32601);
    let plain = asked(&engine, &client, "tools/call", json!({"name": "later"})).await;
    assert_eq!(plain.result()["content"][0]["text"], "done");
    begun(&engine, &client, "only_later").await;
    let listed = asked(&engine, &client, "tools/list", json!({})).await;
    let tools = listed.result()["tools"].as_array().unwrap().clone();
    let later = tools.iter().find(|tool| tool["name"] == "later").unwrap();
    assert_eq!(later["execution"]["taskSupport"], "optional");
}

#[tokio::test(start_paused = true)]
async fn versions_and_servers_without_tasks_ignore_the_wish() {
    let engine = served(TaskOptions::default());
    let older = connect(&engine, "2025-06-18", &json!({})).await;
    let plain = asked(&engine, &older, "tools/call", call("later")).await;
    assert_eq!(plain.result()["content"][0]["text"], "done");
    assert_eq!(asked(&engine, &older, "tasks/list", json!({})).await.code(), -32601);
    let without = builder().registry(registry()).build().unwrap();
    let client = connect(&without, VERSION, &json!({})).await;
    let plain = asked(
        &without,
        &client,
        "tools/call",
        json!({"name": "echo", "arguments": {"text": "hi"}, "task": {}}),
    );
    assert_eq!(plain.await.result()["content"][0]["text"], "hi");
    assert_eq!(asked(&without, &client, "tasks/get", json!({"taskId": "a"})).await.code(), -32601);
}

#[tokio::test]
async fn the_capability_is_told_to_the_version_that_has_it() {
    let engine = served(TaskOptions::default());
    for (version, told) in [("2025-06-18", false), (VERSION, true)] {
        let heard = hear(post(&engine, &[], initialize(version))).await;
        let capabilities = &heard.result()["capabilities"];
        assert_eq!(capabilities.get("tasks").is_some(), told, "{version}");
        if told {
            assert_eq!(capabilities["tasks"]["requests"]["tools"]["call"], json!({}));
            assert_eq!(capabilities["tasks"]["list"], json!({}));
            assert_eq!(capabilities["tasks"]["cancel"], json!({}));
        }
    }
    let stateless = hear(post_to(&engine, &[], true, initialize(VERSION))).await;
    assert!(stateless.result()["capabilities"]["tasks"].get("list").is_none());
    let discovered = hear(modern(&engine, "server/discover", json!({}))).await;
    assert!(discovered.result()["capabilities"].get("tasks").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_task_stays_cancelled_and_one_that_is_over_cannot_be() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "never_ends").await;
    let waiting = send(&engine, &client, request(2, "tasks/result", json!({"taskId": id})));
    let cancelled = asked(&engine, &client, "tasks/cancel", json!({"taskId": id})).await;
    assert_eq!(cancelled.result()["status"], "cancelled");
    assert!(hear(waiting).await.response.get("error").is_some());
    reached(&engine, &client, &id, "cancelled").await;
    assert_eq!(asked(&engine, &client, "tasks/cancel", json!({"taskId": id})).await.code(), -32602);
    for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
        assert_eq!(asked(&engine, &client, method, json!({"taskId": "unknown"})).await.code(), -32602);
        assert_eq!(asked(&engine, &client, method, json!({})).await.code(), -32602);
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_are_listed_page_by_page_in_order() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let mut ids = Vec::new();
    for _ in 0..53 {
        ids.push(begun(&engine, &client, "later").await);
    }
    let first = asked(&engine, &client, "tasks/list", json!({})).await.result().clone();
    let cursor = first["nextCursor"].clone();
    let second = asked(&engine, &client, "tasks/list", json!({"cursor": cursor})).await.result().clone();
    assert!(second.get("nextCursor").is_none());
    let pages = [&first, &second].map(|page| page["tasks"].as_array().unwrap().clone()).concat();
    let listed: Vec<_> = pages.iter().map(|task| task["taskId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, ids);
    assert_eq!(asked(&engine, &client, "tasks/list", json!({"cursor": "x"})).await.code(), -32602);
    let stranger = self::client(&engine).await;
    assert_eq!(asked(&engine, &stranger, "tasks/list", json!({"cursor": ids[0]})).await.code(), -32602);
}

#[tokio::test(start_paused = true)]
async fn nobody_reaches_the_tasks_of_another_session() {
    let engine = served(TaskOptions::default());
    let (mine, other) = (client(&engine).await, client(&engine).await);
    let id = begun(&engine, &mine, "never_ends").await;
    for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
        assert_eq!(asked(&engine, &other, method, json!({"taskId": id})).await.code(), -32602);
    }
    assert_eq!(asked(&engine, &other, "tasks/list", json!({})).await.result()["tasks"], json!([]));
    let modern = tasks_support::said(&engine, "tasks/get", json!({"taskId": id})).await;
    assert_eq!(modern.code(), -32602);
    reached(&engine, &mine, &id, "working").await;
}

#[tokio::test(start_paused = true)]
async fn a_task_asks_on_the_stream_of_who_waits_for_its_result() {
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "asks").await;
    reached(&engine, &client, &id, "input_required").await;
    let mut waiting = send(&engine, &client, request(9, "tasks/result", json!({"taskId": id})));
    for action in ["decline", "cancel"] {
        let question = message(waiting.next().await);
        assert_eq!(question["method"], "elicitation/create");
        assert_eq!(question["params"]["_meta"][RELATED]["taskId"], id);
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action}});
        hear(send(&engine, &client, answer)).await;
    }
    let done = hear(waiting).await;
    let told = done.result()["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("decline") && told.contains("cancel"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_next_is_asked_what_was_not_answered() {
    // LTASK-9
    let engine = served(TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "asks").await;
    let wait = |number: u32| send(&engine, &client, request(number, "tasks/result", json!({"taskId": id})));
    let answer = |question: &Value, action: &str| json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action}});
    let mut lost = wait(9);
    let (first, second) = (message(lost.next().await), message(lost.next().await));
    hear(send(&engine, &client, answer(&first, "decline"))).await;
    drop(lost);
    // What was answered is not asked again.
    let mut cancelled = wait(10);
    assert_eq!(message(cancelled.next().await), second);
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 10}});
    hear(send(&engine, &client, cancel)).await;
    assert!(hear(cancelled).await.cancelled);
    let mut waiting = wait(11);
    assert_eq!(message(waiting.next().await), second);
    hear(send(&engine, &client, answer(&second, "cancel"))).await;
    let done = hear(waiting).await;
    let told = done.result()["content"][0]["text"].as_str().unwrap();
    assert!(told.contains("decline") && told.contains("cancel"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_task_works_again_when_its_question_is_answered() {
    let registry = tools();
    let handler = from_function(|invocation: Invocation| async move {
        invocation.context.ask(form()).await?;
        std::future::pending().await
    });
    add(&registry, "asks_and_works", "optional", handler);
    let engine = serving(registry, TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "asks_and_works").await;
    reached(&engine, &client, &id, "input_required").await;
    let mut waiting = send(&engine, &client, request(9, "tasks/result", json!({"taskId": id})));
    let question = message(waiting.next().await);
    let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "decline"}});
    hear(send(&engine, &client, answer)).await;
    reached(&engine, &client, &id, "working").await;
}

#[tokio::test(start_paused = true)]
async fn the_session_hears_where_its_tasks_are() {
    let registry = tools();
    let reports = from_function(|invocation: Invocation| async move {
        invocation.context.events.task_status("half way");
        Ok(text("done"))
    });
    add(&registry, "reports", "optional", reports);
    let engine = serving(registry, TaskOptions::default());
    let client = client(&engine).await;
    let id = begun(&engine, &client, "reports").await;
    let mut heard = Vec::new();
    while heard.last() != Some(&json!("completed")) {
        let told: Value = serde_json::from_str(&client.unsolicited().await.unwrap()).unwrap();
        assert_eq!(told["method"], "notifications/tasks/status");
        assert_eq!(told["params"]["taskId"], id);
        assert_eq!(told["params"]["statusMessage"], "half way");
        heard.push(told["params"]["status"].clone());
    }
    assert_eq!(heard, ["working", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_under_the_token_of_the_call_as_long_as_the_task_lives() {
    let registry = tools();
    let reports = from_function(|invocation: Invocation| async move {
        let step = Progress { progress: 1.0, total: None, message: Some("half way".to_owned()) };
        assert!(invocation.context.events.emit(Event::Progress(step)));
        Ok(text("done"))
    });
    add(&registry, "reports", "optional", reports);
    let engine = serving(registry, TaskOptions::default());
    let client = client(&engine).await;
    let mut params = call("reports");
    params["_meta"] = json!({"progressToken": "mine"});
    let created = asked(&engine, &client, "tools/call", params).await;
    let id = created.result()["task"]["taskId"].as_str().unwrap();
    let done = hear(send(&engine, &client, request(3, "tasks/result", json!({"taskId": id})))).await;
    assert_eq!(done.messages[0]["method"], "notifications/progress");
    assert_eq!(done.messages[0]["params"]["progressToken"], "mine");
    assert_eq!(done.messages[0]["params"]["_meta"][RELATED]["taskId"], id);
    assert_eq!(done.result()["content"][0]["text"], "done");
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_the_whole_method_makes_a_task_where_its_client_wants_one() {
    let registry = registry();
    let handler = from_function(|invocation: Invocation| async move {
        let wanted = invocation.context.task_requested();
        assert_eq!(invocation.context.events.become_task(), wanted.is_some());
        let wanted = wanted.map_or(json!(null), |wanted| wanted.to_value().unwrap());
        Ok(Output::Whole(raw(&json!({"content": [], "wanted": wanted}))))
    });
    registry.set_method("tools/call", Some(handler));
    let engine = serving(registry, TaskOptions { always: true, ..TaskOptions::default() });
    let client = client(&engine).await;
    let id = begun(&engine, &client, "any").await;
    let done = asked(&engine, &client, "tasks/result", json!({"taskId": id})).await;
    assert_eq!(done.result()["wanted"]["ttl"], 60_000);
    let plain = asked(&engine, &client, "tools/call", json!({"name": "any"})).await;
    assert_eq!(plain.result()["wanted"], json!(null));
}

#[tokio::test(start_paused = true)]
async fn the_time_a_client_wants_is_bounded() {
    let engine = served(TaskOptions { max_ttl: Duration::from_secs(5), ..TaskOptions::default() });
    let client = client(&engine).await;
    let id = begun(&engine, &client, "never_ends").await;
    assert_eq!(reached(&engine, &client, &id, "working").await["ttl"], 5000);
    let waiting = send(&engine, &client, request(2, "tasks/result", json!({"taskId": id})));
    assert!(hear(waiting).await.response.get("error").is_some());
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(asked(&engine, &client, "tasks/get", json!({"taskId": id})).await.code(), -32602);
}

#[tokio::test(start_paused = true)]
async fn tasks_end_with_the_session_they_belong_to() {
    let registry = tools();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let handler = from_function(move |_| {
        let dropped = Dropped(sender.clone());
        async move {
            let _dropped = dropped;
            std::future::pending().await
        }
    });
    add(&registry, "tells_when_dropped", "optional", handler);
    let engine = serving(registry, TaskOptions::default());
    let id = session(&engine, VERSION).await;
    let pairs = [("MCP-Protocol-Version", VERSION), ("Mcp-Session-Id", id.as_str())];
    let created = hear(post(&engine, &pairs, request(1, "tools/call", call("tells_when_dropped")))).await;
    assert!(created.result()["task"]["taskId"].is_string());
    engine.end_session(&headers(&pairs), None).unwrap();
    receiver.recv().await.unwrap();
}

struct Dropped(tokio::sync::mpsc::UnboundedSender<()>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
    }
}
