//! What each caller may see, where the author says so request by request.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::model::{Output, Tool};
use oxmcp_core::registry::{
    ItemKind, MountOptions, Namespace, Registry, RegistryOptions, StandIn, ToolSearch, Transform,
};
use oxmcp_core::schema::SchemaLimits;
use serde_json::{Value, json};

/// Hides what is named, and counts what it is asked.
fn hiding(hidden: &'static [&'static str], asked: &Arc<AtomicUsize>) -> Arc<dyn Handler> {
    let asked = Arc::clone(asked);
    from_function(move |invocation: Invocation| {
        asked.fetch_add(1, Ordering::Relaxed);
        assert_eq!(&*invocation.target, "oxmcp/visible");
        let arguments = invocation.arguments.to_value().unwrap();
        let keys = arguments["keys"].as_array().unwrap();
        assert_eq!(arguments["tags"].as_array().unwrap().len(), keys.len());
        let visible: Vec<_> = keys.iter().filter(|key| !hidden.contains(&key.as_str().unwrap())).collect();
        let answer = raw(&json!({"visible": visible}));
        async move { Ok(Output::Whole(answer)) }
    })
}

fn gated(hidden: &'static [&'static str]) -> (Engine, Arc<AtomicUsize>) {
    let (registry, asked) = (registry(), Arc::default());
    for kind in [ItemKind::Tool, ItemKind::Prompt, ItemKind::Resource, ItemKind::ResourceTemplate] {
        registry.set_visible(kind, Some(hiding(hidden, &asked)));
    }
    (builder().registry(registry).build().unwrap(), asked)
}

fn names(result: &Value) -> Vec<&str> {
    result["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// Asks in every era.
async fn in_each(engine: &Engine, method: &str, params: Value, check: impl Fn(&Heard)) {
    check(&hear(modern(engine, method, params.clone())).await);
    for version in LEGACY {
        let connection = shaken(engine, version).await;
        check(&hear(send(engine, &connection, request(1, method, params.clone()))).await);
    }
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_listed_and_unknown() {
    let (engine, _) = gated(&["echo", "greet", "test://note", "test://items/{id}"]);
    in_each(&engine, "tools/list", json!({}), |heard| {
        assert_eq!(names(heard.result()), ["busy", "hang", "refuse", "broken", "panic"]);
    })
    .await;
    for (method, member) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        in_each(&engine, method, json!({}), |heard| assert_eq!(heard.result()[member], json!([]))).await;
    }
    // Nor are its arguments checked.
    in_each(&engine, "tools/call", json!({"name": "echo", "arguments": {}}), |heard| {
        assert_eq!(heard.response["error"]["message"], "unknown tool: echo");
    })
    .await;
    for (method, params) in [
        ("prompts/get", json!({"name": "greet", "arguments": {"who": "Ann"}})),
        ("resources/read", json!({"uri": "test://note"})),
        ("resources/read", json!({"uri": "test://items/7"})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "who", "value": "A"}}),
        ),
    ] {
        in_each(&engine, method, params, |heard| {
            heard.code();
        })
        .await;
    }
}

#[tokio::test]
async fn what_may_be_seen_is_as_if_nobody_was_asked() {
    let (plain, (engine, _)) = (engine(), gated(&[]));
    for (method, params) in [
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "echo", "arguments": {"text": "hi"}})),
        ("tools/call", json!({"name": "busy"})),
        ("tools/call", json!({"name": "missing"})),
        ("prompts/get", json!({"name": "greet", "arguments": {"who": "Ann"}})),
        ("resources/read", json!({"uri": "test://items/7"})),
        ("server/discover", json!({})),
    ] {
        let expected = hear(modern(&plain, method, params.clone())).await;
        let heard = hear(modern(&engine, method, params.clone())).await;
        assert_eq!(
            (heard.response, heard.messages),
            (expected.response, expected.messages),
            "{method} {params}"
        );
    }
}

