//! What stands around methods: it is invoked in place of what it stands around, and asks what comes next as calls ask their client.
//!
//! What comes next is the request itself, opened anew with what was made of it, so that whatever answers it, an era, the registry
//! or a handler, needs to know of nobody who stands around. What it says meanwhile is said on the stream of the request.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::aside::{self, Heard};
use super::asking::Asker;
use super::call::Asking;
use super::dispatch::Running;
use super::exchange::{Outgoing, ResponseMessage, State};
use super::{Edge, Engine, Shutdown};
use crate::eras::{Around, Flight, Opened, Said, Side, Stream, Whole};
use crate::handler::{
    Answered, CallContext, Failure, FailureKind, Invocation, Origin, PendingQuestion, event_channel,
};
use crate::json::{self, RawJson};
use crate::jsonrpc::{Message, Notification, Outline, Request, RequestId};
use crate::model::OperationKind;
use crate::registry::{Interception, Registry, Snapshot};

/// What comes after whatever stands around a request.
pub(super) struct Standing {
    engine: Engine,
    edge: Edge,
    id: RequestId,
    method: Arc<str>,
    /// As they came.
    params: RawJson,
    /// What runs now.
    behind: Vec<Behind>,
    /// The code and the HTTP status of what failed.
    failed: Option<(i32, u16)>,
    /// The session that began.
    session_id: Option<Arc<str>>,
    /// What follows the response.
    trailing: Option<Outgoing>,
    /// The end of the part of the server that the request came in at.
    part_ends: Option<Shutdown>,
}

/// The request itself.
struct Behind {
    number: u32,
    /// Who waits for what comes of it; nobody any more where it was answered.
    pending: Option<PendingQuestion>,
    state: State,
}

impl Engine {
    /// What becomes of a message that something stands around. `None` where nothing does, and where it is refused in any case.
    #[cold]
    pub(super) fn intercept(
        &self,
        message: &Message<'_>,
        outline: Option<&Outline<'_>>,
        edge: &Edge,
        origin: &Origin,
        in_batch: bool,
    ) -> Option<State> {
        let snapshot = self.0.registry.snapshot();
        match message {
            Message::Request(request) => {
                let interception = snapshot.interception(&request.method)?;
                if interception.unless_registered && is_registered(&self.0.registry, &snapshot, request) {
                    return None;
                }
                let handler = &interception.handler;
                let around = self.0.eras.around(request, outline, edge.side(), in_batch, handler)?;
                Some(self.invoke_around(around, edge, origin))
            }
            Message::Notification(notification) => {
                let interception = snapshot.interception(&notification.method)?;
                if interception.unless_registered && snapshot.method(&notification.method).is_some() {
                    return None;
                }
                Some(self.tell_around(message, notification, interception, edge, origin))
            }
            Message::Response(_) => None,
        }
    }

    fn invoke_around(&self, around: Around, edge: &Edge, origin: &Origin) -> State {
        let Around { kind, mut asked } = around;
        let flight = match self.enter(&mut asked, kind, edge) {
            Ok(flight) => flight,
            Err(refused) => return State::said(refused),
        };
        let Some(whole) = asked.whole.take() else { return State::Done };
        let Whole { handler, method, params } = *whole;
        let caller = asked.voice.caller();
        let (sender, events) = event_channel(caller.wants_progress(), caller.log_threshold);
        let context = CallContext { origin: origin.clone(), ..CallContext::new(Arc::clone(caller), sender) };
        let standing = Standing {
            engine: self.clone(),
            edge: edge.clone(),
            id: asked.voice.id().clone(),
            method: Arc::clone(&method),
            params: params.clone(),
            behind: Vec::new(),
            failed: None,
            session_id: None,
            trailing: None,
            part_ends: None,
        };
        let invocation =
            Invocation { kind: OperationKind::Custom, target: method, arguments: params, context };
        let running = Running::around(&handler, invocation, kind);
        let mut call = self.call(asked, running, events, flight, edge, origin);
        call.asking = Some(Box::new(Asking { standing: Some(Box::new(standing)), ..Asking::default() }));
        State::Call(call)
    }

