//! The two tools that stand for many: one finds, one calls.

mod left_of_list;
mod markdown;

use std::future::poll_fn;
use std::sync::Arc;

use super::dispatch::{Dispatched, call_tool, run_tool, shown};
use crate::eras::{self, Answer};
use crate::handler::{CallContext, Failure, FailureKind, Handler, Invocation, Reply, from_function};
use crate::middleware::CallBounds;
use crate::json::{RawJson, as_string, is_object, member, members, write_string};
use crate::model::{OperationKind, Output, ToolOutput};
use crate::registry::{Findable, SearchPart, SearchResults, SearchRole, Snapshot, ToolEntry, ToolSearch};
use left_of_list::left_of_list;
use markdown::outline;

/// What comes of calling one of the two, with arguments that fit its schema.
#[cold]
pub(super) fn answer(
    part: &SearchPart,
    entry: &Arc<ToolEntry>,
    arguments: &RawJson,
    context: CallContext,
    bounds: &CallBounds,
    snapshot: &Arc<Snapshot>,
) -> Result<Dispatched, Failure> {
    let around = snapshot.interception("tools/list").map(|around| Arc::clone(&around.handler));
    let version = context.caller.protocol_version;
    let findable = &part.findable;
    match (part.role, around) {
        (SearchRole::Search, None) => {
            let found = found(findable, arguments)?;
            let tools = found.iter().take(findable.search().max_results);
            let tools = tools.map(|entry| eras::tool(&entry.tool, version));
            let output = Output::Tool(written(findable.search(), tools));
            let kind = OperationKind::CallTool;
            let tool = Some(Arc::clone(entry));
            Ok(Dispatched::Now(Ok(Answer::Output { kind, output, tool, cache: None })))
        }
        (SearchRole::Search, Some(around)) => {
            let (found, findable) = (found(findable, arguments)?, Arc::clone(findable));
            let searching = from_function(move |invocation: Invocation| {
                let (around, found, findable) = (Arc::clone(&around), found.clone(), Arc::clone(&findable));
                async move {
                    let all: Vec<_> = found.iter().map(|entry| eras::tool(&entry.tool, version)).collect();
                    let mut left = left_of_list(&around, &invocation.context, &all.join(",")).await?;
                    let tools = found.iter().filter_map(|entry| left.remove(&entry.tool.name));
                    let search = findable.search();
                    Ok(Output::Tool(written(search, tools.take(search.max_results))))
                }
            });
            Ok(run_tool(&searching, entry, invocation(entry, context), bounds, None))
        }
        (SearchRole::Call, around) => {
            let inner = called(findable, arguments)?;
            let inner_arguments = inner_arguments(arguments);
            let Some(around) = around else {
                return call_tool(inner, inner_arguments, context, bounds, snapshot);
            };
            let behind = Behind {
                inner: Arc::clone(inner),
                arguments: inner_arguments,
                findable: Arc::clone(findable),
                snapshot: Arc::clone(snapshot),
            };
            let behind = Arc::new(behind);
            let calling = from_function(move |invocation: Invocation| {
                let (around, behind) = (Arc::clone(&around), Arc::clone(&behind));
                async move { behind.call(&around, invocation.context).await }
            });
            // What it says is made what clients know by whoever calls it in the end.
            Ok(run_tool(&calling, inner, invocation(inner, context), bounds, None))
        }
    }
}

fn invocation(entry: &ToolEntry, context: CallContext) -> Invocation {
    let arguments = RawJson::empty_object();
    Invocation { kind: OperationKind::CallTool, target: Arc::clone(&entry.name), arguments, context }
}

/// A tool that is called, if whatever stands around the list leaves it there.
struct Behind {
    inner: Arc<ToolEntry>,
    arguments: RawJson,
    findable: Arc<Findable>,
    snapshot: Arc<Snapshot>,
}

