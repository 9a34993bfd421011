//! Operations and the records of them: one for each, whatever came of it, before its answer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "used in part")]
mod audit_support;
mod engine_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use audit_support::*;
use engine_support::asking::{asking, call_tool as ask_tool};
use engine_support::{
    any_object, builder, hear, modern, poll_once, registry, request, send, shaken, text, tool,
};
use http::{HeaderMap, StatusCode};
use oxmcp_core::audit::{ArgumentPolicy, AuditLog, AuditOptions, Mode};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::middleware::{
    Admission, Ask, Auditor, Authorizer, Decision, Observer as _, Place, Transport, Verdict,
};
use oxmcp_core::model::{Operation, Output};
use oxmcp_core::registry::Registry;
use serde_json::{Value, json};

/// Nobody may call `refuse`, nor know of `hidden`.
struct Rules;

impl Authorizer for Rules {
    fn authorize(&self, ask: &Ask<'_>) -> Decision {
        let verdict = match ask.operation {
            Operation::CallTool { name, .. } if name == "hidden" => Verdict::Unknown,
            Operation::CallTool { name, .. } if name == "refuse" => Verdict::Refused(
                Failure::new(FailureKind::Forbidden, "not you")
                    .with_http(StatusCode::FORBIDDEN, HeaderMap::new()),
            ),
            _ => Verdict::Allowed,
        };
        Decision { rule: Some("rule 7".into()), ..Decision::of(verdict) }
    }
}

fn audited(registry: Registry, log: &AuditLog) -> Engine {
    let auditor = Auditor::new(log.clone(), registry.clone());
    let admission = Admission::default().authorizer(Arc::new(Rules)).observer(Arc::new(auditor));
    builder().registry(registry).admission(admission).build().unwrap()
}

#[tokio::test]
async fn every_operation_has_one_record_before_it_is_answered() {
    let folder = Folder::new();
    let log = AuditLog::open(AuditOptions {
        arguments: ArgumentPolicy::Redacted,
        ..options(&folder, Mode::Durable)
    })
    .unwrap();
    let engine = audited(registry(), &log);
    let last = || records(&folder.file()).pop().unwrap();

    let params = json!({"name": "echo", "arguments": {"text": "hi", "password": "hunter2"},
        "_meta": {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "1.2"}}});
    hear(modern(&engine, "tools/call", params)).await;
    let record = last();
    assert_eq!((&record["event_type"], &record["tool_name"]), (&json!("tools/call"), &json!("echo")));
    assert_eq!(record["outcome"], "allowed");
    assert_eq!(record["principal_id"], Value::Null);
    let extensions = &record["extensions"];
    assert_eq!(extensions["arguments"], r#"{"password":"[redacted]","text":"hi"}"#);
    assert_eq!(extensions["rule"], "rule 7");
    assert_eq!(extensions["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    for known in ["duration_ms", "call_id", "request_id", "client_name", "client_version", "transport"] {
        assert!(extensions[known].is_string(), "{known}: {extensions}");
    }

    for (name, outcome, error) in [
        ("refuse", "denied", json!("forbidden")),
        ("hidden", "denied", json!("not_found")),
        ("nothing", "error", json!("not_found")),
    ] {
        hear(modern(&engine, "tools/call", json!({"name": name, "arguments": {}}))).await;
        let record = last();
        assert_eq!((&record["tool_name"], &record["outcome"]), (&json!(name), &json!(outcome)));
        assert_eq!(record["extensions"]["error_type"], error, "{record}");
    }
    hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!((&last()["event_type"], &last()["tool_name"]), (&json!("tools/list"), &Value::Null));
    hear(modern(&engine, "resources/read", json!({"uri": "db://u:hunter2@h/x?token=hunter2"}))).await;
    assert_eq!(last()["extensions"]["target"], "db://u:[redacted]@h/x?token=[redacted]");

    let connection = shaken(&engine, "2025-06-18").await;
    hear(send(
        &engine,
        &connection,
        request(1, "tools/call", json!({"name": "echo", "arguments": {"text": "x"}})),
    ))
    .await;
    assert_eq!(last()["extensions"]["protocol_version"], "2025-06-18");
    log.close();
    whole(&[folder.file()]);
    let types: Vec<_> = records(&folder.file()).iter().map(|record| record["event_type"].clone()).collect();
    assert_eq!(types.iter().filter(|kind| *kind == "tools/call").count(), 5, "{types:?}");
}

#[tokio::test]
async fn a_call_that_asks_its_client_is_deferred() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    let engine = audited(asking(false).0, &log);
    ask_tool(&engine, "greet").await;
    let record = records(&folder.file()).pop().unwrap();
    assert_eq!((&record["tool_name"], &record["outcome"]), (&json!("greet"), &json!("deferred")));
}

