//! Calls of what a mounted server offers: what they say, and who hears of them there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::{Arc, Mutex};

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Handler, Invocation, from_function};
use oxmcp_core::model::{
    CacheHint, CommonFields, Output, Prompt, PromptOutput, ResourceOutput, ResourceTemplate, ToolOutput,
    ValueChecks, WatchFilter,
};
use oxmcp_core::registry::{
    MountOptions, Namespace, Registry, RegistryOptions, Rename, Reworded, Selection, StandIn, ToolSearch,
    Transform,
};
use oxmcp_core::schema::SchemaLimits;
use serde_json::{Value, json};

fn empty() -> Registry {
    Registry::new(RegistryOptions::default()).unwrap()
}

fn under(prefix: &str) -> MountOptions {
    MountOptions { namespace: Some(Namespace::new(prefix).unwrap()), ..MountOptions::default() }
}

fn content(blocks: &Value) -> Arc<dyn Handler> {
    returns(Output::Tool(ToolOutput { content: raw(blocks), ..ToolOutput::text("") }))
}

/// Links, in all places where there are any, to what the server has and to what it has not.
fn linking() -> Registry {
    let registry = empty();
    registry.add_resource(resource("data://config"), reading("data://config")).unwrap();
    let template = ResourceTemplate {
        uri_template: "data://users/{id}".to_owned(),
        name: "users".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    };
    registry.add_resource_template(template, reading("data://users/7")).unwrap();
    let blocks = json!([
        {"type": "text", "text": "data://config"},
        {"type": "resource_link", "uri": "data://config", "name": "config"},
        {"type": "resource_link", "uri": "data://users/7", "name": "a user"},
        {"type": "resource", "resource": {"uri": "data://config", "text": "data://config"}},
        {"type": "resource_link", "uri": "https://example.com/config", "name": "elsewhere"},
        {"type": "resource_link", "uri": "data://gone", "name": "nowhere"},
    ]);
    registry.add_tool(tool("link", &any_object()), content(&blocks)).unwrap();
    let messages = json!([
        {"role": "user", "content": {"type": "resource", "resource": {"uri": "data://users/7", "text": ""}}},
        {"role": "user", "content": {"type": "text", "text": "data://config"}},
    ]);
    let prompt = Prompt {
        name: "ask".to_owned(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    };
    let output = PromptOutput { description: None, messages: raw(&messages), meta: None };
    registry.add_prompt(prompt, returns(Output::Prompt(output))).unwrap();
    registry
}

/// Holds what has the URI, what else the server has, and what it has not.
fn reading(uri: &str) -> Arc<dyn Handler> {
    let contents = json!([
        {"uri": uri, "text": "one"},
        {"uri": "data://users/8", "text": "two"},
        {"uri": "https://example.com/", "text": "three"},
    ]);
    returns(Output::Resource(ResourceOutput { contents: raw(&contents), meta: None, cache: None }))
}

/// What is asked in every era.
async fn in_each(engine: &Engine, method: &str, params: Value) -> Vec<Value> {
    let mut all = vec![hear(modern(engine, method, params.clone())).await.result().clone()];
    for version in LEGACY {
        let connection = shaken(engine, version).await;
        all.push(hear(send(engine, &connection, request(1, method, params.clone()))).await.result().clone());
    }
    all
}

#[tokio::test]
async fn links_to_a_mounted_server_s_resources_are_those_that_clients_can_read() {
    let (outer, middle) = (empty(), empty());
    middle.mount(&linking(), under("in")).unwrap();
    outer.mount(&middle, under("mid")).unwrap();
    let engine = builder().registry(outer).build().unwrap();
    for result in in_each(&engine, "tools/call", json!({"name": "mid_in_link"})).await {
        let text = result["content"].to_string();
        // What is no link is nobody's business.
        assert_eq!(result["content"][0]["text"], "data://config");
        // Versions without links have them as text.
        assert!(text.contains("data://mid/in/users/7"), "{text}");
        assert_eq!(result["content"][3]["resource"]["uri"], "data://mid/in/config");
        assert_eq!(result["content"][3]["resource"]["text"], "data://config");
        assert!(text.contains("https://example.com/config") && text.contains("data://gone"), "{text}");
    }
    for result in in_each(&engine, "prompts/get", json!({"name": "mid_in_ask"})).await {
        assert_eq!(result["messages"][0]["content"]["resource"]["uri"], "data://mid/in/users/7");
        assert_eq!(result["messages"][1]["content"]["text"], "data://config");
    }
    for result in in_each(&engine, "resources/read", json!({"uri": "data://mid/in/config"})).await {
        let uris: Vec<_> = result["contents"].as_array().unwrap().iter().map(|one| &one["uri"]).collect();
        assert_eq!(uris, ["data://mid/in/config", "data://mid/in/users/8", "https://example.com/"]);
    }
}

#[tokio::test]
async fn links_stay_as_they_are_where_there_is_no_namespace() {
    let outer = empty();
    outer.mount(&linking(), MountOptions::default()).unwrap();
    let engine = builder().registry(outer).build().unwrap();
    for result in in_each(&engine, "tools/call", json!({"name": "link"})).await {
        assert_eq!(result["content"][3]["resource"]["uri"], "data://config");
    }
}

#[tokio::test]
async fn the_page_of_an_app_is_found_under_its_namespace() {
    let (outer, inner) = (empty(), empty());
    inner.add_resource(resource("ui://clock"), reading("ui://clock")).unwrap();
    let mut clock = tool("clock", &any_object());
    clock.common.meta = Some(raw(&json!({
        "ui": {"resourceUri": "ui://clock", "visibility": ["model"]},
        "ui/resourceUri": "ui://clock",
        "other": 1,
    })));
    inner.add_tool(clock, returns(text("noon"))).unwrap();
    outer.mount(&inner, under("in")).unwrap();
    assert_eq!(outer.snapshot().missing_views(), []);
    let engine = builder().registry(outer).build().unwrap();
    let lists = in_each(&engine, "tools/list", json!({})).await;
    // The oldest versions know no `_meta` of tools.
    let metas: Vec<_> = lists.iter().filter_map(|result| result["tools"][0].get("_meta")).collect();
    assert!(metas.len() >= 3, "{metas:?}");
    for meta in metas {
        assert_eq!(meta["ui"], json!({"resourceUri": "ui://in/clock", "visibility": ["model"]}));
        assert_eq!((&meta["ui/resourceUri"], &meta["other"]), (&json!("ui://in/clock"), &json!(1)));
    }
}

fn searching() -> Transform {
    Transform::ToolSearch(Arc::new(StandIn::new(ToolSearch::default(), &SchemaLimits::default()).unwrap()))
}

#[tokio::test]
async fn a_mounted_server_s_search_speaks_of_tools_by_the_names_that_clients_call() {
    let (outer, inner) = (empty(), empty());
    for name in ["add", "subtract", "hidden"] {
        let tool = tool(name, &any_object()).describe("Computes a sum");
        inner.add_tool(tool, returns(text(name))).unwrap();
    }
    inner.add_transform(searching());
    outer.mount(&inner, under("calc")).unwrap();
    let tools = [("calc_subtract".to_owned(), Reworded::named("take_away"))];
    outer.add_transform(Transform::Rename(Rename { tools: tools.into(), ..Rename::default() }));
    let selection = Selection { names: Some(["calc_hidden".to_owned()].into()), ..Selection::default() };
    outer.add_transform(Transform::Visibility { enabled: false, selection });
    let engine = builder().registry(outer).build().unwrap();
    for result in in_each(&engine, "tools/list", json!({})).await {
        let tools = result["tools"].as_array().unwrap();
        let words: Vec<_> = tools.iter().map(|tool| tool["description"].as_str().unwrap()).collect();
        assert_eq!([&tools[0]["name"], &tools[1]["name"]], ["calc_search_tools", "calc_call_tool"]);
        assert!(words[0].contains("calc_call_tool") && words[1].contains("calc_search_tools"), "{words:?}");
    }
    let call = |name: &str, arguments: Value| json!({"name": name, "arguments": arguments});
    let found = in_each(&engine, "tools/call", call("calc_search_tools", json!({"query": "sum"}))).await;
    for result in found {
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("\"calc_add\"") && text.contains("\"take_away\""), "{text}");
        assert!(!text.contains("hidden"), "{text}");
    }
    for (name, said) in [("calc_add", "add"), ("take_away", "subtract")] {
        for params in [call(name, json!({})), call("calc_call_tool", json!({"name": name}))] {
            for result in in_each(&engine, "tools/call", params).await {
                assert_eq!(result["content"][0]["text"], said);
            }
        }
    }
    for name in ["add", "calc_hidden", "calc_subtract"] {
        for result in in_each(&engine, "tools/call", call("calc_call_tool", json!({"name": name}))).await {
            let text = result["content"][0]["text"].as_str().unwrap();
            assert!(text.starts_with(&format!("unknown tool: {name}. calc_search_tools")), "{text}");
        }
    }
}

