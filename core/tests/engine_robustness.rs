//! Whatever comes in at whichever edge, the engine says what the protocol allows and nothing else.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod engine_support;

use std::sync::Arc;

use engine_support::*;
use oxmcp_core::engine::{Connection, Engine, Exchange, Outgoing};
use proptest::prelude::*;
use serde_json::{Value, json};

const METHODS: [&str; 17] = [
    "initialize",
    "ping",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "server/discover",
    "subscriptions/listen",
    "notifications/cancelled",
    "acme/unknown",
];

const VERSIONS: [&str; 7] =
    ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "2099-01-01", "banana"];

/// Values of every type, some of them what a member asks for.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!("echo")),
        Just(json!("test://note")),
        Just(json!("greet")),
        Just(json!("error")),
        ".{0,8}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"text": "x", "who": "y"})),
        Just(json!({"type": "ref/prompt", "name": "greet"})),
        Just(json!({"name": "who", "value": ""})),
        Just(json!({"toolsListChanged": true, "resourceSubscriptions": ["test://note"]})),
    ]
}

fn meta() -> impl Strategy<Value = Value> {
    let version =
        prop::option::of(prop_oneof![prop::sample::select(&VERSIONS[..]).prop_map(Value::from), value()]);
    (version, prop::option::of(value()), prop::option::of(value()), prop::option::of(value())).prop_map(
        |(version, capabilities, level, token)| {
            let mut meta = json!({});
            for (key, value) in [
                ("io.modelcontextprotocol/protocolVersion", version),
                ("io.modelcontextprotocol/clientCapabilities", capabilities),
                ("io.modelcontextprotocol/logLevel", level),
                ("progressToken", token),
            ] {
                if let Some(value) = value {
                    meta[key] = value;
                }
            }
            meta
        },
    )
}

const MEMBERS: [&str; 11] = [
    "name",
    "arguments",
    "uri",
    "cursor",
    "ref",
    "argument",
    "context",
    "level",
    "notifications",
    "requestId",
    "protocolVersion",
];

fn request_of_any_kind() -> impl Strategy<Value = Value> {
    let params = (
        prop::collection::btree_map(prop::sample::select(&MEMBERS[..]), value(), 0..4),
        prop::option::of(meta()),
    );
    let id = prop_oneof![any::<i64>().prop_map(Value::from), ".{0,6}".prop_map(Value::from)];
    (id, prop::sample::select(&METHODS[..]), params).prop_map(|(id, method, (members, meta))| {
        let mut params = json!(members);
        if let Some(meta) = meta {
            params["_meta"] = meta;
        }
        request(id, method, params)
    })
}

/// Reads until the exchange has nothing to say for now.
fn read(mut exchange: Exchange) -> Vec<Outgoing> {
    let mut said = Vec::new();
    while let std::task::Poll::Ready(Some(outgoing)) = poll_once(&mut exchange) {
        said.push(outgoing);
    }
    said
}

fn check(asked: &Value, said: &[Outgoing], posted: bool) {
    let method = asked["method"].as_str().unwrap();
    if let Some(Outgoing::Message(first)) = said.first() {
        assert!(one_line(first)["method"].as_str().unwrap().starts_with("notifications/"));
        return;
    }
    let [Outgoing::Response(response)] = said else { panic!("{asked} was answered with {said:?}") };
    let body = one_line(&response.body.text());
    assert_eq!(body["id"], asked["id"], "RPC-3");
    assert_eq!(body["jsonrpc"], "2.0");
    let envelope = asked["params"]["_meta"].get("io.modelcontextprotocol/protocolVersion").is_some();
    match (body.get("result"), body.get("error")) {
        (Some(result), None) => {
            assert!(result.is_object());
            assert_eq!(response.status, 200);
            // RESULT-1, RESULT-4
            assert_eq!(result.get("resultType").is_some(), envelope, "{asked} → {body}");
            assert_eq!(response.session_id.is_some(), posted && method == "initialize");
        }
        (None, Some(error)) => {
            let code = error["code"].as_i64().unwrap();
            assert!(error["message"].is_string());
            let expected: &[u16] = match code {
                -32602 => &[200, 400],
                -32601 if envelope => &[404],
                -32601 => &[200, 404],
                -32600 => &[200, 400, 404],
                -32002 => &[200],
                -32020 | -32022 => &[400],
                other => panic!("{other} for {asked}"),
            };
            assert!(expected.contains(&response.status), "{code} with {} for {asked}", response.status);
            assert!(response.session_id.is_none());
        }
        _ => panic!("{body}"),
    }
}

/// A fresh connection, or one in a session of this version.
fn connect(engine: &Engine, version: Option<&str>) -> Arc<Connection> {
    let connection = engine.connect();
    if let Some(version) = version {
        read(send(engine, &connection, initialize(version)));
    }
    connection
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_on_a_connection_is_answered_once(
        version in prop::option::of(prop::sample::select(&LEGACY[..])),
        asked in prop::collection::vec(request_of_any_kind(), 1..5),
    ) {
        let engine = engine();
        let connection = connect(&engine, version);
        for asked in asked {
            check(&asked, &read(send(&engine, &connection, &asked)), false);
        }
    }

    #[test]
    fn every_posted_request_is_answered_once(
        header in prop::option::of(prop::sample::select(&VERSIONS[..])),
        mirrored in any::<bool>(),
        in_session in any::<bool>(),
        asked in request_of_any_kind(),
    ) {
        let engine = engine();
        let mut pairs = Vec::new();
        let id = in_session.then(|| match &read(post(&engine, &[], initialize("2025-11-25")))[..] {
            [Outgoing::Response(response)] => response.session_id.clone().unwrap(),
            other => panic!("{other:?}"),
        });
        if let Some(version) = header {
            pairs.push(("mcp-protocol-version", version));
        }
        if let Some(id) = &id {
            pairs.push(("mcp-session-id", id));
        }
        if mirrored {
            pairs.push(("mcp-method", asked["method"].as_str().unwrap()));
            pairs.push(("mcp-name", "echo"));
        }
        check(&asked, &read(post(&engine, &pairs, &asked)), true);
    }

    #[test]
    fn bytes_of_any_kind_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64), json in "[\\[\\]{}\",:0-9a-z]{0,64}") {
        let engine = engine();
        let connection = connect(&engine, Some("2025-03-26"));
        for text in [String::from_utf8_lossy(&bytes).into_owned(), json] {
            let said = read(send(&engine, &connection, &text));
            prop_assert_eq!(said.len(), 1);
        }
    }
}
