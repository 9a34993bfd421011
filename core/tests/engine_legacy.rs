//! The legacy era through `Engine::exchange`: handshake, sessions, batches, and what each version gets to see.
//! Long, because four versions differ in so much; in one piece, because they are told apart by comparing them.

mod engine_support;

use std::time::Duration;

use engine_support::*;
use oxmcp_core::engine::{Engine, Limits, Outgoing, SessionOptions, Sessions};
use oxmcp_core::handler::{Failure, FailureKind, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    Capabilities, Change, CommonFields, ListKind, Offer, OperationKind, Output, PromptOutput, ToolOutput,
};
use serde_json::{Value, json};

fn initialized() -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/initialized"})
}

/// The result of a request in a session of this version on a duplex connection.
async fn ask(engine: &Engine, version: &str, method: &str, params: Value) -> Heard {
    let connection = shaken(engine, version).await;
    hear(send(engine, &connection, request(1, method, params))).await
}

#[tokio::test]
async fn the_handshake_agrees_on_the_asked_version_or_the_newest_of_its_era() {
    // VER-10 to VER-12, VER-14, VER-17
    let engine = engine();
    for version in LEGACY {
        let heard = hear(send(&engine, &engine.connect(), initialize(version))).await;
        assert_eq!(heard.result()["protocolVersion"], version);
    }
    for version in ["2026-07-28", "2099-01-01", "1.0", "", "2025-11-25 "] {
        let heard = hear(send(&engine, &engine.connect(), initialize(version))).await;
        assert_eq!(heard.result()["protocolVersion"], "2025-11-25", "{version}");
    }
}

#[tokio::test]
async fn the_handshake_tells_each_version_what_it_knows() {
    // LIFE-2, DOWN-6, DOWN-8, DOWN-14, RESULT-4
    let engine = engine();
    for version in LEGACY {
        let heard = hear(send(&engine, &engine.connect(), initialize(version))).await;
        let result = heard.result();
        assert_eq!(result["instructions"], "Be kind.");
        assert_eq!(result["capabilities"]["tools"], json!({"listChanged": true}));
        assert_eq!(result["capabilities"]["resources"], json!({"subscribe": true, "listChanged": true}));
        assert_eq!(result["capabilities"]["logging"], json!({}));
        assert_eq!(result["capabilities"].get("completions").is_some(), version != "2024-11-05", "{version}");
        let info = &result["serverInfo"];
        assert_eq!(info.get("title").is_some(), version >= "2025-06-18", "{version}");
        assert_eq!(info.get("description").is_some(), version == "2025-11-25", "{version}");
        for absent in ["resultType", "ttlMs", "cacheScope", "_meta"] {
            assert!(result.get(absent).is_none(), "{version} {absent}");
        }
    }
}

#[tokio::test]
async fn a_malformed_handshake_opens_nothing() {
    // SESS-14
    let engine = engine();
    for params in [
        json!({}),
        json!({"protocolVersion": 1}),
        json!({"protocolVersion": "2025-06-18", "capabilities": []}),
        json!({"protocolVersion": "2025-06-18", "clientInfo": "me"}),
    ] {
        let heard = hear(post(&engine, &[], request(0, "initialize", params.clone()))).await;
        assert_eq!((heard.code(), heard.session_id), (-32602, None), "{params}");
        let connection = engine.connect();
        assert_eq!(hear(send(&engine, &connection, request(0, "initialize", params))).await.code(), -32602);
        assert_eq!(
            hear(send(&engine, &connection, request(1, "tools/list", json!({})))).await.code(),
            -32602
        );
    }
}

#[tokio::test]
async fn a_second_handshake_in_a_session_is_refused() {
    // SESS-11
    let engine = engine();
    let connection = shaken(&engine, "2025-06-18").await;
    assert_eq!(hear(send(&engine, &connection, initialize("2025-06-18"))).await.code(), -32600);
    let id = session(&engine, "2025-06-18").await;
    let heard = hear(post(&engine, &[("Mcp-Session-Id", &id)], initialize("2025-06-18"))).await;
    assert_eq!((heard.code(), heard.session_id), (-32600, None));
    let heard = hear(post(&engine, &[("Mcp-Session-Id", "unknown")], initialize("2025-06-18"))).await;
    assert_eq!((heard.status, heard.session_id), (404, None));
}

#[tokio::test]
async fn before_the_handshake_only_ping_is_answered_and_the_rest_learns_how_to_begin() {
    // VER-9, G-1
    let engine = engine();
    let connection = engine.connect();
    assert_eq!(*hear(send(&engine, &connection, request(1, "ping", json!({})))).await.result(), json!({}));
    let heard = hear(send(&engine, &connection, request(2, "tools/list", json!({})))).await;
    assert_eq!(heard.code(), -32602);
    let error = heard.response["error"].to_string();
    assert!(
        error.contains("io.modelcontextprotocol/protocolVersion") && error.contains("2026-07-28"),
        "{error}"
    );
    assert!(hear(send(&engine, &connection, initialized())).await.accepted);
    assert!(
        hear(send(&engine, &connection, json!({"jsonrpc": "2.0", "id": 1, "result": {}}))).await.accepted
    );
}

#[tokio::test]
async fn both_eras_share_a_connection_message_by_message() {
    // VER-6, ERA-5, META-13, HDR: none on duplex connections
    let engine = engine();
    let connection = shaken(&engine, "2025-06-18").await;
    let call = json!({"name": "echo", "arguments": {"text": "x"}});
    let modern = hear(send(&engine, &connection, request(1, "tools/call", enveloped(call.clone())))).await;
    assert_eq!(modern.result()["resultType"], "complete");
    let legacy = hear(send(&engine, &connection, request(2, "tools/call", call.clone()))).await;
    assert!(legacy.result().get("resultType").is_none() && legacy.result().get("_meta").is_none());
    let mut inert = call;
    inert["_meta"] = json!({"io.modelcontextprotocol/clientCapabilities": {"sampling": {}}});
    let legacy = hear(send(&engine, &connection, request(3, "tools/call", inert))).await;
    assert!(legacy.result().get("resultType").is_none());
}

