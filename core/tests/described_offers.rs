//! What every kind of offer can say of itself, and how it is listed: in both eras, for all four kinds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::Arc;

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Handler, Invocation, from_function};
use oxmcp_core::model::{
    CacheHint, CacheScope, CommonFields, CompletionOutput, OperationKind, Output, Prompt, PromptArgument,
    ResourceOutput, ResourceTemplate, ToolOutput, ValueChecks,
};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

const ERAS: [&str; 2] = ["2025-11-25", MODERN];
const LISTS: [(&str, &str, OperationKind); 4] = [
    ("tools/list", "tools", OperationKind::ListTools),
    ("prompts/list", "prompts", OperationKind::ListPrompts),
    ("resources/list", "resources", OperationKind::ListResources),
    ("resources/templates/list", "resourceTemplates", OperationKind::ListResourceTemplates),
];

/// The result of a request in this version.
async fn ask(engine: &Engine, version: &str, method: &str, params: Value) -> Value {
    if version == MODERN {
        return hear(modern(engine, method, params)).await.result().clone();
    }
    let connection = shaken(engine, version).await;
    hear(send(engine, &connection, request(1, method, params))).await.result().clone()
}

fn contents() -> Arc<dyn Handler> {
    from_function(|invocation: Invocation| async move {
        let contents = raw(&json!([{"uri": &*invocation.target, "text": "x"}]));
        Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None }))
    })
}

fn prompt(name: &str, common: CommonFields) -> Prompt {
    let id = PromptArgument { name: "id".to_owned(), title: None, description: None, required: false };
    Prompt { name: name.to_owned(), common, arguments: vec![id], check_arguments: true }
}

fn template(uri_template: &str, name: &str, common: CommonFields) -> ResourceTemplate {
    ResourceTemplate {
        uri_template: uri_template.to_owned(),
        name: name.to_owned(),
        common,
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    }
}

/// So many of each kind.
fn several(count: usize, options: RegistryOptions) -> Registry {
    let registry = Registry::new(options).unwrap();
    for number in 0..count {
        registry.add_tool(tool(&format!("tool{number}"), &any_object()), returns(text("x"))).unwrap();
        let name = format!("prompt{number}");
        registry.add_prompt(prompt(&name, CommonFields::default()), returns(text("x"))).unwrap();
        registry.add_resource(resource(&format!("test://{number}")), contents()).unwrap();
        let uri_template = format!("test://{number}/{{id}}");
        registry
            .add_resource_template(
                template(&uri_template, &format!("template{number}"), CommonFields::default()),
                contents(),
            )
            .unwrap();
    }
    registry
}

#[tokio::test]
async fn every_list_comes_in_pages() {
    // PAG-1
    let options = RegistryOptions { page_size: Some(2), ..RegistryOptions::default() };
    let engine = builder().registry(several(5, options)).build().unwrap();
    for version in ERAS {
        for (method, member, _) in LISTS {
            let (mut sizes, mut names, mut params) = (Vec::new(), String::new(), json!({}));
            loop {
                let page = ask(&engine, version, method, params).await;
                let items = page[member].as_array().unwrap();
                sizes.push(items.len());
                names.extend(items.iter().filter_map(|item| item["name"].as_str().unwrap().chars().last()));
                let Some(cursor) = page.get("nextCursor") else { break };
                params = json!({ "cursor": cursor });
            }
            assert_eq!((sizes, names.as_str()), (vec![2, 2, 1], "01234"), "{version} {method}");
        }
    }
}

#[tokio::test]
async fn every_list_says_how_long_it_may_be_kept() {
    // CACHE-1, CACHE-7
    for (own, _, kind) in LISTS {
        let hint = CacheHint { ttl_ms: 5_000, scope: CacheScope::Public };
        let registry = several(1, RegistryOptions::default());
        let engine = builder().registry(registry).cache_hint(kind, hint).build().unwrap();
        for (method, _, _) in LISTS {
            let page = ask(&engine, MODERN, method, json!({})).await;
            let wanted =
                if method == own { (json!(5_000), json!("public")) } else { (json!(0), json!("private")) };
            assert_eq!((page["ttlMs"].clone(), page["cacheScope"].clone()), wanted, "{own} {method}");
            let page = ask(&engine, "2025-11-25", method, json!({})).await;
            assert!(page.get("ttlMs").is_none() && page.get("cacheScope").is_none(), "RESULT-4: {page}");
        }
    }
}

#[tokio::test]
async fn a_resource_says_how_long_it_may_be_kept_and_counts_more_than_its_server() {
    // CACHE-1
    let registry = several(1, RegistryOptions::default());
    let mut own = resource("test://own");
    own.cache = CacheHint { ttl_ms: 7_000, scope: CacheScope::Public };
    registry.add_resource(own, contents()).unwrap();
    let hint = CacheHint { ttl_ms: 1_000, scope: CacheScope::Private };
    let engine = builder().registry(registry).cache_hint(OperationKind::ReadResource, hint).build().unwrap();
    for (uri, ttl, scope) in [("test://own", 7_000, "public"), ("test://0", 1_000, "private")] {
        let read = ask(&engine, MODERN, "resources/read", json!({ "uri": uri })).await;
        assert_eq!((&read["ttlMs"], &read["cacheScope"]), (&json!(ttl), &json!(scope)), "{uri}");
    }
}

