//! What a policy denies is not there: not listed, and answered byte for byte as what never was, in every version and by every method.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authorization_support;
mod engine_support;

use std::sync::Arc;

use authorization_support::any_policy;
use engine_support::*;
use oxmcp_core::authorization::{Definition, LivePolicy, Policy};
use oxmcp_core::engine::{Connection, Edge, Engine, HttpEdge, Inbound};
use oxmcp_core::handler::Origin;
use oxmcp_core::middleware::Admission;
use oxmcp_core::model::{AuthenticationMethod, Grants, Principal, Requirements, Tool};
use oxmcp_core::registry::{
    MountOptions, Namespace, Registry, RegistryOptions, StandIn, ToolSearch, Transform,
};
use oxmcp_core::schema::SchemaLimits;
use proptest::prelude::*;
use serde_json::{Value, json};

fn live(definition: &Value) -> Arc<LivePolicy> {
    let definition: Definition = serde_json::from_value(definition.clone()).unwrap();
    Arc::new(LivePolicy::new(Policy::new(&definition).unwrap()))
}

fn guarded(registry: Registry, definition: &Value) -> Engine {
    let admission = Admission::default().authorizer(live(definition));
    builder().registry(registry).admission(admission).build().unwrap()
}

/// Only what has to do with greetings is there.
fn greeter() -> Value {
    json!({"rules": [
        {"effect": "allow", "tools": ["busy"], "prompts": "nothing", "resources": "test://other*", "methods": "own/open"},
    ]})
}

fn with_grants(scopes: &[&str], roles: &[&str], method: AuthenticationMethod) -> Principal {
    let boxes = |texts: &[&str]| texts.iter().map(|text| Box::from(*text)).collect();
    let grants = Grants { scopes: boxes(scopes), roles: boxes(roles), method, ..Grants::default() };
    Principal::of_subject("alice").granted(grants)
}

/// A modern request of somebody over HTTP.
fn asks(engine: &Engine, who: &Principal, method: &str, params: &Value) -> oxmcp_core::engine::Exchange {
    let name = params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str);
    let mut pairs = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
    pairs.extend(name.map(|name| ("Mcp-Name", name)));
    let headers = Arc::new(headers(&pairs));
    let principal = Some(who.clone());
    let edge = Edge::Http(HttpEdge { headers, remote: None, principal, stateless: false, resumable: false });
    let frame = request(7, method, enveloped(params.clone())).to_string().into();
    engine.exchange(Inbound { frame, edge, max_bytes: None, origin: Origin::default() })
}

/// Every way to name something, by its name.
fn every_way(tool: &str, prompt: &str, uri: &str, template: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("tools/call", json!({"name": tool, "arguments": {"text": "hi"}})),
        ("tools/call", json!({"name": tool, "arguments": {"wrong": 1}})),
        ("prompts/get", json!({"name": prompt, "arguments": {"who": "you"}})),
        ("prompts/get", json!({"name": prompt})),
        ("resources/read", json!({"uri": uri})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": prompt}, "argument": {"name": "who", "value": ""}}),
        ),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/resource", "uri": template}, "argument": {"name": "id", "value": ""}}),
        ),
    ]
}

async fn ask(
    engine: &Engine,
    connection: Option<&Arc<Connection>>,
    method: &str,
    params: Value,
) -> (Value, u16) {
    let heard = match connection {
        Some(connection) => hear(send(engine, connection, request(7, method, params))).await,
        None => hear(modern(engine, method, params)).await,
    };
    (heard.response, heard.status)
}

