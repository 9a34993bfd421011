//! The client of rmcp, asked by a server of ours; prints what it saw as JSON. The twin of `asked_client_1x.py`.
//!
//! Usage: `asked_rmcp (legacy | auto) PLAN (URL | COMMAND ARGUMENT...)`

// Sampling and roots are on their way out of the protocol, and asked for here all the same.
#![allow(deprecated)]

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use rmcp::ClientHandler;
use rmcp::model::{
    CallToolRequestParams, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
    ElicitRequestParams, ElicitResult, ErrorData, GetPromptRequestParams, ListRootsResult, ProtocolVersion,
    ReadResourceRequestParams,
};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, RequestContext, RoleClient, RunningService};
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Longer than anything here takes.
const WITHIN: Duration = Duration::from_secs(60);

/// What is to be called, and how the user answers.
#[derive(Deserialize)]
struct Plan {
    calls: Vec<(String, Map<String, Value>)>,
    answers: HashMap<String, Value>,
    roots: Vec<String>,
}

/// The user of the client.
struct User {
    answers: HashMap<String, Value>,
    roots: Vec<String>,
}

/// A value of rmcp's as it is on the wire: its own types cannot be built from outside otherwise.
fn of_wire<T: DeserializeOwned>(wire: Value) -> Result<T, ErrorData> {
    serde_json::from_value(wire).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let capabilities = json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": {} });
        let mut config = ClientConfig::default();
        if let Ok(capabilities) = serde_json::from_value(capabilities) {
            config.capabilities = capabilities;
        }
        config
    }

    async fn create_elicitation(
        &self,
        params: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        match params {
            ElicitRequestParams::FormElicitationParams { message, .. } => {
                let content = self.answers.get(&message).cloned().unwrap_or_else(|| json!({ "value": 7 }));
                of_wire(json!({ "action": "accept", "content": content }))
            }
            _ => of_wire(json!({ "action": "accept" })),
        }
    }

    async fn create_message(
        &self,
        params: CreateMessageRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        let asked = serde_json::to_value(&params.messages)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        of_wire(json!({
            "role": "assistant",
            "content": asked[0]["content"],
            "model": "test",
            "stopReason": "endTurn",
        }))
    }

    async fn list_roots(&self, _context: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        let roots: Vec<Value> = self.roots.iter().map(|uri| json!({ "uri": uri })).collect();
        of_wire(json!({ "roots": roots }))
    }
}

/// The text of the first member that is an array: of content, messages or contents.
fn text_of(parts: &Value) -> String {
    let Some(parts) = parts.as_array() else { return String::new() };
    parts
        .iter()
        .filter_map(|part| part["text"].as_str().or_else(|| part["content"]["text"].as_str()))
        .collect()
}

async fn connected(
    user: User,
    mode: &str,
    place: &str,
    arguments: Vec<String>,
) -> Result<RunningService<RoleClient, User>, Box<dyn Error>> {
    let lifecycle = match mode {
        "legacy" => ClientLifecycleMode::Initialize,
        _ => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::LATEST] },
    };
    if place.starts_with("http") {
        let transport = StreamableHttpClientTransport::from_uri(place);
        return Ok(user.serve_with_lifecycle(transport, lifecycle).await?);
    }
    let mut command = tokio::process::Command::new(place);
    command.args(arguments);
    Ok(user.serve_with_lifecycle(TokioChildProcess::new(command)?, lifecycle).await?)
}

async fn run() -> Result<Value, Box<dyn Error>> {
    let mut told = std::env::args().skip(1);
    let (Some(mode), Some(plan), Some(place)) = (told.next(), told.next(), told.next()) else {
        return Err("usage: asked_rmcp (legacy | auto) PLAN (URL | COMMAND ARGUMENT...)".into());
    };
    let Plan { calls, answers, roots } = serde_json::from_str(&plan)?;
    let client = connected(User { answers, roots }, &mode, &place, told.collect()).await?;
    let version = client.peer_info().map(|server| server.protocol_version.to_string());
    let mut said = Vec::new();
    for (name, arguments) in calls {
        let result = client.call_tool(CallToolRequestParams::new(name).with_arguments(arguments)).await?;
        said.push(text_of(&serde_json::to_value(result.content)?));
    }
    let prompt = client.get_prompt(GetPromptRequestParams::new("greeting")).await?;
    let resource = client.read_resource(ReadResourceRequestParams::new("note://7")).await?;
    let seen = json!({
        "calls": said,
        "prompt": text_of(&serde_json::to_value(prompt.messages)?),
        "resource": text_of(&serde_json::to_value(resource.contents)?),
        "version": version,
    });
    client.cancel().await?;
    Ok(seen)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", tokio::time::timeout(WITHIN, run()).await??);
    Ok(())
}
