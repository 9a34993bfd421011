//! What the tests of the engine share: a small server, two edges, and a way to read what comes back.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and a helper of a test fails the test"
)]

pub mod asking;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use oxmcp_core::engine::{Connection, Edge, Engine, EngineBuilder, Exchange, HttpEdge, Inbound, Outgoing};
use oxmcp_core::handler::{Event, Failure, FailureKind, Handler, Invocation, Origin, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CommonFields, CompletionOutput, Implementation, LogLevel, LogMessage, Output, Progress,
    Prompt, PromptArgument, PromptOutput, Resource, ResourceOutput, ResourceTemplate, Tool, ToolOutput,
    ValueChecks,
};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::{Value, json};

pub const MODERN: &str = "2026-07-28";
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

pub fn raw(value: &Value) -> RawJson {
    RawJson::from_value(value)
}

pub fn text(text: &str) -> Output {
    Output::Tool(ToolOutput::text(text))
}

/// A handler that always returns this output.
pub fn returns(output: Output) -> Arc<dyn Handler> {
    from_function(move |_| {
        let output = output.clone();
        async move { Ok(output) }
    })
}

/// A handler that always fails so.
pub fn fails(failure: Failure) -> Arc<dyn Handler> {
    from_function(move |_| {
        let failure = failure.clone();
        async move { Err(failure) }
    })
}

pub fn tool(name: &str, schema: &Value) -> Tool {
    Tool::new(name, raw(schema)).describe(format!("The tool {name}"))
}

pub fn any_object() -> Value {
    json!({"type": "object"})
}

/// A resource of this URI.
pub fn resource(uri: &str) -> Resource {
    Resource {
        uri: uri.to_owned(),
        name: uri.to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    }
}

pub fn registry() -> Registry {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let echo = from_function(|invocation: Invocation| async move {
        let arguments: Value = serde_json::from_str(invocation.arguments.as_str()).unwrap();
        Ok(text(arguments["text"].as_str().unwrap_or("nothing")))
    });
    let schema = json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]});
    registry.add_tool(tool("echo", &schema), echo).unwrap();
    let busy = from_function(|invocation: Invocation| async move {
        let events = &invocation.context.events;
        for step in [0.0, 50.0, 50.0, 100.0] {
            events.emit(Event::Progress(Progress {
                progress: step,
                total: Some(100.0),
                message: Some("working".to_owned()),
            }));
        }
        for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Error] {
            events.emit(Event::Log(LogMessage {
                level,
                logger: Some("busy".to_owned()),
                data: raw(&json!({"at": level.as_str()})),
            }));
        }
        Ok(text("done"))
    });
    registry.add_tool(tool("busy", &any_object()), busy).unwrap();
    let hang = from_function(|_| std::future::pending());
    registry.add_tool(tool("hang", &any_object()), hang).unwrap();
    registry
        .add_tool(tool("refuse", &any_object()), fails(Failure::new(FailureKind::Tool, "I would rather not")))
        .unwrap();
    registry
        .add_tool(
            tool("broken", &any_object()),
            fails(Failure::new(FailureKind::Internal, "secret path").with_detail("secret detail")),
        )
        .unwrap();
    let panics = from_function(|_| async { panic!("a bug in the tool") });
    registry.add_tool(tool("panic", &any_object()), panics).unwrap();
    let note = Resource {
        uri: "test://note".to_owned(),
        name: "note".to_owned(),
        common: CommonFields::default(),
        mime_type: Some("text/plain".to_owned()),
        size: Some(3),
        cache: CacheHint::default(),
    };
    let contents = raw(&json!([{"uri": "test://note", "mimeType": "text/plain", "text": "abc"}]));
    registry
        .add_resource(note, returns(Output::Resource(ResourceOutput { contents, meta: None, cache: None })))
        .unwrap();
    let template = ResourceTemplate {
        uri_template: "test://items/{id}".to_owned(),
        name: "items".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    };
    let item = from_function(|invocation: Invocation| async move {
        let contents = raw(&json!([{"uri": &*invocation.target, "text": invocation.arguments.as_str()}]));
        Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None }))
    });
    registry.add_resource_template(template, item).unwrap();
    let argument = |name: &str, required| PromptArgument {
        name: name.to_owned(),
        title: Some(format!("Title of {name}")),
        description: None,
        required,
    };
    let greet = Prompt {
        name: "greet".to_owned(),
        common: CommonFields::default(),
        arguments: vec![argument("who", true), argument("tone", false)],
        check_arguments: true,
    };
    let messages = from_function(|invocation: Invocation| async move {
        let messages = raw(
            &json!([{"role": "user", "content": {"type": "text", "text": invocation.arguments.as_str()}}]),
        );
        Ok(Output::Prompt(PromptOutput { description: Some("A greeting".to_owned()), messages, meta: None }))
    });
    registry.add_prompt(greet, messages).unwrap();
    let complete = from_function(|_| async {
        let values = (0..120).map(|index| format!("value {index}")).collect();
        Ok(Output::Completion(CompletionOutput { values, total: None, has_more: None }))
    });
    registry.set_completion(Some(complete));
    registry
}

