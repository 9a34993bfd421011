//! What clients see and get of tools that are found instead of listed, held to a budget, or described without references: in both eras.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on has failed"
)]

mod engine_support;

use std::sync::Arc;

use engine_support::asking::{able, call_as, filled, form, questions};
use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Failure, FailureKind, Handler, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Change, ListKind, Output, Tool, ToolOutput, WatchFilter};
use oxmcp_core::registry::{
    Interception, MountOptions, Namespace, Registry, RegistryOptions, ResultBudget, SearchBy, SearchResults,
    StandIn, ToolSearch, Transform,
};
use oxmcp_core::schema::SchemaLimits;
use serde_json::{Value, json};

fn search() -> Transform {
    searching(ToolSearch::default())
}

fn searching(search: ToolSearch) -> Transform {
    Transform::ToolSearch(Arc::new(StandIn::new(search, &SchemaLimits::default()).unwrap()))
}

fn at_most(max_chars: usize) -> Transform {
    let budget = ResultBudget { max_chars: Some(max_chars), advertise: true, ..ResultBudget::default() };
    Transform::ResultBudget { budget: Arc::new(budget), tools: None }
}

/// A server with two tools, transformed.
fn office(transforms: Vec<Transform>) -> (Engine, Registry) {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let add = from_function(|invocation: Invocation| async move {
        let numbers = invocation.arguments.to_value().unwrap();
        let sum = numbers["a"].as_i64().unwrap_or_default() + numbers["b"].as_i64().unwrap_or_default();
        let structured = Some(raw(&json!({"sum": sum})));
        Ok(Output::Tool(ToolOutput { structured_content: structured, ..ToolOutput::text(&sum.to_string()) }))
    });
    let numbers = json!({"type": "object", "required": ["a", "b"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}});
    let mut sum = Tool::new("add", raw(&numbers)).describe("Adds two numbers.");
    sum.output_schema = Some(raw(&json!({"type": "object", "properties": {"sum": {"type": "integer"}}})));
    registry.add_tool(sum, add).unwrap();
    let long = Tool::new("read_log", raw(&any_object())).describe("Reads the log.");
    registry.add_tool(long, returns(text(&"line\n".repeat(1000)))).unwrap();
    registry.set_transforms(transforms);
    (builder().registry(registry.clone()).build().unwrap(), registry)
}

/// The result of a request in each era.
async fn in_both(engine: &Engine, method: &str, params: Value) -> [Value; 2] {
    let connection = shaken(engine, "2025-11-25").await;
    let legacy = hear(send(engine, &connection, request(7, method, params.clone()))).await;
    let modern = hear(modern(engine, method, params)).await;
    [legacy.result().clone(), modern.result().clone()]
}

