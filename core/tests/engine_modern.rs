//! The modern era through `Engine::exchange`: the ladder, the results, cancellation, subscriptions.
//! Long, because nothing of it is remembered between requests: each rung and each result is a case of its own.

mod engine_support;

use engine_support::*;
use oxmcp_core::engine::{Limits, Outgoing};
use oxmcp_core::handler::{Failure, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{CacheHint, CacheScope, Change, ListKind, OperationKind, Output, ToolOutput};
use serde_json::{Value, json};

const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

#[tokio::test]
async fn a_tool_call_carries_a_result_type_and_the_servers_identity() {
    // RESULT-1, META-3, RPC-3
    let heard =
        hear(modern(&engine(), "tools/call", json!({"name": "echo", "arguments": {"text": "hello"}}))).await;
    assert_eq!(heard.status, 200);
    assert_eq!(heard.response["id"], 7);
    let result = heard.result();
    assert_eq!(result["content"], json!([{"type": "text", "text": "hello"}]));
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["_meta"][SERVER_INFO]["name"], "test-server");
    assert_eq!(result["_meta"][SERVER_INFO]["version"], "1.2.3");
    assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none());
}

#[tokio::test]
async fn the_same_call_works_on_a_duplex_connection_without_headers() {
    // VER-5, VER-8
    let engine = engine();
    let connection = engine.connect();
    let call = request("x", "tools/call", enveloped(json!({"name": "echo", "arguments": {"text": "hello"}})));
    let heard = hear(send(&engine, &connection, call)).await;
    assert_eq!(heard.response["id"], "x");
    assert_eq!(heard.result()["content"][0]["text"], "hello");
}

#[tokio::test]
async fn ids_come_back_exactly_as_they_were() {
    // RPC-3
    let engine = engine();
    for id in
        [json!(0), json!(-1), json!(""), json!("1"), json!(9_007_199_254_740_993_u64), json!("\u{1F600}\n")]
    {
        let connection = engine.connect();
        let heard =
            hear(send(&engine, &connection, request(id.clone(), "tools/list", enveloped(json!({}))))).await;
        assert_eq!(heard.response["id"], id);
    }
}

#[tokio::test]
async fn discover_describes_the_server_without_running_user_code() {
    // DISC-1 to DISC-3, VER-16, CACHE-1, CACHE-7, G-3
    let heard = hear(modern(&engine(), "server/discover", json!({}))).await;
    let result = heard.result();
    assert_eq!(result["supportedVersions"], json!([MODERN]));
    assert_eq!(result["instructions"], "Be kind.");
    assert_eq!(result["resultType"], "complete");
    assert_eq!((&result["ttlMs"], &result["cacheScope"]), (&json!(0), &json!("private")));
    assert_eq!(result["_meta"][SERVER_INFO]["title"], "A test server");
    assert!(result.get("serverInfo").is_none());
    let expected = json!({
        "tools": {"listChanged": true}, "prompts": {"listChanged": true},
        "resources": {"listChanged": true, "subscribe": true}, "completions": {}, "logging": {},
    });
    assert_eq!(result["capabilities"], expected);
}

#[tokio::test]
async fn lists_reads_prompts_and_completions_have_what_their_results_need() {
    // RESULT-1, CACHE-1, META-3
    let engine = builder()
        .registry(registry())
        .cache_hint(OperationKind::ListTools, CacheHint { ttl_ms: 5000, scope: CacheScope::Public })
        .build()
        .unwrap();
    let heard = hear(modern(&engine, "tools/list", json!({}))).await;
    assert_eq!(heard.result()["tools"][0]["name"], "echo");
    assert_eq!((&heard.result()["ttlMs"], &heard.result()["cacheScope"]), (&json!(5000), &json!("public")));
    for (method, member) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let heard = hear(modern(&engine, method, json!({}))).await;
        assert_eq!(heard.result()[member].as_array().unwrap().len(), 1, "{method}");
        assert_eq!((&heard.result()["ttlMs"], &heard.result()["cacheScope"]), (&json!(0), &json!("private")));
        assert_eq!(heard.result()["resultType"], "complete");
    }
    let heard = hear(modern(&engine, "resources/read", json!({"uri": "test://note"}))).await;
    assert_eq!(heard.result()["contents"][0]["text"], "abc");
    assert_eq!((&heard.result()["ttlMs"], &heard.result()["cacheScope"]), (&json!(0), &json!("private")));
    let heard = hear(modern(&engine, "resources/read", json!({"uri": "test://items/42"}))).await;
    assert_eq!(heard.result()["contents"][0]["text"], r#"{"id":"42"}"#);
    let heard =
        hear(modern(&engine, "prompts/get", json!({"name": "greet", "arguments": {"who": "Ann"}}))).await;
    assert_eq!(heard.result()["description"], "A greeting");
    assert!(heard.result().get("ttlMs").is_none());
    let complete =
        json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "who", "value": "v"}});
    let heard = hear(modern(&engine, "completion/complete", complete)).await;
    let completion = &heard.result()["completion"];
    // CMP-2
    assert_eq!(completion["values"].as_array().unwrap().len(), 100);
    assert_eq!((&completion["total"], &completion["hasMore"]), (&json!(120), &json!(true)));
}