#[tokio::test]
async fn what_is_denied_is_answered_as_what_never_was() {
    let engine = guarded(registry(), &greeter());
    // The same server without what is denied.
    let bare = engine_support::engine();
    for tool in ["echo", "hang", "refuse", "broken", "panic"] {
        bare.registry().remove_tool(tool);
    }
    bare.registry().remove_prompt("greet");
    bare.registry().remove_resource("test://note");
    bare.registry().remove_resource_template("test://items/{id}");
    let names = [
        every_way("echo", "greet", "test://note", "test://items/{id}"),
        every_way("panic", "greet", "test://items/5", "test://items/{id}"),
        every_way("hang", "greet", "TEST://NOTE", "test://note"),
    ];
    for version in LEGACY.into_iter().map(Some).chain([None]) {
        let connections = match version {
            Some(version) => Some((shaken(&engine, version).await, shaken(&bare, version).await)),
            None => None,
        };
        let (one, other) =
            (connections.as_ref().map(|both| &both.0), connections.as_ref().map(|both| &both.1));
        for (method, params) in names.iter().flatten() {
            let denied = ask(&engine, one, method, params.clone()).await;
            let unknown = ask(&bare, other, method, params.clone()).await;
            assert_eq!(denied, unknown, "{version:?} {method} {params}");
        }
        for list in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let denied = ask(&engine, one, list, json!({})).await;
            assert_eq!(denied, ask(&bare, other, list, json!({})).await, "{version:?} {list}");
        }
        let busy = ask(&engine, one, "tools/call", json!({"name": "busy"})).await.0;
        assert_eq!(busy["result"]["content"][0]["text"], "done");
        let own = ask(&engine, one, "own/closed", json!({})).await;
        assert_eq!(own, ask(&bare, other, "own/closed", json!({})).await);
    }
}

#[tokio::test]
async fn who_follows_what_is_denied_hears_nothing_and_is_not_told_so() {
    let engine = guarded(registry(), &greeter());
    let connection = shaken(&engine, "2025-06-18").await;
    let followed =
        ask(&engine, Some(&connection), "resources/subscribe", json!({"uri": "test://note"})).await;
    let unknown = ask(&engine, Some(&connection), "resources/subscribe", json!({"uri": "test://none"})).await;
    assert_eq!(followed, unknown);
    let other = ask(&engine, Some(&connection), "resources/subscribe", json!({"uri": "test://other"})).await;
    assert_eq!(other, followed);
    for uri in ["test://note", "test://other"] {
        engine.registry().notify(&oxmcp_core::model::Change::Resource(uri.into()));
    }
    let unsolicited = connection.unsolicited();
    let first = unsolicited.await.unwrap();
    assert!(first.contains("test://other"), "{first}");

    let params =
        enveloped(json!({"notifications": {"resourceSubscriptions": ["test://note", "test://other"]}}));
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "subscriptions/listen")];
    let mut listening = post(&engine, &pairs, request(9, "subscriptions/listen", params));
    let acknowledged = message(listening.next().await);
    assert!(acknowledged.to_string().contains("test://note"), "{acknowledged}");
    for uri in ["test://note", "test://other"] {
        engine.registry().notify(&oxmcp_core::model::Change::Resource(uri.into()));
    }
    let told = message(listening.next().await);
    assert!(told.to_string().contains("test://other"), "{told}");
}