async fn names(engine: &Engine) -> Vec<String> {
    let [legacy, modern] = in_both(engine, "tools/list", json!({})).await;
    assert_eq!(legacy["tools"], modern["tools"]);
    let tools = legacy["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn calling(name: &str, arguments: Value) -> Value {
    json!({"name": name, "arguments": arguments})
}

fn words(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn two_tools_are_listed_and_lead_to_the_others() {
    let (engine, _) = office(vec![search()]);
    assert_eq!(names(&engine).await, ["search_tools", "call_tool"]);
    for result in
        in_both(&engine, "tools/call", calling("search_tools", json!({"query": "sum of two numbers"}))).await
    {
        let found = &result["structuredContent"]["result"];
        assert_eq!(found[0]["name"], "add");
        assert_eq!(found[0]["inputSchema"]["required"], json!(["a", "b"]));
        assert!(found[0]["outputSchema"].is_object());
        assert_eq!(serde_json::from_str::<Value>(words(&result)).unwrap(), *found);
    }
    let call = calling("call_tool", json!({"name": "add", "arguments": {"a": 2, "b": 3}}));
    for result in in_both(&engine, "tools/call", call).await {
        assert_eq!((words(&result), &result["structuredContent"]), ("5", &json!({"sum": 5})));
    }
    // Who knows a tool calls it by its name.
    for result in in_both(&engine, "tools/call", calling("add", json!({"a": 2, "b": 3}))).await {
        assert_eq!(words(&result), "5");
    }
}

#[tokio::test]
async fn a_tool_that_is_called_through_another_is_checked_as_ever() {
    let (engine, _) = office(vec![search()]);
    for (arguments, expected) in [
        (json!({"name": "add", "arguments": {"a": 2}}), "b"),
        (json!({"name": "add"}), "a"),
        (json!({"name": "add", "arguments": null}), "a"),
        (json!({"name": "nothing"}), "unknown tool: nothing. search_tools tells which tools there are"),
        (json!({"name": "call_tool", "arguments": {"name": "add"}}), "call_tool is called directly"),
        (json!({"name": "search_tools", "arguments": {"query": "x"}}), "search_tools is called directly"),
        (json!({"arguments": {}}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"name": "add", "arguments": [1, 2]}), "arguments"),
    ] {
        for result in in_both(&engine, "tools/call", calling("call_tool", arguments.clone())).await {
            assert_eq!(result["isError"], true, "{arguments}");
            assert!(words(&result).contains(expected), "{arguments}: {result}");
        }
    }
    // Text that spells what is asked for is taken for it, at both levels.
    for spelled in [json!({"a": "2", "b": "3"}), json!("{\"a\": 2, \"b\": \"3\"}")] {
        let call = calling("call_tool", json!({"name": "add", "arguments": spelled}));
        for result in in_both(&engine, "tools/call", call).await {
            assert_eq!(words(&result), "5", "{spelled}");
        }
    }
}

#[tokio::test]
async fn a_search_that_finds_nothing_says_so() {
    let (engine, _) = office(vec![search()]);
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "zebra"}))).await {
        assert_eq!(result["structuredContent"], json!({"result": []}));
        assert!(words(&result).starts_with("No tool of this server fits."), "{result}");
        assert!(result.get("isError").is_none());
    }
    for arguments in [json!({"query": " "}), json!({})] {
        for result in in_both(&engine, "tools/call", calling("search_tools", arguments.clone())).await {
            assert_eq!(result["isError"], true);
            assert!(words(&result).contains("query"), "{result}");
        }
    }
}

#[tokio::test]
async fn what_is_taken_away_is_neither_found_nor_called_and_what_comes_is() {
    let (engine, registry) = office(vec![searching(ToolSearch {
        always_visible: vec!["read_log".to_owned()],
        by: SearchBy::Pattern,
        max_results: 1,
        ..ToolSearch::default()
    })]);
    assert_eq!(names(&engine).await, ["read_log", "search_tools", "call_tool"]);
    assert!(registry.set_tool_enabled("add", false));
    let search = calling("search_tools", json!({"pattern": "."}));
    for result in in_both(&engine, "tools/call", search.clone()).await {
        assert_eq!(result["structuredContent"], json!({"result": []}));
    }
    for result in in_both(&engine, "tools/call", calling("call_tool", json!({"name": "add"}))).await {
        assert!(words(&result).contains("unknown tool: add"));
    }
    for name in ["multiply", "divide"] {
        registry.add_tool(tool(name, &any_object()), returns(text(name))).unwrap();
    }
    for result in in_both(&engine, "tools/call", search).await {
        assert_eq!(result["structuredContent"]["result"].as_array().unwrap().len(), 1);
        assert_eq!(result["structuredContent"]["result"][0]["name"], "multiply");
    }
    for result in in_both(&engine, "tools/call", calling("call_tool", json!({"name": "divide"}))).await {
        assert_eq!(words(&result), "divide");
    }
}

