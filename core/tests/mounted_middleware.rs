//! What stands around methods at a mounted server is told of what comes from there, inside of what stands around it outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::{Arc, Mutex};

use engine_support::asking::{asking, filled};
use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Handler, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{CommonFields, Output, Prompt, PromptOutput, ResourceOutput};
use oxmcp_core::registry::{Interception, ItemKind, MountOptions, Namespace, Registry, RegistryOptions};
use serde_json::{Value, json};

type Seen = Arc<Mutex<Vec<String>>>;

fn empty() -> Registry {
    Registry::new(RegistryOptions::default()).unwrap()
}

fn seen(seen: &Seen) -> Vec<String> {
    std::mem::take(&mut *seen.lock().unwrap())
}

/// Notes whose it is and what is asked for, going in, and whose it is coming out.
fn noting(whose: &'static str, seen: &Seen) -> Arc<dyn Handler> {
    let seen = Arc::clone(seen);
    from_function(move |invocation: Invocation| {
        let seen = Arc::clone(&seen);
        async move {
            let params = invocation.arguments.to_value().unwrap();
            let key = params.get("name").or_else(|| params.get("uri")).unwrap();
            seen.lock().unwrap().push(format!("{whose}: {}", key.as_str().unwrap()));
            let answered = invocation.context.next(None).await;
            seen.lock().unwrap().push(whose.to_owned());
            answered.map(Output::Whole)
        }
    })
}

const METHODS: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

fn intercept(registry: &Registry, handler: &Arc<dyn Handler>, unless_registered: bool) {
    for method in METHODS {
        let interception = Interception { handler: Arc::clone(handler), unless_registered };
        registry.set_interception(method, Some(interception));
    }
}

fn inner() -> Registry {
    let registry = empty();
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    registry.add_tool(tool("add", &schema), returns(text("added"))).unwrap();
    let passed = from_function(|invocation: Invocation| async move {
        Ok(text(if invocation.context.passed { "passed" } else { "not passed" }))
    });
    registry.add_tool(tool("look", &schema), passed).unwrap();
    let prompt = Prompt {
        name: "greet".to_owned(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    };
    let messages = RawJson::from_checked("[]");
    let greeting = PromptOutput { description: Some("hello".to_owned()), messages, meta: None };
    registry.add_prompt(prompt, returns(Output::Prompt(greeting))).unwrap();
    let contents = raw(&json!([{"uri": "data://x", "text": "read"}]));
    let read = Output::Resource(ResourceOutput { contents, meta: None, cache: None });
    registry.add_resource(resource("data://x"), returns(read)).unwrap();
    registry
}

/// A server in a server in a server: `mid_in_add`, `data://mid/in/x`.
fn nested() -> (Registry, Registry, Registry) {
    let (outer, middle, inner) = (empty(), empty(), inner());
    mount(&middle, &inner, "in");
    mount(&outer, &middle, "mid");
    (outer, middle, inner)
}

fn mount(outer: &Registry, inner: &Registry, prefix: &str) {
    let namespace = Some(Namespace::new(prefix).unwrap());
    outer.mount(inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
}

fn engine_of(registry: Registry) -> Engine {
    builder().registry(registry).build().unwrap()
}

/// What is answered, in every era.
async fn in_each(engine: &Engine, method: &str, params: Value, check: impl Fn(&Value)) {
    check(&hear(modern(engine, method, params.clone())).await.response);
    for version in LEGACY {
        let connection = shaken(engine, version).await;
        check(&hear(send(engine, &connection, request(1, method, params.clone()))).await.response);
    }
}

const ASKED: [(&str, &str, &str); 3] =
    [("tools/call", "name", "add"), ("prompts/get", "name", "greet"), ("resources/read", "uri", "data://x")];

fn params(member: &str, key: &str) -> Value {
    json!({member: key, "arguments": if key.ends_with("greet") { json!({}) } else { json!({"n": 1}) }})
}

/// What it is called under these namespaces.
fn called(key: &str, namespaces: &[&str]) -> String {
    match key.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}/{rest}", namespaces.join("/")),
        None => format!("{}_{key}", namespaces.join("_")),
    }
}

