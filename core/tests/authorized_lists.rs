//! Lists that not the registry alone writes, what is followed, and what may be kept: the policy holds for them too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authorization_support;
mod engine_support;

use std::sync::Arc;

use authorization_support::any_policy_of_everything;
use engine_support::*;
use oxmcp_core::authorization::{Definition, LivePolicy, Policy};
use oxmcp_core::engine::{Connection, Edge, Engine, EngineBuilder, Exchange, HttpEdge, Inbound};
use oxmcp_core::handler::{Handler, Invocation, Origin, from_function};
use oxmcp_core::middleware::Admission;
use oxmcp_core::model::{
    CacheHint, CacheScope, Change, Grants, OperationKind, Output, Principal, Requirements, ResourceOutput,
};
use oxmcp_core::registry::{Interception, ItemKind, Registry, RegistryOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

fn live(definition: &Value) -> Arc<LivePolicy> {
    let definition: Definition = serde_json::from_value(definition.clone()).unwrap();
    Arc::new(LivePolicy::new(Policy::new(&definition).unwrap()))
}

fn guarded(registry: Registry, definition: &Value) -> Engine {
    builder().registry(registry).admission(Admission::default().authorizer(live(definition))).build().unwrap()
}

fn whole(value: &Value) -> Arc<dyn Handler> {
    returns(Output::Whole(raw(value)))
}

async fn ask(engine: &Engine, legacy: Option<&Arc<Connection>>, method: &str, params: Value) -> Value {
    match legacy {
        Some(connection) => hear(send(engine, connection, request(7, method, params))).await.response,
        None => hear(modern(engine, method, params)).await.response,
    }
}

const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "name"),
    ("prompts/list", "prompts", "name"),
    ("resources/list", "resources", "uri"),
    ("resources/templates/list", "resourceTemplates", "uriTemplate"),
];

/// The keys of everything that is listed.
async fn listed(engine: &Engine, legacy: Option<&Arc<Connection>>) -> Vec<String> {
    let mut keys = Vec::new();
    for (method, member, key) in LISTS {
        let answer = ask(engine, legacy, method, json!({})).await;
        let items = answer["result"][member].as_array().unwrap();
        keys.extend(items.iter().map(|item| item[key].as_str().unwrap().to_owned()));
    }
    keys
}

/// A server all of whose methods the author's code answers.
fn low_level() -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let schema = json!({"type": "object"});
    for (method, value) in [
        (
            "tools/list",
            json!({"tools": [{"name": "a", "inputSchema": schema}, {"name": "b", "inputSchema": schema}], "x": 1}),
        ),
        ("prompts/list", json!({"prompts": [{"name": "a"}, {"name": "b"}]})),
        (
            "resources/list",
            json!({"resources": [{"uri": "t://a", "name": "a"}, {"uri": "T://b", "name": "b"}, {"name": "c"}]}),
        ),
        (
            "resources/templates/list",
            json!({"resourceTemplates": [{"uriTemplate": "t://{x}", "name": "x"}, {"uriTemplate": "u://{x}", "name": "u"}]}),
        ),
        ("tools/call", json!({"content": [{"type": "text", "text": "called"}]})),
        ("prompts/get", json!({"messages": []})),
        ("resources/read", json!({"contents": []})),
        ("completion/complete", json!({"completion": {"values": ["x"]}})),
    ] {
        registry.set_method(method, Some(whole(&value)));
    }
    registry
}

