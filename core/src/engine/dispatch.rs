//! Which handler answers, with what: known? valid? then run it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::tool_search;
use crate::eras::{self, Answer, Asked};
use crate::handler::{
    Answers, CallContext, Caller, EventSender, Failure, FailureKind, Handler, Invocation, Origin, Reply,
};
use crate::json::{self, RawJson};
use crate::middleware::{self, Stack};
use crate::model::{
    CacheHint, Completion, CompletionOutput, CompletionReference, Operation, OperationKind, Output,
    WatchFilter,
};
use crate::registry::{
    CompletionTarget, Item, ListPage, NoResource, ResultBudget, Snapshot, ToolEntry, inserted_uri,
    uri_without,
};
use crate::schema::{Checked, CompiledSchema};

/// What came of an operation.
pub(super) enum Dispatched {
    /// It is answered.
    Now(Result<Answer, Failure>),
    /// User code runs.
    Run(Running),
    /// It stays open and tells of changes.
    Watch(WatchFilter),
}

/// A call of user code under way.
pub(super) struct Running {
    stack: Stack,
    finish: Finish,
}

/// What is needed to make an answer of the handler's output.
struct Finish {
    kind: OperationKind,
    /// Whether the handler may run again.
    replayable: bool,
    /// Whether a result that is held to a budget goes to a client that knows structured content.
    takes_structured: bool,
    tool: Option<Arc<ToolEntry>>,
    /// Boxed, as all that only some calls have: a call is moved several times.
    resource: Option<Box<ReadFrom>>,
}

/// What a resource is read from.
struct ReadFrom {
    uri: String,
    cache: CacheHint,
    /// What namespaces put into the URI, and its handler does not know.
    inserted: Option<Arc<str>>,
}

/// [`dispatch`], for a handler that is invoked once more with what it asked for.
#[cold]
pub(super) fn dispatch_again(
    asked: &mut Asked,
    events: EventSender,
    origin: &Origin,
    answers: Option<Arc<Answers>>,
    call_timeout: Option<Duration>,
) -> Dispatched {
    dispatch(asked, events, origin, answers, call_timeout)
}

/// Dispatches what was asked. Consumes the operation; everything else of `asked` stays as it is.
#[expect(clippy::inline_always, reason = "or what it starts is copied on its way back, for every call")]
#[inline(always)]
pub(super) fn dispatch(
    asked: &mut Asked,
    events: EventSender,
    origin: &Origin,
    answers: Option<Arc<Answers>>,
    call_timeout: Option<Duration>,
) -> Dispatched {
    let operation = std::mem::replace(&mut asked.operation, Operation::Ping);
    let kind = operation.kind();
    let context = CallContext {
        caller: Arc::clone(asked.voice.caller()),
        events,
        deadline: None,
        origin: origin.clone(),
        answers,
    };
    if let (Some(whole), false) = (asked.whole.take(), kind == OperationKind::Watch) {
        let invocation = Invocation { kind, target: whole.method, arguments: whole.params, context };
        return run(&whole.handler, invocation, call_timeout, Finish::of(kind, false));
    }
    let snapshot = &*asked.snapshot;
    let caller = asked.voice.caller();
    let started = match operation {
        Operation::ListTools { cursor } => list(snapshot, kind, ListPage::Tools, caller, cursor.as_deref()),
        Operation::ListPrompts { cursor } => {
            list(snapshot, kind, ListPage::Prompts, caller, cursor.as_deref())
        }
        Operation::ListResources { cursor } => {
            list(snapshot, kind, ListPage::Resources, caller, cursor.as_deref())
        }
        Operation::ListResourceTemplates { cursor } => {
            list(snapshot, kind, ListPage::ResourceTemplates, caller, cursor.as_deref())
        }
        Operation::CallTool { name, arguments } => match snapshot.tool(&name) {
            Some(entry) => {
                let limit = entry.tool.timeout.or(call_timeout);
                call_tool(entry, arguments, context, limit, &asked.snapshot)
            }
            None => Err(unknown_tool(&name)),
        },
        Operation::ReadResource { uri } => read_resource(snapshot, uri, context, call_timeout),
        Operation::GetPrompt { name, arguments } => {
            get_prompt(snapshot, &name, arguments, context, call_timeout)
        }
        Operation::Complete(asked) => complete(snapshot, *asked, context, call_timeout),
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
        Operation::CallTool { name, arguments } => {
            snapshot.tool(name).is_some_and(|entry| tool_search::is_replayable(entry, arguments))
        }
        Operation::GetPrompt { name, .. } => {
            snapshot.prompt(name).is_some_and(|entry| entry.prompt.common.replayable)
        }
        Operation::ReadResource { uri } => snapshot.resource(uri).is_ok_and(|found| found.replayable),
        _ => false,
    }
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
    limit: Option<Duration>,
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
        return tool_search::answer(part, entry, &arguments, context, limit, snapshot);
    }
    let kind = OperationKind::CallTool;
    let invocation = Invocation { kind, target: Arc::clone(&entry.name), arguments, context };
    Ok(run_tool(&entry.handler, entry, invocation, limit))
}