#[tokio::test]
async fn clients_may_hurry_and_need_not_wait_for_anything() {
    // LIFE-9
    let engine = engine();
    let connection = engine.connect();
    assert!(hear(send(&engine, &connection, initialize("2025-03-26"))).await.result().is_object());
    assert!(
        hear(send(
            &engine,
            &connection,
            request(1, "tools/list", Value::Null)
                .as_object()
                .map(|request| {
                    let mut request = request.clone();
                    request.remove("params");
                    Value::Object(request)
                })
                .unwrap()
        ))
        .await
        .result()["tools"]
            .is_array()
    );
}

#[tokio::test]
async fn every_operation_works_in_every_version_without_modern_members() {
    // RESULT-4, PING-1
    let engine = engine();
    let cases = [
        ("ping", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({"name": "echo", "arguments": {"text": "x"}})),
        ("resources/list", json!({"cursor": null})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({"uri": "test://note"})),
        ("resources/subscribe", json!({"uri": "test://note"})),
        ("resources/unsubscribe", json!({"uri": "test://note"})),
        ("prompts/list", json!({})),
        ("prompts/get", json!({"name": "greet", "arguments": {"who": "x"}})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/resource", "uri": "test://items/{id}"}, "argument": {"name": "id", "value": ""}}),
        ),
        ("logging/setLevel", json!({"level": "warning"})),
    ];
    for version in LEGACY {
        for (method, params) in &cases {
            let heard = ask(&engine, version, method, params.clone()).await;
            let result = heard.result();
            for absent in ["resultType", "ttlMs", "cacheScope", "_meta"] {
                assert!(result.get(absent).is_none(), "{version} {method} {absent}");
            }
            if matches!(
                *method,
                "ping" | "resources/subscribe" | "resources/unsubscribe" | "logging/setLevel"
            ) {
                assert_eq!(*result, json!({}), "{version} {method}");
            }
        }
        for method in ["server/discover", "subscriptions/listen", "unknown/method"] {
            let heard = ask(&engine, version, method, json!({})).await;
            assert_eq!((heard.code(), heard.status), (-32601, 200), "{version} {method}");
        }
        // DOWN-10, RSRC-3
        let missing = ask(&engine, version, "resources/read", json!({"uri": "test://missing"})).await;
        assert_eq!(missing.code(), -32002);
        assert_eq!(missing.response["error"]["data"]["uri"], "test://missing");
    }
}

#[tokio::test]
async fn listed_items_show_each_version_what_it_knows() {
    // DOWN-4 to DOWN-9
    let engine = engine();
    let mut rich = tool("rich", &any_object());
    rich.common = CommonFields {
        title: Some("Rich".to_owned()),
        description: Some("A rich tool".to_owned()),
        icons: Some(raw(&json!([{"src": "https://example.com/a.png"}]))),
        annotations: Some(raw(&json!({"readOnlyHint": true}))),
        meta: Some(raw(&json!({"acme/x": 1}))),
        ..CommonFields::default()
    };
    rich.output_schema = Some(raw(&json!({"type": "object", "properties": {}})));
    rich.execution = Some(raw(&json!({"taskSupport": "optional"})));
    engine.registry().add_tool(rich, returns(text("x"))).unwrap();
    for version in LEGACY {
        let heard = ask(&engine, version, "tools/list", json!({})).await;
        let item = heard.result()["tools"].as_array().unwrap().last().unwrap().clone();
        let has = |member: &str| item.get(member).is_some();
        assert!(has("inputSchema") && has("description"));
        assert_eq!(has("annotations"), version >= "2025-03-26", "{version}");
        assert_eq!(has("title") && has("_meta") && has("outputSchema"), version >= "2025-06-18", "{version}");
        assert_eq!(has("title") || has("_meta") || has("outputSchema"), version >= "2025-06-18", "{version}");
        assert_eq!(has("icons") && has("execution"), version == "2025-11-25", "{version}");
        assert_eq!(has("icons") || has("execution"), version == "2025-11-25", "{version}");
        let heard = ask(&engine, version, "prompts/list", json!({})).await;
        let argument = &heard.result()["prompts"][0]["arguments"][0];
        assert_eq!(argument.get("title").is_some(), version >= "2025-06-18", "{version}");
        assert_eq!(argument["required"], true);
    }
    let heard = hear(modern(&engine, "tools/list", json!({}))).await;
    let item = heard.result()["tools"].as_array().unwrap().last().unwrap().clone();
    assert!(item.get("execution").is_none() && item.get("icons").is_some());
}

