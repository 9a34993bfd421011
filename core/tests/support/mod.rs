//! What the transports' tests share: an engine with a few telling tools, and a client that speaks raw HTTP.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![expect(dead_code, reason = "each test crate uses a part of it")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oxmcp_core::engine::{Engine, EngineBuilder, Shutdown};
use oxmcp_core::handler::{Event, Failure, FailureKind, Invocation, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Implementation, LogLevel, LogMessage, Output, Progress, Tool, ToolOutput};
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::transports::http::{HttpOptions, HttpServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

/// No test waits longer than this for anything.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// What the test tools tell the test.
#[derive(Clone)]
pub struct Probe(Arc<Probed>);

pub struct Probed {
    /// Calls of `wait` that began.
    pub started: AtomicUsize,
    /// Calls of `wait` that were dropped before their end.
    pub dropped: AtomicUsize,
    /// Calls of `wait` that came to their end.
    pub finished: AtomicUsize,
    changed: Notify,
    permits: Semaphore,
}

impl std::ops::Deref for Probe {
    type Target = Probed;

    fn deref(&self) -> &Probed {
        &self.0
    }
}

impl Probe {
    fn new() -> Self {
        Self(Arc::new(Probed {
            started: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            changed: Notify::new(),
            permits: Semaphore::new(0),
        }))
    }

    /// Lets one call of `wait` finish.
    pub fn release(&self) {
        self.permits.add_permits(1);
    }

    /// Waits until released.
    pub async fn wait(&self) {
        self.permits.acquire().await.expect("never closed").forget();
    }

    /// Waits until `counter` is at least `count`.
    pub async fn reaches(&self, counter: impl Fn(&Probed) -> &AtomicUsize, count: usize) {
        let reached = async {
            loop {
                let changed = self.changed.notified();
                if counter(self).load(Ordering::SeqCst) >= count {
                    return;
                }
                changed.await;
            }
        };
        timeout(PATIENCE, reached).await.expect("the call did not come that far");
    }

    fn count(&self, counter: &AtomicUsize) {
        counter.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_waiters();
    }
}

struct Running(Probe, bool);

impl Drop for Running {
    fn drop(&mut self) {
        let counter = if self.1 { &self.0.finished } else { &self.0.dropped };
        self.0.count(counter);
    }
}

fn text(text: &str) -> Output {
    Output::Tool(ToolOutput::text(text))
}

/// An engine with the tools `echo` (answers its arguments), `talk` (one log message, one progress report, then `done`),
/// `wait` (until released), `lines` (content with line breaks between its tokens), `ask` (for the client's roots).
pub fn engine() -> (Engine, Probe) {
    engine_with(|builder| builder)
}

/// The same, built so.
pub fn engine_with(build: impl FnOnce(EngineBuilder) -> EngineBuilder) -> (Engine, Probe) {
    let probe = Probe::new();
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let any = || RawJson::parse(r#"{"type":"object"}"#).unwrap();
    let add = |name: &str, handler| registry.add_tool(Tool::new(name, any()), handler).unwrap();
    add("echo", from_function(|call: Invocation| async move { Ok(text(call.arguments.as_str())) }));
    add(
        "talk",
        from_function(|call: Invocation| async move {
            let data = RawJson::parse(r#""working""#).unwrap();
            call.context.events.emit(Event::Log(LogMessage { level: LogLevel::Info, logger: None, data }));
            call.context.events.emit(Event::Progress(Progress {
                progress: 1.0,
                total: Some(2.0),
                message: None,
            }));
            Ok(text("done"))
        }),
    );
    let waiting = probe.clone();
    add(
        "wait",
        from_function(move |_: Invocation| {
            let probe = waiting.clone();
            async move {
                probe.count(&probe.started);
                let mut running = Running(probe.clone(), false);
                probe.wait().await;
                running.1 = true;
                Ok(text("released"))
            }
        }),
    );
    add(
        "lines",
        from_function(|_: Invocation| async move {
            let content = RawJson::parse("[{\"type\":\"text\",\r\n\"text\":\"a\\nb\"}\n]").unwrap();
            Ok(Output::Tool(ToolOutput { content, ..ToolOutput::text("") }))
        }),
    );
    add(
        "ask",
        from_function(|call: Invocation| async move {
            // What came of it, whatever it is.
            Ok(text(&match call.context.list_roots().await {
                Ok(roots) => format!("{} roots", roots.len()),
                Err(Failure { kind, message, .. }) => format!("{}: {message}", kind.name()),
            }))
        }),
    );
    add("fail", from_function(|_: Invocation| async move { Err(Failure::new(FailureKind::Tool, "no")) }));
    let engine = build(Engine::builder(Implementation::new("test", "1")).registry(registry)).build().unwrap();
    (engine, probe)
}

/// The envelope every modern request carries (META-1).
pub const ENVELOPE: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

/// The envelope of a client that wants to hear of progress and logs.
pub const CURIOUS_ENVELOPE: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":"p","io.modelcontextprotocol/logLevel":"debug"}"#;

/// The legacy handshake's request.
pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#;

/// The handshake of a client that can be asked for its roots.
pub const INITIALIZE_WITH_ROOTS: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}"#;

/// What such a client answers.
pub fn one_root(id: &serde_json::Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"roots":[{{"uri":"file:///a"}}]}}}}"#)
}

/// The legacy handshake's end.
pub const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A modern `tools/call`.
pub fn modern_call(id: u32, tool: &str, envelope: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"a":1}},{envelope}}}}}"#
    )
}