#[tokio::test]
async fn arguments_are_refused_in_words_and_templates_by_their_uris() {
    let rules = json!({"rules": [
        {"effect": "allow", "tools": "echo", "arguments": {"text": {"one_of": ["hi", "ho"]}}},
        {"effect": "allow", "prompts": "greet", "arguments": {"who": {"matches": "[a-z]+"}}},
        {"effect": "allow", "resources": "test://items/*"},
        {"effect": "deny", "resources": "test://items/secret*"},
    ]});
    let engine = guarded(registry(), &rules);
    let call = async |text: &str| {
        hear(modern(&engine, "tools/call", json!({"name": "echo", "arguments": {"text": text}}))).await
    };
    assert_eq!(call("hi").await.result()["content"][0]["text"], "hi");
    let refused = call("rm").await;
    assert_eq!(refused.result()["isError"], true);
    assert_eq!(
        refused.result()["content"][0]["text"],
        "not allowed: the argument \"text\" must be one of \"hi\", \"ho\""
    );
    let refused =
        hear(modern(&engine, "prompts/get", json!({"name": "greet", "arguments": {"who": "X"}}))).await;
    assert_eq!(refused.code(), -32602);
    let read = async |uri: &str| hear(modern(&engine, "resources/read", json!({"uri": uri}))).await;
    assert!(read("test://items/5").await.result().is_object());
    let unknown = read("test://nothing").await.response.to_string();
    for uri in
        ["test://items/secret", "test://items/%73ecret", "test://items/secre%74/x", "TEST://items/secret"]
    {
        let denied = read(uri).await.response.to_string();
        assert_eq!(denied, unknown.replace("test://nothing", uri), "{uri}");
    }
    let templates = hear(modern(&engine, "resources/templates/list", json!({}))).await;
    assert_eq!(templates.result()["resourceTemplates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_items_ask_for_holds_without_a_policy_and_a_scope_can_be_asked_for() {
    let registry = registry();
    let mut tool = tool("secret", &any_object());
    let requires = Requirements { scopes: vec!["db:read".into(), "db:write".into()], roles: Vec::new() };
    tool.common.requires = Some(Arc::new(requires));
    // Registered after the engine was made, too.
    let engine = builder().registry(registry).build().unwrap();
    let before = hear(modern(&engine, "tools/call", json!({"name": "secret"}))).await;
    engine.registry().add_tool(tool, returns(text("the secret"))).unwrap();
    let stranger = hear(modern(&engine, "tools/call", json!({"name": "secret"}))).await;
    assert_eq!(before.response, stranger.response);
    let call = json!({"name": "secret"});
    let full = with_grants(&["db:write", "db:read"], &[], AuthenticationMethod::Jwt);
    assert_eq!(
        hear(asks(&engine, &full, "tools/call", &call)).await.result()["content"][0]["text"],
        "the secret"
    );
    let few = with_grants(&["db:read"], &[], AuthenticationMethod::Jwt);
    let lacking = hear(asks(&engine, &few, "tools/call", &call)).await;
    assert_eq!((lacking.status, lacking.code()), (403, -31003));
    // A key cannot be given more scopes by asking for them.
    let key = with_grants(&["db:read"], &[], AuthenticationMethod::ApiKey);
    assert_eq!(hear(asks(&engine, &key, "tools/call", &call)).await.response, before.response);
    let names = |list: &Value| list["tools"].to_string();
    assert!(names(hear(asks(&engine, &full, "tools/list", &json!({}))).await.result()).contains("secret"));
    assert!(!names(hear(asks(&engine, &few, "tools/list", &json!({}))).await.result()).contains("secret"));
    assert!(names(hear(asks(&engine, &few, "tools/list", &json!({}))).await.result()).contains("echo"));
}

#[tokio::test]
async fn a_policy_that_is_replaced_holds_at_once() {
    let policy = live(&json!({"rules": [{"effect": "allow", "tools": "echo"}]}));
    let admission = Admission::default().authorizer(Arc::clone(&policy) as _);
    let engine = builder().registry(registry()).admission(admission).build().unwrap();
    let listed = async || {
        let list = hear(modern(&engine, "tools/list", json!({}))).await.result()["tools"].clone();
        list.as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed().await, ["echo"]);
    let other: Definition =
        serde_json::from_value(json!({"rules": [{"effect": "allow", "tools": "busy"}]})).unwrap();
    policy.replace(Policy::new(&other).unwrap());
    assert_eq!(listed().await, ["busy"]);
    engine.registry().remove_tool("busy");
    assert!(listed().await.is_empty());
}

#[tokio::test]
async fn a_search_for_tools_finds_and_calls_what_may_be_called() {
    let registry = registry();
    let search = StandIn::new(ToolSearch::default(), &SchemaLimits::default()).unwrap();
    registry.add_transform(Transform::ToolSearch(Arc::new(search)));
    let rules = json!({"rules": [
        {"effect": "allow", "tools": "echo", "arguments": {"text": {"equals": "hi"}}},
        {"effect": "allow", "tools": "busy"},
    ]});
    let engine = guarded(registry, &rules);
    let call = async |name: &str, arguments: Value| {
        let params = json!({"name": name, "arguments": arguments});
        hear(modern(&engine, "tools/call", params)).await.result()["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let found = call("search_tools", json!({"query": "the tool echo refuse panic"})).await;
    assert!(found.contains("echo") && !found.contains("refuse") && !found.contains("panic"), "{found}");
    let through = async |name: &str, arguments: Value| {
        call("call_tool", json!({"name": name, "arguments": arguments})).await
    };
    assert_eq!(through("echo", json!({"text": "hi"})).await, "hi");
    assert!(through("echo", json!({"text": "ho"})).await.contains("must be \"hi\""));
    let unknown = through("nothing", json!({})).await;
    assert_eq!(through("refuse", json!({})).await, unknown.replace("nothing", "refuse"));
    // Who may call nothing finds no search either.
    let engine = guarded(engine.registry().clone(), &json!({"rules": [{"effect": "allow", "prompts": "*"}]}));
    let list = hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!(list.result()["tools"], json!([]));
}

#[tokio::test]
async fn what_is_mounted_is_decided_by_the_names_that_clients_know() {
    let outer = Registry::new(RegistryOptions::default()).unwrap();
    let inner = registry();
    let mut tool = tool("private", &any_object());
    tool.common.requires = Some(Arc::new(Requirements { roles: vec!["boss".into()], scopes: Vec::new() }));
    inner.add_tool(tool, returns(text("private"))).unwrap();
    let options = MountOptions { namespace: Some(Namespace::new("sub").unwrap()), ..MountOptions::default() };
    outer.mount(&inner, options).unwrap();
    let engine = guarded(outer, &json!({"rules": [{"effect": "allow", "tools": "sub_echo"}]}));
    let boss = with_grants(&[], &["boss"], AuthenticationMethod::Host);
    let clerk = with_grants(&[], &[], AuthenticationMethod::Host);
    let names = async |who: &Principal| {
        let list = hear(asks(&engine, who, "tools/list", &json!({}))).await.result()["tools"].clone();
        list.as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&clerk).await, ["sub_echo"]);
    assert_eq!(names(&boss).await, ["sub_echo", "sub_private"]);
    let call = |who, name: &str| {
        hear(asks(&engine, who, "tools/call", &json!({"name": name, "arguments": {"text": "x"}})))
    };
    assert_eq!(call(&clerk, "sub_private").await.code(), -32602);
    assert_eq!(call(&boss, "sub_private").await.result()["content"][0]["text"], "private");
    assert_eq!(call(&clerk, "sub_refuse").await.code(), -32602);
}

const TOOLS: [&str; 6] = ["read_a", "read_b", "write_a", "write_b", "admin_a", "other"];

/// One run looks at a policy for each of these callers.
fn callers() -> Vec<Principal> {
    let mut all = vec![Principal::of_subject("bob"), Principal::of_client("alice")];
    for roles in [&["reader"][..], &["writer"], &["admin"], &["reader", "unknown"], &[]] {
        for scopes in [&[][..], &["s1"], &["s1", "s2"]] {
            all.push(with_grants(scopes, roles, AuthenticationMethod::Host));
        }
    }
    all
}

proptest! {
    // 17 callers of 6 tools, of which two ask for something themselves: some 10,000 decisions, each next to a list.
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// A call is allowed if and only if its tool is in the caller's list.
    #[test]
    fn the_list_is_the_permission(definition in any_policy()) {
        let registry = Registry::new(RegistryOptions::default()).unwrap();
        for name in TOOLS {
            let mut tool: Tool = tool(name, &any_object());
            if name.ends_with("_b") {
                let requires = Requirements { scopes: vec!["s1".into()], roles: vec!["writer".into()] };
                tool.common.requires = Some(Arc::new(requires));
            }
            registry.add_tool(tool, returns(text(name))).unwrap();
        }
        let engine = guarded(registry, &definition);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for who in callers() {
                let list = hear(asks(&engine, &who, "tools/list", &json!({}))).await;
                let list = list.result()["tools"].to_string();
                for name in TOOLS {
                    let heard = hear(asks(&engine, &who, "tools/call", &json!({"name": name}))).await;
                    let is_listed = list.contains(&format!("\"name\":\"{name}\""));
                    let is_called = heard.response["result"]["content"][0]["text"] == name;
                    assert_eq!(is_listed, is_called, "{name} {definition} {}", heard.response);
                    if !is_called {
                        assert_eq!(heard.response["error"]["message"], format!("unknown tool: {name}"));
                    }
                }
            }
        });
    }
}
