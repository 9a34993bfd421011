//! A call asks its client by requests of ours, in every version that has a handshake: what is sent, and what the answers are.

mod asking_support;
mod engine_support;

use std::task::Poll;

use asking_support::*;
use engine_support::*;
use oxmcp_core::engine::Outgoing;
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Question, ResourceOutput};
use serde_json::{Value, json};

#[tokio::test]
async fn a_question_is_a_request_on_the_calls_stream_and_the_response_its_answer() {
    let engine = asking_engine();
    for version in LEGACY {
        let connection = connect(&engine, version, &all_capabilities()).await;
        let mut exchange = send(&engine, &connection, call(1, "ask", json!([roots()])));
        let asked = said(&mut exchange);
        assert_eq!(asked["method"], "roots/list");
        assert_eq!(asked["params"], json!({}));
        assert_eq!(asked["jsonrpc"], "2.0");
        assert!(asked["id"].is_string());
        silent(&mut exchange);
        let roots = json!({"roots": [{"uri": "file:///a"}], "_meta": {"x": 1}});
        assert!(hear(send(&engine, &connection, result(&asked["id"], roots.clone()))).await.accepted);
        let heard = hear(exchange).await;
        assert!(heard.messages.is_empty(), "{:?}", heard.messages);
        assert_eq!(outcomes(&heard), json!([{"answer": roots}]));
    }
}

#[tokio::test]
async fn several_questions_are_asked_at_once_and_answered_in_any_order() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([roots(), elicit(), roots()])));
    let ids =
        [said(&mut exchange), said(&mut exchange), said(&mut exchange)].map(|asked| asked["id"].clone());
    silent(&mut exchange);
    for (id, answer) in [
        (&ids[2], json!({"roots": []})),
        (&ids[0], json!({"roots": [{"uri": "file:///first"}]})),
        (&ids[1], json!({"action": "decline"})),
    ] {
        silent(&mut exchange);
        hear(send(&engine, &connection, result(id, answer))).await;
    }
    let heard = hear(exchange).await;
    assert_eq!(
        outcomes(&heard),
        json!([
            {"answer": {"roots": [{"uri": "file:///first"}]}},
            {"answer": {"action": "decline"}},
            {"answer": {"roots": []}},
        ])
    );
}

#[tokio::test]
async fn over_http_the_answer_is_posted_and_found_by_its_session() {
    // LHTTP-3, LHTTP-5, HTTP-19
    let engine = asking_engine();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let heard = hear(post(&engine, &[], initialize_with("2025-11-25", &all_capabilities()))).await;
        ids.push(heard.session_id.unwrap());
    }
    let [mine, other] = [[("Mcp-Session-Id", &*ids[0])], [("Mcp-Session-Id", &*ids[1])]];
    let mut exchange = post(&engine, &mine, call(1, "ask", json!([elicit()])));
    let asked = said(&mut exchange);
    assert_eq!(asked["params"], serde_json::from_str::<Value>(FORM).unwrap());
    let accept = result(&asked["id"], json!({"action": "accept", "content": {}}));
    for pairs in [&other[..], &[("Mcp-Session-Id", &*ids[0]), ("MCP-Protocol-Version", MODERN)]] {
        hear(post(&engine, pairs, &accept)).await;
        silent(&mut exchange);
    }
    let mut other_exchange = post(&engine, &other, call(1, "ask", json!([elicit()])));
    assert_eq!(said(&mut other_exchange)["id"], asked["id"], "each session counts for itself");
    let heard = hear(post(&engine, &mine, &accept)).await;
    assert!(heard.accepted);
    silent(&mut other_exchange);
    assert_eq!(outcomes(&hear(exchange).await), json!([{"answer": {"action": "accept", "content": {}}}]));
    // Again: nobody waits for it any more.
    assert!(hear(post(&engine, &mine, &accept)).await.accepted);
}