#[tokio::test]
async fn each_server_is_told_by_its_own_names_the_outermost_first() {
    let (outer, middle, inner) = nested();
    let noted = Seen::default();
    intercept(&outer, &noting("outer", &noted), false);
    intercept(&middle, &noting("middle", &noted), false);
    intercept(&inner, &noting("inner", &noted), false);
    let engine = engine_of(outer);
    for (method, member, key) in ASKED {
        let names = [called(key, &["mid", "in"]), called(key, &["in"])];
        in_each(&engine, method, params(member, &names[0]), |response| {
            assert!(response.get("result").is_some(), "{response}");
            let [outer, middle, inner] =
                [format!("outer: {}", names[0]), format!("middle: {}", names[1]), format!("inner: {key}")];
            assert_eq!(seen(&noted), [&outer, &middle, &inner, "inner", "middle", "outer"], "{method}");
        })
        .await;
    }
    // By itself it is told as ever.
    let engine = engine_of(inner);
    hear(modern(&engine, "tools/call", params("name", "add"))).await.result();
    assert_eq!(seen(&noted), ["inner: add", "inner"]);
}

#[tokio::test]
async fn what_is_not_from_there_is_not_told_there() {
    let (outer, _, inner) = nested();
    let noted = Seen::default();
    intercept(&inner, &noting("inner", &noted), false);
    outer.add_tool(tool("own", &any_object()), returns(text("own"))).unwrap();
    let engine = engine_of(outer.clone());
    for name in ["own", "missing", "add"] {
        in_each(&engine, "tools/call", json!({"name": name}), |_| {}).await;
        assert!(seen(&noted).is_empty(), "{name}");
    }
    // Nor is what its caller may not see.
    let nobody = from_function(|_| async { Ok(Output::Whole(raw(&json!({"visible": []})))) });
    outer.set_visible(ItemKind::Tool, Some(nobody));
    in_each(&engine, "tools/call", params("name", "mid_in_add"), |response| {
        assert_eq!(response["error"]["message"], "unknown tool: mid_in_add");
    })
    .await;
    assert!(seen(&noted).is_empty());
    // What is hung up later counts, and what is taken down does not.
    outer.set_visible(ItemKind::Tool, None);
    hear(modern(&engine, "tools/call", params("name", "mid_in_add"))).await.result();
    assert_eq!(seen(&noted).len(), 2);
    inner.set_interception("tools/call", None);
    hear(modern(&engine, "tools/call", params("name", "mid_in_add"))).await.result();
    assert!(seen(&noted).is_empty());
}

/// Goes on with other params.
fn asking_for(params: Value) -> Arc<dyn Handler> {
    from_function(move |invocation: Invocation| {
        let params = raw(&params);
        async move { invocation.context.next(Some(&params)).await.map(Output::Whole) }
    })
}

#[tokio::test]
async fn it_may_ask_for_something_else_of_its_server_and_of_no_other() {
    let (outer, _, inner) = nested();
    outer.add_tool(tool("own", &any_object()), returns(text("own"))).unwrap();
    let engine = engine_of(outer);
    intercept(&inner, &asking_for(json!({"name": "look", "arguments": {"n": 1}})), false);
    in_each(&engine, "tools/call", params("name", "mid_in_add"), |response| {
        assert_eq!(response["result"]["content"][0]["text"], "passed");
    })
    .await;
    for name in ["own", "mid_in_look"] {
        intercept(&inner, &asking_for(json!({"name": name, "arguments": {"n": 1}})), false);
        in_each(&engine, "tools/call", params("name", "mid_in_add"), |response| {
            let why = response["error"]["message"].as_str().unwrap();
            assert!(why.contains(name), "{response}");
        })
        .await;
    }
}

