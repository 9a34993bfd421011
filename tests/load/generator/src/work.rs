//! What is asked: one request after the other, each with an answer that can be told from all others.

use std::fmt::Write;

use crate::options::{Era, Options};

const ENVELOPE: &str = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"load","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}"#;

pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"load","version":"1.0.0"}}}"#;
pub const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// Repeated until a text is as long as asked: prose with a line break now and then, which JSON has to escape.
const PROSE: &str = "A fox that is quick and brown jumps over a dog that is lazy, again\n";
/// What a page of records has.
pub const RECORDS: usize = 20;
/// How often the tool that reports progress does.
pub const STEPS: usize = 10;

/// A kind of request.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// A tool that takes `text` and returns it.
    Echo,
    /// The same, and it reports progress meanwhile.
    Steps,
    /// A tool that takes two numbers and returns their sum.
    Add,
    /// A tool with nested arguments that returns a page of records.
    Search,
    /// `tools/list`.
    List,
    /// The tools of the comparison by TM Dev Lab.
    Fibonacci,
    Fetch,
    Process,
    Query,
}

/// One request of a cycle.
#[derive(Clone)]
pub struct Call {
    pub kind: Kind,
    /// The name of the tool.
    pub tool: String,
}

/// The cycle that is meant by the name of a call.
pub fn cycle(name: &str) -> Vec<Call> {
    let call = |kind, tool: &str| Call { kind, tool: tool.to_owned() };
    match name {
        "add" => vec![call(Kind::Add, name)],
        "search" => vec![call(Kind::Search, name)],
        "steps" => vec![call(Kind::Steps, name)],
        "tools/list" => vec![call(Kind::List, "")],
        "tm-dev-lab" => vec![
            call(Kind::List, ""),
            call(Kind::Fibonacci, "calculate_fibonacci"),
            call(Kind::Fetch, "fetch_external_data"),
            call(Kind::Process, "process_json_data"),
            call(Kind::Query, "simulate_database_query"),
        ],
        _ => vec![call(Kind::Echo, name)],
    }
}

/// What makes texts longer: as it is, and as JSON has it.
pub struct Filler {
    pub plain: String,
    json: String,
}

impl Filler {
    /// So much of it that a text has about `bytes` bytes.
    pub fn new(bytes: usize) -> Self {
        let length = bytes.saturating_sub(text(1_000_000).len());
        let plain: String = PROSE.chars().cycle().take(length).collect();
        let json = plain.replace('\n', "\\n");
        Self { plain, json }
    }
}

/// The beginning of the text that the request with this id sends, and must get back.
pub fn text(id: u64) -> String {
    format!("what number {id} has to say")
}

/// Which of the cycle's requests has this id.
pub fn call_of(options: &Options, id: u64) -> (usize, &Call) {
    let index = usize::try_from(id).unwrap_or_default() % options.cycle.len();
    (index, &options.cycle[index])
}

/// Write the JSON of request `id`.
pub fn body(out: &mut String, options: &Options, id: u64) {
    let (_, call) = call_of(options, id);
    out.clear();
    let method = method(call.kind);
    let _ = write!(out, r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"#);
    if call.kind != Kind::List {
        let _ = write!(out, r#""name":"{}","arguments":{{"#, call.tool);
        arguments(out, options, call.kind, id);
        out.push('}');
    }
    let is_modern = options.era == Era::Modern;
    if is_modern || call.kind == Kind::Steps {
        out.push_str(if call.kind == Kind::List { r#""_meta":{"# } else { r#","_meta":{"# });
        if call.kind == Kind::Steps {
            let _ = write!(out, r#""progressToken":{id}{}"#, if is_modern { "," } else { "" });
        }
        if is_modern {
            out.push_str(ENVELOPE);
        }
        out.push('}');
    }
    out.push_str("}}");
}

fn arguments(out: &mut String, options: &Options, kind: Kind, id: u64) {
    let _ = match kind {
        Kind::Echo | Kind::Steps => write!(out, r#""text":"{}{}""#, text(id), options.filler.json),
        Kind::Add => write!(out, r#""a":{id},"b":7"#),
        Kind::Search => write!(
            out,
            r#""query":{{"text":"{}","filters":[{{"field":"author","operator":"equals","value":"Ada"}},{{"field":"year","operator":"at_least","value":"1990"}},{{"field":"tags","operator":"contains","value":"speed"}}],"range":{{"first":0,"last":{id}}}}},"limit":{RECORDS}"#,
            text(id)
        ),
        Kind::List => Ok(()),
        Kind::Fibonacci => write!(out, r#""n":10"#),
        Kind::Fetch => write!(out, r#""endpoint":"{}""#, options.backend),
        Kind::Process => write!(out, r#""data":{{"name":"hello","count":42,"note":"{}"}}"#, text(id)),
        Kind::Query => write!(out, r#""query":"SELECT {id}","delay_ms":10"#),
    };
}

fn method(kind: Kind) -> &'static str {
    if kind == Kind::List { "tools/list" } else { "tools/call" }
}

/// What a server takes at the end of a POST's head, up to the value of `Content-Length`: one for each of the cycle.
pub fn heads(options: &Options, session: Option<&str>) -> Vec<String> {
    options.cycle.iter().map(|call| head(options, call, session)).collect()
}

fn head(options: &Options, call: &Call, session: Option<&str>) -> String {
    let mut head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\n",
        options.path, options.address
    );
    if let Some(bytes) = options.answer_bytes {
        let _ = write!(head, "Answer-Bytes: {bytes}\r\n");
    }
    match (options.era, session) {
        (Era::Modern, _) => {
            let _ = write!(head, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {}\r\n", method(call.kind));
            if call.kind != Kind::List {
                let _ = write!(head, "Mcp-Name: {}\r\n", call.tool);
            }
        }
        (Era::Legacy, Some(session)) => {
            let _ = write!(head, "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {session}\r\n");
        }
        (Era::Legacy, None) => {}
    }
    head.push_str("Content-Length: ");
    head
}

/// A request whose answer is a stream that stays open: what the server has to tell by itself.
pub fn listening(options: &Options, session: Option<&str>) -> String {
    match session {
        Some(session) => format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\nMCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {session}\r\n\r\n",
            options.path, options.address
        ),
        None => {
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{"toolsListChanged":true}},"_meta":{{{ENVELOPE}}}}}}}"#
            );
            format!(
                "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\nContent-Length: {}\r\n\r\n{body}",
                options.path,
                options.address,
                body.len()
            )
        }
    }
}
