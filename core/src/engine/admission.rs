//! Every operation is asked about before it is done: here, for all transports alike.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::dispatch::unknown;
use super::exchange::Outgoing;
use super::noted::Noted;
use super::state::State;
use super::{Edge, Engine};
use crate::authorization::LivePolicy;
use crate::eras::{self, Around, Asked, Flight, Opened, Said, TaskRequest, TaskWord, Voice, WireError};
use crate::handler::{Failure, FailureKind, Origin};
use crate::json::{self, RawJson};
use crate::jsonrpc::{Malformed, Message, Request, RequestId};
use crate::middleware::{Admission, Admitted, Ask, Outcome, Ticket, Verdict};
use crate::model::{CallTrace, Operation, OperationKind};
use crate::registry::{Hears, Snapshot};

/// What came of asking about an operation, until its answer may be written.
pub(super) struct Held {
    pub(super) state: State,
    kind: OperationKind,
    voice: Voice,
    admitted: Arc<Admitted>,
    /// The answer, and what it waits for.
    last: Option<(Outgoing, Vec<Ticket>)>,
}

impl Engine {
    /// Asks about a request that was entered, and does it.
    #[cold]
    pub(super) fn admit(
        &self,
        mut asked: Asked,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let kind = asked.operation.kind();
        let Some((admitted, refused)) = self.ask_about(&mut asked, edge) else {
            return self.go_on(asked, flight, edge, origin);
        };
        let voice = asked.voice.clone();
        // Whether headers fit the arguments is nothing to tell those who may not see the tool.
        let state = match refused {
            Some(failure) => State::said(voice.failure(kind, &failure)),
            None if asked.snapshot.is_gated() => self.go_on(asked, flight, edge, origin),
            None => match asked.check_mirrored() {
                Ok(()) => self.go_on(asked, flight, edge, origin),
                Err(wrong) => State::said(wrong),
            },
        };
        Held::around(state, kind, voice, admitted)
    }

    /// Asks about a request that the author's middleware stands around, so that nothing of it runs for what is refused.
    #[cold]
    pub(super) fn admit_around(
        &self,
        mut around: Around,
        flight: Option<Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let kind = around.kind;
        let Some(whole) = &around.asked.whole else { return State::Done };
        let snapshot = Arc::clone(&around.asked.snapshot);
        around.asked.operation = eras::operation_of(kind, &whole.method, &whole.params);
        let Some((admitted, refused)) = self.ask_about(&mut around.asked, edge) else {
            return self.invoke_around(around, flight, None, edge, origin);
        };
        // What is seen is asked about again, of what the middleware makes of the request.
        around.asked.snapshot = snapshot;
        let voice = around.asked.voice.clone();
        let state = match refused {
            Some(failure) => State::said(voice.failure(kind, &failure)),
            None => self.invoke_around(around, flight, None, edge, origin),
        };
        Held::around(state, kind, voice, admitted)
    }

    /// Asks what the caller may do about a request that was let in already: middleware may have made another of it.
    ///
    /// # Errors
    /// The refusal.
    #[cold]
    pub(super) fn decide_behind(&self, asked: &mut Asked, edge: &Edge) -> Result<(), Failure> {
        let Some(admission) = self.admission_of(&asked.snapshot) else { return Ok(()) };
        let decision = {
            let (operation, snapshot) = (&asked.operation, &asked.snapshot);
            admission.decide(&ask(&asked.voice, operation, snapshot, asked.whole.is_some(), edge))
        };
        if let Some(visible) = decision.visible {
            asked.snapshot = visible;
        }
        if decision.private {
            asked.voice.keep_private();
        }
        refusal(decision.verdict, &asked.operation).map_or(Ok(()), Err)
    }

    /// Asks about a request about a task.
    #[cold]
    pub(super) fn admit_task(&self, mut request: TaskRequest, edge: &Edge) -> State {
        let Some(admission) = &self.0.admission else { return self.answer_task(request, edge) };
        let method = match request.word {
            TaskWord::Get => "tasks/get",
            TaskWord::Update => "tasks/update",
            TaskWord::Cancel => "tasks/cancel",
            TaskWord::List => "tasks/list",
            TaskWord::Result => "tasks/result",
        };
        let params = RawJson::from_value(&serde_json::json!({ "taskId": request.id }));
        let operation = Operation::Custom { method: method.to_owned(), params };
        follow(admission, &mut request.voice);
        let snapshot = self.0.registry.snapshot();
        let admittance = admission.admit(&ask(&request.voice, &operation, &snapshot, false, edge));
        request.voice.have_heard(Arc::clone(&admittance.admitted) as _);
        let voice = request.voice.clone();
        let state = match admittance.verdict {
            Verdict::Allowed => self.answer_task(request, edge),
            Verdict::Unknown => State::said(Self::unknown_task(&voice)),
            Verdict::Refused(failure) => State::said(voice.failure(OperationKind::Custom, &failure)),
        };
        Held::around(state, OperationKind::Custom, voice, admittance.admitted)
    }

