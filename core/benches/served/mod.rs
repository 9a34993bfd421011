//! What the benchmarks serve, and what they ask for.

#![expect(clippy::unwrap_used, reason = "a benchmark may end when something is wrong")]

use oxmcp_core::engine::{Engine, SessionOptions};
use oxmcp_core::handler::{Invocation, from_function};
use oxmcp_core::json::{RawJson, as_string, member};
use oxmcp_core::model::{Implementation, Output, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use serde::{Deserialize, Serialize};

const ECHO: &str = r#"{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}"#;
const SEARCH: &str = r#"{"type":"object","properties":{"query":{"type":"object","properties":{"text":{"type":"string","minLength":1},"tags":{"type":"array","items":{"type":"string"}},"price":{"type":"object","properties":{"least":{"type":"number"},"most":{"type":"number"}}}},"required":["text"]},"limit":{"type":"integer","minimum":1,"maximum":100}},"required":["query"],"additionalProperties":false}"#;
const FOUND: &str = r#"{"type":"object","properties":{"total":{"type":"integer"},"records":{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"},"title":{"type":"string"},"summary":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},"price":{"type":"number"},"available":{"type":"boolean"},"maker":{"type":"object","properties":{"name":{"type":"string"},"country":{"type":"string"}},"required":["name"]}},"required":["id","title","price"]}}},"required":["total","records"]}"#;
const SEARCHED: &str =
    r#"{"query":{"text":"lamp","tags":["desk","brass"],"price":{"least":10,"most":250.5}},"limit":20}"#;
const ENVELOPE: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// The length of `hello`.
const WORD: usize = 5;

/// What can be asked of [`engine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A tool that gives back as many bytes of text as it is given.
    Echo(usize),
    /// A tool with nested arguments and 20 records in its result, which has a schema.
    Search,
    /// The list of so many tools.
    List(usize),
    /// An echo of a server with so many tools.
    Tools(usize),
    /// An echo, each in the next one of so many sessions.
    Sessions(usize),
}

impl Asked {
    /// By the name it has on the command line.
    pub fn named(name: &str) -> Option<Self> {
        match name.split_once('-') {
            None if name == "echo" => Some(Self::Echo(WORD)),
            None if name == "search" => Some(Self::Search),
            Some(("echo", bytes)) => Some(Self::Echo(bytes.parse().ok()?)),
            Some(("list", tools)) => Some(Self::List(tools.parse().ok()?)),
            Some(("tools", tools)) => Some(Self::Tools(tools.parse().ok()?)),
            Some(("sessions", sessions)) => Some(Self::Sessions(sessions.parse().ok()?)),
            _ => None,
        }
    }

    pub fn method(self) -> &'static str {
        if matches!(self, Self::List(_)) { "tools/list" } else { "tools/call" }
    }

    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Echo(_) | Self::Tools(_) | Self::Sessions(_) => Some("echo"),
            Self::Search => Some("search"),
            Self::List(_) => None,
        }
    }

    /// The request.
    pub fn frame(self, modern: bool) -> String {
        let echo = |bytes| format!(r#""name":"echo","arguments":{{"text":"{}"}}"#, text(bytes));
        let mut params = match self {
            Self::Echo(bytes) => echo(bytes),
            Self::Tools(_) | Self::Sessions(_) => echo(WORD),
            Self::Search => format!(r#""name":"search","arguments":{SEARCHED}"#),
            Self::List(_) => String::new(),
        };
        if modern {
            params = if params.is_empty() { ENVELOPE.to_owned() } else { format!("{params},{ENVELOPE}") };
        }
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}","params":{{{params}}}}}"#, self.method())
    }

    /// What the answer has in it.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Echo(_) | Self::Tools(_) | Self::Sessions(_) => "hello",
            Self::Search => "\"total\":20",
            Self::List(_) => "\"tool49\"",
        }
    }
}

/// So many bytes of text, with lines as people write them; escaped as JSON has it.
fn text(bytes: usize) -> String {
    let line = "hello, this is a line of text as it stands in files that models read and write\\n";
    line.chars().cycle().take(bytes).collect::<String>().trim_end_matches('\\').to_owned()
}

#[derive(Deserialize)]
struct Query<'a> {
    text: &'a str,
    tags: Vec<&'a str>,
    price: Price,
}

#[derive(Deserialize)]
struct Price {
    most: f64,
}

#[derive(Deserialize)]
struct Search<'a> {
    #[serde(borrow)]
    query: Query<'a>,
    limit: u32,
}

#[derive(Serialize)]
struct Found<'a> {
    total: u32,
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    id: u32,
    title: String,
    summary: &'a str,
    tags: &'a [&'a str],
    price: f64,
    available: bool,
    maker: Maker<'a>,
}

#[derive(Serialize)]
struct Maker<'a> {
    name: &'a str,
    country: &'a str,
}

fn echo(invocation: &Invocation) -> ToolOutput {
    let text = member(invocation.arguments.as_str(), "text").unwrap();
    ToolOutput::text(&as_string(text).unwrap())
}

fn search(invocation: &Invocation) -> ToolOutput {
    let asked: Search<'_> = serde_json::from_str(invocation.arguments.as_str()).unwrap();
    let records = (0..asked.limit).map(|id| Record {
        id,
        title: format!("{} number {id}", asked.query.text),
        summary: "A record that the search has found, with a sentence about it that says what it is.",
        tags: &asked.query.tags,
        price: asked.query.price.most - f64::from(id) / 4.0,
        available: id % 3 != 0,
        maker: Maker { name: "Example \"Works\"", country: "NL" },
    });
    let found = Found { total: asked.limit, records: records.collect() };
    ToolOutput::structured(RawJson::from_checked(serde_json::to_string(&found).unwrap()))
}

/// A server with what is asked for.
pub fn engine(asked: Asked) -> Engine {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    match asked {
        Asked::Echo(_) | Asked::Sessions(_) => add_echo(&registry),
        Asked::Search => {
            let handler = from_function(|invocation| async move { Ok(Output::Tool(search(&invocation))) });
            let mut tool = Tool::new("search", RawJson::from_checked(SEARCH));
            tool.output_schema = Some(RawJson::from_checked(FOUND));
            registry.add_tool(tool, handler).unwrap();
        }
        Asked::List(tools) => add_many(&registry, tools),
        Asked::Tools(tools) => {
            add_many(&registry, tools - 1);
            add_echo(&registry);
        }
    }
    let sessions = SessionOptions { max_per_second: u32::MAX, ..SessionOptions::default() };
    let builder = Engine::builder(Implementation::new("bench", "1")).registry(registry);
    builder.sessions(sessions).build().unwrap()
}

fn add_echo(registry: &Registry) {
    let handler = from_function(|invocation| async move { Ok(Output::Tool(echo(&invocation))) });
    registry.add_tool(Tool::new("echo", RawJson::from_checked(ECHO)), handler).unwrap();
}

fn add_many(registry: &Registry, tools: usize) {
    for number in 0..tools {
        let handler = from_function(|_| async { Ok(Output::Tool(ToolOutput::text("hello"))) });
        let mut tool = Tool::new(format!("tool{number}"), RawJson::from_checked(SEARCH));
        tool.common.description = Some("Finds what is asked for, and says what it costs.".into());
        registry.add_tool(tool, handler).unwrap();
    }
}