#[tokio::test]
async fn lists_that_the_author_writes_have_what_the_caller_may_see() {
    let rules = json!({"rules": [
        {"effect": "allow", "tools": "b", "prompts": "a", "resources": "t://a"},
    ]});
    let engine = guarded(low_level(), &rules);
    for version in LEGACY.into_iter().map(Some).chain([None]) {
        let connection = match version {
            Some(version) => Some(shaken(&engine, version).await),
            None => None,
        };
        let legacy = connection.as_ref();
        assert_eq!(listed(&engine, legacy).await, ["b", "a", "t://a", "t://{x}"], "{version:?}");
        let called = ask(&engine, legacy, "tools/call", json!({"name": "b", "arguments": {}})).await;
        assert_eq!(called["result"]["content"][0]["text"], "called");
        let denied = ask(&engine, legacy, "tools/call", json!({"name": "a", "arguments": {}})).await;
        let unknown = ask(&engine, legacy, "tools/call", json!({"name": "zzz", "arguments": {}})).await;
        assert_eq!(denied.to_string(), unknown.to_string().replace("zzz", "a"));
        assert!(ask(&engine, legacy, "prompts/get", json!({"name": "b"})).await["error"].is_object());
        assert!(ask(&engine, legacy, "resources/read", json!({"uri": "t://b"})).await["error"].is_object());
        if version.is_none_or(|version| version > "2025-03-25") {
            let complete = async |name: &str| {
                let reference = json!({"type": "ref/prompt", "name": name});
                let params = json!({"ref": reference, "argument": {"name": "x", "value": ""}});
                ask(&engine, legacy, "completion/complete", params).await
            };
            let completed = complete("a").await;
            assert!(completed["result"].is_object(), "{version:?} {completed}");
            assert!(complete("b").await["error"].is_object(), "{version:?}");
        }
    }
    // What else it says stays.
    assert_eq!(ask(&engine, None, "tools/list", json!({})).await["result"]["x"], 1);
    // Where everything is allowed, nothing is touched.
    let open = guarded(low_level(), &json!({}));
    assert_eq!(listed_even_nameless(&open).await, 3);
}

async fn listed_even_nameless(engine: &Engine) -> usize {
    ask(engine, None, "resources/list", json!({})).await["result"]["resources"].as_array().unwrap().len()
}

#[tokio::test]
async fn resources_that_functions_list_are_those_that_can_be_read() {
    let registry = registry();
    let items = json!({"resources": [
        {"uri": "test://items/1", "name": "1"}, {"uri": "test://items/secret", "name": "s"}, {"uri": "own://x", "name": "x"},
    ]});
    registry.set_further_resources(Some(whole(&items)));
    let mut hidden = resource("test://boss");
    hidden.common.requires = Some(Arc::new(Requirements { roles: vec!["boss".into()], scopes: Vec::new() }));
    let contents = raw(&json!([{"uri": "test://boss", "text": "x"}]));
    let output = Output::Resource(ResourceOutput { contents, meta: None, cache: None });
    registry.add_resource(hidden, returns(output)).unwrap();
    let rules = json!({"rules": [
        {"effect": "allow", "resources": "test://items/*"},
        {"effect": "deny", "resources": "test://items/secret"},
    ]});
    let engine = guarded(registry.clone(), &rules);
    assert_eq!(listed(&engine, None).await, ["test://items/1", "test://items/{id}"]);
    let open = guarded(registry, &json!({}));
    let all = listed(&open, None).await;
    assert!(all.contains(&"own://x".to_owned()) && !all.contains(&"test://boss".to_owned()), "{all:?}");
}