/// Two thousand modern calls of `echo`, a line each.
pub fn flood() -> String {
    (0..2000).fold(String::new(), |lines, id| lines + &modern_call(id, "echo", ENVELOPE) + "\n")
}

/// A legacy `tools/call`.
pub fn legacy_call(id: u32, tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"a":1}},"_meta":{{"progressToken":"p"}}}}}}"#
    )
}

/// The headers of a modern `tools/call`.
pub fn modern_headers(tool: &str) -> String {
    format!(
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n{JSON_HEADERS}{ACCEPT_BOTH}"
    )
}

/// A JSON body.
pub const JSON_HEADERS: &str = "Content-Type: application/json\r\n";

/// What the specification asks clients to accept.
pub const ACCEPT_BOTH: &str = "Accept: application/json, text/event-stream\r\n";

/// An HTTP server on a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub engine: Engine,
    pub probe: Probe,
    pub shutdown: Shutdown,
    pub task: tokio::task::JoinHandle<oxmcp_core::error::Result<()>>,
}

/// Serves [`engine`] with these options.
pub fn serve(options: HttpOptions) -> Server {
    let (engine, probe) = engine();
    serve_engine(engine, probe, options)
}

/// Serves an engine that has more than the test tools.
pub fn serve_engine(engine: Engine, probe: Probe, options: HttpOptions) -> Server {
    let server = HttpServer::bind(engine.clone(), "127.0.0.1:0", options).unwrap();
    let address = server.local_addr();
    let shutdown = Shutdown::new();
    let task = tokio::spawn(server.serve(shutdown.clone()));
    Server { address, engine, probe, shutdown, task }
}

impl Server {
    /// A new connection.
    pub async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Whether nobody can connect any more.
    pub async fn refuses(&self) -> bool {
        let refused = async { while TcpStream::connect(self.address).await.is_ok() {} };
        timeout(PATIENCE, refused).await.is_ok()
    }

    /// One request on a connection of its own.
    pub async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut client = self.connect().await;
        client.request(method, path, headers, body).await;
        client.answer().await
    }

    /// One POST to `/mcp`.
    pub async fn post(&self, headers: &str, body: &str) -> Answer {
        self.ask("POST", "/mcp", headers, body).await
    }
}

/// A raw HTTP/1.1 connection.
pub struct Client {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

/// A response, its body put together.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The JSON body's value.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), buffer: Vec::new() }
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// A whole request in one write. A `Host` header is added unless there is one.
    pub async fn request(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let host = if headers.contains("Host:") { "" } else { "Host: localhost\r\n" };
        let length = body.len();
        self.send(&format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await;
    }

    pub async fn post(&mut self, headers: &str, body: &str) -> Answer {
        self.request("POST", "/mcp", headers, body).await;
        self.answer().await
    }

    async fn more(&mut self) -> usize {
        timeout(PATIENCE, self.stream.read_buf(&mut self.buffer))
            .await
            .expect("no more bytes came")
            .unwrap_or(0)
    }

    async fn take_until(&mut self, end: &str) -> Option<String> {
        loop {
            let found = self.buffer.windows(end.len()).position(|window| window == end.as_bytes());
            if let Some(index) = found {
                let taken = self.buffer.drain(..index + end.len()).collect();
                return Some(String::from_utf8(taken).unwrap());
            }
            if self.more().await == 0 {
                return None;
            }
        }
    }

    async fn take(&mut self, count: usize) -> String {
        while self.buffer.len() < count {
            assert_ne!(self.more().await, 0, "the body broke off");
        }
        String::from_utf8(self.buffer.drain(..count).collect()).unwrap()
    }

    /// Status line and headers.
    pub async fn head(&mut self) -> (u16, String) {
        let head = self.take_until("\r\n\r\n").await.expect("the connection was closed instead of an answer");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
    }

    /// One piece of a chunked body; empty at its end.
    pub async fn chunk(&mut self) -> String {
        let size = self.take_until("\r\n").await.expect("the body broke off");
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let chunk = self.take(size).await;
        self.take(2).await;
        chunk
    }

    /// The next event of a stream: its name and its data.
    pub async fn named_event(&mut self) -> (String, String) {
        let chunk = self.chunk().await;
        let fields = chunk.strip_prefix("event: ").and_then(|rest| rest.strip_suffix("\n\n"));
        let (name, data) = fields.and_then(|fields| fields.split_once("\ndata: ")).unwrap_or_else(|| {
            panic!("not one event: {chunk:?}");
        });
        (name.to_owned(), data.to_owned())
    }

    /// The next event of a stream: its data.
    pub async fn event(&mut self) -> serde_json::Value {
        let chunk = self.chunk().await;
        let data = chunk.strip_prefix("event: message\ndata: ").and_then(|rest| rest.strip_suffix("\n\n"));
        serde_json::from_str(data.unwrap_or_else(|| panic!("not one event: {chunk:?}"))).unwrap()
    }

    /// A whole response.
    pub async fn answer(&mut self) -> Answer {
        let (status, head) = self.head().await;
        let mut body = String::new();
        if let Some(length) = header(&head, "content-length") {
            body = self.take(length.parse().unwrap()).await;
        } else if header(&head, "transfer-encoding") == Some("chunked") {
            loop {
                let chunk = self.chunk().await;
                if chunk.is_empty() {
                    break;
                }
                body.push_str(&chunk);
            }
        }
        Answer { status, head, body }
    }

    /// Whether the server closes the connection without saying more.
    pub async fn is_closed(&mut self) -> bool {
        self.more().await == 0
    }
}
