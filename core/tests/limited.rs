//! Limits around an engine: every transport and era, what holds a permit for how long, and what tools say of themselves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;
mod tasks_support;

use std::sync::Arc;
use std::time::Duration;

use engine_support::asking::{asking, call_tool, filled, questions, retry};
use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Event, Invocation, from_function};
use oxmcp_core::host::Description;
use oxmcp_core::limits::{Amount, CallLimits, LimitOptions, Rule};
use oxmcp_core::middleware::Admission;
use oxmcp_core::model::{Each, Progress, Rate, Tool, ToolLimits};
use oxmcp_core::registry::{Registry, ToolSearch, Transform};
use serde_json::{Value, json};

fn echo() -> Value {
    json!({"name": "echo", "arguments": {"text": "hi"}})
}

fn hang() -> Value {
    json!({"name": "hang", "arguments": {}})
}

fn limited(registry: Registry, rules: Vec<Rule>) -> Engine {
    let limits = CallLimits::new(LimitOptions { rules, ..LimitOptions::default() }).unwrap();
    let admission = Admission::default().limiter(Arc::new(limits));
    builder().registry(registry).admission(admission).build().unwrap()
}

fn per_day(count: u32, each: Each) -> Rule {
    Rule::new(Amount::Rate(Rate::new(count, Duration::from_secs(86_400)).unwrap()), each)
}

const ALL: Each = Each { principal: false, tool: false, address: false };
const TOOL: Each = Each { principal: false, tool: true, address: false };

#[tokio::test]
async fn too_many_calls_are_answered_by_an_error_with_its_data_in_every_version() {
    // One rule for both: of lists and of calls.
    let engine = limited(registry(), vec![per_day(2 * 5, ALL)]);
    let mut connections = Vec::new();
    for version in LEGACY {
        connections.push(shaken(&engine, version).await);
    }
    for connection in &connections {
        assert!(hear(send(&engine, connection, request(1, "tools/call", echo()))).await.response.get("result").is_some());
        assert!(hear(send(&engine, connection, request(2, "tools/list", json!({})))).await.response.get("result").is_some());
    }
    assert!(hear(modern(&engine, "tools/call", echo())).await.response.get("result").is_some());
    assert!(hear(modern(&engine, "tools/list", json!({}))).await.response.get("result").is_some());

    let check = |heard: &Heard| {
        assert_eq!((heard.status, heard.code()), (429, -32005), "{}", heard.response);
        let data = &heard.response["error"]["data"];
        let wait = data["retryAfterMs"].as_u64().unwrap();
        assert!(wait > 8_000_000 && wait <= 8_640_000, "{wait}");
        assert_eq!((&data["limit"], &data["remaining"]), (&json!(10), &json!(0)));
    };
    for connection in &connections {
        for (method, params) in [("tools/call", echo()), ("tools/list", json!({}))] {
            check(&hear(send(&engine, connection, request(3, method, params))).await);
        }
        // A handshake, a ping and a cancellation are no work.
        let ping = hear(send(&engine, connection, request(4, "ping", json!({})))).await;
        assert!(ping.response.get("result").is_some());
    }
    check(&hear(modern(&engine, "tools/call", echo())).await);
    check(&hear(modern(&engine, "tools/list", json!({}))).await);
}

#[tokio::test]
async fn each_of_a_batch_counts() {
    let engine = limited(registry(), vec![per_day(2, ALL)]);
    let connection = shaken(&engine, "2025-03-26").await;
    let members: Vec<_> = (1..=4).map(|id| request(id, "tools/call", echo())).collect();
    let heard = hear(send(&engine, &connection, json!(members))).await;
    let codes: Vec<_> = heard.response.as_array().unwrap().iter().map(|one| &one["error"]["code"]).collect();
    assert_eq!(codes, [&Value::Null, &Value::Null, &json!(-32005), &json!(-32005)]);
}

#[tokio::test]
async fn a_call_that_waits_for_its_client_to_come_back_holds_no_permit() {
    let (registry, _) = asking(false);
    let engine = limited(registry, vec![Rule::new(Amount::Concurrent(1), ALL)]);
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    let (_, other) = questions(&call_tool(&engine, "greet").await);
    let heard = retry(&engine, "greet", json!({"q0": filled("Ann")}), &state).await;
    assert_eq!(heard.result()["content"][0]["text"], "Hello, Ann!");
    let heard = retry(&engine, "greet", json!({"q0": filled("Bob")}), &other).await;
    assert_eq!(heard.result()["content"][0]["text"], "Hello, Bob!");
}