#[tokio::test]
async fn an_error_of_the_clients_keeps_its_code_message_and_data() {
    // SAM-8
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let error = json!({"code": -1, "message": "the user said no", "data": {"why": "tired"}});
    for tool in ["ask", "pass"] {
        let mut exchange = send(&engine, &connection, call(1, tool, json!([elicit()])));
        let id = said(&mut exchange)["id"].clone();
        hear(send(&engine, &connection, json!({"jsonrpc": "2.0", "id": id, "error": error}))).await;
        let heard = hear(exchange).await;
        if tool == "ask" {
            assert_eq!(
                outcomes(&heard),
                json!([{"kind": "client_error", "message": "the user said no", "code": -1, "data": {"why": "tired"}}])
            );
        } else {
            // What a tool does not handle, its model reads.
            assert_eq!(heard.result()["isError"], true);
            assert_eq!(heard.result()["content"][0]["text"], "the user said no");
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_fails_the_question_instead_of_leaving_it_open() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let answers = [
        json!({"result": {"action": "maybe"}}),
        json!({"result": {}}),
        json!({"result": 5}),
        json!({"result": null}),
        json!({"result": {"action": "cancel"}, "error": {"code": 1, "message": "both"}}),
        json!({"error": "no"}),
        json!({"error": {"code": "x", "message": "m"}}),
    ];
    for answer in answers {
        let mut exchange = send(&engine, &connection, call(1, "ask", json!([elicit()])));
        let mut response = answer.clone();
        response["jsonrpc"] = json!("2.0");
        response["id"] = said(&mut exchange)["id"].clone();
        let heard = hear(send(&engine, &connection, &response)).await;
        assert!(heard.accepted && heard.response.is_null(), "an answer is not answered: {answer}");
        let outcomes = outcomes(&hear(exchange).await);
        assert_eq!(outcomes[0]["kind"], "client_error", "{answer}");
        assert!(outcomes[0]["message"].as_str().unwrap().contains("is no answer: "), "{outcomes}");
    }
}

#[tokio::test]
async fn answers_nobody_asked_for_change_nothing() {
    // RPC-21
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([roots()])));
    let id = said(&mut exchange)["id"].clone();
    let right = json!({"roots": []});
    for stray in [json!(1), json!("1"), json!("oxmcp-2"), json!("oxmcp-01"), json!("OXMCP-1"), json!("")] {
        assert_ne!(stray, id);
        assert!(hear(send(&engine, &connection, result(&stray, right.clone()))).await.accepted);
        silent(&mut exchange);
    }
    hear(send(&engine, &connection, result(&id, right.clone()))).await;
    hear(send(&engine, &connection, result(&id, json!({"roots": [{"uri": "file:///late"}]})))).await;
    assert_eq!(outcomes(&hear(exchange).await), json!([{"answer": right}]));
    // Before any handshake, too.
    assert!(hear(send(&engine, &engine.connect(), result(&id, right))).await.accepted);
}

#[tokio::test]
async fn what_a_client_did_not_declare_is_never_sent() {
    // META-5, DOWN-11, ELI-2, SAM-2
    let engine = asking_engine();
    for version in LEGACY {
        let connection = connect(&engine, version, &json!({})).await;
        let sample = json!({"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}});
        let heard =
            hear(send(&engine, &connection, call(1, "ask", json!([elicit(), sample, roots()])))).await;
        assert!(heard.messages.is_empty());
        for outcome in outcomes(&heard).as_array().unwrap() {
            assert_eq!(outcome["kind"], "missing_capability");
            assert!(outcome["data"]["requiredCapabilities"].is_object());
        }
        let heard = hear(send(&engine, &connection, call(2, "pass", json!([roots()])))).await;
        assert_eq!(heard.result()["isError"], true);
        let said = heard.result()["content"][0]["text"].as_str().unwrap();
        assert!(said.contains("did not declare the capability roots"), "{said}");
    }
}

#[tokio::test]
async fn a_methods_own_client_is_asked_what_an_extension_asks() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-11-25", &json!({})).await;
    let question = json!({"method": "com.example/ask", "params": {"a": [1, "\n"]}});
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([question])));
    let asked = said(&mut exchange);
    assert_eq!((&asked["method"], &asked["params"]), (&json!("com.example/ask"), &question["params"]));
    hear(send(&engine, &connection, result(&asked["id"], json!({"b": 2})))).await;
    assert_eq!(outcomes(&hear(exchange).await), json!([{"answer": {"b": 2}}]));
}