type Followed = Arc<Mutex<Vec<(String, bool)>>>;

fn hearing(registry: &Registry) -> Followed {
    let heard = Followed::default();
    let listener = Arc::clone(&heard);
    registry.on_followed(move |uri, followed| listener.lock().unwrap().push((uri.to_owned(), followed)));
    heard
}

fn told(heard: &Followed) -> Vec<(String, bool)> {
    std::mem::take(&mut heard.lock().unwrap())
}

fn of(uri: &str, followed: bool) -> (String, bool) {
    (uri.to_owned(), followed)
}

fn following(uris: &[&str]) -> WatchFilter {
    WatchFilter { resource_uris: uris.iter().map(|uri| (*uri).into()).collect(), ..WatchFilter::default() }
}

#[test]
fn a_mounted_server_hears_who_follows_its_resources_through_others() {
    let (outer, middle, inner) = (empty(), empty(), empty());
    let (at_inner, at_middle, at_outer) = (hearing(&inner), hearing(&middle), hearing(&outer));
    middle.mount(&inner, under("in")).unwrap();
    outer.mount(&middle, under("mid")).unwrap();
    let one = outer.watch(following(&["data://mid/in/config", "data://own"]));
    assert_eq!(told(&at_inner), [of("data://config", true)]);
    assert_eq!(told(&at_middle), [of("data://in/config", true)]);
    assert_eq!(told(&at_outer).len(), 2);
    // Another one, at another place: neither is the first or the last.
    let other = inner.watch(following(&["DATA://config"]));
    drop(one);
    assert_eq!(told(&at_inner), []);
    assert_eq!(told(&at_middle), [of("data://in/config", false)]);
    drop(other);
    assert_eq!(told(&at_inner), [of("data://config", false)]);
}