    /// Says of a resource whether whoever asks may be told of it, at any later time, too; `None` where nobody has to be asked.
    #[cold]
    pub(super) fn hearing(&self, asked: &Asked, edge: &Edge) -> Option<Hears> {
        self.admission_of(&asked.snapshot).map(|admission| self.hears(admission, asked, edge))
    }

    fn hears(&self, admission: &Arc<Admission>, asked: &Asked, edge: &Edge) -> Hears {
        let (admission, caller, place) =
            (Arc::clone(admission), Arc::clone(asked.voice.caller()), edge.place());
        let registry = self.0.registry.clone();
        Arc::new(move |uri| {
            let operation = Operation::ReadResource { uri: uri.to_owned() };
            let (method, snapshot) = ("resources/read", &registry.snapshot());
            let (operation, caller) = (&operation, &caller);
            let ask = Ask { method, operation, caller, place, snapshot, whole: false };
            matches!(admission.decide(&ask).verdict, Verdict::Allowed)
        })
    }

    /// Who is asked: where nobody is to be, whoever sees to what items ask of their callers.
    fn admission_of(&self, snapshot: &Snapshot) -> Option<&Arc<Admission>> {
        let of_items = || {
            let policy = || Arc::new(Admission::default().authorizer(Arc::new(LivePolicy::default())));
            snapshot.has_had_requirements().then(|| self.0.requirements.get_or_init(policy))
        };
        self.0.admission.as_ref().or_else(of_items)
    }

    /// Asks everybody; returns what was decided, and the refusal if it is one. `None` where there is nobody to ask.
    fn ask_about(&self, asked: &mut Asked, edge: &Edge) -> Option<(Arc<Admitted>, Option<Failure>)> {
        let admission = self.admission_of(&asked.snapshot)?;
        follow(admission, &mut asked.voice);
        let admittance = {
            let (operation, snapshot) = (&asked.operation, &asked.snapshot);
            admission.admit(&ask(&asked.voice, operation, snapshot, asked.whole.is_some(), edge))
        };
        asked.voice.have_heard(Arc::clone(&admittance.admitted) as _);
        if let Some(visible) = admittance.visible {
            asked.snapshot = visible;
        }
        if admittance.private {
            asked.voice.keep_private();
        }
        match (&asked.operation, &admittance.verdict) {
            (Operation::Subscribe { uri }, Verdict::Unknown) => {
                // Whoever follows what is not there hears nothing of it, and is not told so.
                self.0.eras.unfollow(edge.side(), uri);
                return Some((admittance.admitted, None));
            }
            (Operation::Subscribe { .. }, Verdict::Allowed) => {
                self.0.eras.tell_only(edge.side(), self.hears(admission, asked, edge));
            }
            _ => {}
        }
        Some((admittance.admitted, refusal(admittance.verdict, &asked.operation)))
    }

    /// Begins what was opened, and tells of a request that an era answered by itself: a handshake, an unknown method, what cannot be
    /// decoded.
    #[cold]
    pub(super) fn begin_noted(
        &self,
        message: &Message<'_>,
        opened: Opened,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let (Some(admission), Message::Request(request), Opened::Answered { said, .. }) =
            (&self.0.admission, message, &opened)
        else {
            return self.begin(opened, edge, origin);
        };
        let body = said.body.text();
        let error = json::member(&body, "error").map(|error| code_of(error).unwrap_or_default());
        let Request { id, method, .. } = request;
        let tickets = admission.note(method, id, edge.side().principal(), edge.place(), error.as_deref());
        Noted::answer(self.begin(opened, edge, origin), id.clone(), tickets)
    }

    /// Refuses what cannot be read as a message, and tells of it.
    #[cold]
    pub(super) fn refuse_malformed(&self, malformed: Malformed, edge: &Edge) -> State {
        let error = WireError::new(malformed.code, malformed.message, 400);
        self.refuse_unread(&error, malformed.id.as_ref(), edge)
    }

