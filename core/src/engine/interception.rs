//! What stands around methods: it is invoked in place of what it stands around, and asks what comes next as calls ask their client.
//!
//! What comes next is the request itself, opened anew with what was made of it, so that whatever answers it, an era, the registry
//! or a handler, needs to know of nobody who stands around. What it says meanwhile is said on the stream of the request.

use std::sync::Arc;

use super::around_mounted::Within;
use super::aside::{self, Heard};
use super::asking::Asker;
use super::dispatch::Running;
use super::exchange::Outgoing;
use super::questions::Asking;
use super::standing::Standing;
use super::state::State;
use super::{Edge, Engine};
use crate::eras::{Around, Flight, Opened, Side, Whole};
use crate::handler::{CallContext, Invocation, Origin, event_channel};
use crate::json;
use crate::jsonrpc::{Message, Notification, Outline, Request};
use crate::model::OperationKind;
use crate::registry::{Interception, Snapshot};

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
                if interception.unless_registered && is_registered(&snapshot, request) {
                    return None;
                }
                let handler = &interception.handler;
                let mut around = self.0.eras.around(request, outline, edge.side(), in_batch, handler)?;
                around.asked.passed = 1;
                Some(match self.enter(&mut around.asked, around.kind, edge) {
                    Ok(flight) if self.asks_about(&around.asked.snapshot) => {
                        self.admit_around(around, flight, edge, origin)
                    }
                    Ok(flight) => self.invoke_around(around, flight, None, edge, origin),
                    Err(refused) => self.refuse_entry(&around.asked, refused, edge),
                })
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

    /// Invokes whoever stands around a request that is entered already.
    pub(super) fn invoke_around(
        &self,
        around: Around,
        flight: Option<Flight>,
        within: Option<Within>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let Around { kind, mut asked } = around;
        let Some(whole) = asked.whole.take() else { return State::Done };
        let Whole { handler, method, params } = *whole;
        let caller = asked.voice.caller();
        let (sender, events) = event_channel(caller.wants_progress(), caller.log_threshold);
        let context = CallContext { origin: origin.clone(), ..CallContext::new(Arc::clone(caller), sender) };
        let standing = Standing::new(self, edge, &asked, (Arc::clone(&method), params.clone()), within);
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

    /// The request itself, whoever stands around it. `is_as_it_came`: nobody made other params of those that came, so that headers
    /// are held against them as ever.
    pub(super) fn open_behind(
        &self,
        request: Request<'_>,
        is_as_it_came: bool,
        passed: usize,
        flight: Option<&Flight>,
        edge: &Edge,
        origin: &Origin,
    ) -> State {
        let side = match edge.side() {
            Side::Post { headers, principal, stateless, resumable, .. } => {
                Side::Post { headers, principal, stateless, resumable, checked: !is_as_it_came }
            }
            duplex @ Side::Duplex(..) => duplex,
        };
        match self.0.eras.open(&Message::Request(request), None, side) {
            Opened::Ask(mut asked) => {
                // It is entered already, by whoever stands around it.
                asked.in_flight = None;
                asked.passed = passed;
                if let Err(failure) = self.decide_behind(&mut asked, edge) {
                    return State::said(asked.voice.failure(asked.operation.kind(), &failure));
                }
                self.go_on(asked, flight.map(Flight::share), edge, origin)
            }
            opened => self.begin(opened, edge, origin),
        }
    }
}

/// Whether what is asked for is registered here, not in what is mounted, by its name.
fn is_registered(snapshot: &Snapshot, request: &Request<'_>) -> bool {
    if snapshot.method(&request.method).is_some() {
        return true;
    }
    let text = |member: &str| json::member(request.params?, member).and_then(json::as_string);
    let name = || text("name").unwrap_or_default();
    match &*request.method {
        "tools/call" => snapshot.tool(&name()).is_some_and(|entry| entry.provenance.origin.is_none()),
        "prompts/get" => snapshot.prompt(&name()).is_some_and(|entry| entry.provenance.origin.is_none()),
        "resources/read" => {
            let uri = text("uri").unwrap_or_default();
            snapshot.resource(&uri).is_ok_and(|found| found.origin.is_none())
        }
        "completion/complete" => snapshot.completion().is_some(),
        _ => false,
    }
}