#[tokio::test]
async fn the_description_has_a_cache_hint_of_its_own() {
    // CACHE-1, CACHE-7, G-3
    for (hint, ttl, scope) in
        [(None, 0, "private"), (Some(CacheHint { ttl_ms: 7000, scope: CacheScope::Public }), 7000, "public")]
    {
        let builder = builder().registry(registry());
        let builder = match hint {
            Some(hint) => builder.description_cache_hint(hint),
            None => builder,
        };
        let heard = hear(modern(&builder.build().unwrap(), "server/discover", json!({}))).await;
        assert_eq!((&heard.result()["ttlMs"], &heard.result()["cacheScope"]), (&json!(ttl), &json!(scope)));
    }
}

#[tokio::test]
async fn a_missing_envelope_key_is_refused_with_400_and_names_keys_and_versions() {
    // META-1, META-12, HTTP-7, G-1; ladder rung 1 before headers (HDR-14)
    let engine = engine();
    let version = json!({"io.modelcontextprotocol/protocolVersion": MODERN});
    let wrong_type = json!({"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": []});
    let number = json!({"io.modelcontextprotocol/protocolVersion": 1, "io.modelcontextprotocol/clientCapabilities": {}});
    let capabilities = json!({"io.modelcontextprotocol/clientCapabilities": {}});
    for meta in [Value::Null, json!({}), version, wrong_type, number, capabilities] {
        let params = if meta.is_null() { json!({}) } else { json!({"_meta": meta}) };
        let heard =
            hear(post(&engine, &[("MCP-Protocol-Version", MODERN)], request(1, "tools/list", params))).await;
        assert_eq!((heard.code(), heard.status), (-32602, 400), "{meta}");
        assert_eq!(heard.response["error"]["data"]["supported"], json!([MODERN]));
        assert_eq!(heard.response["id"], 1);
    }
}

#[tokio::test]
async fn optional_envelope_keys_of_the_wrong_kind_are_refused() {
    // META-12, LOG-4
    let engine = engine();
    for (key, value) in [
        ("io.modelcontextprotocol/clientInfo", json!("me")),
        ("io.modelcontextprotocol/logLevel", json!("loud")),
        ("io.modelcontextprotocol/logLevel", json!(3)),
    ] {
        let heard = hear(modern(&engine, "tools/list", json!({"_meta": {key: value}}))).await;
        assert_eq!((heard.code(), heard.status), (-32602, 400), "{key}");
    }
}

