//! Tools, a prompt and a resource that ask their client, and a client that answers by calling again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Heard, MODERN, any_object, headers, hear, raw, request, text, tool};
use bytes::Bytes;
use oxmcp_core::engine::{Edge, Engine, Exchange, HttpEdge, Inbound};
use oxmcp_core::handler::{Handler, Invocation, Origin, from_function};
use oxmcp_core::model::{
    CacheHint, CommonFields, InputRequired, Output, Prompt, PromptOutput, Question, Resource, ResourceOutput,
};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

/// How often a tool was begun.
pub type Begun = Arc<AtomicUsize>;

pub fn begun(count: &Begun) -> usize {
    count.load(Ordering::SeqCst)
}

/// A form with one text.
pub fn form(message: &str) -> Question {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    Question::new(Question::ELICIT, raw(&json!({"message": message, "requestedSchema": schema})))
}

/// What a person answered to [`form`].
pub fn filled(name: &str) -> Value {
    json!({"action": "accept", "content": {"name": name}})
}

/// Waits for an answer, and says what it was.
pub async fn asked(invocation: &Invocation, message: &str) -> Result<String, oxmcp_core::handler::Failure> {
    let question = form(message);
    let answer = invocation.context.ask(question).await?;
    Ok(answer.to_value().unwrap()["content"]["name"].as_str().unwrap_or("nobody").to_owned())
}

/// A tool `greet` that asks for a name, counting how often it was begun; `ask_twice`, which asks two questions one after the
/// other, and `ask_both`, which asks them at once; a prompt `greeting` and a resource `test://greeting` that ask, too.
pub fn asking(replayable: bool) -> (Registry, Begun) {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let count = Begun::default();
    let counted = Arc::clone(&count);
    let mut greet = tool("greet", &any_object());
    greet.common.replayable = replayable;
    let handler = from_function(move |invocation: Invocation| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move { Ok(text(&format!("Hello, {}!", asked(&invocation, "Who are you?").await?))) }
    });
    registry.add_tool(greet, handler).unwrap();
    let counted = Arc::clone(&count);
    let mut twice = tool("ask_twice", &any_object());
    twice.common.replayable = replayable;
    let handler = from_function(move |invocation: Invocation| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            let first = asked(&invocation, "First?").await?;
            let second = asked(&invocation, "Second?").await?;
            Ok(text(&format!("{first} and {second}")))
        }
    });
    registry.add_tool(twice, handler).unwrap();
    let handler = from_function(|invocation: Invocation| async move {
        let answers = invocation.context.ask_all(vec![form("First?"), form("Second?")]).await;
        let names =
            answers.into_iter().map(|answer| Ok(answer?.to_value().unwrap()["content"]["name"].clone()));
        let names: Result<Vec<_>, _> = names.collect();
        Ok(text(&Value::from(names?).to_string()))
    });
    registry.add_tool(tool("ask_both", &any_object()), handler).unwrap();
    let greeting = Prompt {
        name: "greeting".to_owned(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    };
    let handler = from_function(|invocation: Invocation| async move {
        let name = asked(&invocation, "Who are you?").await?;
        let messages = raw(&json!([{"role": "user", "content": {"type": "text", "text": name}}]));
        Ok(Output::Prompt(PromptOutput { description: None, messages, meta: None }))
    });
    registry.add_prompt(greeting, handler).unwrap();
    let resource = Resource {
        uri: "test://greeting".to_owned(),
        name: "greeting".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    };
    let handler = from_function(|invocation: Invocation| async move {
        let name = asked(&invocation, "Who are you?").await?;
        let contents = raw(&json!([{"uri": "test://greeting", "text": name}]));
        Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None }))
    });
    registry.add_resource(resource, handler).unwrap();
    (registry, count)
}

/// A handler that returns its questions: a name, then a city, remembering how far it was.
pub fn explicit() -> Arc<dyn Handler> {
    from_function(|invocation: Invocation| async move {
        let answers = invocation.context.answers.as_deref().cloned().unwrap_or_default();
        let said = |key: &str| {
            let answer = answers.get(key)?.to_value().unwrap();
            Some(answer["content"]["name"].as_str().unwrap_or("nobody").to_owned())
        };
        let state = answers.state.clone().unwrap_or_default();
        let required = |input| Ok(Output::InputRequired(input));
        match (said("user_name"), said("city")) {
            (None, _) => required(InputRequired::one("user_name", form("Who are you?")).remember("first")),
            (Some(_), None) => {
                required(InputRequired::one("city", form("Where?")).remember(format!("{state}, second")))
            }
            (Some(name), Some(city)) => Ok(text(&format!("{name} of {city} ({state})"))),
        }
    })
}

/// Everything a client can be asked.
pub fn able() -> Value {
    json!({"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}})
}

/// Params with the envelope of a client that can do this.
pub fn enveloped_as(mut params: Value, capabilities: &Value) -> Value {
    let meta = params.as_object_mut().unwrap().entry("_meta").or_insert_with(|| json!({}));
    meta["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
    meta["io.modelcontextprotocol/clientCapabilities"] = capabilities.clone();
    params
}

/// A request over HTTP of a client that can be asked anything.
pub fn call(engine: &Engine, method: &str, params: Value) -> Exchange {
    call_as(engine, &able(), method, params)
}

pub fn call_as(engine: &Engine, capabilities: &Value, method: &str, params: Value) -> Exchange {
    let name =
        params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str).unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", name.as_str())];
    let edge = Edge::Http(HttpEdge {
        headers: Arc::new(headers(&pairs)),
        remote: None,
        principal: None,
        stateless: false,
        resumable: false,
    });
    engine.exchange(Inbound {
        frame: Bytes::from(request(7, method, enveloped_as(params, capabilities)).to_string()),
        edge,
        max_bytes: None,
        origin: Origin::default(),
    })
}

/// A call of a tool.
pub async fn call_tool(engine: &Engine, name: &str) -> Heard {
    hear(call(engine, "tools/call", json!({"name": name, "arguments": {}}))).await
}

/// What a call asked: the questions by key, and the state.
pub fn questions(heard: &Heard) -> (Value, String) {
    let result = heard.result();
    assert_eq!(result["resultType"], "input_required", "{result}");
    (result["inputRequests"].clone(), result["requestState"].as_str().unwrap_or_default().to_owned())
}

/// The retry of a call of a tool.
pub async fn retry(engine: &Engine, name: &str, answers: Value, state: &str) -> Heard {
    let params = json!({"name": name, "arguments": {}, "inputResponses": answers, "requestState": state});
    hear(call(engine, "tools/call", params)).await
}

/// The text of a tool's result.
pub fn said(heard: &Heard) -> String {
    heard.result()["content"][0]["text"].as_str().unwrap_or_default().to_owned()
}
