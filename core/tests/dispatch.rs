//! Known? valid? in time? What stands between a decoded operation and user code, and what becomes of user code's answer.

mod engine_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use engine_support::*;
use oxmcp_core::engine::{CallBounds, Engine, Limits};
use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::{Event, Failure, FailureKind, Handler, Invocation, ReplyFuture, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CacheScope, Capabilities, CommonFields, Implementation, LogLevel, LogMessage, OperationKind,
    Output, Progress, PromptOutput, Resource, ResourceOutput, ToolOutput,
};
use serde_json::{Value, json};

async fn call(engine: &Engine, name: &str, arguments: Value) -> Heard {
    hear(modern(engine, "tools/call", json!({"name": name, "arguments": arguments}))).await
}

fn says(heard: &Heard) -> String {
    heard.result()["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}

/// Repeats its arguments.
fn mirror() -> Arc<dyn Handler> {
    from_function(|invocation: Invocation| async move { Ok(text(invocation.arguments.as_str())) })
}

#[tokio::test]
async fn arguments_are_converted_only_where_the_tool_allows_it() {
    let engine = engine();
    let schema = json!({"type": "object", "properties": {"count": {"type": "integer"}}});
    engine.registry().add_tool(tool("lax", &schema), mirror()).unwrap();
    let mut strict = tool("strict", &schema);
    strict.convert_arguments = false;
    engine.registry().add_tool(strict, mirror()).unwrap();
    let mut trusting = tool("trusting", &schema);
    trusting.check_arguments = false;
    engine.registry().add_tool(trusting, mirror()).unwrap();
    let arguments = json!({"count": "42"});
    assert_eq!(says(&call(&engine, "lax", arguments.clone()).await), r#"{"count":42}"#);
    let refused = call(&engine, "strict", arguments.clone()).await;
    assert_eq!(refused.result()["isError"], true);
    assert!(says(&refused).contains("count") && !says(&refused).contains("42"), "{}", says(&refused));
    assert_eq!(says(&call(&engine, "trusting", arguments).await), r#"{"count":"42"}"#);
}

#[tokio::test]
async fn what_a_handler_takes_beyond_what_is_advertised_reaches_it_as_it_came() {
    let engine = engine();
    let mut wide = tool("wide", &json!({"type": "object", "properties": {"count": {"type": "integer"}}}));
    wide.accepted_schema =
        Some(raw(&json!({"type": "object", "properties": {"count": {}, "page": {"type": "integer"}}})));
    engine.registry().add_tool(wide, mirror()).unwrap();
    let given = call(&engine, "wide", json!({"count": "42", "page": "7"})).await;
    assert_eq!(says(&given), r#"{"count":"42","page":7}"#);
    let refused = call(&engine, "wide", json!({"count": [], "page": "many"})).await;
    assert_eq!(says(&refused), "page: must be an integer");
    let listed = hear(modern(&engine, "tools/list", json!({}))).await;
    let tools = listed.result()["tools"].as_array().unwrap().clone();
    let told = tools.iter().find(|tool| tool["name"] == "wide").unwrap();
    assert_eq!(told["inputSchema"]["properties"]["count"]["type"], "integer");
    let mut broken = tool("broken", &json!({"type": "object", "properties": {"count": {"type": 5}}}));
    broken.accepted_schema = Some(raw(&any_object()));
    assert!(engine.registry().add_tool(broken, mirror()).is_err(), "what is advertised is a schema, too");
}

#[tokio::test]
async fn a_refused_call_never_reaches_the_handler() {
    let engine = engine();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let counts = from_function(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Ok(text("called")) }
    });
    let schema = json!({"type": "object", "properties": {"a": {"type": "array"}}, "required": ["a"]});
    engine.registry().add_tool(tool("counts", &schema), counts).unwrap();
    for arguments in [json!({}), json!({"a": {}})] {
        assert_eq!(call(&engine, "counts", arguments).await.result()["isError"], true);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(says(&call(&engine, "counts", json!({"a": []})).await), "called");
}

#[tokio::test]
async fn a_structured_result_must_fit_its_schema_unless_it_is_an_error() {
    // TOOL-8
    let engine = engine();
    let add = |name: &str, structured: Option<Value>, is_error: bool, check: bool| {
        let mut tool = tool(name, &any_object());
        tool.output_schema = Some(raw(&json!({"type": "object", "required": ["n"]})));
        tool.check_output = check;
        let output = ToolOutput {
            structured_content: structured.map(|value| raw(&value)),
            is_error,
            ..ToolOutput::structured(RawJson::empty_object())
        };
        engine.registry().add_tool(tool, returns(Output::Tool(output))).unwrap();
    };
    add("good", Some(json!({"n": 1})), false, true);
    add("bad", Some(json!({"m": 1})), false, true);
    add("none", None, false, true);
    add("error", Some(json!({"m": 1})), true, true);
    add("unchecked", Some(json!({"m": 1})), false, false);
    assert_eq!(call(&engine, "good", json!({})).await.result()["structuredContent"], json!({"n": 1}));
    for name in ["bad", "none"] {
        let heard = call(&engine, name, json!({})).await;
        assert_eq!(heard.result()["isError"], true, "{name}");
        assert!(heard.result().get("structuredContent").is_none());
    }
    assert_eq!(call(&engine, "error", json!({})).await.result()["structuredContent"], json!({"m": 1}));
    assert_eq!(call(&engine, "unchecked", json!({})).await.result()["structuredContent"], json!({"m": 1}));
}

#[tokio::test]
async fn a_result_its_maker_vouches_for_is_not_checked_again() {
    // TOOL-8
    let engine = engine();
    let vouches = |output: ToolOutput| returns(Output::Tool(ToolOutput { vouched: true, ..output }));
    let add = |name: &str, handler| {
        let mut tool = tool(name, &any_object());
        tool.output_schema = Some(raw(&json!({"type": "integer"})));
        engine.registry().add_tool(tool, handler).unwrap();
    };
    add("text", returns(Output::Tool(ToolOutput::structured_text("a \"b\"\n"))));
    add("vouched", vouches(ToolOutput::structured(raw(&json!({"n": "1"})))));
    add("unvouched", returns(Output::Tool(ToolOutput::structured(raw(&json!({"n": "1"}))))));
    add("absent", vouches(ToolOutput::text("nothing structured")));
    let heard = call(&engine, "text", json!({})).await;
    assert_eq!(heard.result()["structuredContent"], "a \"b\"\n");
    assert_eq!(heard.result()["content"], json!([{"type": "text", "text": "a \"b\"\n"}]));
    let heard = call(&engine, "vouched", json!({})).await;
    assert_eq!(heard.result()["structuredContent"], json!({"n": "1"}));
    assert_eq!(says(&heard), r#"{"n":"1"}"#);
    assert_eq!(call(&engine, "unvouched", json!({})).await.result()["isError"], true);
    let heard = call(&engine, "absent", json!({})).await;
    assert_eq!(says(&heard), "the tool returned no structured result, which its output schema asks for");
}

#[tokio::test]
async fn an_output_of_the_wrong_kind_is_a_defect_that_is_not_told() {
    // SEC-13
    let engine = engine();
    let prompt = PromptOutput { description: None, messages: RawJson::from_checked("[]"), meta: None };
    engine.registry().add_tool(tool("prompted", &any_object()), returns(Output::Prompt(prompt))).unwrap();
    let array = returns(Output::Whole(RawJson::from_checked("[]")));
    engine.registry().set_method("acme/array", Some(array));
    assert_eq!(call(&engine, "prompted", json!({})).await.code(), -32603);
    assert_eq!(hear(modern(&engine, "acme/array", json!({}))).await.code(), -32603);
}

#[tokio::test]
async fn a_panic_while_a_call_starts_is_answered_too() {
    struct Panics;
    impl Handler for Panics {
        fn invoke(&self, _: Invocation) -> ReplyFuture {
            panic!("before there is a future")
        }
    }
    let engine = engine();
    engine.registry().add_tool(tool("panics", &any_object()), Arc::new(Panics)).unwrap();
    assert_eq!(call(&engine, "panics", json!({})).await.code(), -32603);
    assert_eq!(says(&call(&engine, "echo", json!({"text": "still here"})).await), "still here");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_dropped_and_says_so() {
    // CAN-9
    let limits = Limits { calls: CallBounds { timeout: Some(Duration::from_secs(60)), ..CallBounds::default() }, ..Limits::default() };
    let engine = builder().registry(registry()).limits(limits).build().unwrap();
    let waits = from_function(|invocation: Invocation| async move {
        assert!(invocation.context.deadline.is_some_and(|deadline| deadline > Instant::now()));
        std::future::pending().await
    });
    let mut quick = tool("quick", &any_object());
    quick.timeout = Some(Duration::from_millis(1500));
    engine.registry().add_tool(quick, waits.clone()).unwrap();
    engine.registry().set_method("acme/waits", Some(waits));
    let began = tokio::time::Instant::now();
    let heard = call(&engine, "quick", json!({})).await;
    assert_eq!(began.elapsed().as_millis(), 1500);
    assert_eq!(heard.result()["isError"], true);
    assert!(says(&heard).contains("1500 milliseconds"));
    let heard = call(&engine, "hang", json!({})).await;
    assert!(says(&heard).contains("60 seconds"));
    assert_eq!(hear(modern(&engine, "acme/waits", json!({}))).await.code(), -31001);
}

#[test]
fn without_a_runtime_there_is_no_clock_and_calls_still_work() {
    let limits = Limits { calls: CallBounds { timeout: Some(Duration::from_secs(1)), ..CallBounds::default() }, ..Limits::default() };
    let engine = builder().registry(registry()).limits(limits).build().unwrap();
    let mut exchange = modern(&engine, "tools/call", json!({"name": "echo", "arguments": {"text": "x"}}));
    assert!(poll_once(&mut exchange).is_ready());
}

#[tokio::test]
async fn events_reach_the_peer_while_the_call_runs_and_none_after_it() {
    // PROG-2, SSE-1
    let engine = engine();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let (leak, leaked) = std::sync::mpsc::channel();
    let parts = std::sync::Mutex::new(Some((may_go, leak)));
    let talks = from_function(move |invocation: Invocation| {
        let parts = parts.lock().unwrap().take();
        async move {
            let (may_go, leak) = parts.unwrap();
            let events = invocation.context.events;
            let report = |progress| Event::Progress(Progress { progress, total: None, message: None });
            assert!(events.emit(report(0.5)));
            may_go.await.unwrap();
            assert!(events.emit(report(1.0)));
            let log = LogMessage { level: LogLevel::Error, logger: None, data: RawJson::from_checked("1") };
            assert!(!events.emit(Event::Log(log)), "no level was asked for");
            leak.send(events).unwrap();
            Ok(text("done"))
        }
    });
    engine.registry().add_tool(tool("talks", &any_object()), talks).unwrap();
    let params = json!({"name": "talks", "_meta": {"progressToken": "t"}});
    let mut exchange = modern(&engine, "tools/call", params);
    assert_eq!(message(exchange.next().await)["params"], json!({"progressToken": "t", "progress": 0.5}));
    assert!(poll_once(&mut exchange).is_pending());
    go.send(()).unwrap();
    let heard = hear(exchange).await;
    assert_eq!(heard.messages.len(), 1);
    assert_eq!(heard.messages[0]["params"]["progress"], 1);
    assert_eq!(says(&heard), "done");
    let late = leaked.recv().unwrap();
    assert!(!late.emit(Event::Progress(Progress { progress: 2.0, total: None, message: None })));
}

#[tokio::test]
async fn whoever_reads_a_resource_is_told_how_long_it_keeps() {
    // CACHE-1: the output's own word, then the resource's, then the server's
    let server = CacheHint { ttl_ms: 1, scope: CacheScope::Public };
    let engine =
        builder().registry(registry()).cache_hint(OperationKind::ReadResource, server).build().unwrap();
    let add = |uri: &str, of_resource: CacheHint, of_output: Option<CacheHint>| {
        let resource = Resource {
            uri: uri.to_owned(),
            name: uri.to_owned(),
            common: CommonFields::default(),
            mime_type: None,
            size: None,
            cache: of_resource,
        };
        let contents = raw(&json!([{"uri": uri, "text": ""}]));
        let output = Output::Resource(ResourceOutput { contents, meta: None, cache: of_output });
        engine.registry().add_resource(resource, returns(output)).unwrap();
    };
    let hint = |ttl_ms| CacheHint { ttl_ms, scope: CacheScope::Private };
    add("a:server", CacheHint::default(), None);
    add("a:resource", hint(2), None);
    add("a:output", hint(2), Some(hint(3)));
    for (uri, ttl) in [("a:server", 1), ("a:resource", 2), ("a:output", 3)] {
        let heard = hear(modern(&engine, "resources/read", json!({"uri": uri}))).await;
        assert_eq!(heard.result()["ttlMs"], ttl, "{uri}");
    }
}

#[tokio::test]
async fn a_handler_that_finds_nothing_names_the_resource() {
    // RSRC-3, RSRC-4, DOWN-10
    let engine = engine();
    let gone = fails(Failure::new(FailureKind::NotFound, "it was deleted"));
    engine.registry().remove_resource("test://note");
    let note = Resource {
        uri: "test://note".to_owned(),
        name: "note".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    };
    engine.registry().add_resource(note, gone).unwrap();
    let heard = hear(modern(&engine, "resources/read", json!({"uri": "test://note"}))).await;
    assert_eq!(heard.code(), -32602);
    assert_eq!(heard.response["error"]["message"], "it was deleted");
    assert_eq!(heard.response["error"]["data"], json!({"uri": "test://note"}));
}

#[tokio::test]
async fn completions_hand_over_everything_that_was_asked() {
    // CMP-4
    let engine = engine();
    let spy = from_function(|invocation: Invocation| async move {
        assert_eq!((invocation.kind, &*invocation.target), (OperationKind::Complete, "test://items/{id}"));
        Ok(Output::Whole(RawJson::from_checked(format!(
            r#"{{"completion":{{"values":[]}},"asked":{}}}"#,
            invocation.arguments
        ))))
    });
    engine.registry().set_completion(Some(spy));
    let asked = json!({
        "ref": {"type": "ref/resource", "uri": "test://items/{id}"},
        "argument": {"name": "id", "value": "4\"2"},
        "context": {"arguments": {"other": "x"}},
    });
    let heard = hear(modern(&engine, "completion/complete", asked)).await;
    let expected = json!({
        "ref": {"type": "ref/resource", "uri": "test://items/{id}"},
        "argument": "id", "value": "4\"2", "context": {"other": "x"},
    });
    assert_eq!(heard.result()["asked"], expected);
}

#[tokio::test]
async fn edits_are_seen_by_the_next_request() {
    // TOOL-2
    let engine = engine();
    assert!(engine.registry().set_tool_enabled("echo", false));
    assert_eq!(call(&engine, "echo", json!({"text": "x"})).await.code(), -32602);
    assert!(engine.registry().set_tool_enabled("echo", true));
    assert_eq!(says(&call(&engine, "echo", json!({"text": "x"})).await), "x");
}

#[test]
fn options_that_cannot_work_are_refused() {
    let refused = |result: oxmcp_core::error::Result<Engine>| {
        assert_eq!(result.map(|_| ()).unwrap_err().kind(), ErrorKind::Configuration);
    };
    let new = || Engine::builder(Implementation::new("x", "1"));
    refused(new().limits(Limits { max_in_flight: 0, ..Limits::default() }).build());
    refused(new().limits(Limits { max_subscribed_resources: 1_000_000, ..Limits::default() }).build());
    let extensions = Some(RawJson::from_checked("[]"));
    refused(new().capabilities(Capabilities { extensions, ..Capabilities::default() }).build());
    assert!(new().build().is_ok());
}