#[tokio::test]
async fn headers_must_agree_with_the_body() {
    // HDR-5 to HDR-8, HDR-12, HDR-13, ERA-1, ERA-4; HDR-14: before the version is judged
    let engine = engine();
    let call = request(1, "tools/call", enveloped(json!({"name": "echo", "arguments": {"text": "x"}})));
    let version = ("MCP-Protocol-Version", MODERN);
    let method = ("Mcp-Method", "tools/call");
    let name = ("Mcp-Name", "echo");
    let refused: [&[(&str, &str)]; 11] = [
        &[],
        &[method, name],
        &[version, name],
        &[version, method],
        &[("MCP-Protocol-Version", "2025-06-18"), method, name],
        &[version, ("Mcp-Method", "tools/list"), name],
        &[version, ("Mcp-Method", "TOOLS/CALL"), name],
        &[version, method, ("Mcp-Name", "Echo")],
        &[version, version, method, name],
        &[version, method, name, name],
        &[version, method, ("Mcp-Name", "=?base64?ZWNobw?=")],
    ];
    for pairs in refused {
        let heard = hear(post(&engine, pairs, &call)).await;
        assert_eq!((heard.code(), heard.status), (-32020, 400), "{pairs:?}");
        assert_eq!(heard.response["id"], 1);
    }
    let accepted: [&[(&str, &str)]; 4] = [
        &[version, method, name],
        &[("mcp-protocol-version", MODERN), ("MCP-METHOD", "tools/call"), ("mcp-name", "  echo  ")],
        &[version, method, ("Mcp-Name", "=?base64?ZWNobw==?=")],
        // ERA-6, HTTP-12
        &[version, method, name, ("Mcp-Session-Id", "no-such-session")],
    ];
    for pairs in accepted {
        let heard = hear(post(&engine, pairs, &call)).await;
        assert_eq!(heard.result()["content"][0]["text"], "x", "{pairs:?}");
        assert_eq!(heard.session_id, None);
    }
}

#[tokio::test]
async fn a_name_is_ignored_where_there_is_none() {
    // HDR-13
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list"), ("Mcp-Name", "whatever")];
    let heard = hear(post(&engine(), &pairs, request(1, "tools/list", enveloped(json!({}))))).await;
    assert!(heard.result()["tools"].is_array());
}

#[tokio::test]
async fn a_version_that_is_not_served_is_told_what_is() {
    // VER-2, HTTP-7; a legacy version in an envelope is no better
    for version in ["v999.0.0", "2025-11-25"] {
        let mut params = enveloped(json!({}));
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let pairs = [("MCP-Protocol-Version", version), ("Mcp-Method", "tools/list")];
        let heard = hear(post(&engine(), &pairs, request(1, "tools/list", params))).await;
        assert_eq!((heard.code(), heard.status), (-32022, 400));
        assert_eq!(heard.response["error"]["data"], json!({"supported": [MODERN], "requested": version}));
    }
}

#[tokio::test]
async fn methods_of_the_other_era_and_unknown_ones_do_not_exist() {
    // PING-3, HTTP-6
    let engine = engine();
    for method in [
        "ping",
        "initialize",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "unknown/method",
    ] {
        let heard = hear(modern(&engine, method, json!({}))).await;
        assert_eq!((heard.code(), heard.status), (-32601, 404), "{method}");
    }
}

#[tokio::test]
async fn what_is_not_offered_does_not_exist() {
    // RPC-19, CMP-3
    let capabilities =
        oxmcp_core::model::Capabilities { prompts: oxmcp_core::model::Offer::Never, ..Default::default() };
    let engine = builder().capabilities(capabilities).build().unwrap();
    for method in ["prompts/list", "prompts/get", "completion/complete"] {
        let heard = hear(modern(&engine, method, json!({"name": "x"}))).await;
        assert_eq!((heard.code(), heard.status), (-32601, 404), "{method}");
    }
    let discovered = hear(modern(&engine, "server/discover", json!({}))).await;
    assert!(discovered.result()["capabilities"].get("prompts").is_none());
    assert!(discovered.result()["capabilities"].get("completions").is_none());
}

#[tokio::test]
async fn handler_level_errors_travel_under_200() {
    // HTTP-18, TOOL-6, TOOL-17, RSRC-3, PRM-3, PAG-3, CMP-3
    let engine = engine();
    let cases = [
        ("tools/call", json!({"name": "nobody"})),
        ("tools/call", json!({"name": "echo", "arguments": []})),
        ("resources/read", json!({"uri": "test://missing"})),
        ("prompts/get", json!({"name": "nobody"})),
        ("prompts/get", json!({"name": "greet"})),
        ("prompts/get", json!({"name": "greet", "arguments": {"who": 1}})),
        ("tools/list", json!({"cursor": "forged"})),
        ("tools/list", json!({"cursor": 1})),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "nobody"}, "argument": {"name": "a", "value": ""}}),
        ),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/other"}, "argument": {"name": "a", "value": ""}}),
        ),
    ];
    for (method, params) in cases {
        let heard = hear(modern(&engine, method, params.clone())).await;
        assert_eq!((heard.code(), heard.status), (-32602, 200), "{method} {params}");
    }
    let missing = hear(modern(&engine, "resources/read", json!({"uri": "test://missing"}))).await;
    assert_eq!(missing.response["error"]["data"], json!({"uri": "test://missing"}));
    let prompt = hear(modern(&engine, "prompts/get", json!({"name": "greet"}))).await;
    assert!(prompt.response["error"]["message"].as_str().unwrap().contains("who"));
}