impl Behind {
    async fn call(&self, around: &Arc<dyn Handler>, context: CallContext) -> Reply {
        let definition = eras::tool(&self.inner.tool, context.caller.protocol_version);
        let left = left_of_list(around, &context, &definition).await?;
        if !left.contains_key(&self.inner.tool.name) {
            return Err(unknown(&self.findable, &self.inner.tool.name));
        }
        // The time limit is that of the whole.
        let answer = match call_tool(&self.inner, self.arguments.clone(), context, &CallBounds::default(), &self.snapshot)? {
            Dispatched::Run(mut running) => poll_fn(|cx| running.poll(cx)).await?,
            Dispatched::Now(answer) => answer?,
            Dispatched::Watch(_) => Answer::Empty,
        };
        match answer {
            Answer::Output { output, .. } => Ok(output),
            Answer::Empty | Answer::Page { .. } => Err(Failure::new(FailureKind::Internal, "internal error")),
        }
    }
}

/// Whether the tool that is called in the end may run again.
pub(super) fn is_replayable(
    entry: &Arc<ToolEntry>,
    arguments: &RawJson,
    may: impl Fn(&ToolEntry) -> bool,
) -> bool {
    match &entry.search {
        Some(part) if part.role == SearchRole::Call => {
            called(&part.findable, arguments).is_ok_and(|inner| inner.tool.common.replayable && may(inner))
        }
        _ => entry.tool.common.replayable && may(entry),
    }
}

fn found(findable: &Findable, arguments: &RawJson) -> Result<Vec<Arc<ToolEntry>>, Failure> {
    let given = member(arguments.as_str(), findable.search().argument()).and_then(as_string);
    let found = findable.find(&given.unwrap_or_default());
    let found = found.map_err(|why| Failure::new(FailureKind::Tool, why))?;
    Ok(found.into_iter().map(Arc::clone).collect())
}

/// The tools that were found, of their definitions.
fn written(search: &ToolSearch, tools: impl Iterator<Item = String>) -> ToolOutput {
    let tools: Vec<String> = tools.map(without_icons).collect();
    let nothing = "No tool of this server fits. Say it in other words, or in fewer.";
    let words = |text: &str| ToolOutput::text(if tools.is_empty() { nothing } else { text });
    match search.results {
        SearchResults::Json => {
            let list = format!("[{}]", tools.join(","));
            structured(words(&list), &list)
        }
        SearchResults::Markdown => {
            let outlines: Vec<_> = tools.iter().map(|tool| outline(tool)).collect();
            words(&outlines.join("\n"))
        }
    }
}

/// A tool as lists have it, but without its icons: models do not look at them, and they may be large.
fn without_icons(tool: String) -> String {
    if member(&tool, "icons").is_none() {
        return tool;
    }
    let mut text = String::with_capacity(tool.len());
    for (name, value) in members(&tool).filter(|(name, _)| name != "icons") {
        text.push(if text.is_empty() { '{' } else { ',' });
        write_string(&mut text, &name);
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    text
}

fn structured(output: ToolOutput, list: &str) -> ToolOutput {
    let structured = RawJson::from_checked(format!("{{\"result\":{list}}}"));
    ToolOutput { structured_content: Some(structured), vouched: true, ..output }
}

/// The tool that a call names in its arguments. What cannot be found cannot be called, so one of the two never calls the other.
fn called<'a>(findable: &'a Findable, arguments: &RawJson) -> Result<&'a Arc<ToolEntry>, Failure> {
    let name = member(arguments.as_str(), "name").and_then(as_string).unwrap_or_default();
    findable.called(&name).ok_or_else(|| unknown(findable, &name))
}

fn unknown(findable: &Findable, name: &str) -> Failure {
    let search = findable.search();
    let why = if name == search.call_tool || name == search.search_tool {
        format!("{name} is called directly, not through {}", search.call_tool)
    } else {
        format!("unknown tool: {}. {} tells which tools there are", shown(name), search.search_tool)
    };
    Failure::new(FailureKind::Tool, why)
}

fn inner_arguments(arguments: &RawJson) -> RawJson {
    match member(arguments.as_str(), "arguments").filter(|inner| is_object(inner)) {
        Some(inner) => RawJson::from_checked(inner),
        None => RawJson::empty_object(),
    }
}