#[tokio::test]
async fn each_version_is_asked_in_its_own_words() {
    // ELI-3, ELI-16, SAM-6
    let engine = asking_engine();
    let ask = async |version: &str, capabilities: Value, method: &str, params: Value| {
        let connection = connect(&engine, version, &capabilities).await;
        let question = json!({"method": method, "params": params});
        let mut exchange = send(&engine, &connection, call(1, "ask", json!([question])));
        said(&mut exchange)
    };
    let titled = json!({"oneOf": [{"const": "r", "title": "Red"}, {"const": "g", "title": "Green"}], "type": "string"});
    let form = json!({"mode": "form", "message": "m", "requestedSchema": {"type": "object", "properties": {"c": titled}}});
    let elicitation = json!({"elicitation": {}});
    let june = ask("2025-06-18", elicitation.clone(), "elicitation/create", form.clone()).await;
    assert_eq!(
        june["params"],
        json!({"message": "m", "requestedSchema": {"type": "object", "properties": {
            "c": {"type": "string", "enum": ["r", "g"], "enumNames": ["Red", "Green"]},
        }}})
    );
    let november = ask("2025-11-25", elicitation, "elicitation/create", form.clone()).await;
    assert_eq!(november["params"], form);
    let url = json!({"mode": "url", "message": "m", "url": "https://example.com"});
    let both = json!({"elicitation": {"url": {}}});
    let asked = ask("2025-11-25", both.clone(), "elicitation/create", url.clone()).await;
    assert_eq!(asked["params"]["elicitationId"], asked["id"]);
    let mut named = url;
    named["elicitationId"] = json!("mine");
    assert_eq!(ask("2025-11-25", both, "elicitation/create", named.clone()).await["params"], named);
    let sample = json!({"messages": [], "maxTokens": 1, "includeContext": "thisServer"});
    for (version, capabilities, kept) in [
        ("2025-06-18", json!({"sampling": {}}), true),
        ("2025-11-25", json!({"sampling": {}}), false),
        ("2025-11-25", json!({"sampling": {"context": {}}}), true),
    ] {
        let asked = ask(version, capabilities, "sampling/createMessage", sample.clone()).await;
        assert_eq!(asked["params"].get("includeContext").is_some(), kept, "{version}");
    }
}

#[tokio::test]
async fn a_choice_of_several_is_refused_where_the_version_has_none() {
    // ELI-16
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &json!({"elicitation": {}})).await;
    let schema =
        json!({"type": "object", "properties": {"colours": {"type": "array", "items": {"enum": ["r"]}}}});
    let question =
        json!({"method": "elicitation/create", "params": {"message": "m", "requestedSchema": schema}});
    let heard = hear(send(&engine, &connection, call(1, "ask", json!([question])))).await;
    let outcome = &outcomes(&heard)[0];
    assert_eq!(outcome["kind"], "cannot_ask");
    assert!(outcome["message"].as_str().unwrap().contains("colours"), "{outcome}");
}

#[tokio::test]
async fn prompts_and_resources_ask_as_well_and_rust_authors_get_typed_answers() {
    let engine = asking_engine();
    let read = from_function(|invocation: Invocation| async move {
        let context = &invocation.context;
        let schema = RawJson::parse(r#"{"type":"object","properties":{}}"#).unwrap();
        let said = [
            format!("{:?}", context.list_roots().await?),
            format!("{:?}", context.elicit("Sure?", &schema).await?),
            format!("{:?}", context.elicit_url("Go", "https://example.com", "e1").await?),
            format!(
                "{:?}",
                context.sample(RawJson::parse(r#"{"messages":[],"maxTokens":1}"#).unwrap()).await?
            ),
        ];
        let contents = raw(&json!([{"uri": "test://asks", "text": said.join("\n")}]));
        Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None }))
    });
    engine.registry().add_resource(resource("test://asks"), read).unwrap();
    let connection = connect(&engine, "2025-11-25", &all_capabilities()).await;
    let mut exchange =
        send(&engine, &connection, request(1, "resources/read", json!({"uri": "test://asks"})));
    for answer in [
        json!({"roots": [{"uri": "file:///a", "name": "A"}]}),
        json!({"action": "accept", "content": {"x": 1}}),
        json!({"action": "cancel"}),
        json!({"role": "assistant", "content": {"type": "text", "text": "hi"}, "model": "m", "stopReason": "endTurn"}),
    ] {
        let asked = said(&mut exchange);
        hear(send(&engine, &connection, result(&asked["id"], answer))).await;
    }
    let heard = hear(exchange).await;
    let text = heard.result()["contents"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            r#"[Root { uri: "file:///a", name: Some("A") }]"#,
            r#"Accept({"x":1})"#,
            "Cancel",
            r#"Sampled { role: "assistant", content: {"text":"hi","type":"text"}, model: "m", stop_reason: Some("endTurn") }"#,
        ]
    );
}