#[tokio::test]
async fn an_unknown_argument_of_a_known_prompt_completes_to_nothing() {
    // CMP-6
    let params =
        json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": {"name": "other", "value": ""}});
    let heard = hear(modern(&engine(), "completion/complete", params)).await;
    assert_eq!(heard.result()["completion"]["values"], json!([]));
}

#[tokio::test]
async fn arguments_that_break_the_schema_are_a_result_the_model_can_act_on() {
    // G-12, TOOL-7
    let heard = hear(modern(&engine(), "tools/call", json!({"name": "echo", "arguments": {}}))).await;
    assert_eq!(heard.result()["isError"], true);
    assert!(heard.result()["content"][0]["text"].as_str().unwrap().contains("text"));
}

#[tokio::test]
async fn failures_of_a_tool_are_results_and_defects_are_not_told() {
    // TOOL-7, SEC-13
    let engine = engine();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "refuse"}))).await;
    assert_eq!(heard.result()["isError"], true);
    assert_eq!(heard.result()["content"][0]["text"], "I would rather not");
    for name in ["broken", "panic"] {
        let heard = hear(modern(&engine, "tools/call", json!({"name": name}))).await;
        assert_eq!((heard.code(), heard.status), (-32603, 200), "{name}");
        assert_eq!(heard.response["error"]["message"], "internal error");
        assert!(!heard.response.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn an_error_of_the_authors_choosing_keeps_its_code_and_gets_its_status() {
    // META-6, HTTP-7, RPC-10
    let engine = engine();
    let add =
        |name: &str, failure| engine.registry().add_tool(tool(name, &any_object()), fails(failure)).unwrap();
    let data = raw(&json!({"requiredCapabilities": {"sampling": {}}}));
    add("needs", Failure::protocol(-32021, "needs sampling", Some(data.clone())));
    add("own", Failure::protocol(4242, "mine", None));
    add("old", Failure::protocol(-32002, "not here", None));
    add("reserved", Failure::protocol(-32042, "open this", None));
    let heard = hear(modern(&engine, "tools/call", json!({"name": "needs"}))).await;
    assert_eq!((heard.code(), heard.status), (-32021, 400));
    assert_eq!(raw(&heard.response["error"]["data"]), data);
    for (name, code) in [("own", 4242), ("old", -32602), ("reserved", -32603)] {
        let heard = hear(modern(&engine, "tools/call", json!({"name": name}))).await;
        assert_eq!((heard.code(), heard.status), (code, 200), "{name}");
    }
}

#[tokio::test]
async fn progress_and_logs_go_before_the_result_and_only_to_those_who_asked() {
    // PROG-2, PROG-3, PROG-7, RPC-20, LOG-2, LOG-3, SSE-1
    let engine = engine();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "busy"}))).await;
    assert!(heard.messages.is_empty());
    let meta = json!({"progressToken": 12, "io.modelcontextprotocol/logLevel": "info"});
    let heard = hear(modern(&engine, "tools/call", json!({"name": "busy", "_meta": meta}))).await;
    let progress: Vec<_> =
        heard.messages.iter().filter(|message| message["method"] == "notifications/progress").collect();
    assert_eq!(progress.len(), 3);
    assert_eq!(
        progress[1]["params"],
        json!({"progressToken": 12, "progress": 50, "total": 100, "message": "working"})
    );
    let logs: Vec<_> =
        heard.messages.iter().filter(|message| message["method"] == "notifications/message").collect();
    assert_eq!(logs.len(), 2);
    assert_eq!(logs[0]["params"], json!({"level": "info", "logger": "busy", "data": {"at": "info"}}));
    assert_eq!(heard.result()["content"][0]["text"], "done");
}

