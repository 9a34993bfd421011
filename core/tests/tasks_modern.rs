//! Calls that become tasks, for clients that take them: the extension `io.modelcontextprotocol/tasks` (TASK-*).

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod engine_support;
mod tasks_support;

use std::time::Duration;

use engine_support::*;
use oxmcp_core::engine::{Limits, TaskOptions};
use oxmcp_core::handler::{Event, Invocation, from_function};
use oxmcp_core::model::{InputRequired, Output, Progress, Question};
use serde_json::{Value, json};
use tasks_support::*;

#[tokio::test(start_paused = true)]
async fn a_call_becomes_a_task_that_keeps_its_result() {
    let engine = served(TaskOptions::default());
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
    let engine = served(TaskOptions::default());
    let refused = reached(&engine, &begun(&engine, "refuses").await, "completed").await;
    assert_eq!(refused["result"]["isError"], true);
    let broken = reached(&engine, &begun(&engine, "breaks").await, "failed").await;
    assert_eq!(broken["error"]["code"], -32603);
    assert!(broken.get("result").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_task_asks_and_goes_on_with_each_answer() {
    let engine = served(TaskOptions::default());
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
    let engine = served(TaskOptions::default());
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
    let engine = served(TaskOptions::default());
    let ids = [begun(&engine, "later").await, begun(&engine, "never_ends").await];
    tokio::time::sleep(Duration::from_secs(3601)).await;
    for id in ids {
        assert_eq!(said(&engine, "tasks/get", json!({"taskId": id})).await.code(), -32602);
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_are_bounded_in_number_and_size() {
    let engine = served(TaskOptions { max_tasks: 1, max_result_bytes: 8, ..TaskOptions::default() });
    let id = begun(&engine, "later").await;
    assert!(said(&engine, "tools/call", json!({"name": "later"})).await.response.get("error").is_some());
    let failed = reached(&engine, &id, "failed").await;
    assert!(failed["error"]["message"].as_str().unwrap().contains("too long"));
}

#[tokio::test]
async fn a_client_without_the_extension_gets_plain_results_and_clear_refusals() {
    let engine = served(TaskOptions::default());
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
    let engine = served(TaskOptions::default());
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
    let with = hear(modern(&served(TaskOptions::default()), "server/discover", json!({}))).await;
    assert!(with.result()["capabilities"]["extensions"].get(EXTENSION).is_some());
    let without = hear(modern(&engine(), "server/discover", json!({}))).await;
    assert!(without.result()["capabilities"].get("extensions").is_none());
    let legacy = hear(post(&served(TaskOptions::default()), &[], initialize("2025-11-25"))).await;
    assert!(!legacy.response.to_string().contains(EXTENSION));
    let none = hear(modern(&engine(), "tasks/get", json!({"taskId": "one"}))).await;
    assert_eq!(none.code(), -32601);
}

#[tokio::test(start_paused = true)]
async fn what_a_call_reports_says_where_its_task_is() {
    let registry = tools();
    let reports = from_function(|invocation: Invocation| async move {
        let step = |progress, message: &str| {
            Event::Progress(Progress { progress, total: None, message: Some(message.to_owned()) })
        };
        invocation.context.events.emit(step(1.0, "half way"));
        let told = invocation.context.ask(form()).await;
        assert!(told.is_ok());
        invocation.context.events.task_status("nearly");
        invocation.context.ask(form()).await?;
        Ok(text("done"))
    });
    add(&registry, "reports", "optional", reports);
    let engine = serving(registry, TaskOptions::default());
    let id = begun(&engine, "reports").await;
    let task = reached(&engine, &id, "input_required").await;
    assert_eq!(task["statusMessage"], "half way");
    let update = |key: &str| json!({"taskId": id, "inputResponses": {key: {"action": "decline"}}});
    said(&engine, "tasks/update", update("q0")).await.result();
    while reached(&engine, &id, "input_required").await["inputRequests"].get("q1").is_none() {}
    assert_eq!(reached(&engine, &id, "input_required").await["statusMessage"], "nearly");
    said(&engine, "tasks/update", update("q1")).await.result();
    reached(&engine, &id, "completed").await;
}

#[tokio::test(start_paused = true)]
async fn a_call_knows_which_task_it_is() {
    let registry = tools();
    let tells = from_function(|invocation: Invocation| async move {
        let task = invocation.context.task();
        let told = task.map_or(json!(null), |task| json!({"id": &*task.id, "ttl": task.ttl.as_secs()}));
        Ok(text(&told.to_string()))
    });
    add(&registry, "tells", "optional", tells);
    let engine = serving(registry, TaskOptions { ttl: Duration::from_secs(60), ..TaskOptions::default() });
    let plain = hear(modern(&engine, "tools/call", json!({"name": "tells"}))).await;
    assert_eq!(plain.result()["content"][0]["text"], "null");
    let id = begun(&engine, "tells").await;
    let done = reached(&engine, &id, "completed").await;
    assert_eq!(done["result"]["content"][0]["text"], json!({"id": id, "ttl": 60}).to_string());
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_says_when_asks_its_client_first_and_becomes_a_task_then() {
    let registry = tools();
    let mut described = tool("when_told", &any_object());
    described.execution = Some(raw(&json!({"taskSupport": "optional"})));
    described.task.when_told = true;
    described.task.poll_interval = Some(Duration::from_millis(20));
    let handler = from_function(|invocation: Invocation| async move {
        invocation.context.ask(form()).await?;
        assert!(invocation.context.task().is_none());
        let is_task = invocation.context.events.become_task();
        assert_eq!(is_task, invocation.context.events.become_task());
        assert_eq!(is_task, invocation.context.task().is_some());
        Ok(text(if is_task { "a task" } else { "no task" }))
    });
    registry.add_tool(described, handler).unwrap();
    let engine = serving(registry, TaskOptions::default());
    let asked = said(&engine, "tools/call", json!({"name": "when_told"})).await;
    let state = asked.result()["requestState"].as_str().unwrap().to_owned();
    let retry = json!({
        "name": "when_told", "inputResponses": {"q0": {"action": "decline"}}, "requestState": state,
    });
    let task = said(&engine, "tools/call", retry).await;
    assert_eq!(task.result()["resultType"], "task");
    assert_eq!(task.result()["pollIntervalMs"], 20);
    let done = reached(&engine, task.result()["taskId"].as_str().unwrap(), "completed").await;
    assert_eq!(done["result"]["content"][0]["text"], "a task");
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_the_whole_method_makes_a_task_where_the_client_takes_one() {
    let registry = registry();
    let handler = from_function(|invocation: Invocation| async move {
        let is_task = invocation.context.events.become_task();
        Ok(Output::Whole(raw(&json!({"content": [], "isTask": is_task}))))
    });
    registry.set_method("tools/call", Some(handler));
    let engine = serving(registry, TaskOptions { always: true, ..TaskOptions::default() });
    let done = reached(&engine, &begun(&engine, "any").await, "completed").await;
    assert_eq!(done["result"]["isTask"], true);
    let plain = hear(modern(&engine, "tools/call", json!({"name": "any"}))).await;
    assert_eq!(plain.result()["isTask"], false);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_returns_its_questions_is_invoked_again_with_the_answers() {
    let registry = tools();
    let handler = from_function(|invocation: Invocation| async move {
        let Some(answers) = &invocation.context.answers else {
            let requests = vec![("sure".to_owned(), form())];
            return Ok(Output::InputRequired(InputRequired { requests, state: Some("mine".to_owned()) }));
        };
        Ok(text(&format!("{} {}", answers.to_json(), answers.state.as_deref().unwrap_or_default())))
    });
    add(&registry, "returns_questions", "optional", handler);
    let engine = serving(registry, TaskOptions::default());
    let id = begun(&engine, "returns_questions").await;
    let asking = reached(&engine, &id, "input_required").await;
    let key = asking["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let update = json!({"taskId": id, "inputResponses": {key: {"action": "decline"}}});
    said(&engine, "tasks/update", update).await.result();
    let done = reached(&engine, &id, "completed").await;
    assert_eq!(done["result"]["content"][0]["text"], "{\"sure\":{\"action\":\"decline\"}} mine");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_taken_back_is_asked_no_longer() {
    let registry = tools();
    let handler = from_function(|invocation: Invocation| async move {
        let slow = invocation.context.ask(form());
        tokio::select! {
            _ = slow => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        std::future::pending().await
    });
    add(&registry, "gives_up", "optional", handler);
    let engine = serving(registry, TaskOptions::default());
    let id = begun(&engine, "gives_up").await;
    reached(&engine, &id, "input_required").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    reached(&engine, &id, "working").await;
}

#[tokio::test(start_paused = true)]
async fn where_no_task_finds_room_its_handler_is_not_invoked() {
    let registry = tools();
    let (sender, receiver) = std::sync::mpsc::channel();
    let handler = from_function(move |_| {
        sender.send(()).unwrap();
        std::future::ready(Ok(text("done")))
    });
    add(&registry, "counts", "optional", handler);
    let engine = serving(registry, TaskOptions { max_tasks: 1, ..TaskOptions::default() });
    begun(&engine, "never_ends").await;
    assert!(said(&engine, "tools/call", json!({"name": "counts"})).await.response.get("error").is_some());
    assert!(receiver.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn tasks_that_ask_take_no_room_of_calls_that_wait_for_a_retry() {
    let registry = tools();
    let engine =
        builder().registry(registry).limits(Limits { max_parked: 0, ..Limits::default() }).build().unwrap();
    let id = begun(&engine, "asks").await;
    reached(&engine, &id, "input_required").await;
    assert_eq!(engine.parked(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_connection_has_its_own_share_of_the_tasks() {
    let engine = served(TaskOptions { max_tasks_of_owner: 1, ..TaskOptions::default() });
    let (mine, other) = (engine.connect(), engine.connect());
    let call = || ask("tools/call", json!({"name": "never_ends"}));
    hear(send(&engine, &mine, call())).await.result();
    assert!(hear(send(&engine, &mine, call())).await.response.get("error").is_some());
    hear(send(&engine, &other, call())).await.result();
}

#[tokio::test(start_paused = true)]
async fn results_are_kept_as_far_as_there_is_room_for_them() {
    let engine = served(TaskOptions { max_bytes: 8, ..TaskOptions::default() });
    let failed = reached(&engine, &begun(&engine, "later").await, "failed").await;
    assert!(failed["error"]["message"].as_str().unwrap().contains("no room"));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_tells_where_the_tasks_are_that_it_names() {
    let engine = served(TaskOptions::default());
    let connection = engine.connect();
    let id = begun(&engine, "asks").await;
    let other = begun(&engine, "asks").await;
    reached(&engine, &id, "input_required").await;
    reached(&engine, &other, "input_required").await;
    let listen = json!({"notifications": {"taskIds": [id, "unknown"], "toolsListChanged": true}});
    let mut subscription = send(&engine, &connection, ask("subscriptions/listen", listen));
    let acknowledged = message(subscription.next().await);
    assert_eq!(acknowledged["params"]["notifications"]["taskIds"], json!([id]));
    for task in [&other, &id] {
        let update = |key: &str| json!({"taskId": task, "inputResponses": {key: {"action": "decline"}}});
        said(&engine, "tasks/update", update("q0")).await.result();
    }
    let told = message(subscription.next().await);
    assert_eq!(told["method"], "notifications/tasks");
    assert_eq!(told["params"]["taskId"], id);
    assert_eq!(told["params"]["status"], "input_required");
    assert!(told["params"]["inputRequests"].get("q1").is_some());
    assert_eq!(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    let update = json!({"taskId": id, "inputResponses": {"q1": {"action": "decline"}}});
    said(&engine, "tasks/update", update).await.result();
    loop {
        let told = message(subscription.next().await);
        assert_eq!(told["params"]["taskId"], id);
        if told["params"]["status"] == "completed" {
            assert!(told["params"]["result"]["content"].is_array());
            break;
        }
    }
}

#[tokio::test]
async fn a_subscription_to_tasks_needs_the_extension() {
    let engine = served(TaskOptions::default());
    let heard =
        hear(modern(&engine, "subscriptions/listen", json!({"notifications": {"taskIds": ["one"]}}))).await;
    assert_eq!(heard.code(), -32021);
}

#[tokio::test(start_paused = true)]
async fn the_time_a_client_takes_is_not_the_task_s() {
    let registry = tools();
    let mut described = tool("asks_briefly", &any_object());
    described.execution = Some(raw(&json!({"taskSupport": "optional"})));
    described.timeout = Some(Duration::from_secs(5));
    let handler = from_function(|invocation: Invocation| async move {
        invocation.context.ask(form()).await?;
        std::future::pending().await
    });
    registry.add_tool(described, handler).unwrap();
    let engine = serving(registry, TaskOptions::default());
    let id = begun(&engine, "asks_briefly").await;
    reached(&engine, &id, "input_required").await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let update = json!({"taskId": id, "inputResponses": {"q0": {"action": "decline"}}});
    said(&engine, "tasks/update", update).await.result();
    reached(&engine, &id, "working").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let late = reached(&engine, &id, "completed").await;
    assert!(late["result"]["content"][0]["text"].as_str().unwrap().contains("5 seconds"));
}

#[tokio::test(start_paused = true)]
async fn a_question_with_a_limit_is_given_up_when_its_time_is_over() {
    let registry = tools();
    let handler = from_function(|invocation: Invocation| async move {
        let limited = Question { timeout: Some(Duration::from_secs(5)), ..form() };
        let answers = invocation.context.ask_all(vec![limited, form()]).await;
        Ok(text(&answers.into_iter().next().unwrap().unwrap_err().message))
    });
    add(&registry, "asks_with_limit", "optional", handler);
    let engine = serving(registry, TaskOptions::default());
    let id = begun(&engine, "asks_with_limit").await;
    reached(&engine, &id, "input_required").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let asking = reached(&engine, &id, "input_required").await;
    assert_eq!(asking["inputRequests"].as_object().unwrap().keys().collect::<Vec<_>>(), ["q1"]);
    let update = json!({"taskId": id, "inputResponses": {"q1": {"action": "decline"}}});
    said(&engine, "tasks/update", update).await.result();
    let done = reached(&engine, &id, "completed").await;
    assert_eq!(done["result"]["content"][0]["text"], "the client did not answer within 5 seconds");
}