#[tokio::test]
async fn a_tool_that_is_called_through_another_asks_its_questions() {
    let (engine, registry) = office(vec![search()]);
    let asks: Arc<dyn Handler> = from_function(|invocation: Invocation| async move {
        engine_support::asking::asked(&invocation, "Your name?").await.map(|name| text(&name))
    });
    registry.add_tool(tool("greet", &any_object()), asks).unwrap();
    let params = calling("call_tool", json!({"name": "greet"}));
    let heard = hear(call_as(&engine, &able(), "tools/call", params.clone())).await;
    let (asked, state) = questions(&heard);
    let key = asked.as_object().unwrap().keys().next().unwrap().clone();
    assert_eq!(
        asked[&key]["params"]["message"],
        json!(form("Your name?").params.to_value().unwrap()["message"])
    );
    let mut retried = params;
    retried["inputResponses"] = json!({key: filled("Ada")});
    retried["requestState"] = json!(state);
    let heard = hear(call_as(&engine, &able(), "tools/call", retried)).await;
    assert_eq!(words(heard.result()), "Ada");
}

#[tokio::test]
async fn a_search_goes_over_what_other_transforms_made() {
    let (engine, _) = office(vec![search(), at_most(200)]);
    for call in [calling("read_log", json!({})), calling("call_tool", json!({"name": "read_log"}))] {
        for result in in_both(&engine, "tools/call", call).await {
            assert!(words(&result).contains("of 5000 characters of text"), "{result}");
            assert!(words(&result).chars().count() <= 200);
        }
    }
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "log"}))).await {
        let found = &result["structuredContent"]["result"][0];
        assert_eq!(found["_meta"], json!({"anthropic/maxResultSizeChars": 200}));
    }
}

#[tokio::test]
async fn results_are_held_to_the_last_budget_that_is_for_the_tool() {
    let only = |names: &[&str], max_chars| {
        let budget = ResultBudget { max_chars: Some(max_chars), advertise: true, ..ResultBudget::default() };
        let tools = Some(names.iter().map(ToString::to_string).collect());
        Transform::ResultBudget { budget: Arc::new(budget), tools }
    };
    let (engine, _) = office(vec![at_most(9000), only(&["read_log"], 300)]);
    let [legacy, modern] = in_both(&engine, "tools/list", json!({})).await;
    assert_eq!(legacy["tools"], modern["tools"]);
    assert_eq!(legacy["tools"][0]["_meta"], json!({"anthropic/maxResultSizeChars": 9000}));
    assert!(legacy["tools"][0].get("outputSchema").is_none(), "what a cut would break is not promised");
    assert_eq!(legacy["tools"][1]["_meta"], json!({"anthropic/maxResultSizeChars": 300}));
    for result in in_both(&engine, "tools/call", calling("read_log", json!({}))).await {
        assert!(words(&result).contains("cut to 300 characters"), "{result}");
    }
    // What is within it keeps its structure, and is still checked.
    for result in in_both(&engine, "tools/call", calling("add", json!({"a": 1, "b": 1}))).await {
        assert_eq!(result["structuredContent"], json!({"sum": 2}));
    }
}

#[tokio::test]
async fn a_refusal_is_held_to_the_budget_too() {
    let (engine, registry) = office(vec![at_most(300)]);
    let refuses = fails(Failure::new(FailureKind::Tool, "no ".repeat(1000)));
    registry.add_tool(tool("refuse", &any_object()), refuses).unwrap();
    for result in in_both(&engine, "tools/call", calling("refuse", json!({}))).await {
        assert_eq!(result["isError"], true);
        assert!(words(&result).contains("of 3000 characters of text"), "{result}");
    }
}