#[tokio::test]
async fn functions_that_have_it_around_them_are_left_to_it() {
    let (outer, middle, inner) = nested();
    let noted = Seen::default();
    intercept(&outer, &noting("outer", &noted), true);
    intercept(&middle, &noting("middle", &noted), true);
    intercept(&inner, &noting("inner", &noted), true);
    let engine = engine_of(outer);
    in_each(&engine, "tools/call", params("name", "mid_in_look"), |response| {
        assert_eq!(response["result"]["content"][0]["text"], "not passed");
        assert_eq!(seen(&noted), ["outer: mid_in_look", "middle: in_look", "middle", "outer"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_left_to_the_function_is_told_of_what_is_refused_before_it() {
    let refused = json!({"name": "look", "arguments": {"n": "one"}});
    let noted = Seen::default();
    let registry = inner();
    let plain = engine_of(inner());
    intercept(&registry, &noting("inner", &noted), true);
    let engine = engine_of(registry.clone());
    let expected = hear(modern(&plain, "tools/call", refused.clone())).await.response;
    assert_eq!(hear(modern(&engine, "tools/call", refused.clone())).await.response, expected);
    assert_eq!(seen(&noted), ["inner: look", "inner"]);
    in_each(&engine, "tools/call", refused.clone(), |response| {
        assert!(response.to_string().contains('n'));
        assert_eq!(seen(&noted), ["inner: look", "inner"]);
    })
    .await;
    // It may put it right; then the function knows that it was told.
    intercept(&registry, &asking_for(json!({"name": "look", "arguments": {"n": 1}})), true);
    in_each(&engine, "tools/call", refused.clone(), |response| {
        assert_eq!(response["result"]["content"][0]["text"], "passed");
    })
    .await;
    // From outside, too.
    let outer = empty();
    mount(&outer, &registry, "in");
    intercept(&registry, &noting("inner", &noted), true);
    let engine = engine_of(outer);
    let refused = json!({"name": "in_look", "arguments": {"n": "one"}});
    in_each(&engine, "tools/call", refused, |response| {
        assert!(response.to_string().contains('n'));
        assert_eq!(seen(&noted), ["inner: look", "inner"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_behind_it_says_what_it_says_on_the_stream_of_the_request() {
    let (outer, middle, _) = nested();
    let busy = registry();
    mount(&middle, &busy, "busy");
    let noted = Seen::default();
    intercept(&middle, &noting("middle", &noted), false);
    intercept(&busy, &noting("busy", &noted), false);
    let engine = engine_of(outer);
    let connection = shaken(&engine, "2025-11-25").await;
    let call = json!({"name": "mid_busy_busy", "arguments": {}, "_meta": {"progressToken": "p"}});
    let heard = hear(send(&engine, &connection, request(1, "tools/call", call))).await;
    let progress = heard.messages.iter().filter(|said| said["method"] == "notifications/progress");
    assert_eq!((progress.count(), seen(&noted).len()), (3, 4));
}

#[tokio::test]
async fn what_is_behind_it_asks_its_questions() {
    let (outer, (inner, begun)) = (empty(), asking(false));
    mount(&outer, &inner, "in");
    let noted = Seen::default();
    intercept(&inner, &noting("inner", &noted), false);
    let engine = engine_of(outer);
    let params = json!({"name": "in_greet", "arguments": {}, "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
    }});
    let connection = engine.connect();
    let heard = hear(send(&engine, &connection, request(1, "tools/call", params.clone()))).await;
    assert_eq!(heard.result()["resultType"], "input_required");
    let key = heard.result()["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let mut again = params;
    again["inputResponses"] = json!({key: filled("Ann")});
    again["requestState"] = heard.result()["requestState"].clone();
    let heard = hear(send(&engine, &connection, request(2, "tools/call", again))).await;
    assert_eq!(heard.result()["content"][0]["text"], "Hello, Ann!");
    assert_eq!(begun.load(std::sync::atomic::Ordering::SeqCst), 1);
    // In each round it is told, as whatever stands around the method is.
    assert_eq!(seen(&noted), ["inner: greet", "inner", "inner: greet", "inner"]);
}

#[tokio::test]
async fn headers_are_held_against_arguments_that_nobody_changed() {
    // PARAM-7, PARAM-8
    let region = json!({"type": "string", "x-mcp-header": "Region"});
    let schema = json!({"type": "object", "properties": {"region": region}});
    let registry = empty();
    registry.add_tool(tool("regional", &schema), returns(text("done"))).unwrap();
    let engine = engine_of(registry.clone());
    let call = |region: &str| {
        let pairs = [
            ("MCP-Protocol-Version", MODERN),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "regional"),
            ("Mcp-Param-Region", region),
        ];
        let params = json!({"name": "regional", "arguments": {"region": "north"}});
        hear(post(&engine, &pairs, request(7, "tools/call", enveloped(params))))
    };
    let noted = Seen::default();
    intercept(&registry, &noting("it", &noted), false);
    let heard = call("south").await;
    assert_eq!((heard.code(), heard.status), (-32020, 400));
    assert_eq!(call("north").await.result()["content"][0]["text"], "done");
    // What whoever stands there makes of them is its own business.
    intercept(&registry, &asking_for(json!({"name": "regional", "arguments": {"region": "east"}})), false);
    assert_eq!(call("north").await.result()["content"][0]["text"], "done");
}
