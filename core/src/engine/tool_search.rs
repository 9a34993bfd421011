//! The two tools that stand for many: one finds, one calls.

use std::sync::Arc;
use std::time::Duration;

use super::dispatch::{Dispatched, call_tool, shown};
use crate::eras::{self, Answer};
use crate::handler::{CallContext, Failure, FailureKind};
use crate::json::{RawJson, as_string, is_object, member};
use crate::model::{OperationKind, Output, Tool, ToolOutput};
use crate::protocol_version::ProtocolVersion;
use crate::registry::{Findable, SearchPart, SearchRole, ToolEntry};

/// What comes of calling one of the two, with arguments that fit its schema.
#[cold]
pub(super) fn answer(
    part: &SearchPart,
    entry: &Arc<ToolEntry>,
    arguments: &RawJson,
    context: CallContext,
    call_timeout: Option<Duration>,
) -> Result<Dispatched, Failure> {
    let found = match part.role {
        SearchRole::Search => search(&part.findable, arguments, context.caller.protocol_version)?,
        SearchRole::Call => {
            let inner = called(&part.findable, arguments)?;
            return call_tool(inner, inner_arguments(arguments), context, call_timeout);
        }
    };
    let (kind, output) = (OperationKind::CallTool, Output::Tool(found));
    Ok(Dispatched::Now(Ok(Answer::Output { kind, output, tool: Some(Arc::clone(entry)), cache: None })))
}

/// Whether the tool that is called in the end may run again.
pub(super) fn is_replayable(entry: &Arc<ToolEntry>, arguments: &RawJson) -> bool {
    match &entry.search {
        Some(part) if part.role == SearchRole::Call => {
            called(&part.findable, arguments).is_ok_and(|inner| inner.tool.common.replayable)
        }
        _ => entry.tool.common.replayable,
    }
}

/// The definitions of what was found, as lists have them.
fn search(findable: &Findable, arguments: &RawJson, version: ProtocolVersion) -> Result<ToolOutput, Failure> {
    let search = findable.search();
    let given = member(arguments.as_str(), search.argument()).and_then(as_string).unwrap_or_default();
    let found = findable.find(&given).map_err(|why| Failure::new(FailureKind::Tool, why))?;
    let found = found.into_iter().take(search.max_results);
    let tools: Vec<String> = found.map(|entry| definition(&entry.tool, version)).collect();
    let list = format!("[{}]", tools.join(","));
    if tools.is_empty() {
        let words = "No tool of this server fits. Say it in other words, or in fewer.";
        return Ok(structured(ToolOutput::text(words), &list));
    }
    Ok(structured(ToolOutput::text(&list), &list))
}

/// A tool as lists have it, without its icons: models do not look at them, and they may be large.
fn definition(tool: &Tool, version: ProtocolVersion) -> String {
    if tool.common.icons.is_none() {
        return eras::tool(tool, version);
    }
    let mut tool = tool.clone();
    tool.common.icons = None;
    eras::tool(&tool, version)
}

fn structured(output: ToolOutput, list: &str) -> ToolOutput {
    let structured = RawJson::from_checked(format!("{{\"result\":{list}}}"));
    ToolOutput { structured_content: Some(structured), vouched: true, ..output }
}

/// The tool that a call names in its arguments. What cannot be found cannot be called, so one of the two never calls the other.
fn called<'a>(findable: &'a Findable, arguments: &RawJson) -> Result<&'a Arc<ToolEntry>, Failure> {
    let name = member(arguments.as_str(), "name").and_then(as_string).unwrap_or_default();
    findable.called(&name).ok_or_else(|| {
        let search = findable.search();
        let why = if name == search.call_tool || name == search.search_tool {
            format!("{name} is called directly, not through {}", search.call_tool)
        } else {
            format!("unknown tool: {}. {} tells which tools there are", shown(&name), search.search_tool)
        };
        Failure::new(FailureKind::Tool, why)
    })
}

fn inner_arguments(arguments: &RawJson) -> RawJson {
    match member(arguments.as_str(), "arguments").filter(|inner| is_object(inner)) {
        Some(inner) => RawJson::from_checked(inner),
        None => RawJson::empty_object(),
    }
}