#[tokio::test]
async fn structured_results_are_kept_wrapped_or_left_out_as_the_version_needs() {
    // DOWN-3 to DOWN-5, DOWN-20
    let engine = engine();
    let add = |name: &str, wrap: bool, schema: Option<Value>, structured: Value| {
        let mut tool = tool(name, &any_object());
        tool.wrap_output = wrap;
        tool.output_schema = schema.map(|schema| raw(&schema));
        let output = ToolOutput {
            content: RawJson::from_checked("[]"),
            structured_content: Some(raw(&structured)),
            is_error: false,
            repeats: true,
            meta: None,
            vouched: false,
            more: None,
        };
        engine.registry().add_tool(tool, returns(Output::Tool(output))).unwrap();
    };
    let list =
        json!({"type": "array", "items": {"$ref": "#/$defs/item"}, "$defs": {"item": {"type": "integer"}}});
    add("object", true, Some(any_object()), json!({"a": 1}));
    add("wrapped", true, Some(list.clone()), json!([1]));
    add("bare", false, Some(list), json!([1]));
    add("free", true, None, json!(7));
    add("plain", false, None, json!([1]));
    add("union", true, Some(json!({"anyOf": [{"type": "object"}, {"type": "null"}]})), json!({"a": 1}));
    for version in LEGACY {
        let structured = version >= "2025-06-18";
        for (name, expected) in [
            ("object", Some(json!({"a": 1}))),
            ("wrapped", Some(json!({"result": [1]}))),
            ("bare", None),
            ("free", Some(json!({"result": 7}))),
            ("plain", Some(json!({"result": [1]}))),
            ("union", Some(json!({"result": {"a": 1}}))),
        ] {
            let heard = ask(&engine, version, "tools/call", json!({"name": name})).await;
            let expected = expected.filter(|_| structured);
            assert_eq!(heard.result().get("structuredContent"), expected.as_ref(), "{version} {name}");
            assert_eq!(heard.result()["content"][0]["type"], "text", "{version} {name}");
        }
        let heard = ask(&engine, version, "tools/list", json!({})).await;
        let schema = |name: &str| {
            let tools = heard.result()["tools"].as_array().unwrap();
            tools.iter().find(|tool| tool["name"] == name).unwrap().get("outputSchema").cloned()
        };
        assert_eq!(schema("object"), structured.then(any_object), "{version}");
        assert_eq!(schema("bare"), None, "{version}");
        let wrapped = json!({
            "type": "object", "required": ["result"],
            "properties": {"result": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
            "$defs": {"item": {"type": "integer"}},
            "x-fastmcp-wrap-result": true,
        });
        assert_eq!(schema("wrapped"), structured.then_some(wrapped), "{version}");
    }
}

#[tokio::test]
async fn tuples_in_results_are_described_so_that_draft_7_and_2020_12_take_the_same() {
    let engine = engine();
    let pair =
        json!({"prefixItems": [{"type": "string"}, {"type": "number"}], "items": false, "minItems": 2});
    let mut tuples = tool("tuples", &any_object());
    tuples.output_schema = Some(raw(&json!({"type": "object", "properties": {
        "pair": pair,
        "pairs": {"type": "array", "items": pair},
        "rest": {"prefixItems": [{"type": "string"}], "items": {"type": "number"}},
        "short": {"prefixItems": [{"type": "string"}, {"type": "number"}], "items": false, "maxItems": 1},
        "data": {"const": {"prefixItems": [], "items": false}},
        "items": {"type": "integer"},
    }})));
    engine.registry().add_tool(tuples, returns(text("x"))).unwrap();
    let heard = ask(&engine, "2025-11-25", "tools/list", json!({})).await;
    let schema = heard.result()["tools"].as_array().unwrap().last().unwrap()["outputSchema"].clone();
    assert_eq!(schema["properties"]["data"], json!({"const": {"prefixItems": [], "items": false}}));
    let draft_7 = jsonschema::draft7::new(&schema).unwrap();
    let newest = jsonschema::draft202012::new(&schema).unwrap();
    for right in [
        json!({"pair": ["a", 1], "pairs": [["a", 1]], "rest": ["a", 1, 2], "short": ["a"], "items": 1}),
        json!({"rest": ["a"], "pairs": []}),
    ] {
        assert!(draft_7.is_valid(&right) && newest.is_valid(&right), "{right}");
    }
    for wrong in [
        json!({"pair": ["a"]}),
        json!({"pair": ["a", 1, 2]}),
        json!({"pair": [1, 1]}),
        json!({"rest": ["a", "b"]}),
        json!({"short": ["a", 1]}),
    ] {
        assert!(!newest.is_valid(&wrong), "{wrong}");
    }
}

#[tokio::test]
async fn an_errors_structured_part_that_does_not_fit_is_kept_from_clients_that_check_it() {
    // TOOL-8
    let engine = engine();
    let add = |name: &str, schema: Value, structured: Value| {
        let mut tool = tool(name, &any_object());
        tool.wrap_output = true;
        tool.output_schema = Some(raw(&schema));
        let output = ToolOutput {
            structured_content: Some(raw(&structured)),
            is_error: true,
            ..ToolOutput::text("no")
        };
        engine.registry().add_tool(tool, returns(Output::Tool(output))).unwrap();
    };
    let schema = json!({"type": "object", "required": ["n"]});
    add("unfit", schema.clone(), json!({"reason": "x"}));
    add("fit", schema, json!({"n": 1}));
    add("wrapped", json!({"type": "array"}), json!({"reason": "x"}));
    for (name, is_kept) in [("unfit", false), ("fit", true), ("wrapped", false)] {
        let called = ask(&engine, "2025-11-25", "tools/call", json!({"name": name, "arguments": {}})).await;
        assert_eq!(called.result()["isError"], true);
        assert_eq!(called.result().get("structuredContent").is_some(), is_kept, "{name}");
        let called = hear(modern(&engine, "tools/call", json!({"name": name, "arguments": {}}))).await;
        assert!(called.result().get("structuredContent").is_some(), "{name}");
    }
}

#[tokio::test]
async fn references_in_a_wrapped_schema_still_find_their_targets() {
    // DOWN-4
    let engine = engine();
    let mut tree = tool("tree", &any_object());
    tree.wrap_output = true;
    tree.check_output = false;
    tree.output_schema = Some(raw(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "array",
        "items": {"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/leaf"}, {"$ref": "#/prefixItems/0"}]},
        "prefixItems": [{"type": "string", "const": {"$ref": "#"}}],
        "$defs": {"leaf": {"anyOf": [{"type": "integer"}, {"$ref": "#"}]}},
    })));
    engine.registry().add_tool(tree, returns(text("x"))).unwrap();
    let heard = ask(&engine, "2025-06-18", "tools/list", json!({})).await;
    let schema = heard.result()["tools"].as_array().unwrap().last().unwrap()["outputSchema"].clone();
    let choices = &schema["properties"]["result"]["unevaluatedItems"]["anyOf"];
    assert_eq!(choices[0]["$ref"], "#/properties/result");
    assert_eq!(choices[1]["$ref"], "#/$defs/leaf");
    assert_eq!(choices[2]["$ref"], "#/properties/result/prefixItems/0");
    assert_eq!(schema["$defs"]["leaf"]["anyOf"][1]["$ref"], "#/properties/result");
    assert_eq!(schema["properties"]["result"]["prefixItems"][0]["const"]["$ref"], "#");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&json!({"result": []})));
}