#[tokio::test]
async fn a_retry_that_is_refused_can_come_again() {
    let (registry, _) = asking(false);
    let each = Each { principal: false, tool: true, address: false };
    let engine = limited(registry, vec![Rule::new(Amount::Concurrent(1), each), per_day(5, ALL)]);
    let (_, state) = questions(&call_tool(&engine, "greet").await);
    let hang = from_function(|_| std::future::pending());
    engine.registry().replace_tool(tool("ask_both", &any_object()), hang).unwrap();
    let answer = json!({"q0": filled("Ann")});
    for _ in 0..4 {
        let mut exchange = modern(&engine, "tools/call", json!({"name": "ask_both", "arguments": {}}));
        assert!(poll_once(&mut exchange).is_pending());
    }
    // The rate is used up.
    assert_eq!(retry(&engine, "greet", answer.clone(), &state).await.code(), -32005);
    let free = limited(engine.registry().clone(), Vec::new());
    // Another engine knows nothing of it: the state is the first one's alone.
    assert_eq!(retry(&free, "greet", answer, &state).await.code(), -32602);
}

#[tokio::test(start_paused = true)]
async fn a_task_holds_its_permit_until_it_is_over() {
    use tasks_support::{begun, reached, said};
    let rules = vec![Rule::new(Amount::Concurrent(1), TOOL)];
    let engine = limited(tasks_support::tools(), rules);
    let id = begun(&engine, "never_ends").await;
    let refused = said(&engine, "tools/call", json!({"name": "never_ends"})).await;
    assert_eq!(refused.code(), -32005, "{}", refused.response);
    begun(&engine, "later").await;
    said(&engine, "tasks/cancel", json!({"taskId": id})).await.result();
    reached(&engine, &id, "cancelled").await;
    begun(&engine, "never_ends").await;
}

#[tokio::test]
async fn a_caller_that_leaves_or_fails_gives_its_permit_back() {
    let engine = limited(registry(), vec![Rule::new(Amount::Concurrent(1), ALL)]);
    let connection = shaken(&engine, "2025-06-18").await;
    for name in ["panic", "broken", "refuse", "nobody"] {
        let params = json!({"name": name, "arguments": {}});
        let heard = hear(send(&engine, &connection, request(1, "tools/call", params))).await;
        assert_ne!(heard.response["error"]["code"], -32005, "{name}");
    }
    for _ in 0..3 {
        let mut exchange = send(&engine, &connection, request(2, "tools/call", hang()));
        assert!(poll_once(&mut exchange).is_pending());
        assert_eq!(hear(send(&engine, &connection, request(3, "tools/call", echo()))).await.code(), -32005);
        let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
        assert!(hear(send(&engine, &connection, cancelled)).await.accepted);
        hear(exchange).await;
    }
    let mut leaves = modern(&engine, "tools/call", hang());
    assert!(poll_once(&mut leaves).is_pending());
    drop(leaves);
    assert!(hear(modern(&engine, "tools/call", echo())).await.response.get("result").is_some());
}

#[tokio::test]
async fn names_that_are_no_tools_share_one_count_and_a_search_does_not_hide_a_tool() {
    let registry = registry();
    registry.add_transform(Transform::ToolSearch(Arc::new(
        oxmcp_core::registry::StandIn::new(ToolSearch::default(), &oxmcp_core::schema::SchemaLimits::default()).unwrap(),
    )));
    let engine = limited(registry, vec![per_day(2, TOOL)]);
    let through = json!({"name": "call_tool", "arguments": {"name": "echo", "arguments": {"text": "hi"}}});
    for _ in 0..2 {
        assert!(hear(modern(&engine, "tools/call", through.clone())).await.response.get("result").is_some());
    }
    assert_eq!(hear(modern(&engine, "tools/call", through)).await.code(), -32005);
    assert_eq!(hear(modern(&engine, "tools/call", echo())).await.code(), -32005, "under its own name, too");
    let codes = ["a", "b", "c"].map(|name| json!({"name": name, "arguments": {}}));
    let mut heard = Vec::new();
    for params in codes {
        heard.push(hear(modern(&engine, "tools/call", params)).await.code());
    }
    assert_eq!(heard, [-32602, -32602, -32005]);
}

