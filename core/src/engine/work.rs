//! What runs for a call: its handler, or what invokes that once more.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::CallBounds;
use super::call::Call;
use super::dispatch::{Dispatched, Running, dispatch_again};
use super::retries::check;
use crate::eras::{Answer, Asked, Voice};
use crate::handler::{Answers, CallContext, EventSender, Failure, FailureKind, Origin};
use crate::model::{InputRequired, OperationKind, Output};
use crate::registry::Snapshot;

/// How often a handler may want to know more, where we are the ones who ask.
const MAX_ROUNDS: usize = 32;

/// What runs.
pub(super) enum Work {
    /// The handler.
    Handler(Running),
    /// Questions and invocations in turn.
    Again(Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>),
}

impl Work {
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, Failure>> {
        match self {
            Self::Handler(running) => running.poll(context),
            Self::Again(work) => work.as_mut().poll(context),
        }
    }

    /// Stops the clock of a handler that has a time limit; returns what is left of it.
    pub(super) fn hold(&mut self) -> Option<Duration> {
        match self {
            Self::Handler(running) => running.hold(),
            // Each invocation has its own time, and none runs while the client is asked.
            Self::Again(_) => None,
        }
    }

    /// It is a task from here on.
    pub(super) fn become_task(&mut self) {
        if let Self::Handler(running) = self {
            running.become_task();
        }
    }

    /// Lets the clock run again, for so long.
    pub(super) fn go_on(&mut self, left: Duration) {
        if let Self::Handler(running) = self {
            running.go_on(left);
        }
    }
}

/// What it takes to invoke a handler again.
struct Request {
    kind: OperationKind,
    voice: Voice,
    snapshot: Arc<Snapshot>,
    origin: Origin,
    events: EventSender,
    bounds: CallBounds,
}

impl Call {
    /// Asks the client what the handler wants to know, and invokes it again with the answers, as often as it wants to know
    /// more: for clients that are asked while the call waits (MRTR-16).
    pub(super) fn invoke_again(&mut self, input: InputRequired) {
        let request = Request {
            kind: self.kind,
            voice: self.voice.clone(),
            snapshot: Arc::clone(&self.snapshot),
            origin: self.origin.clone(),
            events: self.events.sender(),
            bounds: self.rounds.calls,
        };
        self.work = Work::Again(Box::pin(request.until_finished(input)));
    }
}

impl Request {
    async fn until_finished(self, mut input: InputRequired) -> Result<Answer, Failure> {
        let mut answers = Answers::default();
        for _ in 0..MAX_ROUNDS {
            check(&input)?;
            let (keys, questions): (Vec<_>, Vec<_>) = input.requests.into_iter().unzip();
            for (key, answer) in keys.into_iter().zip(self.context().ask_all(questions).await) {
                let answer = answer?;
                answers.given.retain(|(given, _)| *given != key);
                answers.given.push((key, answer));
            }
            answers.state = input.state;
            let finished = match self.dispatch(Arc::new(answers.clone()))? {
                Dispatched::Run(mut running) => poll_fn(|context| running.poll(context)).await?,
                Dispatched::Now(result) => return result,
                Dispatched::Watch(_) => return Err(Failure::new(FailureKind::Internal, "internal error")),
            };
            match finished {
                Answer::Output { output: Output::InputRequired(more), .. } => input = more,
                answer => return Ok(answer),
            }
        }
        let message = format!("after {MAX_ROUNDS} rounds of questions there was no answer yet");
        Err(Failure::new(FailureKind::Tool, message))
    }

    fn context(&self) -> CallContext {
        CallContext {
            caller: Arc::clone(self.voice.caller()),
            events: self.events.clone(),
            deadline: None,
            origin: self.origin.clone(),
            answers: None,
            passed: false,
        }
    }

    fn dispatch(&self, answers: Arc<Answers>) -> Result<Dispatched, Failure> {
        let asked = Asked::again(self.kind, &self.voice, &self.snapshot);
        let mut asked = asked.ok_or_else(|| Failure::new(FailureKind::Internal, "internal error"))?;
        Ok(dispatch_again(&mut asked, self.events.clone(), &self.origin, Some(answers), &self.bounds))
    }
}