/// What is refused before anybody is asked about it, and what nobody waits for the end of.
#[tokio::test]
async fn whatever_becomes_of_a_request_it_has_its_record() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    let engine = audited(registry(), &log);
    let last = || {
        let record = records(&folder.file()).pop().unwrap();
        let fact = |name: &str| record["extensions"][name].clone();
        (record["event_type"].clone(), record["outcome"].clone(), fact("error_type"), fact("cancelled"))
    };
    let told = |event: &str, outcome: &str, error: Value, cancelled: Value| {
        (json!(event), json!(outcome), error, cancelled)
    };
    let call = |id: i64, name: &str| request(id, "tools/call", json!({"name": name, "arguments": {}}));
    let connection = shaken(&engine, "2025-11-25").await;
    let mut hangs = send(&engine, &connection, call(1, "hang"));
    assert!(poll_once(&mut hangs).is_pending());
    let twice = hear(send(&engine, &connection, call(1, "echo"))).await;
    assert_eq!(twice.code(), -32600, "{}", twice.response);
    assert_eq!(last(), told("tools/call", "error", json!("-32600"), Value::Null));
    hear(send(
        &engine,
        &connection,
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
    ))
    .await;
    assert!(hear(hangs).await.cancelled);
    assert_eq!(last(), told("tools/call", "error", Value::Null, json!(true)));
    let mut hangs = modern(&engine, "tools/call", json!({"name": "hang", "arguments": {}}));
    assert!(poll_once(&mut hangs).is_pending());
    // Its client leaves.
    drop(hangs);
    engine.admission().unwrap().settle().await;
    assert_eq!(last(), told("tools/call", "error", Value::Null, json!(true)));
    hear(modern(&engine, "tools/call", json!({"name": "panic", "arguments": {}}))).await;
    assert_eq!(last(), told("tools/call", "error", json!("internal"), Value::Null));
    let batch = hear(send(&engine, &connection, json!([call(2, "echo")]))).await;
    assert!(batch.response["error"].is_object(), "{}", batch.response);
    assert_eq!(last().0, "request.refused");
    let connection = shaken(&engine, "2025-03-26").await;
    let before = records(&folder.file()).len();
    let batch = hear(send(&engine, &connection, json!([call(1, "nothing"), 7, call(2, "busy")]))).await;
    assert_eq!(batch.response.as_array().unwrap().len(), 3, "{}", batch.response);
    let types: Vec<_> =
        records(&folder.file())[before..].iter().map(|record| record["event_type"].clone()).collect();
    assert_eq!(types.iter().filter(|kind| *kind == "tools/call").count(), 2, "{types:?}");
    assert!(types.contains(&json!("request.refused")), "{types:?}");
    log.close();
    whole(&[folder.file()]);
}

#[tokio::test]
async fn requests_that_are_refused_unread_are_recorded_too() {
    let folder = Folder::new();
    let log = AuditLog::open(options(&folder, Mode::Durable)).unwrap();
    let auditor = Auditor::new(log.clone(), registry());
    let place = Place { transport: Transport::Http, remote: Some("192.0.2.7:9".parse().unwrap()) };
    assert!(auditor.refused(401, "invalid_token: Bearer abcdef1234567890", place).is_some());
    log.finish().await;
    let record = &records(&folder.file())[1];
    assert_eq!((&record["event_type"], &record["outcome"]), (&json!("request.refused"), &json!("denied")));
    assert_eq!(
        record["extensions"],
        json!({"status": "401", "error_type": "invalid_token: Bearer [redacted]", "transport": "http",
            "remote_address": "192.0.2.7"})
    );
}

#[tokio::test]
async fn nothing_is_done_while_nothing_can_be_recorded() {
    let (works, ran) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let does = Arc::clone(&works);
    let function = from_function(move |_| {
        let works = does.load(Ordering::SeqCst);
        async move {
            if works {
                Ok(Output::Whole(RawJson::empty_object()))
            } else {
                Err(Failure::new(FailureKind::Tool, "full"))
            }
        }
    });
    let log = AuditLog::open(AuditOptions { function: Some(function), ..AuditOptions::default() }).unwrap();
    let registry = registry();
    let counted = Arc::clone(&ran);
    let counts = from_function(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(text("done")) }
    });
    registry.add_tool(tool("count", &any_object()), counts).unwrap();
    let engine = audited(registry, &log);
    let called = || modern(&engine, "tools/call", json!({"name": "count", "arguments": {}}));
    assert_eq!(hear(called()).await.code(), -31000, "it ran, and nobody knows what came of it");
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert_eq!(hear(called()).await.code(), -31000);
    assert_eq!(ran.load(Ordering::SeqCst), 1, "it did not begin");
    works.store(true, Ordering::SeqCst);
    // The record of a refusal shows that records can be written again.
    assert_eq!(hear(called()).await.code(), -31000);
    assert_eq!(hear(called()).await.result()["content"][0]["text"], "done");
}
