//! What is counted of operations, and told of them in lines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;
mod telemetry_support;

use std::sync::Arc;
use std::time::Duration;

use engine_support::{
    any_object, builder, enveloped, hear, modern, post, registry, request, send, session, shaken, text, tool,
};
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::middleware::{Observer as _, OperationEvent};
use oxmcp_core::model::{CallTrace, TraceContext};
use oxmcp_core::registry::Registry;
use oxmcp_core::telemetry::{LogOptions, PageOptions, Telemetry, TelemetryOptions};
use serde_json::{Value, json};
use telemetry_support::*;

fn told(registry: Registry, telemetry: &Telemetry) -> Engine {
    builder().registry(registry).telemetry(telemetry.clone()).build().unwrap()
}

async fn call(engine: &Engine, name: &str, arguments: Value) {
    hear(modern(engine, "tools/call", json!({"name": name, "arguments": arguments}))).await;
}

const CALLS: &str = "mcp_server_operation_duration_seconds_count";

#[tokio::test]
async fn operations_are_counted_by_method_tool_and_error() {
    let telemetry = counting();
    let engine = told(registry(), &telemetry);
    for _ in 0..3 {
        call(&engine, "echo", json!({"text": "hello"})).await;
    }
    call(&engine, "echo", json!({"text": 7.5})).await;
    call(&engine, "refuse", json!({})).await;
    call(&engine, "broken", json!({})).await;
    hear(modern(&engine, "prompts/get", json!({"name": "greet", "arguments": {"who": "you"}}))).await;
    hear(modern(&engine, "tools/list", json!({}))).await;
    hear(modern(&engine, "no/such/method", json!({}))).await;
    let counted = telemetry.metrics();
    for (labels, count) in [
        (r#"mcp_method_name="tools/call",gen_ai_tool_name="echo""#, 3.0),
        (r#"mcp_method_name="tools/call",gen_ai_tool_name="echo",error_type="invalid_arguments""#, 1.0),
        (r#"mcp_method_name="tools/call",gen_ai_tool_name="refuse",error_type="tool_error""#, 1.0),
        (r#"mcp_method_name="tools/call",gen_ai_tool_name="broken",error_type="internal""#, 1.0),
        (r#"mcp_method_name="prompts/get",gen_ai_prompt_name="greet""#, 1.0),
        (r#"mcp_method_name="tools/list""#, 1.0),
        (r#"mcp_method_name="other",error_type="-32601""#, 1.0),
    ] {
        assert_eq!(sample(&counted, &format!("{CALLS}{{{labels}}}")), Some(count), "{labels} in {counted}");
    }
    assert!(counted.ends_with("# EOF\n"));
    let bucket = r#"mcp_server_operation_duration_seconds_bucket{le="300.0",mcp_method_name="tools/list"}"#;
    assert_eq!(sample(&counted, bucket), Some(1.0), "{counted}");
    let ratio = r#"oxmcp_operation_recent_error_ratio{mcp_method_name="tools/call",gen_ai_tool_name="echo"}"#;
    assert_eq!(sample(&counted, ratio), Some(0.25), "{counted}");
}

/// R21: within 5 % of what is exact.
#[test]
fn percentiles_are_within_five_percent() {
    let telemetry = counting();
    // From microseconds to minutes, more of the short ones.
    let mut state = 0x2545_f491_u64;
    let mut durations: Vec<Duration> = (0..20_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let unit = f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX);
            Duration::from_secs_f64(10_f64.powf(-5.0 + 7.0 * unit))
        })
        .collect();
    for duration in &durations {
        drop(telemetry.operation(&event("echo", *duration, None)));
    }
    durations.sort_unstable();
    let counted = telemetry.metrics();
    for (quantile, rank) in [("0.5", 9_999), ("0.95", 18_999), ("0.99", 19_799)] {
        let series = format!(
            r#"oxmcp_operation_recent_duration_seconds{{mcp_method_name="tools/call",gen_ai_tool_name="echo",quantile="{quantile}"}}"#
        );
        let (found, exact) = (sample(&counted, &series).unwrap(), durations[rank].as_secs_f64());
        assert!((found / exact - 1.0).abs() < 0.05, "p{quantile}: {found} is not {exact}");
    }
    let sum: f64 = durations.iter().map(Duration::as_secs_f64).sum();
    let series =
        r#"mcp_server_operation_duration_seconds_sum{mcp_method_name="tools/call",gen_ai_tool_name="echo"}"#;
    let found = sample(&counted, series).unwrap();
    assert!((found / sum - 1.0).abs() < 1e-6, "{found} is not {sum}");
}

/// T19: a million names that nobody offers.
#[test]
fn names_of_strangers_make_no_series() {
    let telemetry = counting();
    let stranger = |name: &str, error: &str| {
        let event =
            OperationEvent { is_registered: false, ..event(name, Duration::from_millis(1), Some(error)) };
        drop(telemetry.operation(&event));
    };
    stranger("one", "not_found");
    let before = series(&telemetry.metrics());
    for number in 0..1_000_000_u32 {
        let name = format!("tool-{number}");
        if number.is_multiple_of(1000) {
            let event = event("x", Duration::ZERO, Some("not_found"));
            let kind = oxmcp_core::model::OperationKind::Custom;
            let event = OperationEvent { kind, method: &name, is_registered: false, ..event };
            drop(telemetry.operation(&event));
        }
        stranger(&name, "not_found");
    }
    let text = telemetry.metrics();
    // Methods that nobody has are one more.
    let methods = text.lines().filter(|line| line.contains(r#"mcp_method_name="other""#)).count();
    assert_eq!(series(&text), before + methods);
    assert!(!text.contains("tool-"));
    // Whatever an author calls an error, too.
    for number in 0..1000 {
        drop(telemetry.operation(&event("echo", Duration::ZERO, Some(&format!("mine-{number}")))));
    }
    assert!(telemetry.metrics().contains(r#"error_type="other""#));
    assert!(!telemetry.metrics().contains("mine-"));
}

#[tokio::test]
async fn what_there_is_is_counted_while_it_is_there() {
    let telemetry = counting();
    let engine = told(registry(), &telemetry);
    let hanging = modern(&engine, "tools/call", json!({"name": "hang", "arguments": {}}));
    let connection = shaken(&engine, "2025-06-18").await;
    let id = session(&engine, "2025-11-25").await;
    let counted = telemetry.metrics();
    assert_eq!(sample(&counted, "oxmcp_operations_in_flight"), Some(1.0), "{counted}");
    assert_eq!(sample(&counted, "oxmcp_sessions"), Some(2.0), "{counted}");
    drop(hanging);
    drop(connection);
    let headers = engine_support::headers(&[("Mcp-Session-Id", &id)]);
    engine.end_session(&headers, None).unwrap();
    let counted = telemetry.metrics();
    assert_eq!(sample(&counted, "oxmcp_operations_in_flight"), Some(0.0), "{counted}");
    assert_eq!(sample(&counted, "oxmcp_sessions"), Some(0.0), "{counted}");
    assert_eq!(sample(&counted, "mcp_server_session_duration_seconds_count"), Some(2.0), "{counted}");
    let cancelled =
        format!(r#"{CALLS}{{mcp_method_name="tools/call",gen_ai_tool_name="hang",error_type="cancelled"}}"#);
    assert_eq!(sample(&counted, &cancelled), Some(1.0), "{counted}");
}

#[tokio::test]
async fn every_operation_is_a_line() {
    let file = Scratch::new();
    let telemetry = logging(&file.0);
    let engine = told(registry(), &telemetry);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let params = json!({"name": "echo", "arguments": {"text": "a secret"}, "_meta": {"traceparent": parent,
        "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "3"}}});
    hear(modern(&engine, "tools/call", params)).await;
    call(&engine, "broken", json!({})).await;
    hear(modern(&engine, "resources/read", json!({"uri": "test://note"}))).await;
    telemetry.rest();
    let lines = file.lines();
    let first = &lines[0];
    let facts = [
        "event",
        "method",
        "tool",
        "status",
        "level",
        "client_name",
        "trace_id",
        "parent_span_id",
        "transport",
    ];
    assert_eq!(
        facts.map(|fact| first[fact].as_str().unwrap()),
        [
            "tool_call",
            "tools/call",
            "echo",
            "ok",
            "info",
            "tester",
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            "http"
        ],
        "{first}"
    );
    assert!(first["timestamp"].as_str().unwrap().ends_with('Z'));
    assert!(first["duration_ms"].is_number());
    assert_eq!(first["request_id"], "7");
    assert_eq!(first["span_id"].as_str().unwrap().len(), 16);
    assert_eq!((&lines[1]["status"], &lines[1]["error_type"]), (&json!("error"), &json!("internal")));
    assert_eq!((&lines[2]["event"], &lines[2]["resource"]), (&json!("request"), &json!("test://note")));
    assert_ne!(lines[1]["trace_id"], lines[2]["trace_id"]);
    assert_ne!(lines[0]["call_id"], lines[1]["call_id"]);
    assert!(!file.text().contains("a secret") && !file.text().contains("secret"));
}

/// T16: whatever strangers write stays within its line, and short.
#[tokio::test]
async fn nothing_forges_a_line() {
    let file = Scratch::new();
    let telemetry = logging(&file.0);
    let engine = told(registry(), &telemetry);
    let hostile = [
        "a\r\n{\"event\":\"tool_call\",\"tool\":\"forged\"}".to_owned(),
        "\u{1b}[2J\u{1b}]0;owned\u{7}".to_owned(),
        "one\u{2028}two\u{2029}three\u{85}four".to_owned(),
        "\u{202e}desrever\u{200b}\u{feff}".to_owned(),
        "\"},{\"event\":\"x".to_owned(),
        "x".repeat(1 << 20),
        "\u{1}".repeat(1 << 18),
    ];
    for name in &hostile {
        // Longer ones are refused before anybody reads what they ask.
        let method: String = format!("m{name}").chars().take(200).collect();
        for (method, params) in
            [("tools/call", json!({"name": name, "arguments": {}})), (method.as_str(), json!({}))]
        {
            let connection = engine.connect();
            let id: String = name.chars().take(40).collect();
            hear(send(&engine, &connection, request(id.as_str(), method, enveloped(params)))).await;
        }
    }
    telemetry.rest();
    let written = file.text();
    let lines = file.lines();
    assert_eq!(lines.len(), 2 * hostile.len());
    assert!(written.lines().all(|line| line.len() < 2_000), "a line is long");
    let is_forged = |character: char| {
        character != '\n'
            && (character.is_control() || "\u{2028}\u{2029}\u{202e}\u{200b}\u{feff}".contains(character))
    };
    assert!(!written.contains(is_forged));
    // Nor once it was read and printed.
    for line in &lines {
        for text in line.as_object().unwrap().values().filter_map(Value::as_str) {
            assert!(!text.contains(is_forged) && !text.contains('\n'), "{text:?}");
        }
    }
}

#[tokio::test]
async fn only_what_is_slow_or_fails_is_told_where_that_is_wanted() {
    let file = Scratch::new();
    let logs = LogOptions {
        path: Some(file.0.clone()),
        slower_than: Some(Duration::from_secs(1)),
        principals: false,
    };
    let telemetry =
        Telemetry::open(TelemetryOptions { logs: Some(logs), ..TelemetryOptions::default() }).unwrap();
    drop(telemetry.operation(&event("quick", Duration::from_millis(999), None)));
    drop(telemetry.operation(&event("slow", Duration::from_secs(1), None)));
    drop(telemetry.operation(&event("failed", Duration::ZERO, Some("internal"))));
    telemetry.rest();
    let tools: Vec<_> = file.lines().iter().map(|line| line["tool"].clone()).collect();
    assert_eq!(tools, ["slow", "failed"]);
}

#[tokio::test]
async fn a_log_that_was_moved_away_is_begun_anew() {
    let (file, moved) = (Scratch::new(), Scratch::new());
    let telemetry = logging(&file.0);
    drop(telemetry.operation(&event("before", Duration::ZERO, None)));
    telemetry.rest();
    std::fs::rename(&file.0, &moved.0).unwrap();
    // It looks once a second.
    for _ in 0..200 {
        drop(telemetry.operation(&event("after", Duration::ZERO, None)));
        telemetry.rest();
        if file.0.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(file.lines()[0]["tool"], "after");
    assert_eq!(moved.lines()[0]["tool"], "before");
}

/// META-11: what came in is handed on as it came; the call's own place in the trace is told apart from it.
#[tokio::test]
async fn handlers_know_their_place_in_the_trace() {
    let registry = registry();
    let traced = from_function(|invocation: Invocation| async move {
        let caller = &invocation.context.caller;
        let meta = caller.meta.as_ref().map_or("", |meta| meta.as_str());
        Ok(text(&format!(
            "{}|{}|{meta}",
            caller.traceparent().unwrap_or_default(),
            caller.tracestate().unwrap_or_default()
        )))
    });
    registry.add_tool(tool("traced", &any_object()), traced).unwrap();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let params =
        json!({"name": "traced", "arguments": {}, "_meta": {"traceparent": parent, "tracestate": "a=1"}});
    let said = |heard: &Value| heard["content"][0]["text"].as_str().unwrap().to_owned();
    // Nobody follows traces.
    let plain = builder().registry(registry.clone()).build().unwrap();
    let heard = said(hear(modern(&plain, "tools/call", params.clone())).await.result());
    assert!(heard.starts_with(&format!("{parent}|a=1|")), "{heard}");
    // Somebody does.
    let file = Scratch::new();
    let telemetry = logging(&file.0);
    let engine = told(registry, &telemetry);
    let heard = said(hear(modern(&engine, "tools/call", params)).await.result());
    let (own, rest) = heard.split_once('|').unwrap();
    assert!(own.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && own.ends_with("-01"), "{own}");
    assert!(!own.contains("b7ad6b7169203331"));
    assert!(rest.starts_with("a=1|") && rest.contains(parent), "{rest}");
    telemetry.rest();
    assert_eq!(own.split('-').nth(2).unwrap(), file.lines()[0]["span_id"]);
    // By HTTP's header alone.
    let pairs = [
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "traced"),
        ("traceparent", parent),
    ];
    let params = enveloped(json!({"name": "traced", "arguments": {}}));
    let heard = said(hear(post(&engine, &pairs, request(1, "tools/call", params))).await.result());
    assert!(heard.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{heard}");
}

#[test]
fn trace_contexts_are_read_as_w3c_has_them() {
    let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assert_eq!(TraceContext::parse(good).unwrap().to_string(), good);
    // Of a later version, what is the same.
    let later = format!("cc{}-what-the-future-brings", &good[2..]);
    assert_eq!(TraceContext::parse(&later).unwrap().to_string(), good);
    for bad in [
        "",
        "00",
        &good[..54],
        &format!("{good}-more"),
        &later.replace("-what", ".what"),
        &good.to_uppercase(),
        &good.replacen("00", "ff", 1),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-1",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
    ] {
        assert_eq!(TraceContext::parse(bad), None, "{bad}");
    }
    let headers = engine_support::headers(&[("traceparent", good), ("tracestate", "x=1")]);
    let trace = CallTrace::begin(None, Some(&headers)).unwrap();
    assert_eq!(
        (trace.parent.unwrap().to_string(), trace.link, trace.state.as_deref()),
        (good.to_owned(), None, Some("x=1"))
    );
    let other = good.replace("0af7", "1af7");
    let meta = oxmcp_core::json::RawJson::from_value(&json!({"traceparent": other}));
    let trace = CallTrace::begin(Some(&meta), Some(&headers)).unwrap();
    assert_eq!(
        (trace.parent.unwrap().to_string(), trace.link.unwrap().to_string()),
        (other, good.to_owned())
    );
}

#[test]
fn what_cannot_work_is_refused() {
    let open = |options| Telemetry::open(options).map(drop).unwrap_err().to_string();
    let with = |page: PageOptions| TelemetryOptions { metrics: Some(page), ..TelemetryOptions::default() };
    let short = open(with(PageOptions { token: Some("short".to_owned()), ..page("/metrics") }));
    assert!(short.contains("telemetry.metrics.token"), "{short}");
    assert!(open(with(page("metrics"))).contains("telemetry.metrics.path"));
    assert!(open(with(page("/"))).contains("telemetry.metrics.path"));
    let same = TelemetryOptions { dashboard: Some(page("/metrics")), ..with(page("/metrics")) };
    assert!(open(same).contains("both"));
    let logs = LogOptions { path: Some("/nowhere/at/all".into()), ..LogOptions::default() };
    let unwritable = open(TelemetryOptions { logs: Some(logs), ..TelemetryOptions::default() });
    assert!(unwritable.contains("telemetry.logs.path"), "{unwritable}");
}

#[test]
fn counting_opens_nothing_and_clones_are_the_same() {
    let telemetry = counting();
    let clone = Arc::new(telemetry.clone());
    drop(clone.operation(&event("echo", Duration::ZERO, None)));
    assert_eq!(
        sample(
            &telemetry.metrics(),
            &format!(r#"{CALLS}{{mcp_method_name="tools/call",gen_ai_tool_name="echo"}}"#)
        ),
        Some(1.0)
    );
    assert!(!telemetry.traces());
}
