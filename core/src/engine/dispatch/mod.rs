//! Which handler answers, with what: known? valid? then run it.

mod further;
mod outward;
mod running;

use std::sync::Arc;

use outward::Outward;
pub(super) use running::Running;
use running::{Finish, ReadFrom, no_such_resource};

use super::around_mounted::has_passed;
use super::tool_search;
use crate::eras::{self, Answer, Asked};
use crate::handler::{
    Answers, CallContext, Caller, EventSender, Failure, FailureKind, Handler, Invocation, Origin,
};
use crate::json::{self, RawJson};
use crate::middleware::{self, CallBounds, CallTime};
use crate::model::{
    Completion, CompletionOutput, CompletionReference, Operation, OperationKind, Output, WatchFilter,
};
use crate::registry::{
    CompletionTarget, Item, ListPage, NoResource, Page, Snapshot, ToolEntry, ToolGuard as _, uri_without,
};
use crate::safety;
use crate::schema::Checked;

/// What came of an operation.
pub(super) enum Dispatched {
    /// It is answered.
    Now(Result<Answer, Failure>),
    /// User code runs.
    Run(Running),
    /// It stays open and tells of changes.
    Watch(WatchFilter),
}

/// [`dispatch`], for a handler that is invoked once more with what it asked for.
#[cold]
pub(super) fn dispatch_again(
    asked: &mut Asked,
    events: EventSender,
    origin: &Origin,
    answers: Option<Arc<Answers>>,
    bounds: &CallBounds,
) -> Dispatched {
    dispatch(asked, events, origin, answers, bounds)
}

/// Dispatches what was asked. Consumes the operation; everything else of `asked` stays as it is.
#[expect(clippy::inline_always, reason = "or what it starts is copied on its way back, for every call")]
#[inline(always)]
pub(super) fn dispatch(
    asked: &mut Asked,
    events: EventSender,
    origin: &Origin,
    answers: Option<Arc<Answers>>,
    bounds: &CallBounds,
) -> Dispatched {
    let operation = std::mem::replace(&mut asked.operation, Operation::Ping);
    let kind = operation.kind();
    let context = CallContext {
        caller: Arc::clone(asked.voice.caller()),
        events,
        deadline: None,
        origin: origin.clone(),
        answers,
        passed: asked.passed > 0 && has_passed(asked, &operation),
    };
    if let (Some(whole), false) = (asked.whole.take(), kind == OperationKind::Watch) {
        let invocation = Invocation { kind, target: whole.method, arguments: whole.params, context };
        return match asked.snapshot.guard().filter(|_| kind == OperationKind::CallTool) {
            None => run(&whole.handler, invocation, bounds, Finish::of(kind, false)),
            Some(guard) => {
                let handler = guard.around(None, &whole.handler);
                run(&handler, invocation, bounds, Finish::of(kind, false))
            }
        };
    }
    let snapshot = &asked.snapshot;
    let caller = asked.voice.caller();
    let started = match operation {
        Operation::ListTools { cursor } => list(snapshot, kind, ListPage::Tools, caller, cursor.as_deref()),
        Operation::ListPrompts { cursor } => {
            list(snapshot, kind, ListPage::Prompts, caller, cursor.as_deref())
        }
        Operation::ListResources { cursor } if !snapshot.further_resources().is_empty() => {
            further::list(snapshot, cursor.as_deref(), context, bounds)
        }
        Operation::ListResources { cursor } => {
            list(snapshot, kind, ListPage::Resources, caller, cursor.as_deref())
        }
        Operation::ListResourceTemplates { cursor } => {
            list(snapshot, kind, ListPage::ResourceTemplates, caller, cursor.as_deref())
        }
        Operation::CallTool { name, arguments } => match snapshot.tool(&name) {
            Some(entry) => call_tool(entry, arguments, context, bounds, snapshot),
            None => Err(unknown_tool(&name)),
        },
        Operation::ReadResource { uri } => read_resource(snapshot, uri, context, bounds),
        Operation::GetPrompt { name, arguments } => {
            get_prompt(snapshot, &name, arguments, context, bounds)
        }
        Operation::Complete(asked) => complete(snapshot, *asked, context, bounds),
        Operation::Watch { filter } => Ok(Dispatched::Watch(filter)),
        // What these ask of a session, its era has done.
        Operation::SetLogLevel { .. }
        | Operation::Subscribe { .. }
        | Operation::Unsubscribe { .. }
        | Operation::Ping => Ok(Dispatched::Now(Ok(Answer::Empty))),
        Operation::Custom { .. } => Err(Failure::new(FailureKind::MethodNotFound, "method not found")),
    };
    started.unwrap_or_else(|failure| Dispatched::Now(Err(failure)))
}