#[test]
fn followers_come_and_go_with_the_server_that_is_mounted() {
    let (outer, inner) = (empty(), empty());
    let heard = hearing(&inner);
    let watch = outer.watch(following(&["data://in/config", "data://other"]));
    outer.mount(&inner, under("in")).unwrap();
    assert_eq!(told(&heard), [of("data://config", true)]);
    assert!(outer.unmount(&inner));
    assert_eq!(told(&heard), [of("data://config", false)]);
    outer.mount(&inner, under("in")).unwrap();
    assert!(watch.set_resource("data://in/config", false));
    assert_eq!(told(&heard), [of("data://config", true), of("data://config", false)]);
    assert!(watch.set_resource("data://in/config", true) && outer.unmount(&inner));
    drop(watch);
    assert_eq!(told(&heard), [of("data://config", true), of("data://config", false)]);
}

#[test]
fn without_a_namespace_a_mounted_server_hears_of_what_it_offers() {
    let (outer, inner) = (linking(), linking());
    let heard = hearing(&inner);
    outer.mount(&inner, MountOptions::default()).unwrap();
    let watch = outer.watch(following(&["data://config", "data://users/7", "data://of-the-outer-one"]));
    let mut uris = told(&heard);
    uris.sort();
    assert_eq!(uris, [of("data://config", true), of("data://users/7", true)]);
    drop(watch);
    assert_eq!(told(&heard).len(), 2);
}

#[test]
fn whoever_listens_late_hears_who_follows_already() {
    let registry = empty();
    let (one, other) = (registry.watch(following(&["data://a"])), registry.watch(following(&["data://a"])));
    let heard = hearing(&registry);
    assert_eq!(told(&heard), [of("data://a", true)]);
    drop(one);
    assert_eq!(told(&heard), []);
    drop(other);
    assert_eq!(told(&heard), [of("data://a", false)]);
}

#[tokio::test]
async fn what_a_mounted_server_s_function_is_told_of_a_call_is_in_its_own_words() {
    let (outer, inner) = (empty(), empty());
    let target = from_function(|invocation: Invocation| async move { Ok(text(&invocation.target)) });
    inner.add_tool(tool("who", &any_object()), target).unwrap();
    outer.mount(&inner, under("in")).unwrap();
    let engine = builder().registry(outer).build().unwrap();
    for result in in_each(&engine, "tools/call", json!({"name": "in_who"})).await {
        assert_eq!(result["content"][0]["text"], "who");
    }
}