#[tokio::test]
async fn one_copy_is_sent_to_those_who_know_structured_content() {
    let budget = ResultBudget { one_copy: true, ..ResultBudget::default() };
    let (engine, registry) = office(vec![Transform::ResultBudget { budget: Arc::new(budget), tools: None }]);
    let structured = Some(raw(&json!({"a": [1, 2]})));
    let twice = ToolOutput { structured_content: structured, ..ToolOutput::text(r#"{"a": [1, 2]}"#) };
    registry.add_tool(tool("twice", &any_object()), returns(Output::Tool(twice))).unwrap();
    for version in LEGACY {
        let connection = shaken(&engine, version).await;
        let call = request(7, "tools/call", calling("twice", json!({})));
        let heard = hear(send(&engine, &connection, call)).await;
        let result = heard.result();
        if result.get("structuredContent").is_some() {
            assert_eq!(result["content"], json!([]), "{version}");
        } else {
            assert_eq!(words(result), r#"{"a": [1, 2]}"#, "{version}");
        }
        assert_eq!(result.get("structuredContent").is_some(), version >= "2025-06-18", "{version}");
    }
    let heard = hear(modern(&engine, "tools/call", calling("twice", json!({})))).await;
    assert_eq!(heard.result()["content"], json!([]));
    assert_eq!(heard.result()["structuredContent"], json!({"a": [1, 2]}));
}

#[tokio::test]
async fn schemas_say_where_they_stand_what_they_refer_to_and_calls_are_checked_by_them_as_they_were() {
    let (engine, registry) = office(vec![Transform::InlineReferences { max_bytes: 65536 }]);
    let schema = r##"{"type":"object","properties":{"zone":{"$ref":"#/$defs/Zone"}},"$defs":{"Zone":{"enum":["b","a"]}}}"##;
    let mut described = Tool::new("zoned", RawJson::from_checked(schema));
    described.output_schema = Some(RawJson::from_checked(schema));
    registry.add_tool(described, returns(text("in it"))).unwrap();
    let expected = json!({"type": "object", "properties": {"zone": {"enum": ["b", "a"]}}});
    for result in in_both(&engine, "tools/list", json!({})).await {
        assert_eq!(result["tools"][2]["inputSchema"], expected);
        assert_eq!(result["tools"][2]["outputSchema"], expected);
    }
    for result in in_both(&engine, "tools/call", calling("zoned", json!({"zone": "c"}))).await {
        assert_eq!(result["isError"], true);
        assert!(words(&result).contains("zone"), "{result}");
    }
}

#[tokio::test]
async fn transforms_change_while_clients_are_there_and_they_are_told() {
    let (engine, registry) = office(vec![]);
    let filter = WatchFilter { tools: true, ..WatchFilter::default() };
    let watch = registry.watch(filter);
    registry.set_transforms(vec![search()]);
    assert_eq!(watch.take(), Some(Change::List(ListKind::Tools)));
    assert_eq!(names(&engine).await, ["search_tools", "call_tool"]);
    registry.set_transforms(vec![]);
    assert_eq!(names(&engine).await, ["add", "read_log"]);
}

#[tokio::test]
async fn pages_go_over_what_is_listed() {
    let options = RegistryOptions { page_size: Some(1), ..RegistryOptions::default() };
    let registry = Registry::new(options).unwrap();
    for name in ["a", "b", "c"] {
        registry.add_tool(tool(name, &any_object()), returns(text(name))).unwrap();
    }
    let pinned = ToolSearch { always_visible: vec!["b".to_owned()], ..ToolSearch::default() };
    registry.set_transforms(vec![searching(pinned)]);
    let engine = builder().registry(registry.clone()).build().unwrap();
    let (mut cursor, mut seen) = (json!({}), Vec::new());
    loop {
        let heard = hear(modern(&engine, "tools/list", cursor)).await;
        let result = heard.result();
        seen.push(result["tools"][0]["name"].as_str().unwrap().to_owned());
        // A tool that comes meanwhile moves nothing.
        registry.replace_tool(tool("d", &any_object()), returns(text("d"))).unwrap();
        match result.get("nextCursor") {
            Some(next) => cursor = json!({"cursor": next}),
            None => break,
        }
    }
    assert_eq!(seen, ["b", "search_tools", "call_tool"]);
}

/// A server that is mounted in another one, under `weather`.
fn mounted(in_child: Vec<Transform>, in_parent: Vec<Transform>) -> Engine {
    let child = Registry::new(RegistryOptions::default()).unwrap();
    let forecast = tool("forecast", &any_object());
    child.add_tool(forecast, returns(text("sunny"))).unwrap();
    child.set_transforms(in_child);
    let (engine, parent) = office(in_parent);
    let namespace = Some(Namespace::new("weather").unwrap());
    parent.mount(&child, MountOptions { namespace, ..MountOptions::default() }).unwrap();
    engine
}

#[tokio::test]
async fn a_search_goes_over_mounted_servers_too() {
    let engine = mounted(vec![], vec![search()]);
    assert_eq!(names(&engine).await, ["search_tools", "call_tool"]);
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "forecast"}))).await
    {
        assert_eq!(result["structuredContent"]["result"][0]["name"], "weather_forecast");
    }
    let call = calling("call_tool", json!({"name": "weather_forecast"}));
    for result in in_both(&engine, "tools/call", call).await {
        assert_eq!(words(&result), "sunny");
    }
}