/// Whether the handler that `asked` is for may run again.
pub(super) fn is_replayable(asked: &Asked) -> bool {
    let snapshot = &*asked.snapshot;
    match &asked.operation {
        _ if asked.whole.is_some() => false,
        Operation::CallTool { name, arguments } => snapshot.tool(name).is_some_and(|entry| {
            tool_search::is_replayable(entry, arguments, |inner| !asks_a_person(inner, snapshot))
        }),
        Operation::GetPrompt { name, .. } => {
            snapshot.prompt(name).is_some_and(|entry| entry.prompt.common.replayable)
        }
        Operation::ReadResource { uri } => snapshot.resource(uri).is_ok_and(|found| found.replayable),
        _ => false,
    }
}

/// The refusal of what is not there, as it would be if it were not.
#[cold]
pub(super) fn unknown(operation: &Operation) -> Failure {
    match operation {
        Operation::CallTool { name, .. } => unknown_tool(name),
        Operation::GetPrompt { name, .. } => unknown_prompt(name),
        Operation::ReadResource { uri } | Operation::Subscribe { uri } | Operation::Unsubscribe { uri } => {
            no_such_resource(uri)
        }
        Operation::Complete(_) => unknown_reference(),
        _ => Failure::new(FailureKind::MethodNotFound, "method not found"),
    }
}

#[cold]
fn unknown_prompt(name: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("unknown prompt: {}", shown(name)))
}

#[cold]
fn unknown_reference() -> Failure {
    Failure::new(FailureKind::InvalidArguments, "ref: there is no such prompt or resource template")
}

#[cold]
fn unknown_tool(name: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("unknown tool: {}", shown(name)))
}

#[inline]
pub(super) fn call_tool(
    entry: &Arc<ToolEntry>,
    mut arguments: RawJson,
    context: CallContext,
    bounds: &CallBounds,
    snapshot: &Arc<Snapshot>,
) -> Result<Dispatched, Failure> {
    if entry.tool.check_arguments {
        match entry.input.check_arguments(&arguments, entry.tool.convert_arguments) {
            Ok(Checked::AsIs) => {}
            Ok(Checked::Converted(converted)) => arguments = converted,
            Err(violations) => {
                return Err(Failure::new(FailureKind::InvalidArguments, violations.to_string()));
            }
        }
    }
    if let Some(part) = &entry.search {
        return tool_search::answer(part, entry, &arguments, context, bounds, snapshot);
    }
    let kind = OperationKind::CallTool;
    let invocation = Invocation { kind, target: Arc::clone(&entry.name), arguments, context };
    match guarded(entry, snapshot) {
        None => Ok(run_tool(&entry.handler, entry, invocation, bounds, Some(snapshot))),
        Some(handler) => Ok(run_tool(&handler, entry, invocation, bounds, Some(snapshot))),
    }
}

/// What runs instead of a tool's handler, where it is protected.
#[inline]
fn guarded(entry: &Arc<ToolEntry>, snapshot: &Snapshot) -> Option<Arc<dyn Handler>> {
    match snapshot.guard() {
        Some(guard) => Some(guard.around(Some(entry), &entry.handler)),
        None if entry.tool.confirm == Some(true) => {
            Some(safety::asking_first().around(Some(entry), &entry.handler))
        }
        None => None,
    }
}

/// Whether a person is asked before a tool runs.
fn asks_a_person(entry: &ToolEntry, snapshot: &Snapshot) -> bool {
    snapshot.guard().map_or(entry.tool.confirm == Some(true), |guard| guard.asks_a_person(entry))
}

