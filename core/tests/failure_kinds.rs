//! Every kind of failure has its answer in every version; a new kind fails here until somebody says what it is.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use std::collections::HashSet;

use engine_support::*;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::{Failure, FailureKind};
use oxmcp_core::model::{CacheHint, CommonFields, Resource};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

const RESOURCE: &str = "test://failing";
const SAID: &str = "what was said";
const DETAIL: &str = "what only the log may know";

/// The code a caller of a tool gets, or `None` where the failure is a result that a model can act on (TOOL-7, G-12).
fn code_for_a_tool(kind: FailureKind, version: &str) -> Option<i64> {
    match kind {
        FailureKind::Tool
        | FailureKind::InvalidArguments
        | FailureKind::TimedOut
        | FailureKind::RateLimited
        | FailureKind::Forbidden
        | FailureKind::CannotAsk
        | FailureKind::ClientError => None,
        // META-6
        FailureKind::MissingCapability => (version == MODERN).then_some(-32021),
        FailureKind::NotFound => Some(-32602),
        FailureKind::MethodNotFound => Some(-32601),
        FailureKind::Overloaded => Some(-31000),
        FailureKind::ShutDown => Some(-31002),
        FailureKind::Abandoned | FailureKind::Internal => Some(-32603),
        FailureKind::Protocol => Some(1234),
        other => panic!("{other:?} is new: what does a caller of a tool get?"),
    }
}

/// The code a reader of a resource gets.
fn code_for_a_resource(kind: FailureKind, version: &str) -> i64 {
    match kind {
        FailureKind::Tool | FailureKind::CannotAsk | FailureKind::ClientError => -32603,
        FailureKind::MissingCapability if version != MODERN => -32603,
        FailureKind::InvalidArguments => -32602,
        FailureKind::TimedOut => -31001,
        FailureKind::RateLimited => -32005,
        FailureKind::Forbidden => -31003,
        // RPC-10, RSRC-3
        FailureKind::NotFound if version != MODERN => -32002,
        other => code_for_a_tool(other, version).unwrap(),
    }
}

fn failure(kind: FailureKind) -> Failure {
    match kind {
        FailureKind::Protocol => Failure::protocol(1234, SAID, None),
        _ => Failure::new(kind, SAID),
    }
    .with_detail(DETAIL)
}

async fn ask(version: &str, kind: FailureKind, method: &str, params: Value) -> Heard {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    registry.add_tool(tool("failing", &any_object()), fails(failure(kind))).unwrap();
    let resource = Resource {
        uri: RESOURCE.to_owned(),
        name: "failing".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    };
    registry.add_resource(resource, fails(failure(kind))).unwrap();
    let engine = builder().registry(registry).build().unwrap();
    let heard = if version == MODERN {
        hear(modern(&engine, method, params)).await
    } else {
        let connection = shaken(&engine, version).await;
        hear(send(&engine, &connection, request(7, method, params))).await
    };
    // SEC-13
    assert!(!heard.response.to_string().contains(DETAIL), "{}", heard.response);
    heard
}

fn says(kind: FailureKind, text: &str) {
    // SEC-13: defects have a fixed message.
    let fixed = matches!(kind, FailureKind::Abandoned | FailureKind::Internal);
    assert_eq!(text == SAID, !fixed, "{kind:?}: {text}");
}

#[tokio::test]
async fn every_failure_of_a_tool_is_answered_in_every_version() {
    for version in LEGACY.into_iter().chain([MODERN]) {
        for &kind in FailureKind::ALL {
            let heard = ask(version, kind, "tools/call", json!({"name": "failing", "arguments": {}})).await;
            if let Some(code) = code_for_a_tool(kind, version) {
                assert_eq!(heard.code(), code, "{kind:?} in {version}");
                says(kind, heard.response["error"]["message"].as_str().unwrap());
            } else {
                assert_eq!(heard.result()["isError"], true, "{kind:?} in {version}");
                says(kind, heard.result()["content"][0]["text"].as_str().unwrap());
            }
        }
    }
}

#[tokio::test]
async fn every_failure_of_a_resource_is_an_error_in_every_version() {
    for version in LEGACY.into_iter().chain([MODERN]) {
        for &kind in FailureKind::ALL {
            let heard = ask(version, kind, "resources/read", json!({"uri": RESOURCE})).await;
            assert_eq!(heard.code(), code_for_a_resource(kind, version), "{kind:?} in {version}");
            says(kind, heard.response["error"]["message"].as_str().unwrap());
        }
    }
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let names: HashSet<_> = FailureKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), FailureKind::ALL.len());
    for &kind in FailureKind::ALL {
        assert_eq!(FailureKind::from_name(kind.name()), Some(kind));
    }
    let names: HashSet<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), ErrorKind::ALL.len());
}