/// A tool that allows so much of itself.
fn with_limits(name: &str, limits: ToolLimits) -> Tool {
    Tool { limits: Some(Arc::new(limits)), ..tool(name, &any_object()) }
}

#[tokio::test]
async fn what_a_tool_allows_of_itself_holds_without_any_configuration() {
    let registry = registry();
    let once = ToolLimits { rate: Some(Rate::parse("1/day").unwrap()), ..ToolLimits::default() };
    registry.add_tool(with_limits("once", once), returns(text("done"))).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let once = json!({"name": "once", "arguments": {}});
    assert!(hear(modern(&engine, "tools/call", once.clone())).await.response.get("result").is_some());
    let heard = hear(modern(&engine, "tools/call", once)).await;
    assert_eq!((heard.status, heard.code()), (429, -32005));
    assert!(hear(modern(&engine, "tools/call", echo())).await.response.get("result").is_some());
}

fn described(settings: &Value, file: Option<&str>) -> oxmcp_core::error::Result<Description> {
    let implementation = r#"{"name":"test","version":"1"}"#;
    let description = Description::read(implementation, None, None, "{}", "{}")?;
    let path = std::env::temp_dir().join(format!("oxmcp-limits-{}.toml", std::process::id()));
    if let Some(file) = file {
        std::fs::write(&path, file).unwrap();
    }
    description.configure(&settings.to_string(), file.map(|_| &*path))?;
    let echo = from_function(|invocation: Invocation| async move { Ok(text(invocation.arguments.as_str())) });
    description.registry.add_tool(tool("echo", &any_object()), echo)?;
    Ok(description)
}

#[tokio::test]
async fn the_section_says_what_is_limited_and_engines_that_follow_go_on_counting() {
    for (section, file) in [
        (json!({"limits": {"rates": {"rate": "2/day", "per": "principal", "burst": 2}}}), None),
        (json!({"limits": {"rates": ["2/day", {"rate": "9/s", "per": ["tool", "address"]}]}}), None),
        (json!({"limits": {"quotas": [{"max": 2, "every": "day", "methods": ["tools/call"]}], "maxKeys": 10}}), None),
        (json!({}), Some("[[limits.rates]]\nrate = \"2/day\"\ntools = \"echo\"\n")),
    ] {
        let description = described(&section, file).unwrap();
        for _ in 0..2 {
            let engine = description.engine().unwrap();
            assert!(hear(modern(&engine, "tools/call", echo())).await.response.get("result").is_some());
        }
        let engine = description.engine().unwrap();
        assert_eq!(hear(modern(&engine, "tools/call", echo())).await.code(), -32005, "{section}");
    }
}

#[tokio::test]
async fn a_section_that_cannot_be_is_refused_by_name() {
    for (section, why) in [
        (json!({"rates": "fast"}), "\"fast\" is no rate"),
        (json!({"rates": {"rate": "1/s", "burst": 0}}), "burst must be at least 1"),
        (json!({"rates": {"rate": "1/s", "per": "session"}}), "per says principal, tool or address, not \"session\""),
        (json!({"rates": {"rate": "1/s", "pro": "tool"}}), "unknown field `pro`"),
        (json!({"rates": {"per": "tool"}}), "missing field `rate`"),
        (json!({"rates": {"rate": "1/s", "tools": "a", "methods": "tools/list"}}), "about tools/call alone"),
        (json!({"concurrency": {"max": 0}}), "max must be at least 1"),
        (json!({"quotas": {"max": 0, "every": "day"}}), "max must be at least 1"),
        (json!({"quotas": {"max": 1, "every": "week"}}), "every says hour or day, not \"week\""),
        (json!({"timeout_seconds": -1}), "timeout_seconds must be a time in seconds"),
        (json!({"max_timeout_seconds": 1e30}), "max_timeout_seconds must be a time in seconds"),
        (json!({"max_output_bytes": 10}), "max_output_bytes must be at least 256"),
        (json!({"max_keys": 0}), "max_keys must be at least 1"),
        (json!({"tell": "nobody"}), "unknown variant `nobody`"),
        (json!({"speed": 1}), "unknown field `speed`"),
    ] {
        let refused = described(&json!({"limits": section}), None).and_then(|described| described.engine());
        let said = refused.map(drop).unwrap_err().to_string();
        assert!(said.contains(why), "{section}: {said}");
    }
}