#[tokio::test]
async fn content_blocks_a_version_does_not_know_become_text() {
    // DOWN-1, DOWN-2
    let engine = engine();
    let blocks = json!([
        {"type": "text", "text": "the word \"audio\" is fine"},
        {"type": "audio", "data": "AAAA", "mimeType": "audio/wav"},
        {"type": "resource_link", "uri": "test://note", "name": "note", "annotations": {"priority": 1}},
    ]);
    let output = ToolOutput { content: raw(&blocks), ..ToolOutput::text("") };
    engine.registry().add_tool(tool("blocks", &any_object()), returns(Output::Tool(output))).unwrap();
    let messages = raw(&json!([{"role": "user", "content": blocks[2]}]));
    let prompt = PromptOutput { description: None, messages, meta: None };
    let linked = oxmcp_core::model::Prompt {
        name: "linked".to_owned(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    };
    engine.registry().add_prompt(linked, returns(Output::Prompt(prompt))).unwrap();
    for version in LEGACY {
        let heard = ask(&engine, version, "tools/call", json!({"name": "blocks"})).await;
        let content = &heard.result()["content"];
        assert_eq!(content[0], blocks[0]);
        if version >= "2025-03-26" {
            assert_eq!(content[1], blocks[1], "{version}");
        } else {
            assert_eq!(content[1]["type"], "text");
            assert!(content[1]["text"].as_str().unwrap().contains("audio/wav"));
        }
        let heard = ask(&engine, version, "prompts/get", json!({"name": "linked"})).await;
        for block in [&content[2], &heard.result()["messages"][0]["content"]] {
            if version >= "2025-06-18" {
                assert_eq!(*block, blocks[2], "{version}");
            } else {
                assert_eq!(
                    *block,
                    json!({"type": "text", "text": "note: test://note", "annotations": {"priority": 1}})
                );
            }
        }
    }
}

#[tokio::test]
async fn a_result_the_author_wrote_whole_is_downshifted_too() {
    // RESULT-4, DOWN-1 to DOWN-9
    let engine = engine();
    let set = |method: &str, value: Value| {
        engine.registry().set_method(method, Some(returns(Output::Whole(raw(&value)))));
    };
    set(
        "tools/list",
        json!({
            "tools": [{"name": "a", "title": "A", "inputSchema": {"type": "object"}, "icons": [], "annotations": {},
                       "outputSchema": {"type": "array"}}],
            "nextCursor": "n", "ttlMs": 5, "cacheScope": "public", "resultType": "complete",
            "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "x", "version": "1"}},
        }),
    );
    set(
        "tools/call",
        json!({"content": [{"type": "audio", "data": "", "mimeType": "a/b"}], "structuredContent": [1], "extra": 1}),
    );
    set("acme/own", json!({"ttlMs": 5, "resultType": "complete", "_meta": {"a": 1}}));
    for version in LEGACY {
        let heard = ask(&engine, version, "tools/list", json!({})).await;
        let mut item = json!({"name": "a", "inputSchema": {"type": "object"}});
        if version >= "2025-03-26" {
            item["annotations"] = json!({});
        }
        if version >= "2025-06-18" {
            item["title"] = json!("A");
        }
        if version == "2025-11-25" {
            item["icons"] = json!([]);
        }
        assert_eq!(*heard.result(), json!({"tools": [item], "nextCursor": "n"}), "{version}");
        let heard = ask(&engine, version, "tools/call", json!({"name": "unknown to the registry"})).await;
        assert_eq!(
            heard.result()["content"][0]["type"],
            if version == "2024-11-05" { "text" } else { "audio" }
        );
        let wrapped = (version >= "2025-06-18").then(|| json!({"result": [1]}));
        assert_eq!(heard.result().get("structuredContent").cloned(), wrapped, "{version}");
        assert_eq!(heard.result()["extra"], 1);
        let heard = ask(&engine, version, "acme/own", json!({})).await;
        assert_eq!(*heard.result(), json!({"ttlMs": 5, "_meta": {"a": 1}}), "{version}");
    }
}

#[tokio::test]
async fn progress_and_logs_follow_the_session() {
    // DOWN-13, LOG-5, RPC-20
    let engine = engine();
    for version in LEGACY {
        let connection = shaken(&engine, version).await;
        let call = json!({"name": "busy", "_meta": {"progressToken": "p"}});
        let heard = hear(send(&engine, &connection, request(1, "tools/call", call.clone()))).await;
        let progress = &heard.messages[0]["params"];
        assert_eq!(progress["progressToken"], "p");
        assert_eq!(progress.get("message").is_some(), version != "2024-11-05", "{version}");
        let levels = |heard: &Heard| -> Vec<Value> {
            let logs = heard.messages.iter().filter(|message| message["method"] == "notifications/message");
            logs.map(|message| message["params"]["level"].clone()).collect()
        };
        assert_eq!(levels(&heard), ["info", "error"]);
        for (level, expected) in
            [("debug", vec!["debug", "info", "error"]), ("error", vec!["error"]), ("alert", vec![])]
        {
            let set = request(2, "logging/setLevel", json!({"level": level}));
            assert_eq!(*hear(send(&engine, &connection, set)).await.result(), json!({}));
            assert_eq!(
                levels(&hear(send(&engine, &connection, request(3, "tools/call", call.clone()))).await),
                expected
            );
        }
        // LOG-4
        let set = request(2, "logging/setLevel", json!({"level": "loud"}));
        assert_eq!(hear(send(&engine, &connection, set)).await.code(), -32602);
    }
}

#[tokio::test]
async fn a_session_is_found_by_its_id_until_it_is_deleted() {
    // SESS-1 to SESS-7, SESS-12, LHTTP-11, LHTTP-15
    let engine = engine();
    let id = session(&engine, "2025-06-18").await;
    assert!(id.len() >= 32 && id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)));
    assert_ne!(id, session(&engine, "2025-06-18").await);
    let pairs = [("Mcp-Session-Id", id.as_str()), ("MCP-Protocol-Version", "2025-06-18")];
    assert!(hear(post(&engine, &pairs, initialized())).await.accepted);
    let list = request(1, "tools/list", json!({}));
    let heard = hear(post(&engine, &pairs, &list)).await;
    assert!(heard.result()["tools"].is_array() && heard.session_id.is_none());
    let unknown = hear(post(&engine, &pairs, request(1, "unknown/method", json!({})))).await;
    assert_eq!((unknown.code(), unknown.status), (-32601, 200));
    let response = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
    assert!(hear(post(&engine, &pairs, response)).await.accepted);
    for body in [&list, &initialized()] {
        assert_eq!(hear(post(&engine, &[], body)).await.status, 400);
        assert_eq!(hear(post(&engine, &[("Mcp-Session-Id", "unknown")], body)).await.status, 404);
        assert_eq!(hear(post(&engine, &[pairs[0], pairs[0]], body)).await.status, 400);
    }
    let sessions = headers(&pairs);
    assert_eq!(engine.end_session(&headers(&[]), None).unwrap_err().status, 400);
    assert_eq!(engine.end_session(&headers(&[("Mcp-Session-Id", "unknown")]), None).unwrap_err().status, 404);
    assert_eq!(
        engine.end_session(&headers(&[("MCP-Protocol-Version", MODERN)]), None).unwrap_err().status,
        405
    );
    assert_eq!(engine.end_session(&headers(&[("MCP-Protocol-Version", "1")]), None).unwrap_err().status, 400);
    engine.end_session(&sessions, None).unwrap();
    assert_eq!(hear(post(&engine, &pairs, &list)).await.status, 404);
    assert_eq!(engine.end_session(&sessions, None).unwrap_err().status, 404);
    assert_eq!(engine.open_session_stream(&sessions, None).unwrap_err().status, 404);
}

