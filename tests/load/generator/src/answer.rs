//! Is this the answer to that request?

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::options::Options;
use crate::work::{self, Kind};

#[derive(Deserialize)]
pub struct Answer<'a> {
    pub id: u64,
    #[serde(borrow)]
    result: Option<Outcome<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow)]
    content: Option<Vec<Block<'a>>>,
    #[serde(rename = "structuredContent", borrow)]
    structured: Option<&'a serde_json::value::RawValue>,
    tools: Option<Vec<IgnoredAny>>,
    #[serde(rename = "isError")]
    is_error: Option<bool>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Page {
    total: u64,
    records: Vec<IgnoredAny>,
}

/// What an event stream carried besides the answer, and the answer.
pub struct Events<'a> {
    pub before: usize,
    pub last: &'a [u8],
}

/// Take an event stream apart. Every message of it is one line of data.
pub fn events(stream: &[u8]) -> Result<Events<'_>, String> {
    let mut found = Events { before: 0, last: &[] };
    for line in stream.split(|byte| *byte == b'\n') {
        let Some(data) = line.strip_prefix(b"data:") else { continue };
        let data = data.trim_ascii();
        // Some servers begin with an empty event, so that the client has an id to come back with.
        if data.is_empty() {
            continue;
        }
        found.before += usize::from(!found.last.is_empty());
        found.last = data;
    }
    if found.last.is_empty() { Err("an event stream without a message".to_owned()) } else { Ok(found) }
}

/// Parse an answer and check that it says what the request of its id asked for.
pub fn read<'a>(bytes: &'a [u8], options: &Options) -> Result<Answer<'a>, String> {
    let complain = |what: &str| {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]);
        Err(format!("{what}: {shown}"))
    };
    let answer: Answer = match serde_json::from_slice(bytes) {
        Ok(answer) => answer,
        Err(error) => return complain(&format!("not an answer with a numeric id ({error})")),
    };
    let Some(outcome) = &answer.result else {
        return complain("no result");
    };
    if outcome.is_error == Some(true) {
        return complain("a tool error");
    }
    let (_, call) = work::call_of(options, answer.id);
    if call.kind == Kind::List {
        let count = outcome.tools.as_ref().map_or(0, Vec::len);
        if options.tools > 0 && count != options.tools {
            return complain(&format!("{count} tools instead of {}", options.tools));
        }
        return Ok(answer);
    }
    let said =
        outcome.content.as_ref().and_then(|blocks| blocks.first()).and_then(|block| block.text.as_deref());
    let Some(said) = said else {
        return complain("no text");
    };
    let is_right = match call.kind {
        Kind::Echo | Kind::Steps => {
            said.strip_prefix(work::text(answer.id).as_str()) == Some(options.filler.plain.as_str())
        }
        Kind::Add => said.contains(&(answer.id + 7).to_string()),
        Kind::Search => {
            let page = outcome.structured.map_or(said, serde_json::value::RawValue::get);
            let page: Result<Page, _> = serde_json::from_str(page);
            page.is_ok_and(|page| page.total == answer.id && page.records.len() == work::RECORDS)
        }
        Kind::Fibonacci => said.contains("55"),
        Kind::Fetch => said.contains("200"),
        Kind::Process => said.contains("HELLO"),
        Kind::Query => said.contains(&format!("SELECT {}", answer.id)),
        Kind::List => true,
    };
    if is_right { Ok(answer) } else { complain("the wrong answer") }
}