#[tokio::test]
async fn a_model_reads_when_to_try_again_where_the_section_says_so() {
    let section = json!({"limits": {"rates": {"rate": "1/day", "tools": "*"}, "tell": "model"}});
    let engine = described(&section, None).unwrap().engine().unwrap();
    hear(modern(&engine, "tools/call", echo())).await;
    let heard = hear(modern(&engine, "tools/call", echo())).await;
    assert_eq!((heard.status, &heard.result()["isError"]), (200, &json!(true)));
    let said = heard.result()["content"][0]["text"].as_str().unwrap().to_owned();
    assert!(said.starts_with("too many calls: at most 1 per day in all; try again in "), "{said}");
}

/// Reports progress so often, every so many seconds, and is done.
fn busy(registry: &Registry, name: &str, reports: u32, pause: u64, own: Option<u64>) {
    let works = from_function(move |invocation: Invocation| async move {
        for step in 1..=reports {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            let progress = Progress { progress: f64::from(step), total: None, message: None };
            invocation.context.events.emit(Event::Progress(progress));
        }
        Ok(text("done"))
    });
    let mut tool = tool(name, &any_object());
    tool.timeout = own.map(Duration::from_secs);
    registry.add_tool(tool, works).unwrap();
}

async fn takes(engine: &Engine, params: Value) -> (u64, String) {
    let began = tokio::time::Instant::now();
    let heard = hear(modern(engine, "tools/call", params)).await;
    let said = heard.result()["content"][0]["text"].as_str().unwrap().to_owned();
    (began.elapsed().as_secs(), said)
}

#[tokio::test(start_paused = true)]
async fn progress_gives_a_call_its_time_anew_until_it_has_had_enough() {
    let section = json!({"limits": {}});
    let description = described(&section, None).unwrap();
    let registry = &description.registry;
    busy(registry, "steady", 9, 50, None);
    busy(registry, "endless", 9_999, 50, None);
    busy(registry, "stops", 0, 0, None);
    busy(registry, "hasty", 9, 5, Some(10));
    let stuck = from_function(|invocation: Invocation| async move {
        for _ in 0..9_999 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            // No further than before.
            let progress = Progress { progress: 1.0, total: None, message: None };
            invocation.context.events.emit(Event::Progress(progress));
        }
        Ok(text("done"))
    });
    registry.add_tool(tool("stuck", &any_object()), stuck).unwrap();
    let engine = description.engine().unwrap();
    let of = |name: &str, token: bool| {
        let meta = if token { json!({"progressToken": 1}) } else { json!({}) };
        json!({"name": name, "arguments": {}, "_meta": meta})
    };
    // Whether its client wants to hear of it or not.
    for token in [false, true] {
        assert_eq!(takes(&engine, of("steady", token)).await, (450, "done".into()));
        let (seconds, said) = takes(&engine, of("endless", token)).await;
        assert_eq!((seconds, said.contains("600 seconds")), (600, true), "{said}");
        let (seconds, said) = takes(&engine, of("stuck", token)).await;
        assert_eq!((seconds, said.contains("60 seconds")), (80, true), "{said}");
        assert_eq!(takes(&engine, of("hasty", token)).await, (45, "done".into()));
    }
    // Without the section, the limit of a tool is a limit, and there is no other.
    let plain = described(&json!({}), None).unwrap();
    busy(&plain.registry, "hasty", 9, 5, Some(10));
    busy(&plain.registry, "slow", 1, 5_000, None);
    let engine = plain.engine().unwrap();
    assert_eq!(takes(&engine, of("hasty", true)).await.0, 10);
    assert_eq!(takes(&engine, of("slow", true)).await, (5_000, "done".into()));
}

#[tokio::test(start_paused = true)]
async fn a_task_has_its_own_time_and_not_that_of_its_server() {
    let description = described(&json!({"limits": {"timeout_seconds": 10}}), None).unwrap();
    let slow = from_function(|_| async {
        tokio::time::sleep(Duration::from_secs(100)).await;
        Ok(text("done"))
    });
    tasks_support::add(&description.registry, "slow", "optional", slow);
    let engine = description.engine().unwrap();
    let id = tasks_support::begun(&engine, "slow").await;
    tokio::time::sleep(Duration::from_secs(101)).await;
    let task = tasks_support::reached(&engine, &id, "completed").await;
    assert_eq!(task["result"]["content"][0]["text"], "done");
    let (seconds, said) = takes(&engine, json!({"name": "slow", "arguments": {}})).await;
    assert_eq!((seconds, said.contains("10 seconds")), (10, true), "{said}");
}