#[tokio::test]
async fn what_was_filled_in_is_checked_against_the_form() {
    // ELI-8
    let engine = asking_engine();
    let asks = from_function(|invocation: Invocation| async move {
        let form = json!({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]});
        let answer = invocation.context.elicit("How old?", &raw(&form)).await?;
        Ok(text(&format!("{answer:?}")))
    });
    engine.registry().add_tool(tool("asks", &any_object()), asks).unwrap();
    let connection = connect(&engine, "2025-11-25", &all_capabilities()).await;
    for (id, filled, becomes) in [
        (1, json!({"action": "accept", "content": {"age": 7}}), r#"Accept({"age":7})"#),
        (2, json!({"action": "decline"}), "Decline"),
        (
            3,
            json!({"action": "accept", "content": {"age": "secret"}}),
            "the client's answer does not fit what was asked: age: must be an integer",
        ),
        (4, json!({"action": "accept"}), "the client's answer does not fit what was asked: age: is required"),
    ] {
        let mut exchange =
            send(&engine, &connection, request(id, "tools/call", json!({"name": "asks", "arguments": {}})));
        let asked = said(&mut exchange);
        hear(send(&engine, &connection, result(&asked["id"], filled))).await;
        let heard = hear(exchange).await;
        assert_eq!(heard.result()["content"][0]["text"], becomes);
        assert_eq!(heard.result()["isError"] == true, id > 2);
    }
}

#[tokio::test]
async fn a_batch_asks_on_its_stream_and_takes_a_batch_of_answers() {
    // BATCH-1
    let engine = asking_engine();
    let connection = connect(&engine, "2025-03-26", &all_capabilities()).await;
    let batch = json!([call(1, "ask", json!([roots()])), call(2, "ask", json!([roots()]))]);
    let mut exchange = send(&engine, &connection, batch);
    let ids = [said(&mut exchange)["id"].clone(), said(&mut exchange)["id"].clone()];
    let answers = json!([
        result(&ids[1], json!({"roots": [{"uri": "file:///2"}]})),
        result(&ids[0], json!({"roots": [{"uri": "file:///1"}]})),
    ]);
    assert!(hear(send(&engine, &connection, answers)).await.accepted);
    let heard = hear(exchange).await;
    for (index, uri) in ["file:///1", "file:///2"].iter().enumerate() {
        let text = heard.response[index]["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(uri), "{text}");
    }
}

#[test]
fn questions_and_answers_are_one_line_each() {
    // STDIO-1
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let engine = asking_engine();
        let broken = from_function(|invocation: Invocation| async move {
            let params = RawJson::parse("{\"a\":\n[1,\r\n2]}").unwrap();
            let answer = invocation.context.ask(Question::new("x/y", params)).await;
            Ok(text(&outcome(answer).to_string()))
        });
        engine.registry().add_tool(tool("broken_lines", &any_object()), broken).unwrap();
        let connection = connect(&engine, "2025-06-18", &json!({})).await;
        let mut exchange = send(&engine, &connection, call(1, "broken_lines", json!([])));
        // `said` looks for line breaks.
        assert_eq!(said(&mut exchange)["params"], json!({"a": [1, 2]}));
        assert!(matches!(poll_once(&mut exchange), Poll::Pending | Poll::Ready(Some(Outgoing::Message(_)))));
    });
}
