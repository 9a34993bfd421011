//! Resources that a handler lists come behind those that are registered, a mounted server's too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use std::sync::Arc;

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::model::{Change, ListKind, Output, WatchFilter};
use oxmcp_core::registry::{ItemKind, MountOptions, Namespace, Registry, RegistryOptions};
use serde_json::{Value, json};

fn server(page_size: Option<usize>, registered: &[&str]) -> Registry {
    let registry = Registry::new(RegistryOptions { page_size, ..RegistryOptions::default() }).unwrap();
    for uri in registered {
        registry.add_resource(resource(uri), returns(text("not read here"))).unwrap();
    }
    registry
}

fn listing(uris: &'static [&'static str]) -> Arc<dyn Handler> {
    from_function(move |invocation: Invocation| {
        assert_eq!(&*invocation.target, "resources/list");
        let items: Vec<_> = uris.iter().map(|uri| json!({"uri": uri, "name": "n", "size": 1})).collect();
        async move { Ok(Output::Whole(raw(&json!({"resources": items})))) }
    })
}

fn engine_of(registry: &Registry) -> Engine {
    builder().registry(registry.clone()).build().unwrap()
}

fn uris(result: &Value) -> Vec<String> {
    let resources = result["resources"].as_array().unwrap();
    resources.iter().map(|one| one["uri"].as_str().unwrap().to_owned()).collect()
}

/// All pages, in every era.
async fn pages(engine: &Engine) -> Vec<Vec<Vec<String>>> {
    let mut all = Vec::new();
    for version in LEGACY.iter().copied().chain([MODERN]) {
        let (mut pages, mut params) = (Vec::new(), json!({}));
        loop {
            let heard = if version == MODERN {
                hear(modern(engine, "resources/list", params.clone())).await
            } else {
                let connection = shaken(engine, version).await;
                hear(send(engine, &connection, request(1, "resources/list", params.clone()))).await
            };
            pages.push(uris(heard.result()));
            match heard.result().get("nextCursor") {
                Some(cursor) => params = json!({"cursor": cursor}),
                None => break,
            }
        }
        all.push(pages);
    }
    all
}

#[tokio::test]
async fn they_come_behind_what_is_registered_and_what_is_mounted() {
    let (outer, inner) = (server(None, &["a://1"]), server(None, &["b://1"]));
    outer.set_further_resources(Some(listing(&["a://2"])));
    inner.set_further_resources(Some(listing(&["b://2", "b://3"])));
    let namespace = Some(Namespace::new("in").unwrap());
    outer.mount(&inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
    let engine = engine_of(&outer);
    for found in pages(&engine).await {
        assert_eq!(found, [["a://1", "b://in/1", "a://2", "b://in/2", "b://in/3"]]);
    }
    for found in pages(&engine_of(&inner)).await {
        assert_eq!(found, [["b://1", "b://2", "b://3"]]);
    }
    let watch = outer.watch(WatchFilter { resources: true, ..WatchFilter::default() });
    inner.set_further_resources(None);
    assert_eq!(watch.take(), Some(Change::List(ListKind::Resources)));
    for found in pages(&engine).await {
        assert_eq!(found, [["a://1", "b://in/1", "a://2"]]);
    }
}

#[tokio::test]
async fn they_are_put_on_pages_as_others_are() {
    // PAG-1, PAG-6
    for (size, registered, expected) in [
        (2, &["a://1", "a://2"][..], &[&["a://1", "a://2"][..], &["z://1", "z://2"], &["z://3"]][..]),
        (2, &["a://1"], &[&["a://1", "z://1"], &["z://2", "z://3"]]),
        (3, &[], &[&["z://1", "z://2", "z://3"]]),
        (9, &["a://1"], &[&["a://1", "z://1", "z://2", "z://3"]]),
    ] {
        let registry = server(Some(size), registered);
        registry.set_further_resources(Some(listing(&["z://1", "z://2", "z://3"])));
        for found in pages(&engine_of(&registry)).await {
            assert_eq!(found, expected);
        }
    }
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_refused() {
    // PAG-7
    let registry = server(Some(2), &["a://1"]);
    registry.set_further_resources(Some(listing(&["z://1", "z://2", "z://3", "z://4"])));
    let engine = engine_of(&registry);
    for cursor in ["", "forged"] {
        assert_eq!(hear(modern(&engine, "resources/list", json!({"cursor": cursor}))).await.code(), -32602);
    }
    let first = hear(modern(&engine, "resources/list", json!({}))).await;
    let second = json!({"cursor": first.result()["nextCursor"]});
    let third = hear(modern(&engine, "resources/list", second)).await.result()["nextCursor"].clone();
    registry.set_further_resources(Some(listing(&[])));
    assert_eq!(hear(modern(&engine, "resources/list", json!({"cursor": third}))).await.code(), -32602);
}

#[tokio::test]
async fn a_list_that_fails_fails_the_whole() {
    let registry = server(None, &["a://1"]);
    let engine = engine_of(&registry);
    for handler in [fails(Failure::new(FailureKind::Internal, "no database")), returns(text("no list"))] {
        registry.set_further_resources(Some(handler));
        assert_eq!(hear(modern(&engine, "resources/list", json!({}))).await.code(), -32603);
    }
}

#[tokio::test]
async fn what_its_caller_may_not_see_is_not_listed_before_them() {
    let registry = server(None, &["a://1", "a://2"]);
    registry.set_further_resources(Some(listing(&["z://1"])));
    let visible = from_function(|_| async { Ok(Output::Whole(raw(&json!({"visible": ["a://2"]})))) });
    registry.set_visible(ItemKind::Resource, Some(visible));
    for found in pages(&engine_of(&registry)).await {
        assert_eq!(found, [["a://2", "z://1"]]);
    }
}
