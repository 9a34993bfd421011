//! What the targets of the engine share: a small server, and what holds for everything it says.

use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::HeaderMap;
use oxmcp_core::engine::{Edge, Engine, Exchange, HttpEdge, Inbound, Outgoing};
use oxmcp_core::handler::{Invocation, Origin, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CommonFields, CompletionOutput, Implementation, Output, Prompt, PromptArgument, PromptOutput,
    Question, Resource, ResourceOutput, ResourceTemplate, Tool, ToolOutput, ValueChecks,
};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde_json::Value;

pub const MODERN: &str = "2026-07-28";
pub const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

const SCHEMA: &str = r#"{"type":"object","properties":{
    "text":{"type":"string","x-mcp-header":"Text"},
    "floor":{"type":"integer","x-mcp-header":"Floor"},
    "dry":{"type":"boolean","x-mcp-header":"Dry"}}}"#;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let registry = Registry::new(RegistryOptions::default()).expect("these options are good");
    let echo = from_function(|invocation| async move {
        let output =
            ToolOutput { structured_content: Some(invocation.arguments), ..ToolOutput::text("done") };
        Ok(Output::Tool(output))
    });
    registry.add_tool(Tool::new("echo", RawJson::from_checked(SCHEMA)), echo).expect("a tool");
    let ask = from_function(|invocation: Invocation| async move {
        let questions = [("roots/list", "{}"), ("elicitation/create", r#"{"message":"m"}"#), ("x/y", "{}")];
        let questions =
            questions.map(|(method, params)| Question::new(method, RawJson::from_checked(params)));
        let answers = invocation.context.ask_all(questions.into()).await;
        Ok(Output::Tool(ToolOutput::text(&format!("{answers:?}"))))
    });
    registry.add_tool(Tool::new("ask", RawJson::from_checked(r#"{"type":"object"}"#)), ask).expect("a tool");
    let hang = from_function(|_| std::future::pending());
    registry
        .add_tool(Tool::new("hang", RawJson::from_checked(r#"{"type":"object"}"#)), hang)
        .expect("a tool");
    let work = from_function(|invocation: Invocation| async move {
        let asked = invocation.arguments.as_str().contains("ask");
        if asked {
            let roots = Question::new("roots/list", RawJson::from_checked("{}"));
            invocation.context.ask_all(vec![roots]).await;
        }
        Ok(Output::Tool(ToolOutput::text("worked")))
    });
    let task = Tool {
        execution: Some(RawJson::from_checked(r#"{"taskSupport":"optional"}"#)),
        ..Tool::new("work", RawJson::from_checked(r#"{"type":"object"}"#))
    };
    registry.add_tool(task, work).expect("a tool");
    let contents = || {
        Ok(Output::Resource(ResourceOutput {
            contents: RawJson::from_checked("[]"),
            meta: None,
            cache: None,
        }))
    };
    let note = Resource {
        uri: "test://note".to_owned(),
        name: "note".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    };
    registry.add_resource(note, from_function(move |_| async move { contents() })).expect("a resource");
    let items = ResourceTemplate {
        uri_template: "test://items/{id}{?page}".to_owned(),
        name: "items".to_owned(),
        common: CommonFields::default(),
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    };
    registry
        .add_resource_template(items, from_function(move |_| async move { contents() }))
        .expect("a template");
    let greet = Prompt {
        name: "greet".to_owned(),
        common: CommonFields::default(),
        arguments: vec![PromptArgument {
            name: "who".to_owned(),
            title: None,
            description: None,
            required: true,
        }],
        check_arguments: true,
    };
    let messages = from_function(|_| async {
        Ok(Output::Prompt(PromptOutput {
            description: None,
            messages: RawJson::from_checked("[]"),
            meta: None,
        }))
    });
    registry.add_prompt(greet, messages).expect("a prompt");
    let complete = from_function(|_| async {
        Ok(Output::Completion(CompletionOutput {
            values: vec!["one".to_owned()],
            total: None,
            has_more: None,
        }))
    });
    registry.set_completion(Some(complete));
    registry
});

/// A server on which nothing was said yet.
pub fn engine() -> Engine {
    Engine::builder(Implementation::new("fuzzed", "1")).registry(REGISTRY.clone()).build().expect("an engine")
}

/// One POST.
pub fn post(engine: &Engine, headers: HeaderMap, stateless: bool, frame: &[u8]) -> Vec<Outgoing> {
    let edge = Edge::Http(HttpEdge {
        headers: Arc::new(headers),
        remote: None,
        principal: None,
        stateless,
        resumable: false,
    });
    read(&mut exchange(engine, edge, frame))
}

/// Hands in one frame.
pub fn exchange(engine: &Engine, edge: Edge, frame: &[u8]) -> Exchange {
    engine.exchange(Inbound {
        frame: Bytes::copy_from_slice(frame),
        edge,
        max_bytes: None,
        origin: Origin::default(),
    })
}

/// Reads what an exchange has to say for now, and looks at it.
pub fn read(exchange: &mut Exchange) -> Vec<Outgoing> {
    let mut heard = Vec::new();
    while let Poll::Ready(Some(outgoing)) = exchange.poll_next(&mut Context::from_waker(Waker::noop())) {
        match &outgoing {
            Outgoing::Message(text) => assert!(one_line(text).get("method").is_some(), "{text}"),
            Outgoing::Response(response) => {
                let body = one_line(&response.body.text());
                let members = body.as_array().map_or(std::slice::from_ref(&body), Vec::as_slice);
                assert!(!members.is_empty());
                members.iter().for_each(look);
                assert!(matches!(response.status, 200 | 400 | 404), "{}", response.status);
            }
            Outgoing::Cancelled(text) => look(&one_line(text)),
            Outgoing::Accepted | Outgoing::CloseStream => {}
        }
        heard.push(outgoing);
    }
    heard
}

/// The one response among what was heard.
pub fn response(heard: &[Outgoing]) -> Option<(Value, u16)> {
    heard.iter().find_map(|outgoing| match outgoing {
        Outgoing::Response(response) => Some((one_line(&response.body.text()), response.status)),
        _ => None,
    })
}

fn one_line(text: &str) -> Value {
    assert!(!text.contains(['\n', '\r']), "a line break in {text}");
    serde_json::from_str(text).expect("what we say is JSON")
}

fn look(response: &Value) {
    assert_eq!(response["jsonrpc"], "2.0");
    assert_ne!(response.get("result").is_some(), response.get("error").is_some(), "{response}");
    if let Some(error) = response.get("error") {
        assert!(error["code"].is_i64() && error["message"].is_string(), "{response}");
        assert_ne!(error["code"], -32603, "a frame alone cannot break the server: {response}");
    }
}
