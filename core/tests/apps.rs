//! Apps: the extension `io.modelcontextprotocol/ui` as servers have it.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod engine_support;

use engine_support::*;
use oxmcp_core::model::{Output, ResourceOutput};
use oxmcp_core::registry::{APPS_EXTENSION, Registry, RegistryOptions};
use serde_json::{Value, json};

const VIEW: &str = "ui://weather/view.html";
const MIME_TYPE: &str = "text/html;profile=mcp-app";

fn with_view(meta: &Value) -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let mut described = tool("weather", &any_object());
    described.common.meta = Some(raw(meta));
    registry.add_tool(described, returns(text("21 °C"))).unwrap();
    registry
}

fn add_view(registry: &Registry) {
    let mut view = resource(VIEW);
    view.mime_type = Some(MIME_TYPE.to_owned());
    view.common.meta = Some(raw(&json!({"ui": {"csp": {"connectDomains": ["https://a.example"]}}})));
    let contents = raw(&json!([{"uri": VIEW, "mimeType": MIME_TYPE, "text": "<!doctype html>"}]));
    let output = Output::Resource(ResourceOutput { contents, meta: None, cache: None });
    registry.add_resource(view, returns(output)).unwrap();
}

async fn extensions(registry: &Registry) -> (Value, Value) {
    let engine = builder().registry(registry.clone()).build().unwrap();
    let newest = hear(modern(&engine, "server/discover", json!({}))).await.result()["capabilities"].clone();
    let connection = engine.connect();
    let older =
        hear(send(&engine, &connection, initialize("2025-11-25"))).await.result()["capabilities"].clone();
    (newest["extensions"].clone(), older["extensions"].clone())
}

#[tokio::test]
async fn the_extension_is_declared_by_the_page_in_both_eras() {
    let registry = with_view(&json!({"ui": {"resourceUri": VIEW}}));
    assert_eq!(extensions(&registry).await, (Value::Null, Value::Null));
    add_view(&registry);
    let declared = json!({APPS_EXTENSION: {}});
    assert_eq!(extensions(&registry).await, (declared.clone(), declared));
}

#[tokio::test]
async fn tool_and_page_are_told_as_they_were_described() {
    let meta = json!({"ui": {"resourceUri": VIEW, "visibility": ["model", "app"]}});
    let registry = with_view(&meta);
    add_view(&registry);
    let engine = builder().registry(registry).build().unwrap();
    let tools = hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!(tools.result()["tools"][0]["_meta"], meta);
    let listed = hear(modern(&engine, "resources/list", json!({}))).await;
    assert_eq!(listed.result()["resources"][0]["mimeType"], MIME_TYPE);
    assert_eq!(
        listed.result()["resources"][0]["_meta"]["ui"]["csp"]["connectDomains"][0],
        "https://a.example"
    );
    // A client without apps is answered in text.
    let called = hear(modern(&engine, "tools/call", json!({"name": "weather"}))).await;
    assert_eq!(called.result()["content"][0]["text"], "21 °C");
}

#[test]
fn a_tool_whose_page_is_not_there_is_known() {
    for meta in [json!({"ui": {"resourceUri": VIEW}}), json!({"ui/resourceUri": VIEW})] {
        let registry = with_view(&meta);
        assert_eq!(registry.snapshot().missing_views(), [("weather", VIEW.to_owned())]);
        add_view(&registry);
        assert!(registry.snapshot().missing_views().is_empty());
    }
    assert!(with_view(&json!({"ui": {}})).snapshot().missing_views().is_empty());
}
