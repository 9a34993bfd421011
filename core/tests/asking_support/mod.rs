//! What the tests of questions share: a server whose tools ask, and a client that reads and answers.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and a helper of a test fails the test"
)]

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::engine_support::*;
use oxmcp_core::engine::{Connection, Engine, Exchange};
use oxmcp_core::handler::{Failure, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Question;
use serde_json::{Value, json};

pub const FORM: &str = r#"{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}"#;

pub fn all_capabilities() -> Value {
    json!({"roots": {}, "sampling": {"tools": {}, "context": {}}, "elicitation": {"form": {}, "url": {}}})
}

pub fn initialize_with(version: &str, capabilities: &Value) -> Value {
    request(
        0,
        "initialize",
        json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": {"name": "c", "version": "1"}}),
    )
}

pub fn initialized() -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/initialized"})
}

/// What a question came to, as JSON: the answer, or the failure.
pub fn outcome(answer: Result<RawJson, Failure>) -> Value {
    match answer {
        Ok(answer) => json!({"answer": answer.to_value().unwrap()}),
        Err(Failure { kind, message, code, data, .. }) => json!({
            "kind": kind.name(), "message": message, "code": code, "data": data.map(|data| data.to_value().unwrap()),
        }),
    }
}

/// `ask` asks all of `questions` at once and answers with what they came to; `leave` asks and does not wait.
pub fn asking_engine() -> Engine {
    let registry = registry();
    let questions = |invocation: &Invocation| {
        let arguments = invocation.arguments.to_value().unwrap();
        let questions = arguments["questions"].as_array().unwrap().iter().map(|question| {
            let timeout = question["seconds"].as_u64().map(Duration::from_secs);
            let method = question["method"].as_str().unwrap();
            Question { timeout, ..Question::new(method, raw(&question["params"])) }
        });
        questions.collect::<Vec<_>>()
    };
    let ask = from_function(move |invocation: Invocation| async move {
        let answers = invocation.context.ask_all(questions(&invocation)).await;
        let answers: Vec<_> = answers.into_iter().map(outcome).collect();
        Ok(text(&json!(answers).to_string()))
    });
    registry.add_tool(tool("ask", &any_object()), ask).unwrap();
    let pass = from_function(move |invocation: Invocation| async move {
        let answers = invocation.context.ask_all(questions(&invocation)).await;
        let answer = answers.into_iter().next().unwrap()?;
        Ok(text(answer.as_str()))
    });
    registry.add_tool(tool("pass", &any_object()), pass).unwrap();
    let leave = from_function(move |invocation: Invocation| async move {
        tokio::select! {
            biased;
            _ = invocation.context.ask_all(questions(&invocation)) => Ok(text("answered")),
            () = std::future::ready(()) => Ok(text("left")),
        }
    });
    registry.add_tool(tool("leave", &any_object()), leave).unwrap();
    builder().registry(registry).build().unwrap()
}

pub async fn connect(engine: &Engine, version: &str, capabilities: &Value) -> Arc<Connection> {
    let connection = engine.connect();
    hear(send(engine, &connection, initialize_with(version, capabilities))).await;
    hear(send(engine, &connection, initialized())).await;
    connection
}

pub fn call(id: i64, tool: &str, questions: Value) -> Value {
    request(id, "tools/call", json!({"name": tool, "arguments": {"questions": questions}}))
}

pub fn elicit() -> Value {
    json!({"method": "elicitation/create", "params": serde_json::from_str::<Value>(FORM).unwrap()})
}

pub fn roots() -> Value {
    json!({"method": "roots/list", "params": {}})
}

/// The next message, which has to be there already.
pub fn said(exchange: &mut Exchange) -> Value {
    match poll_once(exchange) {
        Poll::Ready(outgoing) => message(outgoing),
        Poll::Pending => panic!("nothing was said"),
    }
}

pub fn silent(exchange: &mut Exchange) {
    assert!(poll_once(exchange).is_pending());
}

pub fn result(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

pub fn outcomes(heard: &Heard) -> Value {
    serde_json::from_str(heard.result()["content"][0]["text"].as_str().unwrap()).unwrap()
}