#[tokio::test]
async fn the_version_header_must_be_one_we_know_and_the_sessions_version_counts() {
    // LHTTP-12 to LHTTP-14
    let engine = engine();
    let id = session(&engine, "2024-11-05").await;
    let call = request(1, "completion/complete", json!({}));
    for version in ["banana", "2099-01-01"] {
        let heard =
            hear(post(&engine, &[("Mcp-Session-Id", &id), ("MCP-Protocol-Version", version)], &call)).await;
        assert_eq!(heard.status, 400, "{version}");
    }
    let busy = request(1, "tools/call", json!({"name": "busy", "_meta": {"progressToken": 1}}));
    for pairs in [
        vec![("Mcp-Session-Id", id.as_str())],
        vec![("Mcp-Session-Id", id.as_str()), ("MCP-Protocol-Version", "2025-11-25")],
    ] {
        let heard = hear(post(&engine, &pairs, &busy)).await;
        assert!(heard.messages[0]["params"].get("message").is_none(), "served by 2024-11-05");
    }
}

#[tokio::test]
async fn without_sessions_each_post_is_served_alone() {
    // SESS-13, ERA-2, LHTTP-12
    let engine = engine();
    let heard = hear(post_to(&engine, &[], true, initialize("2025-06-18"))).await;
    assert_eq!((&heard.result()["protocolVersion"], &heard.session_id), (&json!("2025-06-18"), &None));
    assert_eq!(heard.response["result"]["capabilities"]["tools"], json!({}));
    assert_eq!(heard.response["result"]["capabilities"]["resources"], json!({}));
    assert!(hear(post_to(&engine, &[], true, initialized())).await.accepted);
    let structured = |pairs: &'static [(&'static str, &'static str)]| {
        let engine = engine.clone();
        async move {
            let heard = hear(post_to(&engine, pairs, true, request(1, "prompts/list", json!({})))).await;
            heard.result()["prompts"][0]["arguments"][0].get("title").is_some()
        }
    };
    assert!(!structured(&[]).await);
    assert!(structured(&[("MCP-Protocol-Version", "2025-06-18")]).await);
    let subscribe = request(1, "resources/subscribe", json!({"uri": "test://note"}));
    assert_eq!(hear(post_to(&engine, &[], true, subscribe)).await.code(), -32601);
    let level = request(1, "logging/setLevel", json!({"level": "error"}));
    assert_eq!(*hear(post_to(&engine, &[], true, level)).await.result(), json!({}));
}

#[tokio::test]
async fn idle_sessions_end_and_the_number_of_sessions_is_bounded() {
    // SESS-12
    let options = SessionOptions { idle_timeout: Duration::ZERO, ..SessionOptions::default() };
    let engine = builder().registry(registry()).sessions(options).build().unwrap();
    let id = session(&engine, "2025-06-18").await;
    let list = request(1, "tools/list", json!({}));
    assert_eq!(hear(post(&engine, &[("Mcp-Session-Id", &id)], &list)).await.status, 404);

    let options = SessionOptions { max: 2, ..SessionOptions::default() };
    let engine = builder().registry(registry()).sessions(options).build().unwrap();
    let first = session(&engine, "2025-06-18").await;
    let _stream = engine.open_session_stream(&headers(&[("Mcp-Session-Id", &first)]), None).unwrap();
    let second = session(&engine, "2025-06-18").await;
    let third = session(&engine, "2025-06-18").await;
    for (id, status) in [(&first, 200), (&second, 404), (&third, 200)] {
        assert_eq!(hear(post(&engine, &[("Mcp-Session-Id", id)], &list)).await.status, status);
    }
}