/// Runs `handler` as that of a tool. What it says of its server's resources is made what clients know them by, where the snapshot
/// is given.
#[inline]
pub(super) fn run_tool(
    handler: &Arc<dyn Handler>,
    entry: &Arc<ToolEntry>,
    invocation: Invocation,
    bounds: &CallBounds,
    snapshot: Option<&Arc<Snapshot>>,
) -> Dispatched {
    let caller = &invocation.context.caller;
    let takes_structured = entry.budget.is_some() && caller.protocol_version.features().structured_output;
    let replayable =
        entry.tool.common.replayable && !snapshot.is_some_and(|snapshot| asks_a_person(entry, snapshot));
    let own = entry.tool.limits.as_ref().and_then(|limits| limits.max_output_bytes);
    let finish = Finish {
        tool: Some(Arc::clone(entry)),
        takes_structured,
        max_bytes: own.or(bounds.max_output_bytes),
        outward: entry
            .provenance
            .inserted
            .as_ref()
            .zip(snapshot)
            .map(|(inserted, snapshot)| Box::new(Outward::of(snapshot, inserted, None))),
        ..Finish::of(OperationKind::CallTool, replayable)
    };
    let time = bounds.time_of(entry.tool.timeout);
    start(handler, invocation, time, finish)
}

fn read_resource(
    snapshot: &Arc<Snapshot>,
    uri: String,
    context: CallContext,
    bounds: &CallBounds,
) -> Result<Dispatched, Failure> {
    let found = match snapshot.resource(&uri) {
        Ok(found) => found,
        Err(NoResource::Unknown) => return Err(no_such_resource(&uri)),
        Err(NoResource::Refused(value)) => {
            return Err(Failure::new(FailureKind::InvalidArguments, value.to_string()));
        }
    };
    let kind = OperationKind::ReadResource;
    let (target, outward) = match found.inserted {
        None => (Arc::from(uri.as_str()), None),
        Some(inserted) => {
            let target = Arc::from(&*uri_without(&uri, inserted));
            let outward = Outward::of(snapshot, inserted, Some(&target));
            (target, Some(Box::new(outward)))
        }
    };
    let invocation = Invocation { kind, target, arguments: found.variables, context };
    let resource = Some(Box::new(ReadFrom { uri, cache: found.cache }));
    let finish = Finish { resource, outward, ..Finish::of(kind, found.replayable) };
    Ok(run(found.handler, invocation, bounds, finish))
}

fn get_prompt(
    snapshot: &Arc<Snapshot>,
    name: &str,
    arguments: RawJson,
    context: CallContext,
    bounds: &CallBounds,
) -> Result<Dispatched, Failure> {
    let Some(entry) = snapshot.prompt(name) else {
        return Err(unknown_prompt(name));
    };
    if entry.prompt.check_arguments {
        let required = entry.prompt.arguments.iter().filter(|argument| argument.required);
        let missing: Vec<_> = required
            .map(|argument| argument.name.as_str())
            .filter(|name| json::member(arguments.as_str(), name).is_none())
            .collect();
        if !missing.is_empty() {
            let message = format!("missing: {}", missing.join(", "));
            return Err(Failure::new(FailureKind::InvalidArguments, message));
        }
    }
    let kind = OperationKind::GetPrompt;
    let invocation = Invocation { kind, target: Arc::clone(&entry.name), arguments, context };
    let outward =
        entry.provenance.inserted.as_ref().map(|inserted| Box::new(Outward::of(snapshot, inserted, None)));
    let finish = Finish { outward, ..Finish::of(kind, entry.prompt.common.replayable) };
    Ok(run(&entry.handler, invocation, bounds, finish))
}