#[tokio::test]
async fn any_structured_result_passes_and_is_repeated_as_text_if_there_is_no_content() {
    // DOWN-3, DOWN-4, DOWN-20
    let engine = engine();
    let mut numbers = tool("numbers", &any_object());
    numbers.output_schema = Some(raw(&json!({"type": "array", "items": {"type": "integer"}})));
    numbers.wrap_output = true;
    let output = ToolOutput {
        content: RawJson::from_checked("[ ]"),
        structured_content: Some(raw(&json!([1, 2]))),
        is_error: false,
        repeats: true,
        meta: Some(raw(&json!({"own": 1}))),
        vouched: false,
        more: None,
    };
    engine.registry().add_tool(numbers, returns(Output::Tool(output))).unwrap();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "numbers"}))).await;
    assert_eq!(heard.result()["structuredContent"], json!([1, 2]));
    assert_eq!(heard.result()["content"], json!([{"type": "text", "text": "[1,2]"}]));
    assert_eq!(heard.result()["_meta"]["own"], 1);
    assert_eq!(heard.result()["_meta"][SERVER_INFO]["name"], "test-server");
    let listed = hear(modern(&engine, "tools/list", json!({}))).await;
    let listed = listed.result()["tools"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(listed["outputSchema"]["type"], "array");
}

#[tokio::test]
async fn a_structured_result_is_not_repeated_if_its_maker_says_so() {
    let engine = engine();
    let output = ToolOutput {
        content: RawJson::from_checked("[]"),
        structured_content: Some(raw(&Value::Null)),
        repeats: false,
        ..ToolOutput::text("")
    };
    engine.registry().add_tool(tool("nothing", &any_object()), returns(Output::Tool(output))).unwrap();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "nothing"}))).await;
    assert_eq!(heard.result()["content"], json!([]));
    assert_eq!(heard.result().get("structuredContent"), Some(&Value::Null));
}

#[tokio::test]
async fn a_result_the_author_wrote_whole_gets_only_what_it_lacks() {
    // RESULT-1, CACHE-1, META-3
    let engine = engine();
    let whole = |value: Value| returns(Output::Whole(raw(&value)));
    engine
        .registry()
        .set_method("tools/list", Some(whole(json!({"tools": [], "ttlMs": 9, "_meta": {"a": 1}}))));
    let heard = hear(modern(&engine, "tools/list", json!({}))).await;
    let result = heard.result();
    assert_eq!(
        (&result["tools"], &result["ttlMs"], &result["cacheScope"]),
        (&json!([]), &json!(9), &json!("private"))
    );
    assert_eq!((&result["resultType"], &result["_meta"]["a"]), (&json!("complete"), &json!(1)));
    assert_eq!(result["_meta"][SERVER_INFO]["name"], "test-server");
    let params = from_function(|invocation: Invocation| async move {
        assert_eq!((invocation.kind, &*invocation.target), (OperationKind::Custom, "acme/method"));
        Ok(Output::Whole(raw(
            &json!({"params": invocation.arguments.as_str().contains("spice"), "resultType": "odd"}),
        )))
    });
    engine.registry().set_method("acme/method", Some(params));
    let heard = hear(modern(&engine, "acme/method", json!({"spice": true}))).await;
    assert_eq!((&heard.result()["params"], &heard.result()["resultType"]), (&json!(true), &json!("odd")));
    assert!(heard.result().get("ttlMs").is_none());
}

#[tokio::test]
async fn a_line_break_in_an_authors_json_never_breaks_a_message() {
    // STDIO-1, SEC-17
    let engine = engine();
    let content = RawJson::from_checked("[\n  {\"type\": \"text\",\r\n \"text\": \"a\\nb\"}]");
    let output = ToolOutput { content, ..ToolOutput::text("") };
    engine.registry().add_tool(tool("pretty", &any_object()), returns(Output::Tool(output))).unwrap();
    let heard = hear(modern(&engine, "tools/call", json!({"name": "pretty"}))).await;
    assert_eq!(heard.result()["content"][0]["text"], "a\nb");
    // What repeats it as text is escaped; what stands around that is looked through.
    for blank in ["\n", "\r", " "] {
        for length in [1, 10_000] {
            let structured = format!("{{{blank}\"a\":{blank}\"{}\"}}", "b".repeat(length));
            let output = ToolOutput {
                more: Some(RawJson::from_checked(format!("{{\"c\":[{blank}1]}}"))),
                ..ToolOutput::structured(RawJson::from_checked(structured.as_str()))
            };
            let name = format!("pretty{}{length}", blank.escape_debug());
            engine.registry().add_tool(tool(&name, &any_object()), returns(Output::Tool(output))).unwrap();
            let heard = hear(modern(&engine, "tools/call", json!({"name": name}))).await;
            assert_eq!(heard.result()["content"][0]["text"], structured);
            assert_eq!(heard.result()["structuredContent"]["a"], "b".repeat(length));
            assert_eq!(heard.result()["c"], json!([1]));
        }
    }
}