    /// What the engine itself does with a notification waits for nobody.
    fn tell_around(
        &self,
        message: &Message<'_>,
        notification: &Notification<'_>,
        interception: &Interception,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let heard = match self.0.eras.open(message, None, edge.side()) {
            Opened::Accepted => None,
            Opened::Told(told) => Some(told),
            refused => return self.begin(refused, edge, origin),
        };
        let told = self.0.eras.told_around(notification, edge.side(), &interception.handler);
        let asker =
            Asker::of_session(Arc::clone(&told.in_flight), Arc::clone(&told.invocation.context.caller));
        let mut invocation = told.invocation;
        invocation.context.origin = origin.clone();
        let heard = heard.map_or(Heard::ByNobody, |told| Heard::by(*told, origin));
        let handler = told.handler;
        // Nobody waits for its end.
        self.0.background.run(async move {
            drop(aside::attend(handler.invoke(invocation), told.events, asker, heard).await);
        });
        State::last(Outgoing::Accepted)
    }

    /// The request itself, whoever stands around it.
    fn open_behind(
        &self,
        request: Request<'_>,
        flight: Option<&Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let side = match edge.side() {
            Side::Post { headers, principal, stateless, resumable, .. } => {
                Side::Post { headers, principal, stateless, resumable, checked: true }
            }
            duplex @ Side::Duplex(_) => duplex,
        };
        match self.0.eras.open(&Message::Request(request), None, side) {
            Opened::Ask(mut asked) => {
                // It is entered already, by whoever stands around it.
                asked.in_flight = None;
                self.go_on(asked, flight.map(Flight::share), edge, origin)
            }
            opened => self.begin(opened, edge, origin),
        }
    }
}

impl Standing {
    /// Goes on with the request, for `pending`.
    pub(super) fn next(
        &mut self,
        pending: PendingQuestion,
        flight: Option<&Flight>,
        origin: &Origin,
        stream: Stream,
    ) {
        let params = match pending.question.param("params").filter(|text| json::is_object(text)) {
            None => self.params.clone(),
            Some(given) => with_meta(given, self.params.as_str()),
        };
        let request = Request {
            id: self.id.clone(),
            method: Cow::Borrowed(&self.method),
            params: Some(params.as_str()),
        };
        let mut state = self.engine.open_behind(request, flight, &self.edge, origin);
        state.ask_on(stream);
        if let (State::Subscription(subscription), Some(shutdown)) = (&mut state, &self.part_ends) {
            subscription.end_with(shutdown.clone());
        }
        self.behind.push(Behind { number: pending.number(), pending: Some(pending), state });
    }