#[tokio::test]
async fn a_mounted_server_keeps_its_own_search() {
    let engine = mounted(vec![search()], vec![]);
    assert_eq!(names(&engine).await, ["add", "read_log", "weather_search_tools", "weather_call_tool"]);
    let find = calling("weather_search_tools", json!({"query": "forecast"}));
    for result in in_both(&engine, "tools/call", find).await {
        assert_eq!(result["structuredContent"]["result"][0]["name"], "weather_forecast");
    }
    for (name, expected) in [("weather_forecast", "sunny"), ("add", "unknown tool: add")] {
        let call = calling("weather_call_tool", json!({"name": name, "arguments": {}}));
        for result in in_both(&engine, "tools/call", call).await {
            assert!(words(&result).starts_with(expected), "{result}");
        }
    }
}

#[tokio::test]
async fn what_is_found_has_no_pictures() {
    let (engine, registry) = office(vec![search()]);
    let mut painted = tool("paint", &any_object());
    painted.common.icons = Some(raw(&json!([{"src": "data:image/png;base64,AAAA"}])));
    registry.add_tool(painted, returns(text("done"))).unwrap();
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "paint"}))).await {
        let found = &result["structuredContent"]["result"][0];
        assert_eq!((&found["name"], found.get("icons")), (&json!("paint"), None));
    }
}

/// Stands around the list of tools and leaves out those whose names begin so.
fn hides(registry: &Registry, prefix: &'static str) {
    let handler = from_function(move |invocation: Invocation| async move {
        assert_eq!(&*invocation.target, "tools/list");
        let mut list = invocation.context.next(None).await?.to_value().unwrap();
        let tools = list["tools"].as_array_mut().unwrap();
        tools.retain(|tool| !tool["name"].as_str().unwrap().starts_with(prefix));
        for tool in tools {
            tool["title"] = json!("seen");
        }
        Ok(Output::Whole(raw(&list)))
    });
    registry.set_interception("tools/list", Some(Interception { handler, unless_registered: true }));
}

#[tokio::test]
async fn a_search_goes_through_what_stands_around_the_list() {
    let (engine, registry) = office(vec![search()]);
    registry.add_tool(tool("add_secret", &any_object()), returns(text("told"))).unwrap();
    hides(&registry, "add_");
    for result in
        in_both(&engine, "tools/call", calling("search_tools", json!({"query": "add secret"}))).await
    {
        let found = result["structuredContent"]["result"].as_array().unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["name"], &found[0]["title"]), (&json!("add"), &json!("seen")));
    }
    for (name, expected) in [("add", "5"), ("add_secret", "unknown tool: add_secret")] {
        let call = calling("call_tool", json!({"name": name, "arguments": {"a": 2, "b": 3}}));
        for result in in_both(&engine, "tools/call", call).await {
            assert!(words(&result).starts_with(expected), "{result}");
            assert_eq!(result.get("structuredContent").is_some(), name == "add");
        }
    }
    // As ever: bad arguments end where the tool's own schema says so.
    let call = calling("call_tool", json!({"name": "add", "arguments": {"a": 2}}));
    for result in in_both(&engine, "tools/call", call).await {
        assert!(words(&result).contains('b') && result["isError"] == true, "{result}");
    }
}