#[tokio::test]
async fn of_a_call_only_what_is_called_is_asked() {
    let (engine, asked) = gated(&[]);
    hear(modern(&engine, "tools/call", json!({"name": "echo", "arguments": {"text": "hi"}}))).await.result();
    assert_eq!(asked.swap(0, Ordering::Relaxed), 1);
    hear(modern(&engine, "tools/call", json!({"name": "missing"}))).await.code();
    hear(modern(&engine, "server/discover", json!({}))).await.result();
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn where_nobody_can_say_nothing_is_seen() {
    let registry = registry();
    registry.set_visible(
        ItemKind::Tool,
        Some(fails(Failure::new(FailureKind::Internal, "internal error").with_detail("no database"))),
    );
    let engine = builder().registry(registry.clone()).build().unwrap();
    in_each(&engine, "tools/list", json!({}), |heard| assert_eq!(heard.code(), -32603)).await;
    in_each(&engine, "tools/call", json!({"name": "busy"}), |heard| {
        assert!(!heard.response.to_string().contains("done"));
    })
    .await;
    registry.set_visible(ItemKind::Tool, Some(returns(text("no list"))));
    in_each(&engine, "tools/list", json!({}), |heard| assert_eq!(heard.code(), -32603)).await;
    registry.set_visible(ItemKind::Tool, None);
    in_each(&engine, "tools/list", json!({}), |heard| assert_eq!(names(heard.result()).len(), 6)).await;
}

#[tokio::test]
async fn the_judges_of_a_mounted_server_and_of_the_outer_one_both_count() {
    let (outer, inner, asked) =
        (Registry::new(RegistryOptions::default()).unwrap(), registry(), Arc::default());
    inner.set_visible(ItemKind::Tool, Some(hiding(&["echo"], &asked)));
    outer.set_visible(ItemKind::Tool, Some(hiding(&["in_busy"], &asked)));
    let namespace = Some(Namespace::new("in").unwrap());
    outer.mount(&inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
    let engine = builder().registry(outer).build().unwrap();
    in_each(&engine, "tools/list", json!({}), |heard| {
        assert_eq!(names(heard.result()), ["in_hang", "in_refuse", "in_broken", "in_panic"]);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_and_calls_only_what_may_be_seen() {
    let (registry, asked) = (Registry::new(RegistryOptions::default()).unwrap(), Arc::default());
    for name in ["secret", "public"] {
        let tool = Tool::new(name, raw(&any_object())).describe("A thing to be found");
        registry.add_tool(tool, returns(text(name))).unwrap();
    }
    let search = StandIn::new(ToolSearch::default(), &SchemaLimits::default()).unwrap();
    registry.add_transform(Transform::ToolSearch(Arc::new(search)));
    registry.set_visible(ItemKind::Tool, Some(hiding(&["secret"], &asked)));
    let engine = builder().registry(registry).build().unwrap();
    let found = json!({"name": "search_tools", "arguments": {"query": "thing"}});
    in_each(&engine, "tools/call", found, |heard| {
        let text = heard.result().to_string();
        assert!(text.contains("public") && !text.contains("secret"), "{text}");
    })
    .await;
    let called = |name: &str| json!({"name": "call_tool", "arguments": {"name": name}});
    in_each(&engine, "tools/call", called("public"), |heard| {
        assert_eq!(heard.result()["content"][0]["text"], "public");
    })
    .await;
    in_each(&engine, "tools/call", called("secret"), |heard| {
        assert!(heard.response.to_string().contains("unknown tool: secret"));
    })
    .await;
}

/// A tool whose argument is mirrored in a header.
fn mirrored() -> Tool {
    let region = json!({"type": "string", "x-mcp-header": "Region"});
    tool("regional", &json!({"type": "object", "properties": {"region": region}}))
}

#[tokio::test]
async fn the_headers_of_a_tool_that_may_not_be_seen_are_not_looked_at() {
    // PARAM-7, PARAM-8
    let (registry, asked) = (registry(), Arc::default());
    registry.add_tool(mirrored(), returns(text("done"))).unwrap();
    registry.set_visible(ItemKind::Tool, Some(hiding(&["regional"], &asked)));
    let engine = builder().registry(registry.clone()).build().unwrap();
    let call = |name: &str, region: Option<&str>| {
        let mut pairs =
            vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", name)];
        pairs.extend(region.map(|region| ("Mcp-Param-Region", region)));
        let params = json!({"name": name, "arguments": {"region": "north"}});
        hear(post(&engine, &pairs, request(7, "tools/call", enveloped(params))))
    };
    for region in [None, Some("south"), Some("north")] {
        let (hidden, unknown) = (call("regional", region).await, call("nowhere99", region).await);
        let in_other_words = hidden.response.to_string().replace("regional", "nowhere99");
        assert_eq!((in_other_words, hidden.status), (unknown.response.to_string(), unknown.status));
    }
    // Whoever may see it is held to them as ever.
    registry.set_visible(ItemKind::Tool, Some(hiding(&[], &asked)));
    for region in [None, Some("south")] {
        let heard = call("regional", region).await;
        assert_eq!((heard.code(), heard.status), (-32020, 400));
    }
    assert_eq!(call("regional", Some("north")).await.result()["content"][0]["text"], "done");
}

#[tokio::test]
async fn the_search_of_a_mounted_server_finds_only_what_may_be_seen() {
    let empty = || Registry::new(RegistryOptions::default()).unwrap();
    let (outer, inner, asked) = (empty(), empty(), Arc::default());
    for name in ["secret", "public"] {
        let tool = Tool::new(name, raw(&any_object())).describe("A thing to be found");
        inner.add_tool(tool, returns(text(name))).unwrap();
    }
    let search = StandIn::new(ToolSearch::default(), &SchemaLimits::default()).unwrap();
    inner.add_transform(Transform::ToolSearch(Arc::new(search)));
    let namespace = Some(Namespace::new("in").unwrap());
    outer.mount(&inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
    outer.set_visible(ItemKind::Tool, Some(hiding(&["in_secret"], &asked)));
    let engine = builder().registry(outer).build().unwrap();
    let found = json!({"name": "in_search_tools", "arguments": {"query": "thing"}});
    in_each(&engine, "tools/call", found, |heard| {
        let text = heard.result().to_string();
        assert!(text.contains("in_public") && !text.contains("secret"), "{text}");
    })
    .await;
    for name in ["in_secret", "secret"] {
        let called = json!({"name": "in_call_tool", "arguments": {"name": name}});
        in_each(&engine, "tools/call", called, |heard| {
            assert!(heard.response.to_string().contains(&format!("unknown tool: {name}")));
        })
        .await;
    }
}

#[tokio::test]
async fn a_request_that_waits_for_what_may_be_seen_can_be_cancelled_and_ended() {
    let registry = registry();
    registry.set_visible(ItemKind::Tool, Some(from_function(|_| std::future::pending())));
    let engine = builder().registry(registry).build().unwrap();
    let connection = shaken(&engine, "2025-11-25").await;
    let mut exchange = send(&engine, &connection, request(1, "tools/list", json!({})));
    assert!(poll_once(&mut exchange).is_pending());
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    hear(send(&engine, &connection, cancel)).await;
    assert!(hear(exchange).await.cancelled);
    let mut exchange = send(&engine, &connection, request(2, "tools/list", json!({})));
    assert!(poll_once(&mut exchange).is_pending());
    assert!(exchange.give_up("the server is shutting down").is_some());
}
