//! User code under way, and what becomes of what it returns.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::outward::Outward;
use crate::eras::Answer;
use crate::handler::{Failure, FailureKind, Handler, Invocation, Reply};
use crate::json::{self, RawJson};
use crate::limits;
use crate::middleware::{self, CallTime, Stack};
use crate::model::{CacheHint, OperationKind, Output, ToolOutput};
use crate::registry::{ResultBudget, ToolEntry};
use crate::schema::CompiledSchema;

/// A call of user code under way.
pub(in crate::engine) struct Running {
    stack: Stack,
    finish: Finish,
}

/// What is needed to make an answer of the handler's output.
pub(super) struct Finish {
    pub kind: OperationKind,
    /// Whether the handler may run again.
    pub replayable: bool,
    /// Whether a result that is held to a budget goes to a client that knows structured content.
    pub takes_structured: bool,
    /// The most bytes of its output, where there is a bound.
    pub max_bytes: Option<usize>,
    pub tool: Option<Arc<ToolEntry>>,
    /// Boxed, as all that only some calls have: a call is moved several times.
    pub resource: Option<Box<ReadFrom>>,
    /// What a mounted server's function says of its own resources. Boxed, too.
    pub outward: Option<Box<Outward>>,
}

/// What a resource is read from.
pub(super) struct ReadFrom {
    pub uri: String,
    pub cache: CacheHint,
}

impl Running {
    pub(super) fn new(stack: Stack, finish: Finish) -> Self {
        Self { stack, finish }
    }

    /// Starts what stands around a request of this kind. It takes as long as what it stands around.
    pub(in crate::engine) fn around(
        handler: &Arc<dyn Handler>,
        invocation: Invocation,
        kind: OperationKind,
    ) -> Self {
        Self { stack: middleware::call(handler, invocation, CallTime::default()), finish: Finish::of(kind, false) }
    }

    /// What was asked.
    pub(in crate::engine) const fn kind(&self) -> OperationKind {
        self.finish.kind
    }

    /// Whether the handler may run again, see [`CommonFields::replayable`](crate::model::CommonFields::replayable).
    pub(in crate::engine) const fn is_replayable(&self) -> bool {
        self.finish.replayable
    }

    /// Lets the call take so much longer: its client was asked, and took its time.
    pub(in crate::engine) fn extend(&mut self, by: Duration) {
        self.stack.extend(by);
    }

    /// Stops the clock of its time limit, if it has one; see [`Timeout::hold`](crate::middleware::Timeout::hold).
    pub(in crate::engine) fn hold(&mut self) -> Option<Duration> {
        self.stack.hold()
    }

    /// It is a task, whose time is its own: only what its tool says of it holds.
    pub(in crate::engine) fn become_task(&mut self) {
        self.stack.become_task();
    }

    /// Lets the clock run again, for so long.
    pub(in crate::engine) fn go_on(&mut self, left: Duration) {
        self.stack.go_on(left);
    }

    /// Goes on with the call.
    #[inline]
    pub(in crate::engine) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Failure>> {
        Pin::new(&mut self.stack).poll(context).map(|reply| self.finish.finish(reply))
    }
}

impl Finish {
    pub(super) const fn of(kind: OperationKind, replayable: bool) -> Self {
        Self { kind, replayable, takes_structured: false, max_bytes: None, tool: None, resource: None, outward: None }
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
            && let Some(schema) = &entry.output
        {
            check_structured(schema, result)?;
        }
        if let Some(outward) = &self.outward {
            outward.apply(&mut output);
        }
        if let (Some(budget), Output::Tool(result)) = (self.budget(), &mut output) {
            budget.apply(result, self.takes_structured);
        }
        if let Some(max_bytes) = self.max_bytes {
            limits::fit(&mut output, max_bytes)?;
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
        let failure = match self.budget() {
            Some(budget) if failure.kind == FailureKind::Tool => {
                Failure { message: budget.apply_to_words(failure.message), ..failure }
            }
            _ => failure,
        };
        match self.max_bytes {
            Some(max_bytes) if failure.message.len() > max_bytes => {
                Failure { message: limits::fit_words(&failure.message, max_bytes), ..failure }
            }
            _ => failure,
        }
    }
}

pub(super) fn no_such_resource(uri: &str) -> Failure {
    let mut data = String::from("{\"uri\":");
    json::write_string(&mut data, uri);
    data.push('}');
    Failure::new(FailureKind::NotFound, "resource not found").with_data(RawJson::from_checked(data))
}

/// What does not conform to the tool's own schema is not sent (TOOL-8). What somebody vouches for is not looked at, but has to be
/// there.
fn check_structured(schema: &CompiledSchema, result: &ToolOutput) -> Result<(), Failure> {
    let wrong = |message: String| Failure::new(FailureKind::Tool, message);
    let structured = result.structured_content.as_ref().ok_or_else(|| {
        wrong("the tool returned no structured result, which its output schema asks for".to_owned())
    })?;
    if result.vouched {
        return Ok(());
    }
    schema.check(structured).map_err(|violations| {
        wrong(format!("the tool's result does not fit its output schema: {violations}"))
    })
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").field("kind", &self.finish.kind).finish_non_exhaustive()
    }
}