/// Runs `handler` as that of a tool.
#[inline]
pub(super) fn run_tool(
    handler: &Arc<dyn Handler>,
    entry: &Arc<ToolEntry>,
    invocation: Invocation,
    limit: Option<Duration>,
) -> Dispatched {
    let caller = &invocation.context.caller;
    let takes_structured = entry.budget.is_some() && caller.protocol_version.features().structured_output;
    let finish = Finish {
        tool: Some(Arc::clone(entry)),
        takes_structured,
        ..Finish::of(OperationKind::CallTool, entry.tool.common.replayable)
    };
    run(handler, invocation, limit, finish)
}

fn read_resource(
    snapshot: &Snapshot,
    uri: String,
    context: CallContext,
    call_timeout: Option<Duration>,
) -> Result<Dispatched, Failure> {
    let found = match snapshot.resource(&uri) {
        Ok(found) => found,
        Err(NoResource::Unknown) => return Err(no_such_resource(&uri)),
        Err(NoResource::Refused(value)) => {
            return Err(Failure::new(FailureKind::InvalidArguments, value.to_string()));
        }
    };
    let kind = OperationKind::ReadResource;
    let (target, inserted) = match found.inserted {
        None => (uri.as_str().into(), None),
        Some(inserted) => (uri_without(&uri, inserted).as_ref().into(), Some(Arc::clone(inserted))),
    };
    let invocation = Invocation { kind, target, arguments: found.variables, context };
    let resource = Some(Box::new(ReadFrom { uri, cache: found.cache, inserted }));
    let finish = Finish { resource, ..Finish::of(kind, found.replayable) };
    Ok(run(found.handler, invocation, call_timeout, finish))
}