#[tokio::test]
async fn a_tool_that_is_called_behind_a_list_asks_its_questions() {
    let (engine, registry) = office(vec![search()]);
    let asks: Arc<dyn Handler> = from_function(|invocation: Invocation| async move {
        engine_support::asking::asked(&invocation, "Your name?").await.map(|name| text(&name))
    });
    registry.add_tool(tool("greet", &any_object()), asks).unwrap();
    hides(&registry, "add_");
    let mut params = calling("call_tool", json!({"name": "greet"}));
    let heard = hear(call_as(&engine, &able(), "tools/call", params.clone())).await;
    let (asked, state) = questions(&heard);
    let key = asked.as_object().unwrap().keys().next().unwrap().clone();
    params["inputResponses"] = json!({key: filled("Ada")});
    params["requestState"] = json!(state);
    let heard = hear(call_as(&engine, &able(), "tools/call", params)).await;
    assert_eq!(words(heard.result()), "Ada");
}

#[tokio::test]
async fn a_list_that_fails_fails_the_search() {
    let (engine, registry) = office(vec![search()]);
    let handler = fails(Failure::new(FailureKind::Tool, "not today"));
    registry.set_interception("tools/list", Some(Interception { handler, unless_registered: false }));
    for (name, arguments) in
        [("search_tools", json!({"query": "add"})), ("call_tool", json!({"name": "add"}))]
    {
        for result in in_both(&engine, "tools/call", calling(name, arguments)).await {
            assert_eq!((words(&result), &result["isError"]), ("not today", &json!(true)));
        }
    }
}

#[tokio::test]
async fn what_is_found_may_be_told_in_few_words() {
    let shortly = ToolSearch { results: SearchResults::Markdown, ..ToolSearch::default() };
    let (engine, registry) = office(vec![searching(shortly)]);
    let schema = json!({"type": "object", "required": ["to"], "properties": {
        "to": {"type": "array", "items": {"type": "string"}, "description": "Who gets\n it"},
        "mode": {"enum": ["now", "later"], "default": "now"},
        "reply": {"anyOf": [{"$ref": "#/$defs/Reply"}, {"type": "null"}]},
        "when": {"type": ["string", "null"]},
        "pairs": {"type": "array", "items": {"oneOf": [{"type": "integer"}, {"const": "x"}]}},
    }, "$defs": {"Reply": {"properties": {"id": {}}}}});
    let mut send = Tool::new("send", raw(&schema)).describe(" Sends it. ");
    send.output_schema = Some(raw(&json!({"type": "object", "properties": {"id": {"type": "integer"}}})));
    registry.add_tool(send, returns(text("sent"))).unwrap();
    let expected = "### send\n\nSends it.\n\n**Parameters**\n- `mode` (any, one of \"now\"/\"later\", default \"now\")\n\
        - `pairs` ((integer | \"x\")[])\n- `reply` (object | null)\n- `to` (string[], required): Who gets it\n\
        - `when` (string | null)\n\n**Returns**\n- `id` (integer)\n";
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "send"}))).await {
        assert_eq!(words(&result), expected);
        assert!(result.get("structuredContent").is_none());
    }
    for result in in_both(&engine, "tools/call", calling("search_tools", json!({"query": "read"}))).await {
        assert_eq!(words(&result), "### read_log\n\nReads the log.\n\n**Parameters**\nnone\n");
    }
}