#[tokio::test]
async fn every_kind_has_title_icons_annotations_and_meta() {
    // ICON-1, DOWN-6, DOWN-7, DOWN-8
    let icons = json!([{"src": "https://a.example/icon.png", "mimeType": "image/png", "sizes": ["48x48"], "theme": "dark"}]);
    let annotations = json!({"audience": ["user"], "priority": 0.5});
    let hints = json!({"readOnlyHint": true, "title": "An older title"});
    let common = |annotations: Option<&Value>| CommonFields {
        title: Some("A title".to_owned()),
        description: Some("What it is.".to_owned()),
        icons: Some(raw(&icons)),
        annotations: annotations.map(raw),
        meta: Some(raw(&json!({"by": "us"}))),
        ..CommonFields::default()
    };
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let mut one = tool("one", &any_object());
    one.common = common(Some(&hints));
    registry.add_tool(one, returns(text("x"))).unwrap();
    registry.add_prompt(prompt("one", common(None)), returns(text("x"))).unwrap();
    let mut one = resource("test://one");
    one.common = common(Some(&annotations));
    registry.add_resource(one, contents()).unwrap();
    let one = template("test://one/{id}", "one", common(Some(&annotations)));
    registry.add_resource_template(one, contents()).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    for (method, member, _) in LISTS {
        let annotations = match member {
            "tools" => hints.clone(),
            "prompts" => Value::Null,
            _ => annotations.clone(),
        };
        for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", MODERN] {
            let list = ask(&engine, version, method, json!({})).await;
            let [item] = list[member].as_array().unwrap().as_slice() else { unreachable!("{list}") };
            assert_eq!(item["description"], "What it is.");
            let titled = version >= "2025-06-18";
            assert_eq!(item.get("title"), titled.then(|| json!("A title")).as_ref(), "{version} {method}");
            let meta = item.get("_meta").and_then(|meta| meta.get("by"));
            assert_eq!(meta, titled.then(|| json!("us")).as_ref(), "{version} {method}");
            let shown = version >= "2025-11-25";
            assert_eq!(item.get("icons"), shown.then(|| icons.clone()).as_ref(), "{version} {method}");
            // Resources had annotations from the beginning, tools have them since 2025-03-26.
            let annotated = member != "tools" || version >= "2025-03-26";
            assert_eq!(item["annotations"], if annotated { annotations.clone() } else { Value::Null });
        }
    }
}

#[tokio::test]
async fn results_hold_links_sounds_and_embedded_resources() {
    // DOWN-1, DOWN-2
    let blocks = json!([
        {"type": "resource_link", "uri": "test://x", "name": "x", "title": "X", "size": 3,
         "icons": [{"src": "https://a.example/icon.png"}]},
        {"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav", "annotations": {"priority": 1.0}},
        {"type": "resource", "resource": {"uri": "test://x", "mimeType": "text/plain", "text": "x"}, "_meta": {"by": "us"}},
    ]);
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let everything = Output::Tool(ToolOutput { content: raw(&blocks), ..ToolOutput::text("") });
    registry.add_tool(tool("everything", &any_object()), returns(everything)).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    for version in ERAS {
        let result = ask(&engine, version, "tools/call", json!({"name": "everything"})).await;
        assert_eq!(result["content"], blocks, "{version}");
    }
}

#[tokio::test]
async fn completions_are_told_what_was_filled_in_before() {
    // CMP-4
    let registry = several(1, RegistryOptions::default());
    let complete = from_function(|invocation: Invocation| async move {
        let asked: Value = serde_json::from_str(invocation.arguments.as_str()).unwrap();
        let values = match asked["context"]["country"].as_str() {
            Some("norway") => vec!["Oslo".to_owned()],
            Some("chile") => vec!["Santiago".to_owned()],
            _ => Vec::new(),
        };
        Ok(Output::Completion(CompletionOutput { values, total: None, has_more: None }))
    });
    registry.set_completion(Some(complete));
    let engine = builder().registry(registry).build().unwrap();
    for version in ERAS {
        for reference in [
            json!({"type": "ref/prompt", "name": "prompt0"}),
            json!({"type": "ref/resource", "uri": "test://0/{id}"}),
        ] {
            for (country, cities) in
                [(Some("norway"), vec!["Oslo"]), (Some("chile"), vec!["Santiago"]), (None, vec![])]
            {
                let mut params = json!({"ref": reference, "argument": {"name": "id", "value": ""}});
                if let Some(country) = country {
                    params["context"] = json!({"arguments": {"country": country}});
                }
                let result = ask(&engine, version, "completion/complete", params).await;
                assert_eq!(result["completion"]["values"], json!(cities), "{version} {reference}");
            }
        }
    }
}