fn complete(
    snapshot: &Snapshot,
    asked: Completion,
    context: CallContext,
    bounds: &CallBounds,
) -> Result<Dispatched, Failure> {
    let kind = OperationKind::Complete;
    let Completion { mut reference, argument, value, context: earlier } = asked;
    if !snapshot.completes() {
        return Err(Failure::new(FailureKind::MethodNotFound, "method not found"));
    }
    let handler = snapshot.completer(&reference);
    match snapshot.completion_target(&reference, &argument) {
        // What whole methods offer, the registry does not know.
        CompletionTarget::Unknown if !is_foreign(snapshot, &reference) => {
            return Err(unknown_reference());
        }
        CompletionTarget::UnknownArgument => {
            let output = Output::Completion(CompletionOutput::default());
            return Ok(Dispatched::Now(Ok(Answer::Output { kind, output, tool: None, cache: None })));
        }
        // Whichever way it was named, the one who answers knows it by what was registered.
        CompletionTarget::Known(key) => match &mut reference {
            CompletionReference::Prompt(name) | CompletionReference::Resource(name) => {
                key.as_ref().clone_into(name);
            }
        },
        CompletionTarget::Unknown => {}
    }
    // Nobody completes for the mounted server that it is of.
    let Some(handler) = handler else {
        let output = Output::Completion(CompletionOutput::default());
        return Ok(Dispatched::Now(Ok(Answer::Output { kind, output, tool: None, cache: None })));
    };
    let arguments = completion_arguments(&reference, &argument, &value, &earlier);
    let (CompletionReference::Prompt(target) | CompletionReference::Resource(target)) = reference;
    let invocation = Invocation { kind, target: target.into(), arguments, context };
    Ok(run(handler, invocation, bounds, Finish::of(kind, false)))
}

fn run(
    handler: &Arc<dyn Handler>,
    invocation: Invocation,
    bounds: &CallBounds,
    finish: Finish,
) -> Dispatched {
    let max_bytes = bounds.max_output_bytes.filter(|_| finish.kind.may_ask());
    let finish = Finish { max_bytes, ..finish };
    start(handler, invocation, bounds.time_of(None), finish)
}

#[expect(clippy::inline_always, reason = "or what it starts is copied on its way back, for every call")]
#[inline(always)]
fn start(handler: &Arc<dyn Handler>, invocation: Invocation, time: CallTime, finish: Finish) -> Dispatched {
    Dispatched::Run(Running::new(middleware::call(handler, invocation, time), finish))
}

fn list(
    snapshot: &Snapshot,
    kind: OperationKind,
    list: ListPage,
    caller: &Caller,
    cursor: Option<&str>,
) -> Result<Dispatched, Failure> {
    let page = page(snapshot, list, caller, cursor)?;
    Ok(Dispatched::Now(Ok(Answer::Page { kind, items: page.items, next_cursor: page.next_cursor })))
}

fn page(snapshot: &Snapshot, list: ListPage, caller: &Caller, cursor: Option<&str>) -> Result<Page, Failure> {
    let version = caller.protocol_version;
    let page = snapshot.page(list, version, cursor, caller.principal.as_ref(), |item| match item {
        Item::Tool(tool) => eras::tool(tool, version),
        Item::Prompt(prompt) => eras::prompt(prompt, version),
        Item::Resource(resource) => eras::resource(resource, version),
        Item::ResourceTemplate(template) => eras::resource_template(template, version),
    });
    page.map_err(|bad| Failure::new(FailureKind::InvalidArguments, bad.to_string()))
}

fn is_foreign(snapshot: &Snapshot, reference: &CompletionReference) -> bool {
    let method = match reference {
        CompletionReference::Prompt(_) => "prompts/get",
        CompletionReference::Resource(_) => "resources/read",
    };
    snapshot.method(method).is_some()
}

fn completion_arguments(
    reference: &CompletionReference,
    argument: &str,
    value: &str,
    earlier: &RawJson,
) -> RawJson {
    let (kind, member, name) = match reference {
        CompletionReference::Prompt(name) => ("ref/prompt", "name", name),
        CompletionReference::Resource(uri) => ("ref/resource", "uri", uri),
    };
    let mut text = format!("{{\"ref\":{{\"type\":\"{kind}\",\"{member}\":");
    json::write_string(&mut text, name);
    text.push_str("},\"argument\":");
    json::write_string(&mut text, argument);
    text.push_str(",\"value\":");
    json::write_string(&mut text, value);
    text.push_str(",\"context\":");
    text.push_str(earlier.as_str());
    text.push('}');
    RawJson::from_checked(text)
}

/// A peer's text, repeated to it without growing a message beyond measure.
pub(super) fn shown(name: &str) -> &str {
    name.char_indices().nth(128).map_or(name, |(end, _)| &name[..end])
}
