//! What the servers of this crate do for their callers, so that all of them do the same: the twin of `catalogue.py` and
//! `catalogue.mjs`.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub type Failure = Box<dyn Error + Send + Sync>;

/// How long the tools take that take their time.
pub const PAUSE: Duration = Duration::from_millis(1);
/// How often the tool that reports progress does.
pub const STEPS: u32 = 10;
pub const QUESTION: &str = "Really?";

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Text {
    pub text: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Numbers {
    pub a: i64,
    pub b: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Sum {
    pub sum: i64,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Equals,
    AtLeast,
    Contains,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Filter {
    pub field: String,
    pub operator: Operator,
    pub value: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Range {
    pub first: u64,
    pub last: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Query {
    pub text: String,
    pub filters: Vec<Filter>,
    pub range: Range,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    pub query: Query,
    #[serde(default = "page_length")]
    pub limit: u32,
}

const fn page_length() -> u32 {
    20
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Author {
    pub name: String,
    pub email: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Record {
    pub id: u64,
    pub title: String,
    pub score: f64,
    pub tags: Vec<String>,
    pub author: Author,
    pub published: String,
    pub available: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Page {
    pub total: u64,
    pub records: Vec<Record>,
}

/// A page of records that fit, all of them made up.
pub fn search(Search { query, limit }: &Search) -> Page {
    let record = |number: u64| Record {
        id: query.range.first + number,
        title: format!("Record {number} about {}", query.filters.first().map_or("", |filter| &filter.value)),
        score: 1.0 / (1 + number) as f64,
        tags: ["speed", "protocol", "server"].map(str::to_owned).to_vec(),
        author: Author { name: "Ada Lovelace".to_owned(), email: "ada@example.com".to_owned() },
        published: "2026-07-28".to_owned(),
        available: number.is_multiple_of(2),
    };
    Page { total: query.range.last, records: (0..u64::from(*limit)).map(record).collect() }
}

/// The arguments of each of many tools.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct One {
    pub query: String,
    #[serde(default = "default_limit")]
    pub limit: i64,
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    #[serde(default)]
    pub exact: bool,
}

const fn default_limit() -> i64 {
    10
}

/// Name and description of each of so many tools.
pub fn many(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|number| {
        let description = format!("Search collection {number} and return the best matches, newest first.");
        (format!("search_{number}"), description)
    })
}

// ── The tools of the comparison by TM Dev Lab ────────────────────────────────────────────────────────────────────

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fibonacci {
    pub n: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fetch {
    pub endpoint: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Process {
    pub data: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct DatabaseQuery {
    pub query: String,
    pub delay_ms: u64,
}

fn fibonacci_number(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fibonacci_number(n - 1) + fibonacci_number(n - 2) }
}

pub fn fibonacci(Fibonacci { n }: &Fibonacci) -> String {
    json!({ "input": n, "result": fibonacci_number(*n) }).to_string()
}

pub fn process(Process { data }: Process) -> String {
    let transformed: serde_json::Map<String, Value> = data
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => (name, Value::String(text.to_uppercase())),
            other => (name, other),
        })
        .collect();
    json!({ "transformed_data": transformed }).to_string()
}

pub async fn query(DatabaseQuery { query, delay_ms }: DatabaseQuery) -> String {
    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    json!({ "query": query, "delay_ms": delay_ms }).to_string()
}

/// What fetches: one pool of connections for the whole process.
#[derive(Clone)]
pub struct Fetcher(Client<HttpConnector, Empty<Bytes>>);

impl Default for Fetcher {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build(HttpConnector::new()))
    }
}

impl Fetcher {
    /// What a GET of that address brings, in short.
    ///
    /// # Errors
    /// When it brings nothing.
    pub async fn fetch(&self, Fetch { endpoint }: &Fetch) -> Result<String, Failure> {
        let answer = self.0.get(endpoint.parse()?).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(json!({ "status_code": status, "bytes": body.len() }).to_string())
    }
}

// ── The command line ─────────────────────────────────────────────────────────────────────────────────────────────

/// The options every server takes.
#[derive(Default)]
pub struct Options {
    pub stdio: bool,
    pub port: u16,
    /// As many tools in all, `echo` and others of one kind, instead of the usual ones.
    pub tools: usize,
    /// The tools of that comparison instead of the usual ones.
    pub tm_dev_lab: bool,
    /// JSON answers, no event streams.
    pub json: bool,
    /// The longest body it takes, in bytes.
    pub max_body_bytes: usize,
    pub nodelay: bool,
}

impl Options {
    /// Those of the command line.
    ///
    /// # Errors
    /// When there is one that no server has.
    pub fn from_command_line() -> Result<Self, Failure> {
        let mut options = Self { max_body_bytes: 4 << 20, ..Self::default() };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--stdio" => options.stdio = true,
                "--tm-dev-lab" => options.tm_dev_lab = true,
                "--nodelay" => options.nodelay = true,
                "--port" => options.port = value()?.parse()?,
                "--tools" => options.tools = value()?.parse()?,
                "--answers" => options.json = value()? == "json",
                "--max-body" => options.max_body_bytes = value()?.parse()?,
                _ => return Err(format!("unknown option {name}").into()),
            }
        }
        Ok(options)
    }
}