#[tokio::test]
async fn mirrored_arguments_must_agree_with_their_headers() {
    // PARAM-6 to PARAM-10, PARAM-14
    let engine = engine();
    let schema = json!({"type": "object", "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "place": {"type": "object", "properties": {"floor": {"type": "integer", "x-mcp-header": "Floor"}}},
        "dry": {"type": "boolean", "x-mcp-header": "Dry"},
    }});
    engine.registry().add_tool(tool("mirror", &schema), returns(text("ok"))).unwrap();
    let call = |arguments: Value, headers: &[(&str, &str)]| {
        let mut pairs =
            vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "mirror")];
        pairs.extend_from_slice(headers);
        let params = enveloped(json!({"name": "mirror", "arguments": arguments}));
        hear(post(&engine, &pairs, request(1, "tools/call", params)))
    };
    let accepted: [(Value, &[(&str, &str)]); 8] = [
        (json!({}), &[]),
        (json!({"region": null}), &[]),
        (json!({"region": "Hello"}), &[("Mcp-Param-Region", "=?base64?SGVsbG8=?=")]),
        (json!({"region": "SGVsbG8="}), &[("mcp-param-region", "SGVsbG8=")]),
        (json!({"region": "=?base64?SGVsbG8="}), &[("Mcp-Param-Region", "=?base64?SGVsbG8=")]),
        (json!({"place": {"floor": 42}}), &[("Mcp-Param-Floor", "42.0")]),
        (json!({"dry": true}), &[("Mcp-Param-Dry", "true")]),
        (json!({}), &[("Mcp-Param-Unknown", "x")]),
    ];
    for (arguments, headers) in accepted {
        let heard = call(arguments.clone(), headers).await;
        // `null` is no string; that is the schema's business.
        assert_eq!(heard.status, 200, "{arguments} {headers:?}: {}", heard.response);
        assert!(heard.response.get("error").is_none(), "{arguments}");
    }
    let refused: [(Value, &[(&str, &str)]); 7] = [
        (json!({"region": "Hello"}), &[]),
        (json!({"region": "Hello"}), &[("Mcp-Param-Region", "hello")]),
        (json!({"region": "Hello"}), &[("Mcp-Param-Region", "=?base64?SGVsbG8?=")]),
        (json!({"region": "Hello"}), &[("Mcp-Param-Region", "=?base64?SGVs!!!bG8=?=")]),
        (json!({"region": "a"}), &[("Mcp-Param-Region", "a"), ("Mcp-Param-Region", "a")]),
        (json!({"place": {"floor": 42}}), &[("Mcp-Param-Floor", "43")]),
        (json!({}), &[("Mcp-Param-Dry", "true")]),
    ];
    for (arguments, headers) in refused {
        let heard = call(arguments.clone(), headers).await;
        assert_eq!((heard.code(), heard.status), (-32020, 400), "{arguments} {headers:?}");
    }
}

#[tokio::test]
async fn posted_notifications_are_taken_and_change_nothing() {
    // HTTP-5, CAN-11, G-6, LHTTP-13
    let engine = engine();
    let cancelled =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}});
    assert!(hear(post(&engine, &[("MCP-Protocol-Version", MODERN)], &cancelled)).await.accepted);
    let method = ("Mcp-Method", "notifications/cancelled");
    assert!(hear(post(&engine, &[("MCP-Protocol-Version", MODERN), method], &cancelled)).await.accepted);
    let other = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list")];
    let heard = hear(post(&engine, &other, &cancelled)).await;
    assert_eq!((heard.code(), heard.status, &heard.response["id"]), (-32020, 400, &Value::Null));
    let heard = hear(post(&engine, &[("MCP-Protocol-Version", "1999-01-01")], &cancelled)).await;
    assert_eq!((heard.code(), heard.status), (-32022, 400));
    // HTTP-2
    let response = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
    assert_eq!(hear(post(&engine, &[("MCP-Protocol-Version", MODERN)], response)).await.status, 400);
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_400() {
    // RPC-1, RPC-2, RPC-8, RPC-13, BATCH-5
    let engine = engine();
    let pairs = [("MCP-Protocol-Version", MODERN)];
    for (body, code) in [
        ("{", -32700),
        ("[]", -32600),
        ("1", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, -32602),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
    ] {
        let heard = hear(post(&engine, &pairs, body)).await;
        assert_eq!((heard.code(), heard.status), (code, 400), "{body}");
    }
}