pub fn builder() -> EngineBuilder {
    Engine::builder(Implementation {
        title: Some("A test server".to_owned()),
        description: Some("It is tested".to_owned()),
        ..Implementation::new("test-server", "1.2.3")
    })
    .instructions("Be kind.")
}

pub fn engine() -> Engine {
    builder().registry(registry()).build().unwrap()
}

/// What one exchange said.
#[derive(Debug)]
pub struct Heard {
    pub messages: Vec<Value>,
    /// The response's body, or `Null`.
    pub response: Value,
    pub status: u16,
    pub session_id: Option<String>,
    pub accepted: bool,
    pub cancelled: bool,
}

impl Heard {
    pub fn result(&self) -> &Value {
        assert!(self.response.get("error").is_none(), "an error: {}", self.response);
        &self.response["result"]
    }

    pub fn code(&self) -> i64 {
        self.response["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {}", self.response))
    }
}

pub async fn hear(mut exchange: Exchange) -> Heard {
    let mut heard = Heard {
        messages: Vec::new(),
        response: Value::Null,
        status: 0,
        session_id: None,
        accepted: false,
        cancelled: false,
    };
    while let Some(outgoing) = exchange.next().await {
        match outgoing {
            Outgoing::Message(message) => heard.messages.push(one_line(&message)),
            Outgoing::Response(response) => {
                assert!(heard.response.is_null(), "two responses");
                heard.response = one_line(&response.body.text());
                heard.status = response.status;
                heard.session_id = response.session_id.map(|id| id.to_string());
            }
            Outgoing::CloseStream => {}
            Outgoing::Accepted => heard.accepted = true,
            Outgoing::Cancelled(body) => {
                heard.cancelled = true;
                heard.response = one_line(&body);
            }
        }
    }
    heard
}

pub fn one_line(text: &str) -> Value {
    assert!(!text.contains(['\n', '\r']), "a line break in {text}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

pub fn post(engine: &Engine, pairs: &[(&str, &str)], body: impl ToString) -> Exchange {
    post_to(engine, pairs, false, body)
}

pub fn post_to(engine: &Engine, pairs: &[(&str, &str)], stateless: bool, body: impl ToString) -> Exchange {
    let edge = Edge::Http(HttpEdge {
        headers: Arc::new(headers(pairs)),
        remote: None,
        principal: None,
        stateless,
        resumable: false,
    });
    engine.exchange(Inbound {
        frame: Bytes::from(body.to_string()),
        edge,
        max_bytes: None,
        origin: Origin::default(),
    })
}

pub fn send(engine: &Engine, connection: &Arc<Connection>, body: impl ToString) -> Exchange {
    engine.exchange(Inbound {
        frame: Bytes::from(body.to_string()),
        edge: Edge::Connection(Arc::clone(connection)),
        max_bytes: None,
        origin: Origin::default(),
    })
}

pub fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    let id: Value = id.into();
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

/// The same params with a modern envelope.
pub fn enveloped(mut params: Value) -> Value {
    let meta = params.as_object_mut().unwrap().entry("_meta").or_insert_with(|| json!({}));
    meta["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    params
}

/// A modern request over HTTP with all its headers.
pub fn modern(engine: &Engine, method: &str, params: Value) -> Exchange {
    let name =
        params.get("name").or_else(|| params.get("uri")).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut pairs = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
    if matches!(method, "tools/call" | "prompts/get" | "resources/read") {
        pairs.push(("Mcp-Name", &name));
    }
    post(engine, &pairs, request(7, method, enveloped(params)))
}

pub fn initialize(version: &str) -> Value {
    request(
        0,
        "initialize",
        json!({"protocolVersion": version, "capabilities": {"roots": {}}, "clientInfo": {"name": "tester", "version": "1"}}),
    )
}

/// A duplex connection on which the handshake for this version was made.
pub async fn shaken(engine: &Engine, version: &str) -> Arc<Connection> {
    let connection = engine.connect();
    let heard = hear(send(engine, &connection, initialize(version))).await;
    assert_eq!(heard.result()["protocolVersion"], version);
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert!(hear(send(engine, &connection, initialized)).await.accepted);
    connection
}

/// A session over HTTP for this version: its id.
pub async fn session(engine: &Engine, version: &str) -> String {
    let heard = hear(post(engine, &[], initialize(version))).await;
    assert_eq!(heard.status, 200);
    heard.session_id.unwrap()
}

/// Polls an exchange once, as a reader that has other things to do.
pub fn poll_once(exchange: &mut Exchange) -> std::task::Poll<Option<Outgoing>> {
    exchange.poll_next(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

pub fn message(outgoing: Option<Outgoing>) -> Value {
    match outgoing {
        Some(Outgoing::Message(message)) => one_line(&message),
        other => panic!("not a message: {other:?}"),
    }
}