fn get_prompt(
    snapshot: &Snapshot,
    name: &str,
    arguments: RawJson,
    context: CallContext,
    call_timeout: Option<Duration>,
) -> Result<Dispatched, Failure> {
    let Some(entry) = snapshot.prompt(name) else {
        return Err(Failure::new(FailureKind::NotFound, format!("unknown prompt: {}", shown(name))));
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
    Ok(run(&entry.handler, invocation, call_timeout, Finish::of(kind, entry.prompt.common.replayable)))
}

fn complete(
    snapshot: &Snapshot,
    asked: Completion,
    context: CallContext,
    call_timeout: Option<Duration>,
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
            let message = "ref: there is no such prompt or resource template";
            return Err(Failure::new(FailureKind::InvalidArguments, message));
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
    Ok(run(handler, invocation, call_timeout, Finish::of(kind, false)))
}

fn run(
    handler: &Arc<dyn Handler>,
    invocation: Invocation,
    limit: Option<Duration>,
    finish: Finish,
) -> Dispatched {
    Dispatched::Run(Running { stack: middleware::call(handler, invocation, limit), finish })
}

fn list(
    snapshot: &Snapshot,
    kind: OperationKind,
    list: ListPage,
    caller: &Caller,
    cursor: Option<&str>,
) -> Result<Dispatched, Failure> {
    let version = caller.protocol_version;
    let page = snapshot.page(list, version, cursor, caller.principal.as_ref(), |item| match item {
        Item::Tool(tool) => eras::tool(tool, version),
        Item::Prompt(prompt) => eras::prompt(prompt, version),
        Item::Resource(resource) => eras::resource(resource, version),
        Item::ResourceTemplate(template) => eras::resource_template(template, version),
    });
    let page = page.map_err(|bad| Failure::new(FailureKind::InvalidArguments, bad.to_string()))?;
    Ok(Dispatched::Now(Ok(Answer::Page { kind, items: page.items, next_cursor: page.next_cursor })))
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

fn no_such_resource(uri: &str) -> Failure {
    let mut data = String::from("{\"uri\":");
    json::write_string(&mut data, uri);
    data.push('}');
    Failure::new(FailureKind::NotFound, "resource not found").with_data(RawJson::from_checked(data))
}

/// What was read, with the URIs by which clients know it.
fn outward_contents(contents: &str, inserted: &str) -> RawJson {
    let contents: Vec<String> = json::elements(contents)
        .map(|content| {
            let mut text = String::with_capacity(content.len() + inserted.len());
            for (name, value) in json::members(content) {
                text.push(if text.is_empty() { '{' } else { ',' });
                json::write_string(&mut text, &name);
                text.push(':');
                match json::as_string(value).filter(|_| name == "uri") {
                    Some(uri) => json::write_string(&mut text, &inserted_uri(&uri, inserted)),
                    None => text.push_str(value),
                }
            }
            text.push_str(if text.is_empty() { "{}" } else { "}" });
            text
        })
        .collect();
    RawJson::from_checked(format!("[{}]", contents.join(",")))
}

/// A peer's text, repeated to it without growing a message beyond measure.
pub(super) fn shown(name: &str) -> &str {
    name.char_indices().nth(128).map_or(name, |(end, _)| &name[..end])
}

impl Running {
    /// Starts what stands around a request of this kind. It takes as long as what it stands around.
    pub(super) fn around(handler: &Arc<dyn Handler>, invocation: Invocation, kind: OperationKind) -> Self {
        Self { stack: middleware::call(handler, invocation, None), finish: Finish::of(kind, false) }
    }

    /// What was asked.
    pub(super) const fn kind(&self) -> OperationKind {
        self.finish.kind
    }

    /// Whether the handler may run again, see [`CommonFields::replayable`](crate::model::CommonFields::replayable).
    pub(super) const fn is_replayable(&self) -> bool {
        self.finish.replayable
    }

    /// Lets the call take so much longer: its client was asked, and took its time.
    pub(super) fn extend(&mut self, by: Duration) {
        self.stack.extend(by);
    }

    /// Stops the clock of its time limit, if it has one; see [`Timeout::hold`](crate::middleware::Timeout::hold).
    pub(super) fn hold(&mut self) -> Option<Duration> {
        self.stack.hold()
    }

    /// Lets the clock run again, for so long.
    pub(super) fn go_on(&mut self, left: Duration) {
        self.stack.go_on(left);
    }

    /// Goes on with the call.
    #[inline]
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Failure>> {
        Pin::new(&mut self.stack).poll(context).map(|reply| self.finish.finish(reply))
    }
}

impl Finish {
    const fn of(kind: OperationKind, replayable: bool) -> Self {
        Self { kind, replayable, takes_structured: false, tool: None, resource: None }
    }

    fn finish(&mut self, reply: Reply) -> Result<Answer, Failure> {
        let kind = self.kind;
        let resource = self.resource.take();
        let mut output = match (reply, resource.as_deref()) {
            (Ok(output), _) => output,
            // DOWN-10 wants the URI in any case.
            (Err(failure), Some(ReadFrom { uri, .. }))
                if failure.kind == FailureKind::NotFound && failure.data.is_none() =>
            {
                return Err(Failure {
                    message: failure.message,
                    detail: failure.detail,
                    ..no_such_resource(uri)
                });
            }
            (Err(failure), _) => return Err(self.failed(failure)),
        };
        let fits = match &output {
            Output::Tool(_) => kind == OperationKind::CallTool,
            Output::Prompt(_) => kind == OperationKind::GetPrompt,
            Output::Resource(_) => kind == OperationKind::ReadResource,
            Output::Completion(_) => kind == OperationKind::Complete,
            Output::Whole(whole) => whole.is_object(),
            // MRTR-1.
            Output::InputRequired(_) => kind.may_ask(),
        };
        if !fits {
            let detail = format!("a handler asked for {kind:?} returned an output of another kind");
            return Err(Failure::new(FailureKind::Internal, "internal error").with_detail(detail));
        }
        if let (Some(entry), Output::Tool(result)) = (&self.tool, &output)
            && entry.tool.check_output
            && !result.is_error
            && !result.vouched
            && let Some(schema) = &entry.output
        {
            check_structured(schema, result.structured_content.as_ref())?;
        }
        if let (Some(budget), Output::Tool(result)) = (self.budget(), &mut output) {
            budget.apply(result, self.takes_structured);
        }
        if let (Some(ReadFrom { inserted: Some(inserted), .. }), Output::Resource(read)) =
            (resource.as_deref(), &mut output)
        {
            read.contents = outward_contents(read.contents.as_str(), inserted);
        }
        let cache = resource.map(|from| from.cache);
        Ok(Answer::Output { kind, output, tool: self.tool.take(), cache })
    }
}

impl Finish {
    fn budget(&self) -> Option<&ResultBudget> {
        self.tool.as_ref()?.budget.as_deref()
    }

    /// What a tool says when it refuses is held to its budget, too.
    #[cold]
    fn failed(&self, failure: Failure) -> Failure {
        match self.budget() {
            Some(budget) if failure.kind == FailureKind::Tool => {
                Failure { message: budget.apply_to_words(failure.message), ..failure }
            }
            _ => failure,
        }
    }
}

/// What does not conform to the tool's own schema is not sent (TOOL-8).
fn check_structured(schema: &CompiledSchema, structured: Option<&RawJson>) -> Result<(), Failure> {
    let wrong = |message: String| Failure::new(FailureKind::Tool, message);
    let structured = structured.ok_or_else(|| {
        wrong("the tool returned no structured result, which its output schema asks for".to_owned())
    })?;
    schema.check(structured).map_err(|violations| {
        wrong(format!("the tool's result does not fit its output schema: {violations}"))
    })
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").field("kind", &self.finish.kind).finish_non_exhaustive()
    }
}
