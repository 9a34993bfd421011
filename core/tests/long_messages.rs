//! Messages so long that they are neither copied on the way in nor put together on the way out: nobody can tell.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use oxmcp_core::engine::Engine;
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Implementation, Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::HttpOptions;
use oxmcp_core::transports::memory::connect;
use serde_json::{Value, json};
use support::{
    ACCEPT_BOTH, Answer, ENVELOPE, INITIALIZE, INITIALIZED, JSON_HEADERS, PATIENCE, Server, modern_headers,
    serve, serve_engine,
};
use tokio::time::timeout;

const LENGTHS: [usize; 6] = [10, 4_000, 4_096, 5_000, 70_000, 300_000];

/// Text with what has to be escaped, what takes several bytes, and long runs of neither.
fn text(length: usize) -> String {
    let line =
        "a line of text, \"quoted\", with a \\ and a tab\t and — dashes, 漢字 and 𝄞, \u{1} and \u{2028}\n";
    let run = "x".repeat(300);
    let mut text = String::new();
    while text.len() < length {
        text.push_str(line);
        text.push_str(&run);
    }
    text
}

/// An engine with `echo` (gives back the text it gets), `structured` (the same as structured content, repeated as text), `lines` (as
/// much, with line breaks between its tokens) and, for long lists, tools with long descriptions.
fn engine() -> Engine {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let add = |name: &str, make: fn(&str) -> ToolOutput| {
        let handler = from_function(move |call: Invocation| async move {
            let arguments: Value = serde_json::from_str(call.arguments.as_str()).unwrap();
            Ok(Output::Tool(make(arguments["text"].as_str().unwrap())))
        });
        registry
            .add_tool(Tool::new(name, RawJson::from_checked("{\"type\":\n\"object\"}")), handler)
            .unwrap();
    };
    add("echo", ToolOutput::text);
    add("structured", |text| ToolOutput {
        content: RawJson::from_checked("[]"),
        structured_content: Some(RawJson::from_value(&json!({ "said": text }))),
        ..ToolOutput::text("")
    });
    add("lines", |text| {
        let text = json!(text);
        ToolOutput {
            content: RawJson::from_checked(format!("[\r\n{{\"type\":\"text\",\n\"text\":{text}}}\n]")),
            structured_content: Some(RawJson::from_checked(format!("{{\n\"said\":{text}\r\n}}"))),
            ..ToolOutput::text("")
        }
    });
    for number in 0..40 {
        let tool = Tool::new(format!("t{number}"), RawJson::from_checked("{\"type\":\"object\"}"));
        let handler = from_function(|_| async { Ok(Output::Tool(ToolOutput::text(""))) });
        registry.add_tool(tool.describe(text(300)), handler).unwrap();
    }
    Engine::builder(Implementation::new("test", "1")).registry(registry).build().unwrap()
}

fn server() -> Server {
    serve_engine(engine(), serve(HttpOptions::default()).probe, HttpOptions::default())
}

fn call(tool: &str, text: &str, envelope: &str) -> String {
    let arguments = json!({ "text": text });
    format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}{envelope}}}}}"#
    )
}

fn modern(tool: &str, text: &str) -> String {
    call(tool, text, &format!(",{ENVELOPE}"))
}

/// What is said of a text by one of the tools.
fn check(tool: &str, text: &str, message: &Value) {
    let result = &message["result"];
    assert_eq!(message["id"], 7, "{message}");
    match tool {
        "echo" => assert_eq!(result["content"], json!([{ "type": "text", "text": text }])),
        "structured" => {
            assert_eq!(result["structuredContent"], json!({ "said": text }));
            let repeated = result["content"][0]["text"].as_str().unwrap();
            assert_eq!(serde_json::from_str::<Value>(repeated).unwrap(), json!({ "said": text }));
        }
        _ => {
            assert_eq!(result["content"], json!([{ "type": "text", "text": text }]));
            assert_eq!(result["structuredContent"], json!({ "said": text }));
        }
    }
}

#[tokio::test]
async fn texts_of_every_length_come_back_over_memory() {
    let (modern_client, legacy) =
        (connect(&engine(), 1 << 24).unwrap(), connect(&engine(), 1 << 24).unwrap());
    legacy.send(INITIALIZE).await.unwrap();
    legacy.receive().await.unwrap();
    legacy.send(INITIALIZED).await.unwrap();
    for length in LENGTHS {
        let text = text(length);
        for tool in ["echo", "structured", "lines"] {
            for (client, frame) in [(&modern_client, modern(tool, &text)), (&legacy, call(tool, &text, ""))] {
                client.send(frame).await.unwrap();
                let said = timeout(PATIENCE, client.receive()).await.unwrap().unwrap();
                assert!(!said.contains(['\n', '\r']), "one message is one line");
                check(tool, &text, &serde_json::from_str(&said).unwrap());
            }
        }
    }
}