#[tokio::test]
async fn middleware_adds_nothing_to_lists_that_may_not_be_called() {
    let registry = registry();
    let handler = from_function(|invocation: Invocation| async move {
        let listed = invocation.context.next(Some(&invocation.arguments)).await?;
        let mut listed: Value = serde_json::from_str(listed.as_str()).unwrap();
        for name in ["added", "panic"] {
            let tool = json!({"name": name, "inputSchema": {"type": "object"}});
            listed["tools"].as_array_mut().unwrap().push(tool);
        }
        Ok(Output::Whole(raw(&listed)))
    });
    registry.set_interception("tools/list", Some(Interception { handler, unless_registered: false }));
    let engine = guarded(registry, &json!({"rules": [{"effect": "allow", "tools": ["busy", "added"]}]}));
    let connection = shaken(&engine, "2025-11-25").await;
    for legacy in [None, Some(&connection)] {
        let answer = ask(&engine, legacy, "tools/list", json!({})).await;
        let names: Vec<_> =
            answer["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
        assert_eq!(names, ["busy", "added"]);
    }
}

fn reading(what: &str) -> Policy {
    let definition = json!({"rules": [{"effect": "allow", "resources": ["test://other", what]}]});
    Policy::new(&serde_json::from_value(definition).unwrap()).unwrap()
}

#[tokio::test]
async fn what_is_followed_is_told_of_as_long_as_it_may_be_read() {
    let policy = Arc::new(LivePolicy::new(reading("test://note")));
    let admission = Admission::default().authorizer(Arc::clone(&policy) as _);
    let engine = builder().registry(registry()).admission(admission).build().unwrap();
    let connection = shaken(&engine, "2025-06-18").await;
    for uri in ["test://note", "test://other"] {
        let followed =
            hear(send(&engine, &connection, request(2, "resources/subscribe", json!({"uri": uri})))).await;
        assert!(followed.result().is_object());
    }
    let uris = json!(["test://note", "test://other"]);
    let params = enveloped(json!({"notifications": {"resourceSubscriptions": uris}}));
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "subscriptions/listen")];
    let mut listening: Exchange = post(&engine, &pairs, request(9, "subscriptions/listen", params));
    message(listening.next().await);

    let mut told = async || {
        for uri in ["test://note", "test://other"] {
            engine.registry().notify(&Change::Resource(uri.into()));
        }
        let mut both = Vec::new();
        loop {
            both.push(connection.unsolicited().await.unwrap());
            both.push(message(listening.next().await).to_string());
            // The other one comes last, whatever came before.
            if both.iter().filter(|text| text.contains("test://other")).count() == 2 {
                return both.iter().filter(|text| text.contains("test://note")).count();
            }
        }
    };
    assert_eq!(told().await, 2);
    policy.replace(reading("test://nothing"));
    assert_eq!(told().await, 0);
    policy.replace(reading("test://n*"));
    assert_eq!(told().await, 2);
}

fn hinting(mut builder: EngineBuilder) -> EngineBuilder {
    for kind in [
        OperationKind::ListTools,
        OperationKind::ListPrompts,
        OperationKind::ListResources,
        OperationKind::ListResourceTemplates,
        OperationKind::ReadResource,
    ] {
        builder = builder.cache_hint(kind, CacheHint { ttl_ms: 5, scope: CacheScope::Public });
    }
    builder
}

/// Who may keep what is answered; all the same.
async fn scope(engine: &Engine) -> String {
    let mut found = Vec::new();
    for (method, params) in LISTS
        .iter()
        .map(|(method, ..)| (*method, json!({})))
        .chain([("resources/read", json!({"uri": "test://note"}))])
    {
        let result = ask(engine, None, method, params).await["result"].clone();
        assert_eq!(result["ttlMs"], 5);
        found.push(result["cacheScope"].as_str().unwrap().to_owned());
    }
    assert!(found.iter().all(|scope| *scope == found[0]), "{found:?}");
    found[0].clone()
}

#[tokio::test]
async fn nobody_else_keeps_what_depends_on_the_caller() {
    let built = |registry: Registry, policy: Option<Value>| {
        let builder = hinting(builder().registry(registry));
        match policy {
            None => builder.build().unwrap(),
            Some(policy) => {
                builder.admission(Admission::default().authorizer(live(&policy))).build().unwrap()
            }
        }
    };
    assert_eq!(scope(&built(registry(), None)).await, "public");
    assert_eq!(scope(&built(registry(), Some(json!({})))).await, "public");
    // Even for whoever sees everything.
    assert_eq!(scope(&built(registry(), Some(json!({"rules": [{"effect": "allow"}]})))).await, "private");
    let asking = registry();
    let mut tool = tool("asking", &any_object());
    tool.common.requires = Some(Arc::new(Requirements { roles: vec!["boss".into()], scopes: Vec::new() }));
    asking.add_tool(tool, returns(text("x"))).unwrap();
    assert_eq!(scope(&built(asking, None)).await, "private");
    // A list that the author's predicates decide about, and one that the author's code says is for everybody.
    let gated = registry();
    gated.set_visible(ItemKind::Tool, Some(whole(&json!({"visible": []}))));
    let engine = built(gated, None);
    assert_eq!(ask(&engine, None, "tools/list", json!({})).await["result"]["cacheScope"], "private");
    let said = json!({"tools": [], "cacheScope": "public", "ttlMs": 5});
    let own = registry();
    own.set_method("tools/list", Some(whole(&said)));
    assert_eq!(
        ask(&built(own.clone(), None), None, "tools/list", json!({})).await["result"]["cacheScope"],
        "public"
    );
    assert_eq!(scope(&built(own, Some(json!({"rules": [{"effect": "allow"}]})))).await, "private");
}

