//! What clients are told that a server can do: what is registered or declared, in both eras.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{CacheHint, Capabilities, CommonFields, Offer, Prompt, Resource};
use oxmcp_core::protocol_version::ProtocolVersion;
use oxmcp_core::registry::{Extension, Registry, RegistryOptions};
use serde_json::{Value, json};

/// A server that tells of what is registered.
fn server() -> (Engine, Registry) {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let told = Offer::Registered;
    let capabilities = Capabilities {
        tools: told,
        prompts: told,
        resources: told,
        logging: told,
        ..Capabilities::default()
    };
    let engine = builder().registry(registry.clone()).capabilities(capabilities).build().unwrap();
    (engine, registry)
}

/// What both eras are told, which is the same.
async fn told(engine: &Engine) -> Value {
    let discovered = hear(modern(engine, "server/discover", json!({}))).await;
    let opened = hear(send(engine, &engine.connect(), initialize("2025-11-25"))).await;
    let capabilities = opened.result()["capabilities"].clone();
    assert_eq!(discovered.result()["capabilities"], capabilities);
    capabilities
}

#[tokio::test]
async fn clients_are_told_of_what_was_registered_and_of_nothing_else() {
    // RPC-19, DISC-1, LIFE-2
    let (engine, registry) = server();
    assert_eq!(told(&engine).await, json!({}));
    let lists = json!({"listChanged": true});
    registry.add_tool(tool("a", &any_object()), returns(text("a"))).unwrap();
    assert_eq!(told(&engine).await, json!({"tools": lists}));
    let prompt = Prompt {
        name: "p".to_owned(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    };
    registry.add_prompt(prompt, returns(text("p"))).unwrap();
    assert_eq!(told(&engine).await, json!({"tools": lists, "prompts": lists}));
    registry.note_logging();
    assert_eq!(told(&engine).await, json!({"tools": lists, "prompts": lists, "logging": {}}));
    assert!(registry.remove_tool("a") && registry.remove_prompt("p"));
    assert_eq!(told(&engine).await, json!({"tools": lists, "prompts": lists, "logging": {}}));
    let resource = Resource {
        uri: "data://x".to_owned(),
        name: "x".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    };
    registry.add_resource(resource, returns(text("x"))).unwrap();
    let resources = json!({"subscribe": true, "listChanged": true});
    assert_eq!(told(&engine).await["resources"], resources);
}

#[tokio::test]
async fn what_clients_were_not_told_of_is_empty_rather_than_unknown() {
    // What is registered later must not be out of the reach of those who are there already.
    let (engine, registry) = server();
    let connection = shaken(&engine, "2025-11-25").await;
    for (method, list) in [
        ("tools/list", "tools"),
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let heard = hear(send(&engine, &connection, request(1, method, json!({})))).await;
        assert_eq!(heard.result()[list], json!([]), "{method}");
    }
    registry.add_tool(tool("late", &any_object()), returns(text("here"))).unwrap();
    let news = connection.unsolicited().await.unwrap();
    assert!(news.contains("notifications/tools/list_changed"), "{news}");
    let heard = hear(send(&engine, &connection, request(2, "tools/call", json!({"name": "late"})))).await;
    assert_eq!(heard.result()["content"][0]["text"], "here");
}

#[tokio::test]
async fn what_is_declared_never_is_unknown() {
    // RPC-19
    let never = Offer::Never;
    let capabilities = Capabilities {
        tools: never,
        prompts: never,
        resources: never,
        logging: never,
        ..Capabilities::default()
    };
    let engine = builder().capabilities(capabilities).build().unwrap();
    assert_eq!(told(&engine).await, json!({}));
    let connection = shaken(&engine, "2025-11-25").await;
    for method in ["tools/list", "prompts/get", "resources/read", "logging/setLevel"] {
        assert_eq!(
            hear(send(&engine, &connection, request(1, method, json!({})))).await.code(),
            -32601,
            "{method}"
        );
    }
}

fn extension(settings: &str, since: ProtocolVersion) -> Extension {
    Extension { settings: RawJson::parse(settings).unwrap(), since }
}

#[tokio::test]
async fn an_extension_of_the_registry_is_told_in_both_eras_until_it_is_withdrawn() {
    // EXT-2, EXT-4
    let (engine, registry) = server();
    let oldest = ProtocolVersion::V2024_11_05;
    registry.declare_extension("com.example/plain", extension("{}", oldest)).unwrap();
    assert_eq!(told(&engine).await, json!({"extensions": {"com.example/plain": {}}}));
    registry.declare_extension("com.example/plain", extension(r#"{"deep":true}"#, oldest)).unwrap();
    registry.declare_extension("com.example/other", extension("{}", oldest)).unwrap();
    let both = json!({"com.example/other": {}, "com.example/plain": {"deep": true}});
    assert_eq!(told(&engine).await["extensions"], both);
    assert!(registry.withdraw_extension("com.example/plain"));
    assert!(registry.withdraw_extension("com.example/other"));
    assert!(!registry.withdraw_extension("com.example/other"));
    assert_eq!(told(&engine).await, json!({}));
}

#[tokio::test]
async fn what_the_author_declared_of_an_extension_is_told_rather_than_the_registry_s() {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let declared = RawJson::parse(r#"{"com.example/a":{"by":"author"}}"#).unwrap();
    let capabilities = Capabilities { extensions: Some(declared), ..Capabilities::default() };
    let engine = builder().registry(registry.clone()).capabilities(capabilities).build().unwrap();
    for name in ["com.example/a", "com.example/b"] {
        registry.declare_extension(name, extension("{}", ProtocolVersion::V2024_11_05)).unwrap();
    }
    let both = json!({"com.example/a": {"by": "author"}, "com.example/b": {}});
    assert_eq!(told(&engine).await["extensions"], both);
}

#[tokio::test]
async fn clients_older_than_an_extension_are_not_told_of_it() {
    let (engine, registry) = server();
    registry.declare_extension("com.example/new", extension("{}", ProtocolVersion::V2026_07_28)).unwrap();
    let discovered = hear(modern(&engine, "server/discover", json!({}))).await;
    assert_eq!(discovered.result()["capabilities"]["extensions"], json!({"com.example/new": {}}));
    let opened = hear(send(&engine, &engine.connect(), initialize("2025-11-25"))).await;
    assert_eq!(opened.result()["capabilities"].get("extensions"), None);
}

#[test]
fn an_extension_needs_a_prefix_and_settings_that_are_an_object() {
    // EXT-1
    let (_, registry) = server();
    let oldest = ProtocolVersion::V2024_11_05;
    for identifier in [
        "",
        "plain",
        "/name",
        "com.example/",
        "1com/name",
        "com..example/name",
        "com-/name",
        "com.example/na me",
    ] {
        let refused = registry.declare_extension(identifier, extension("{}", oldest)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidDescriptor, "{identifier:?}");
    }
    for identifier in ["x/y", "com.example/name_1.2", "io.modelcontextprotocol/ui"] {
        registry.declare_extension(identifier, extension("{}", oldest)).unwrap();
    }
    let refused = registry.declare_extension("com.example/list", extension("[]", oldest)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidDescriptor);
}

#[tokio::test]
async fn what_an_extension_notifies_can_be_listened_to_while_the_server_has_one() {
    // SUB-2, EXT-3
    let (engine, registry) = server();
    let honoured = async || {
        let filter = json!({"notifications": {"com.example/news": true}});
        let mut listen = modern(&engine, "subscriptions/listen", filter);
        message(listen.next().await)["params"]["notifications"].clone()
    };
    assert_eq!(honoured().await, json!({}));
    registry.declare_extension("com.example/it", extension("{}", ProtocolVersion::V2026_07_28)).unwrap();
    assert_eq!(honoured().await, json!({"com.example/news": true}));
    registry.withdraw_extension("com.example/it");
    assert_eq!(honoured().await, json!({}));
}