/// The message in an answer, whether it is JSON or the only event of a stream.
fn message(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.body.strip_prefix("event: message\ndata: ").unwrap_or(&answer.body).trim_end();
    assert!(!body.contains(['\n', '\r']), "one message is one line");
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn texts_of_every_length_come_back_over_http() {
    let server = server();
    let opened = server.post(&format!("{JSON_HEADERS}{ACCEPT_BOTH}"), INITIALIZE).await;
    let session = opened.header("mcp-session-id").unwrap();
    for accept in [ACCEPT_BOTH, "Accept: text/event-stream\r\n"] {
        for length in LENGTHS {
            let text = text(length);
            for tool in ["echo", "structured", "lines"] {
                let headers = modern_headers(tool).replace(ACCEPT_BOTH, accept);
                check(tool, &text, &message(&server.post(&headers, &modern(tool, &text)).await));
                let headers = format!(
                    "{JSON_HEADERS}{accept}Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-06-18\r\n"
                );
                check(tool, &text, &message(&server.post(&headers, &call(tool, &text, "")).await));
            }
        }
    }
}

#[tokio::test]
async fn a_long_list_is_the_same_each_time_and_on_one_line() {
    let server = server();
    let frame =
        |id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{{{ENVELOPE}}}}}"#);
    let headers =
        format!("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n{JSON_HEADERS}{ACCEPT_BOTH}");
    let client = connect(&server.engine, 1 << 24).unwrap();
    for id in 1..4 {
        let listed = message(&server.post(&headers, &frame(id)).await);
        assert_eq!((&listed["id"], listed["result"]["tools"].as_array().unwrap().len()), (&json!(id), 43));
        assert_eq!(listed["result"]["tools"][42]["description"], text(300));
        client.send(frame(id)).await.unwrap();
        let said = client.receive().await.unwrap();
        assert!(!said.contains(['\n', '\r']));
        assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), listed);
    }
}

#[tokio::test]
async fn a_long_frame_that_is_no_message_is_refused_as_a_short_one_is() {
    let client = connect(&engine(), 1 << 24).unwrap();
    for length in [10, 6_000, 100_000] {
        let plain = "x".repeat(length);
        let good = modern("echo", &plain);
        for (wrong, code, why) in [
            ([good.as_bytes(), b"}"].concat(), -32700, "more text"),
            (good.replace('x', "\u{1}").into_bytes(), -32700, "control character"),
            ([&good.as_bytes()[..good.len() - 2], b"\xff}}"].concat(), -32700, "UTF-8"),
            (good.replace("\"2.0\"", "\"1.0\"").into_bytes(), -32600, "2.0"),
            (good.replace("\"text\":", "\"text\":1,\"text\":").into_bytes(), -32600, "twice"),
        ] {
            client.send(wrong).await.unwrap();
            let said: Value = serde_json::from_str(&client.receive().await.unwrap()).unwrap();
            assert_eq!(said["error"]["code"], code, "{said}");
            assert!(said["error"]["message"].as_str().unwrap().contains(why), "{said}");
        }
        // A byte order mark is no part of the message.
        client.send([b"\xef\xbb\xbf", good.as_bytes()].concat()).await.unwrap();
        check("echo", &plain, &serde_json::from_str(&client.receive().await.unwrap()).unwrap());
    }
}

#[tokio::test]
async fn long_messages_may_stand_in_a_batch() {
    let client = connect(&engine(), 1 << 24).unwrap();
    client.send(INITIALIZE.replace("2025-06-18", "2025-03-26")).await.unwrap();
    client.receive().await.unwrap();
    let text = text(50_000);
    let batch = format!("[{},{}]", call("echo", &text, ""), call("lines", &text, "").replace(":7,", ":8,"));
    client.send(batch).await.unwrap();
    let said: Value = serde_json::from_str(&client.receive().await.unwrap()).unwrap();
    check("echo", &text, &said[0]);
    assert_eq!((&said[1]["id"], &said[1]["result"]["content"][0]["text"]), (&json!(8), &json!(text)));
}