const TOOLS: [&str; 4] = ["read_a", "read_b", "write_a", "other"];
const URIS: [&str; 4] = ["t://read_a", "t://read_b", "t://write_a", "t://other"];

/// Half of it is registered, the other half only the author's code knows.
fn mixed() -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    for (number, uri) in URIS.iter().enumerate().take(2) {
        let mut resource = resource(uri);
        if number == 1 {
            let requires = Requirements { scopes: vec!["s1".into()], roles: vec!["writer".into()] };
            resource.common.requires = Some(Arc::new(requires));
        }
        let contents = raw(&json!([{"uri": uri, "text": "x"}]));
        let output = Output::Resource(ResourceOutput { contents, meta: None, cache: None });
        registry.add_resource(resource, returns(output)).unwrap();
    }
    let further: Vec<_> = URIS[2..].iter().map(|uri| json!({"uri": uri, "name": "n"})).collect();
    registry.set_further_resources(Some(whole(&json!({"resources": further}))));
    registry.set_method("resources/read", Some(whole(&json!({"contents": []}))));
    let named = |name: &&str| json!({"name": name, "inputSchema": {"type": "object"}});
    let tools: Vec<_> = TOOLS.iter().map(named).collect();
    registry.set_method("tools/list", Some(whole(&json!({"tools": tools}))));
    registry.set_method("tools/call", Some(whole(&json!({"content": []}))));
    let prompts: Vec<_> = TOOLS.iter().map(|name| json!({"name": name})).collect();
    registry.set_method("prompts/list", Some(whole(&json!({"prompts": prompts}))));
    registry.set_method("prompts/get", Some(whole(&json!({"messages": []}))));
    registry
}

fn callers() -> Vec<Principal> {
    let boxes = |texts: &[&str]| texts.iter().map(|text| Box::from(*text)).collect();
    let mut all = vec![Principal::of_client("alice")];
    for roles in [&["reader"][..], &["writer"], &["admin"], &[]] {
        for scopes in [&[][..], &["s1"], &["s1", "s2"]] {
            let grants = Grants { scopes: boxes(scopes), roles: boxes(roles), ..Grants::default() };
            all.push(Principal::of_subject("alice").granted(grants));
        }
    }
    all
}

fn asks(engine: &Engine, who: &Principal, method: &str, params: &Value) -> Exchange {
    let name = params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str);
    let mut pairs = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
    pairs.extend(name.map(|name| ("Mcp-Name", name)));
    let headers = Arc::new(headers(&pairs));
    let principal = Some(who.clone());
    let edge = Edge::Http(HttpEdge { headers, remote: None, principal, stateless: false, resumable: false });
    let frame = request(7, method, enveloped(params.clone())).to_string().into();
    engine.exchange(Inbound { frame, edge, max_bytes: None, origin: Origin::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Of everything, whoever knows of it: what may be used is what is listed (T8).
    #[test]
    fn every_list_is_the_permission(definition in any_policy_of_everything()) {
        let engine = guarded(mixed(), &definition);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for who in callers() {
                for (list, member, key, method, keys) in [
                    ("tools/list", "tools", "name", "tools/call", TOOLS),
                    ("prompts/list", "prompts", "name", "prompts/get", TOOLS),
                    ("resources/list", "resources", "uri", "resources/read", URIS),
                ] {
                    let heard = hear(asks(&engine, &who, list, &json!({}))).await;
                    let items = heard.result()[member].clone();
                    for name in keys {
                        let is_listed = items.as_array().unwrap().iter().any(|item| item[key] == name);
                        let heard = hear(asks(&engine, &who, method, &json!({key: name}))).await;
                        let is_done = heard.response["result"].is_object();
                        assert_eq!(is_listed, is_done, "{method} {name} {definition} {}", heard.response);
                    }
                }
            }
        });
    }
}
