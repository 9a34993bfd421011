//! What the caller may see is asked first, where the author says so request by request; then the request is done as if there were
//! nothing else.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::exchange::Outgoing;
use super::state::State;
use super::{Edge, Engine};
use crate::eras::{Asked, Ended, Flight, Session, Stream};
use crate::handler::{CallContext, Failure, FailureKind, Invocation, Origin, event_channel};
use crate::json::{self, RawJson};
use crate::middleware;
use crate::model::{OperationKind, Output};
use crate::registry::Hidden;

/// The method that judges are asked with.
const VISIBLE: &str = "oxmcp/visible";

type Answer = Pin<Box<dyn Future<Output = Result<Hidden, Failure>> + Send>>;

/// A request that waits for what its caller may see.
pub(super) struct Gated {
    engine: Engine,
    asked: Option<Asked>,
    flight: Option<Flight>,
    edge: Edge,
    origin: Origin,
    answer: Answer,
    /// Where the call asks its questions, once it is one.
    stream: Option<Stream>,
    unheard: Option<String>,
}

impl Engine {
    /// Does what was asked, once it is known what its caller may see.
    #[cold]
    pub(super) fn gate(
        &self,
        mut asked: Asked,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let asks = if asked.whole.is_some() { Vec::new() } else { asked.snapshot.asks(&asked.operation) };
        if asks.is_empty() {
            if let Err(refused) = asked.check_mirrored() {
                return State::said(refused);
            }
            asked.snapshot = Arc::new(asked.snapshot.without(&Hidden::default()));
            return self.go_on(asked, flight, edge, origin);
        }
        asked.voice.keep_private();
        let (sender, events) = event_channel(false, None);
        let caller = Arc::clone(asked.voice.caller());
        let context = CallContext { origin: origin.clone(), ..CallContext::new(caller, sender) };
        let limit = self.0.limits.call_timeout;
        let answer = Box::pin(async move {
            let mut hidden = Hidden::default();
            for asking in asks {
                let invocation = Invocation {
                    kind: OperationKind::Custom,
                    target: VISIBLE.into(),
                    arguments: RawJson::from_value(&asking.arguments()),
                    context: context.clone(),
                };
                let reply = middleware::call(&asking.judge, invocation, limit).await?;
                asking.note(&visible(&reply)?, &mut hidden);
            }
            // What it says on the way is heard by nobody.
            drop(events);
            Ok(hidden)
        });
        let (engine, edge, origin) = (self.clone(), edge.clone(), origin.clone());
        let (stream, unheard) = (None, None);
        State::Gated(Box::new(Gated {
            engine,
            asked: Some(asked),
            flight,
            edge,
            origin,
            answer,
            stream,
            unheard,
        }))
    }
}

fn visible(reply: &Output) -> Result<HashSet<String>, Failure> {
    let list = match reply {
        Output::Whole(whole) => json::member(whole.as_str(), "visible").filter(|list| json::is_array(list)),
        _ => None,
    };
    let list = list.ok_or_else(|| {
        Failure::new(FailureKind::Internal, "internal error")
            .with_detail("what may be seen is no list of keys")
    })?;
    Ok(json::elements(list).filter_map(json::as_string).map(std::borrow::Cow::into_owned).collect())
}

impl Gated {
    /// What is to be said, or what the request has become.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<State, Outgoing>> {
        let Some(asked) = &self.asked else { return Poll::Ready(Ok(State::Done)) };
        let kind = asked.operation.kind();
        match self.flight.as_ref().and_then(|flight| flight.poll_ended(context)) {
            None => {}
            Some(Ended::Cancelled) => return Poll::Ready(Err(Outgoing::Cancelled(asked.voice.cancelled()))),
            Some(Ended::ShutDown(reason)) => return Poll::Ready(Err(self.shut_down(&reason.clone()))),
        }
        let answer = std::task::ready!(self.answer.as_mut().poll(context));
        let Some(mut asked) = self.asked.take() else { return Poll::Ready(Ok(State::Done)) };
        Poll::Ready(match answer {
            Err(failure) => Err(asked.voice.failure(kind, &failure).into()),
            Ok(hidden) => {
                asked.snapshot = Arc::new(asked.snapshot.without(&hidden));
                if let Err(refused) = asked.check_mirrored() {
                    return Poll::Ready(Err(refused.into()));
                }
                let mut state = self.engine.go_on(asked, self.flight.take(), &self.edge, &self.origin);
                if let Some(stream) = self.stream {
                    state.ask_on(stream);
                }
                if let Some(reason) = &self.unheard {
                    state.stop_asking(reason);
                }
                Ok(state)
            }
        })
    }

    pub(super) fn shut_down(&self, reason: &str) -> Outgoing {
        let failure = Failure::new(FailureKind::ShutDown, reason);
        match &self.asked {
            Some(asked) => asked.voice.failure(asked.operation.kind(), &failure).into(),
            None => Outgoing::Accepted,
        }
    }

    pub(super) fn ask_on(&mut self, stream: Stream) {
        if self.stream != Some(Stream::OfSession) {
            self.stream = Some(stream);
        }
    }

    pub(super) fn stop_asking(&mut self, reason: &str) {
        self.unheard.get_or_insert_with(|| reason.to_owned());
    }

    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        self.asked.as_ref()?.session.as_ref()
    }

    pub(super) fn survives_disconnect(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.survives_disconnect)
    }
}