#[tokio::test]
async fn a_session_goes_on_with_another_engine_that_keeps_its_sessions_in_the_same_place() {
    // SESS-3, SESS-7
    let (registry, kept) = (registry(), Sessions::default());
    let another = || builder().registry(registry.clone()).keep_sessions_in(kept.clone()).build().unwrap();
    let engine = another();
    let id = session(&engine, "2025-06-18").await;
    drop(engine);
    let list = request(1, "tools/list", json!({}));
    let pairs = [("Mcp-Session-Id", id.as_str())];
    let engine = another();
    assert_eq!(hear(post(&engine, &pairs, &list)).await.status, 200);
    let mut stream = engine.open_session_stream(&headers(&pairs), None).unwrap();
    registry.notify(&Change::List(ListKind::Tools));
    assert!(stream.next().await.unwrap().contains("tools/list_changed"));
    engine.end_session(&headers(&pairs), None).unwrap();
    assert_eq!(hear(post(&another(), &pairs, &list)).await.status, 404);
    // Any other has its own.
    let id = session(&another(), "2025-06-18").await;
    let other = builder().registry(registry.clone()).build().unwrap();
    assert_eq!(hear(post(&other, &[("Mcp-Session-Id", &id)], &list)).await.status, 404);
}

#[tokio::test]
async fn a_session_stream_tells_of_changes_and_of_resources_followed() {
    // LHTTP-8, LHTTP-10, RSRC-13, TOOL-12
    let engine = engine();
    let id = session(&engine, "2025-06-18").await;
    let pairs = [("Mcp-Session-Id", id.as_str())];
    let subscribe = request(1, "resources/subscribe", json!({"uri": "test://note"}));
    assert_eq!(*hear(post(&engine, &pairs, subscribe)).await.result(), json!({}));
    // Nobody listens yet: what happens now waits, once.
    for _ in 0..3 {
        engine.registry().notify(&Change::List(ListKind::Tools));
        engine.registry().notify(&Change::Resource("test://note".into()));
        engine.registry().notify(&Change::Resource("test://other".into()));
    }
    let mut first = engine.open_session_stream(&headers(&pairs), None).unwrap();
    let mut second = engine.open_session_stream(&headers(&pairs), None).unwrap();
    let tools = one_line(&first.next().await.unwrap());
    assert_eq!(tools, json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": {}}));
    let updated = one_line(&second.next().await.unwrap());
    assert_eq!(
        (&updated["method"], &updated["params"]),
        (&json!("notifications/resources/updated"), &json!({"uri": "test://note"}))
    );
    let unsubscribe = request(2, "resources/unsubscribe", json!({"uri": "test://note"}));
    assert_eq!(*hear(post(&engine, &pairs, unsubscribe)).await.result(), json!({}));
    engine.registry().notify(&Change::Resource("test://note".into()));
    engine.registry().notify(&Change::List(ListKind::Prompts));
    assert!(first.next().await.unwrap().contains("prompts/list_changed"));
    engine.end_session(&headers(&pairs), None).unwrap();
    assert_eq!((first.next().await, second.next().await), (None, None));
}

#[tokio::test]
async fn a_connection_is_told_of_changes_only_after_its_handshake() {
    // LIFE-5, TOOL-12
    let engine = engine();
    let connection = engine.connect();
    let told = || {
        let mut unsolicited = Box::pin(connection.unsolicited());
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        match unsolicited.as_mut().poll(context) {
            std::task::Poll::Ready(message) => message,
            std::task::Poll::Pending => None,
        }
    };
    assert_eq!(told(), None);
    assert!(hear(send(&engine, &connection, initialize("2025-06-18"))).await.result().is_object());
    assert!(engine.registry().remove_tool("echo"));
    assert_eq!(told(), None);
    assert!(hear(send(&engine, &connection, initialized())).await.accepted);
    assert!(told().unwrap().contains("notifications/tools/list_changed"));
    assert_eq!(told(), None);
    engine.shutdown().trigger();
    assert_eq!(connection.unsolicited().await, None);
}

#[tokio::test]
async fn batches_are_for_one_version_only() {
    // BATCH-1, BATCH-5, G-13
    let engine = engine();
    let batch = json!([request(1, "ping", json!({}))]);
    for version in LEGACY {
        let connection = shaken(&engine, version).await;
        let id = session(&engine, version).await;
        for heard in [
            hear(send(&engine, &connection, &batch)).await,
            hear(post(&engine, &[("Mcp-Session-Id", &id)], &batch)).await,
            hear(post_to(&engine, &[("MCP-Protocol-Version", version)], true, &batch)).await,
        ] {
            if version == "2025-03-26" {
                assert_eq!(heard.response, json!([{"jsonrpc": "2.0", "id": 1, "result": {}}]));
            } else {
                assert_eq!((heard.code(), heard.status), (-32600, 400), "{version}");
            }
        }
    }
    assert_eq!(hear(post_to(&engine, &[], true, &batch)).await.response[0]["result"], json!({}));
    assert_eq!(hear(post(&engine, &[], &batch)).await.status, 400);
    assert_eq!(hear(post(&engine, &[("Mcp-Session-Id", "x")], &batch)).await.status, 404);
    assert_eq!(hear(send(&engine, &engine.connect(), &batch)).await.code(), -32600);
}

#[tokio::test]
async fn a_batch_is_answered_as_one_array_in_order() {
    // BATCH-2 to BATCH-4, BATCH-6
    let engine = engine();
    let connection = shaken(&engine, "2025-03-26").await;
    let batch = json!([
        request("a", "tools/call", json!({"name": "busy", "_meta": {"progressToken": 1}})),
        initialized(),
        7,
        request("b", "unknown/method", json!({})),
        initialize("2025-03-26"),
        request("m", "tools/list", enveloped(json!({}))),
        {"jsonrpc": "2.0", "id": 9, "result": {}},
        request("c", "ping", json!({})),
    ]);
    let heard = hear(send(&engine, &connection, batch)).await;
    assert_eq!(
        heard.messages.iter().filter(|message| message["method"] == "notifications/progress").count(),
        3
    );
    let outcome: Vec<_> = heard
        .response
        .as_array()
        .unwrap()
        .iter()
        .map(|response| (response["id"].clone(), response["error"]["code"].clone()))
        .collect();
    let expected = [
        (json!("a"), Value::Null),
        (Value::Null, json!(-32600)),
        (json!("b"), json!(-32601)),
        (json!(0), json!(-32600)),
        (json!("m"), json!(-32600)),
        (json!("c"), Value::Null),
    ];
    assert_eq!(outcome, expected);
    assert!(hear(send(&engine, &connection, json!([initialized(), initialized()]))).await.accepted);
    assert_eq!(hear(send(&engine, &connection, "[]")).await.code(), -32600);
}

#[tokio::test]
async fn a_handler_hears_the_notifications_of_sessions_and_answers_no_request() {
    // RPC-6
    let engine = engine();
    let (sender, mut inbox) = tokio::sync::mpsc::unbounded_channel();
    let hears = from_function(move |invocation: Invocation| {
        let sender = sender.clone();
        async move {
            let caller = &invocation.context.caller;
            let session = caller.session_id.as_deref().map(str::to_owned);
            sender.send((invocation.target.to_string(), invocation.arguments.to_string(), session)).unwrap();
            Err(Failure::new(FailureKind::Internal, "nobody hears this"))
        }
    });
    for method in ["notifications/initialized", "notifications/roots/list_changed"] {
        engine.registry().set_method(method, Some(hears.clone()));
    }
    let id = session(&engine, "2025-06-18").await;
    let changed = json!({"jsonrpc": "2.0", "method": "notifications/roots/list_changed", "params": {"a": 1}});
    let pairs = [("Mcp-Session-Id", &*id)];
    assert!(hear(post(&engine, &pairs, initialized())).await.accepted);
    assert!(hear(post(&engine, &pairs, changed)).await.accepted);
    let told = |method: &str, params: &str| Some((method.to_owned(), params.to_owned(), Some(id.clone())));
    assert_eq!(inbox.recv().await, told("notifications/initialized", "{}"));
    assert_eq!(inbox.recv().await, told("notifications/roots/list_changed", r#"{"a":1}"#));

    let posed_as_request = request(1, "notifications/initialized", json!({}));
    assert_eq!(hear(post(&engine, &pairs, posed_as_request)).await.code(), -32601);
    assert!(inbox.try_recv().is_err());
}

#[tokio::test]
async fn cancelling_reaches_the_sessions_own_requests_only() {
    // CAN-3, CAN-4, CAN-10, HTTP-19
    let engine = engine();
    let hang = request(1, "tools/call", json!({"name": "hang"}));
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    let (mine, other) = (session(&engine, "2025-06-18").await, session(&engine, "2025-06-18").await);
    let mut call = post(&engine, &[("Mcp-Session-Id", &mine)], &hang);
    assert!(poll_once(&mut call).is_pending());
    assert!(hear(post(&engine, &[("Mcp-Session-Id", &other)], &cancel)).await.accepted);
    assert!(hear(post(&engine, &[("MCP-Protocol-Version", MODERN)], &cancel)).await.accepted);
    assert!(poll_once(&mut call).is_pending());
    assert!(hear(post(&engine, &[("Mcp-Session-Id", &mine)], &cancel)).await.accepted);
    let heard = hear(call).await;
    assert!(heard.cancelled);
    assert_eq!((&heard.response["id"], heard.code()), (&json!(1), -32600));

    let connection = shaken(&engine, "2025-06-18").await;
    let call = send(&engine, &connection, &hang);
    // RPC-5
    assert_eq!(hear(send(&engine, &connection, &hang)).await.code(), -32600);
    assert!(hear(send(&engine, &connection, &cancel)).await.accepted);
    assert!(hear(call).await.cancelled);
}

#[tokio::test]
async fn ending_a_session_or_a_connection_cancels_its_requests() {
    // SESS-5
    let engine = engine();
    let hang = request(1, "tools/call", json!({"name": "hang"}));
    let id = session(&engine, "2025-06-18").await;
    let call = post(&engine, &[("Mcp-Session-Id", &id)], &hang);
    engine.end_session(&headers(&[("Mcp-Session-Id", &id)]), None).unwrap();
    assert!(hear(call).await.cancelled);
    let connection = shaken(&engine, "2025-06-18").await;
    let call = send(&engine, &connection, &hang);
    connection.close();
    assert!(hear(call).await.cancelled);
    assert_eq!(connection.unsolicited().await, None);
}

#[tokio::test]
async fn over_http_a_disconnect_is_not_a_cancellation() {
    // LHTTP-7
    let engine = engine();
    let (started, has_started) = tokio::sync::oneshot::channel::<()>();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let (finished, has_finished) = tokio::sync::oneshot::channel::<()>();
    let parts = std::sync::Mutex::new(Some((started, may_go, finished)));
    let slow = from_function(move |_| {
        let parts = parts.lock().unwrap().take();
        async move {
            let (started, may_go, finished) = parts.unwrap();
            started.send(()).unwrap();
            may_go.await.unwrap();
            finished.send(()).unwrap();
            Ok(text("done"))
        }
    });
    engine.registry().add_tool(tool("slow", &any_object()), slow).unwrap();
    let id = session(&engine, "2025-06-18").await;
    let mut call =
        post(&engine, &[("Mcp-Session-Id", &id)], request(1, "tools/call", json!({"name": "slow"})));
    assert!(poll_once(&mut call).is_pending());
    has_started.await.unwrap();
    drop(call);
    go.send(()).unwrap();
    has_finished.await.unwrap();
}

#[tokio::test]
async fn what_runs_on_without_its_peer_is_bounded() {
    // SEC-12, LHTTP-7
    let limits = Limits { max_in_background: 1, ..Limits::default() };
    let engine = builder().registry(registry()).limits(limits).build().unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<()>();
    let holds = from_function(move |_| {
        let held = sender.clone();
        async move {
            held.closed().await;
            Ok(text("never"))
        }
    });
    engine.registry().add_tool(tool("holds", &any_object()), holds).unwrap();
    let id = session(&engine, "2025-06-18").await;
    let start = |request_id: i64| {
        let asked = request(request_id, "tools/call", json!({"name": "holds"}));
        let mut call = post(&engine, &[("Mcp-Session-Id", &id)], asked);
        assert!(poll_once(&mut call).is_pending());
        call
    };
    let calls = [start(1), start(2), start(3)];
    // The handler's own sender, and one for each call.
    assert_eq!(receiver.sender_strong_count(), 4);
    drop(calls);
    assert_eq!(receiver.sender_strong_count(), 2);
    engine.end_session(&headers(&[("Mcp-Session-Id", &id)]), None).unwrap();
    assert!(engine.registry().remove_tool("holds"));
    drop(engine);
    assert_eq!(receiver.recv().await, None);
}

#[tokio::test]
async fn handlers_see_the_session_in_place_of_an_envelope() {
    // META-13
    let engine = engine();
    let spy = from_function(|invocation: Invocation| async move {
        let caller = &invocation.context.caller;
        let info = caller.client_info.as_ref().unwrap().as_str().to_owned();
        let capabilities = caller.client_capabilities.as_ref().unwrap().as_str().to_owned();
        let session = caller.session_id.is_some();
        Ok(text(&format!("{} {info} {capabilities} {session}", caller.protocol_version)))
    });
    engine.registry().add_tool(tool("spy", &any_object()), spy).unwrap();
    let call = request(1, "tools/call", json!({"name": "spy"}));
    let seen =
        |session: bool| format!(r#"2025-06-18 {{"name":"tester","version":"1"}} {{"roots":{{}}}} {session}"#);
    let connection = shaken(&engine, "2025-06-18").await;
    assert_eq!(hear(send(&engine, &connection, &call)).await.result()["content"][0]["text"], seen(false));
    let id = session(&engine, "2025-06-18").await;
    let heard = hear(post(&engine, &[("Mcp-Session-Id", &id)], &call)).await;
    assert_eq!(heard.result()["content"][0]["text"], seen(true));
}

#[tokio::test]
async fn what_the_author_handles_as_a_whole_wins_and_keeps_the_sessions_part() {
    // contract: a handler for a whole method wins over everything else
    let engine = builder()
        .registry(registry())
        .capabilities(Capabilities { logging: Offer::Never, ..Capabilities::default() })
        .build()
        .unwrap();
    assert_eq!(
        ask(&engine, "2025-06-18", "logging/setLevel", json!({"level": "error"})).await.code(),
        -32601
    );
    let subscribe = from_function(|invocation: Invocation| async move {
        assert_eq!(invocation.kind, OperationKind::Subscribe);
        assert_eq!(invocation.arguments.as_str(), r#"{"uri":"test://own"}"#);
        Ok(Output::Whole(RawJson::empty_object()))
    });
    engine.registry().set_method("resources/subscribe", Some(subscribe));
    let connection = shaken(&engine, "2025-06-18").await;
    let asked = request(1, "resources/subscribe", json!({"uri": "test://own"}));
    assert_eq!(*hear(send(&engine, &connection, asked)).await.result(), json!({}));
    engine.registry().notify(&Change::Resource("test://own".into()));
    assert!(connection.unsolicited().await.unwrap().contains("test://own"));
}

#[tokio::test]
async fn failures_keep_their_codes_and_travel_under_200() {
    // DOWN-10, LHTTP-15, RPC-11, SEC-13
    let engine = engine();
    let add = |name: &str, failure: Failure| {
        engine.registry().set_method(&format!("acme/{name}"), Some(fails(failure)));
    };
    let cases = [
        ("tool", FailureKind::Tool, -32603, "why"),
        ("arguments", FailureKind::InvalidArguments, -32602, "why"),
        ("missing", FailureKind::NotFound, -32602, "why"),
        ("method", FailureKind::MethodNotFound, -32601, "why"),
        ("full", FailureKind::Overloaded, -31000, "why"),
        ("late", FailureKind::TimedOut, -31001, "why"),
        ("gone", FailureKind::Abandoned, -32603, "the server dropped this request without an answer"),
        ("defect", FailureKind::Internal, -32603, "internal error"),
    ];
    for (name, kind, code, message) in cases {
        add(name, Failure::new(kind, "why"));
        let id = session(&engine, "2025-11-25").await;
        let asked = request(1, &format!("acme/{name}"), json!({}));
        let heard = hear(post(&engine, &[("Mcp-Session-Id", &id)], asked)).await;
        assert_eq!((heard.code(), heard.status), (code, 200), "{name}");
        assert_eq!(heard.response["error"]["message"], message, "{name}");
    }
    add("own", Failure::protocol(-32042, "open this", Some(raw(&json!({"elicitations": []})))));
    assert_eq!(ask(&engine, "2025-11-25", "acme/own", json!({})).await.code(), -32042);
}

#[tokio::test]
async fn a_malformed_message_on_a_connection_is_answered_unless_nobody_waits() {
    // RPC-6, RPC-8, STDIO-12
    let engine = engine();
    let connection = engine.connect();
    let heard = hear(send(&engine, &connection, "{nonsense")).await;
    assert_eq!((heard.code(), &heard.response["id"]), (-32700, &Value::Null));
    let heard = hear(send(&engine, &connection, r#"{"jsonrpc":"2.0","id":5,"method":7}"#)).await;
    assert_eq!((heard.code(), &heard.response["id"]), (-32600, &json!(5)));
    for silent in [r#"{"jsonrpc":"2.0","id":5,"result":7}"#, r#"{"jsonrpc":"2.0","method":"x","params":7}"#] {
        assert!(hear(send(&engine, &connection, silent)).await.accepted, "{silent}");
    }
    assert!(matches!(send(&engine, &connection, "").next().await, Some(Outgoing::Response(_))));
}