    /// Refuses what is not looked at, and tells of it.
    #[cold]
    pub(super) fn refuse_unread(&self, error: &WireError, id: Option<&RequestId>, edge: &Edge) -> State {
        let tickets = match &self.0.admission {
            Some(admission) => admission.refused(error.status, &error.message, edge.place()),
            None => Vec::new(),
        };
        Noted::refusal(State::said(error.say(id)), tickets)
    }

    /// Refuses a request that cannot be entered, and tells of it.
    #[cold]
    pub(super) fn refuse_entry(&self, asked: &Asked, said: Said, edge: &Edge) -> State {
        let Some(admission) = &self.0.admission else { return State::said(said) };
        let method = match &asked.whole {
            Some(whole) => &whole.method,
            None => method_of(&asked.operation),
        };
        let error = json::member(&said.body.text(), "error").and_then(code_of);
        let id = asked.voice.id();
        let tickets = admission.note(method, id, edge.side().principal(), edge.place(), error.as_deref());
        Noted::answer(State::said(said), id.clone(), tickets)
    }
}

fn ask<'a>(
    voice: &'a Voice,
    operation: &'a Operation,
    snapshot: &'a Arc<Snapshot>,
    whole: bool,
    edge: &Edge,
) -> Ask<'a> {
    let method = method_of(operation);
    Ask { method, operation, caller: voice.caller(), place: edge.place(), snapshot, whole }
}

fn method_of(operation: &Operation) -> &str {
    match operation {
        Operation::Custom { method, .. } => method,
        other => eras::method_name(other.kind()).unwrap_or_default(),
    }
}

/// Gives a request its place in a trace, where somebody follows traces.
fn follow(admission: &Admission, voice: &mut Voice) {
    if admission.traces()
        && let Some(caller) = voice.caller_mut()
    {
        caller.trace = CallTrace::begin(caller.meta.as_ref(), caller.headers.as_deref()).map(Box::new);
    }
}

fn refusal(verdict: Verdict, operation: &Operation) -> Option<Failure> {
    match verdict {
        Verdict::Allowed => None,
        Verdict::Unknown => Some(unknown(operation)),
        Verdict::Refused(failure) => Some(failure),
    }
}

pub(super) fn unrecorded() -> Failure {
    Failure::new(FailureKind::Internal, "internal error").with_detail("the answer could not be recorded")
}

fn code_of(error: &str) -> Option<String> {
    json::member(error, "code").map(ToOwned::to_owned)
}

impl Held {
    fn around(state: State, kind: OperationKind, voice: Voice, admitted: Arc<Admitted>) -> State {
        State::Admitted(Box::new(Self { state, kind, voice, admitted, last: None }))
    }

    /// What is to be written next; an answer only once everybody who has to has recorded it.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let (last, mut tickets) = match self.last.take() {
            Some(waiting) => waiting,
            None => match std::task::ready!(self.state.poll(context)) {
                Some(last @ (Outgoing::Response(_) | Outgoing::Cancelled(_) | Outgoing::Accepted)) => {
                    self.note(&last);
                    (last, self.admitted.take_tickets())
                }
                other => return Poll::Ready(other),
            },
        };
        while let Some(ticket) = tickets.last_mut() {
            match Pin::new(ticket).poll(context) {
                Poll::Pending => {
                    self.last = Some((last, tickets));
                    return Poll::Pending;
                }
                Poll::Ready(Ok(Ok(()))) => drop(tickets.pop()),
                Poll::Ready(Ok(Err(failure))) => {
                    return Poll::Ready(Some(self.voice.failure(self.kind, &failure).into()));
                }
                // Whoever was to honour it is gone.
                Poll::Ready(Err(_)) => {
                    return Poll::Ready(Some(self.voice.failure(self.kind, &unrecorded()).into()));
                }
            }
        }
        Poll::Ready(Some(last))
    }

    /// What nobody put into neutral words.
    fn note(&self, last: &Outgoing) {
        match last {
            Outgoing::Response(response) if !self.admitted.is_told() => {
                let body = response.body.text();
                match json::member(&body, "error") {
                    Some(error) => self.admitted.end(Outcome::Error, code_of(error).as_deref()),
                    None => self.admitted.end(Outcome::Allowed, None),
                }
            }
            Outgoing::Cancelled(_) => self.admitted.end(Outcome::Cancelled, None),
            _ => {}
        }
    }
}