#[tokio::test]
async fn cancelling_on_a_duplex_connection_ends_the_call_without_a_word() {
    // CAN-1, CAN-2, CAN-4
    let engine = engine();
    let connection = engine.connect();
    let mut call = send(&engine, &connection, request("a", "tools/call", enveloped(json!({"name": "hang"}))));
    assert!(poll_once(&mut call).is_pending());
    let cancel = |id: Value| json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}});
    for other in [json!("b"), json!(1), json!(null), json!({})] {
        assert!(hear(send(&engine, &connection, cancel(other))).await.accepted);
    }
    assert!(poll_once(&mut call).is_pending());
    assert!(hear(send(&engine, &connection, cancel(json!("a")))).await.accepted);
    let heard = hear(call).await;
    assert!(heard.cancelled && heard.status == 0);
}

#[tokio::test]
async fn an_id_in_flight_cannot_be_used_again_until_it_is_answered() {
    // RPC-4, RPC-5
    let engine = engine();
    let connection = engine.connect();
    let call = || send(&engine, &connection, request(1, "tools/call", enveloped(json!({"name": "hang"}))));
    let first = call();
    assert_eq!(hear(call()).await.code(), -32600);
    drop(first);
    assert!(poll_once(&mut call()).is_pending());
}

#[tokio::test]
async fn requests_in_flight_are_bounded() {
    // SEC-12, RPC-11
    let limits = Limits { max_in_flight: 2, ..Limits::default() };
    let engine = builder().registry(registry()).limits(limits).build().unwrap();
    let connection = engine.connect();
    let call =
        |id: i64| send(&engine, &connection, request(id, "tools/call", enveloped(json!({"name": "hang"}))));
    let running = [call(1), call(2)];
    assert_eq!(hear(call(3)).await.code(), -31000);
    drop(running);
    assert!(poll_once(&mut call(3)).is_pending());
}

#[tokio::test]
async fn dropping_an_exchange_drops_the_handlers_future() {
    // HTTP-10
    let engine = engine();
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let sender = std::sync::Mutex::new(Some(sender));
    let holds = from_function(move |_| {
        let held = sender.lock().unwrap().take();
        async move {
            let _held = held;
            std::future::pending().await
        }
    });
    engine.registry().add_tool(tool("holds", &any_object()), holds).unwrap();
    let mut call = modern(&engine, "tools/call", json!({"name": "holds"}));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert!(receiver.await.is_err());
}

#[tokio::test]
async fn a_subscription_acknowledges_first_and_tells_only_what_was_asked() {
    // SUB-1 to SUB-4
    let engine = engine();
    let filter = json!({
        "toolsListChanged": true, "promptsListChanged": false, "acme/other": true,
        "resourceSubscriptions": ["test://note"],
    });
    let mut listen = modern(&engine, "subscriptions/listen", json!({"notifications": filter}));
    assert!(listen.requires_stream());
    let acknowledged = message(listen.next().await);
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(
        acknowledged["params"]["notifications"],
        json!({"toolsListChanged": true, "resourceSubscriptions": ["test://note"]})
    );
    assert_eq!(acknowledged["params"]["_meta"][SUBSCRIPTION_ID], 7);
    assert!(poll_once(&mut listen).is_pending());
    engine.registry().notify(&Change::List(ListKind::Prompts));
    engine.registry().notify(&Change::Resource("test://other".into()));
    engine.registry().notify(&Change::Resource("test://note/part".into()));
    assert!(engine.registry().remove_tool("echo"));
    let updated = message(listen.next().await);
    assert_eq!(updated["method"], "notifications/resources/updated");
    assert_eq!(
        (&updated["params"]["uri"], &updated["params"]["_meta"][SUBSCRIPTION_ID]),
        (&json!("test://note/part"), &json!(7))
    );
    let changed = message(listen.next().await);
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    assert_eq!(changed["params"]["_meta"][SUBSCRIPTION_ID], 7);
    assert!(poll_once(&mut listen).is_pending());
}