    /// What is to be written of what comes after; ready with nothing where somebody was told something.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let mut told = false;
        let mut place = 0;
        while let Some(behind) = self.behind.get_mut(place) {
            match behind.state.poll(context) {
                Poll::Pending => place += 1,
                Poll::Ready(Some(said @ (Outgoing::Message(_) | Outgoing::CloseStream))) => {
                    if behind.pending.is_some() {
                        return Poll::Ready(Some(said));
                    }
                    self.trailing = Some(said);
                }
                Poll::Ready(Some(last)) => {
                    let pending = behind.pending.take();
                    let answered = self.note(last);
                    if let Some(pending) = pending {
                        pending.answer(answered);
                        told = true;
                    }
                }
                // Without an answer, it is told so as it is dropped.
                Poll::Ready(None) => drop(self.behind.remove(place)),
            }
        }
        if told { Poll::Ready(None) } else { Poll::Pending }
    }

    fn note(&mut self, last: Outgoing) -> Answered {
        let response = match last {
            Outgoing::Response(response) => response,
            Outgoing::Cancelled(_) => {
                return Err(Failure::new(FailureKind::CannotAsk, "the request was cancelled"));
            }
            Outgoing::Accepted | Outgoing::Message(_) | Outgoing::CloseStream => {
                return Ok(RawJson::empty_object());
            }
        };
        if response.session_id.is_some() {
            self.session_id = response.session_id;
        }
        let body = response.body.into_text();
        if let Some(result) = json::member(&body, "result") {
            return Ok(RawJson::from_checked(result));
        }
        let error = json::member(&body, "error").unwrap_or_default();
        let code = error_code(&body).unwrap_or(crate::jsonrpc::error_code::INTERNAL_ERROR);
        self.failed = Some((code, response.status));
        let message = json::member(error, "message").and_then(json::as_string).unwrap_or_default();
        Err(Failure::protocol(code, message, json::member(error, "data").map(RawJson::from_checked)))
    }

    /// Nobody waits any more for the answer with this number.
    pub(super) fn withdraw(&mut self, number: u32) {
        self.behind.retain(|behind| behind.number != number);
    }

    /// The response, as what came next would have been sent.
    pub(super) fn respond(&mut self, said: Said) -> Outgoing {
        let code = error_code(&said.body.text());
        let session_id = self.session_id.take();
        if code.is_some() && &*self.method == "initialize" {
            // A refused handshake leaves nothing behind (SESS-14).
            self.engine.0.eras.take_back_session(self.edge.side(), session_id.as_deref());
            return said.into();
        }
        let status = match (self.failed, code) {
            (Some((failed, status)), Some(code)) if failed == code => status,
            _ => said.status,
        };
        Outgoing::Response(ResponseMessage { body: said.body, status, session_id })
    }

    /// What follows the response.
    pub(super) fn take_trailing(&mut self) -> Option<Outgoing> {
        self.trailing.take()
    }

    /// Whether the answer can only be a stream.
    pub(super) fn requires_stream(&self) -> bool {
        &*self.method == "subscriptions/listen"
    }

    /// Subscriptions end with this signal, too.
    pub(super) fn end_with(&mut self, shutdown: &Shutdown) {
        self.part_ends = Some(shutdown.clone());
        for behind in &mut self.behind {
            if let State::Subscription(subscription) = &mut behind.state {
                subscription.end_with(shutdown.clone());
            }
        }
    }

    /// The end of a subscription that the server ends.
    pub(super) fn close_subscription(&self) -> Option<Outgoing> {
        self.behind.iter().find_map(|behind| match &behind.state {
            State::Subscription(subscription) => Some(subscription.close().0),
            _ => None,
        })
    }

    /// The states of what comes after.
    pub(super) fn states(&mut self) -> impl Iterator<Item = &mut State> {
        self.behind.iter_mut().map(|behind| &mut behind.state)
    }
}

/// Whether what is asked for is registered here, not in what is mounted, by its name.
fn is_registered(registry: &Registry, snapshot: &Snapshot, request: &Request<'_>) -> bool {
    if snapshot.method(&request.method).is_some() {
        return true;
    }
    let text = |member: &str| json::member(request.params?, member).and_then(json::as_string);
    let name = || text("name").unwrap_or_default();
    let handler = match &*request.method {
        "tools/call" => snapshot.tool(&name()).map(|entry| &entry.handler),
        "prompts/get" => snapshot.prompt(&name()).map(|entry| &entry.handler),
        "resources/read" => {
            let uri = text("uri").unwrap_or_default();
            return snapshot.resource(&uri).is_ok_and(|found| registry.is_own(found.handler));
        }
        "completion/complete" => return snapshot.completion().is_some(),
        _ => None,
    };
    handler.is_some_and(|handler| registry.is_own(handler))
}

/// Params that say of the request itself what it said, where they say nothing.
fn with_meta(given: &str, original: &str) -> RawJson {
    let meta = json::member(original, "_meta");
    let (Some(meta), None) = (meta, json::member(given, "_meta")) else {
        return RawJson::from_checked(given);
    };
    let mut text = format!("{{\"_meta\":{meta}");
    for (name, value) in json::members(given) {
        text.push(',');
        json::write_string(&mut text, &name);
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    RawJson::from_checked(text)
}

fn error_code(body: &str) -> Option<i32> {
    let code = json::member(json::member(body, "error")?, "code").and_then(json::as_integer)?;
    i32::try_from(code).ok()
}