#[tokio::test]
async fn shutting_down_ends_subscriptions_with_their_result() {
    // SUB-3, SUB-5, SUB-6, G-2
    let engine = engine();
    let connection = engine.connect();
    let params = enveloped(json!({"notifications": {}}));
    let duplex = send(&engine, &connection, request("s", "subscriptions/listen", params));
    let posted = modern(&engine, "subscriptions/listen", json!({"notifications": {}}));
    engine.shutdown().trigger();
    let posted = hear(posted).await;
    assert_eq!(posted.messages.len(), 1);
    assert_eq!(posted.messages[0]["params"]["notifications"], json!({}));
    assert_eq!(posted.result()["resultType"], "complete");
    assert_eq!(posted.result()["_meta"][SUBSCRIPTION_ID], 7);
    assert_eq!(posted.result()["_meta"][SERVER_INFO]["name"], "test-server");
    let duplex = hear(duplex).await;
    assert_eq!(duplex.result()["_meta"][SUBSCRIPTION_ID], "s");
    assert_eq!(duplex.messages.len(), 2);
    assert_eq!(duplex.messages[1]["method"], "notifications/cancelled");
    assert_eq!(duplex.messages[1]["params"]["requestId"], "s");
}

#[tokio::test]
async fn a_subscription_honours_only_what_the_server_offers() {
    // SUB-2
    let capabilities =
        oxmcp_core::model::Capabilities { list_changed: false, subscribe: false, ..Default::default() };
    let engine = builder().registry(registry()).capabilities(capabilities).build().unwrap();
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["test://note"]});
    let mut listen = modern(&engine, "subscriptions/listen", json!({"notifications": filter}));
    assert_eq!(message(listen.next().await)["params"]["notifications"], json!({}));
}

#[tokio::test]
async fn malformed_and_too_many_subscriptions_are_refused() {
    // SUB-11, SUB-13
    let limits = Limits { max_subscriptions: 1, max_subscribed_resources: 1, ..Limits::default() };
    let engine = builder().registry(registry()).limits(limits).build().unwrap();
    for params in [
        json!({}),
        json!({"notifications": []}),
        json!({"notifications": {"toolsListChanged": 1}}),
        json!({"notifications": {"resourceSubscriptions": "test://note"}}),
        json!({"notifications": {"resourceSubscriptions": [1]}}),
        json!({"notifications": {"resourceSubscriptions": ["a:b", "a:c"]}}),
    ] {
        let heard = hear(modern(&engine, "subscriptions/listen", params.clone())).await;
        assert_eq!((heard.code(), heard.status), (-32602, 200), "{params}");
    }
    let connection = engine.connect();
    let listen = |id: i64| {
        send(
            &engine,
            &connection,
            request(id, "subscriptions/listen", enveloped(json!({"notifications": {}}))),
        )
    };
    let first = listen(1);
    assert_eq!(hear(listen(2)).await.code(), -31000);
    drop(first);
    assert!(matches!(listen(2).next().await, Some(Outgoing::Message(_))));
}

#[tokio::test]
async fn handlers_learn_everything_the_envelope_says() {
    // META-2, META-5, META-10
    let engine = engine();
    let spy = from_function(|invocation: Invocation| async move {
        let caller = &invocation.context.caller;
        assert_eq!(caller.protocol_version.as_str(), MODERN);
        assert_eq!(caller.session_id, None);
        let capabilities = caller.client_capabilities.as_ref().unwrap();
        assert_eq!(capabilities.as_str(), r#"{"sampling":{}}"#);
        assert!(caller.meta.as_ref().unwrap().as_str().contains("acme/own"));
        assert_eq!(caller.headers.as_ref().unwrap()["x-own"], "1");
        Ok(text(caller.client_info.as_ref().map_or("nobody", |info| info.as_str())))
    });
    engine.registry().add_tool(tool("spy", &any_object()), spy).unwrap();
    let pairs =
        [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "spy"), ("X-Own", "1")];
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"sampling": {}},
        "io.modelcontextprotocol/clientInfo": {"name": "spy"},
        "acme/own": 1,
    });
    let heard =
        hear(post(&engine, &pairs, request(1, "tools/call", json!({"name": "spy", "_meta": meta})))).await;
    assert_eq!(heard.result()["content"][0]["text"], r#"{"name":"spy"}"#);
}
