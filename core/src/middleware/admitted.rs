//! One operation that was asked about, until observers have heard what came of it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::admission::{Admission, Ask, Permit, Place, Sees};
use super::operation_event::{OperationEvent, Outcome, Ticket};
use crate::eras::{Answer, Witness, Witnessed};
use crate::handler::{Caller, Failure};
use crate::json::{self, RawJson};
use crate::model::{CallId, CompletionReference, Operation, OperationKind, Output};
use crate::registry::{ItemKind, Snapshot};

/// One operation that was asked about.
pub struct Admitted {
    admission: Arc<Admission>,
    began: SystemTime,
    clock: Instant,
    call: CallId,
    /// What the event tells of it; nothing where nobody hears.
    told: Option<Told>,
    rule: Option<Arc<str>>,
    denied: bool,
    sees: Option<Sees>,
    state: Mutex<State>,
    /// Held until the last of those who know of the operation is gone.
    _permits: Vec<Permit>,
}

struct Told {
    method: Box<str>,
    operation: Operation,
    is_registered: bool,
    caller: Arc<Caller>,
    place: Place,
}

#[derive(Default)]
struct State {
    is_told: bool,
    tickets: Vec<Ticket>,
}

impl Admitted {
    pub(super) fn new(
        admission: &Arc<Admission>,
        ask: &Ask<'_>,
        rule: Option<Arc<str>>,
        denied: bool,
        sees: Option<Sees>,
        permits: Vec<Permit>,
    ) -> Self {
        let told = (!admission.observers.is_empty()).then(|| Told {
            method: ask.method.into(),
            operation: ask.operation.clone(),
            is_registered: is_registered(ask.snapshot, ask.operation),
            caller: Arc::clone(ask.caller),
            place: ask.place,
        });
        Self {
            admission: Arc::clone(admission),
            began: SystemTime::now(),
            clock: Instant::now(),
            call: ask.caller.call_id(),
            told,
            rule,
            denied,
            sees,
            state: Mutex::default(),
            _permits: permits,
        }
    }

    /// By which number this process knows it.
    #[must_use]
    pub const fn call(&self) -> CallId {
        self.call
    }

    /// Its answer is known; whatever is said later is not heard. `error`: why, where it failed.
    pub fn end(&self, outcome: Outcome, error: Option<&str>) {
        let Some(told) = &self.told else { return };
        if std::mem::replace(&mut self.state().is_told, true) {
            return;
        }
        let (target, arguments) = match &told.operation {
            Operation::CallTool { name, arguments } | Operation::GetPrompt { name, arguments } => {
                (Some(Cow::Borrowed(name.as_str())), Some(arguments))
            }
            Operation::ReadResource { uri }
            | Operation::Subscribe { uri }
            | Operation::Unsubscribe { uri } => (Some(Cow::Borrowed(uri.as_str())), None),
            Operation::Complete(asked) => match &asked.reference {
                CompletionReference::Prompt(name) | CompletionReference::Resource(name) => {
                    (Some(Cow::Borrowed(name.as_str())), None)
                }
            },
            Operation::Custom { params, .. } => {
                (json::member(params.as_str(), "taskId").and_then(json::as_string), None)
            }
            _ => (None, None),
        };
        let caller = &*told.caller;
        let event = OperationEvent {
            began: self.began,
            duration: self.clock.elapsed(),
            kind: told.operation.kind(),
            method: &told.method,
            target: target.as_deref(),
            is_registered: told.is_registered,
            arguments,
            // Whatever words it was refused with.
            outcome: if self.denied { Outcome::Denied } else { outcome },
            error,
            rule: self.rule.as_deref(),
            principal: caller.principal.as_ref(),
            remote: told.place.remote,
            transport: told.place.transport,
            call: self.call,
            request_id: Some(&caller.request_id),
            session_id: caller.session_id.as_deref(),
            client_info: caller.client_info.as_ref(),
            protocol_version: Some(caller.protocol_version),
            meta: caller.meta.as_ref(),
            headers: caller.headers.as_deref(),
            trace: caller.trace.as_deref(),
        };
        let tickets: Vec<_> =
            self.admission.observers.iter().filter_map(|observer| observer.operation(&event)).collect();
        self.state().tickets.extend(tickets);
    }

    /// Whether observers have heard, or nobody wants to.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.told.is_none() || self.state().is_told
    }

    /// What its answer has to wait for.
    #[must_use]
    pub fn take_tickets(&self) -> Vec<Ticket> {
        std::mem::take(&mut self.state().tickets)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Two plain members: a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Admitted {
    fn hear(&self, said: Witnessed<'_>) {
        match said {
            Witnessed::Answer(Answer::Output { output: Output::Tool(tool), .. }) if tool.is_error => {
                self.end(Outcome::Error, Some("tool_error"));
            }
            Witnessed::Answer(_) | Witnessed::Task | Witnessed::Subscribed => {
                self.end(Outcome::Allowed, None);
            }
            Witnessed::Questions => self.end(Outcome::Deferred, None),
            Witnessed::Failure(failure) => self.end(Outcome::Error, Some(&error_of(failure))),
        }
    }

    /// A list that the author's code wrote, without what its caller may not see.
    fn instead(&self, answer: &Answer) -> Option<Answer> {
        let (Some(sees), Answer::Output { kind, output: Output::Whole(whole), tool: None, cache }) =
            (&self.sees, answer)
        else {
            return None;
        };
        let (item, member, key) = match kind {
            OperationKind::ListTools => (ItemKind::Tool, "tools", "name"),
            OperationKind::ListPrompts => (ItemKind::Prompt, "prompts", "name"),
            OperationKind::ListResources => (ItemKind::Resource, "resources", "uri"),
            OperationKind::ListResourceTemplates => {
                (ItemKind::ResourceTemplate, "resourceTemplates", "uriTemplate")
            }
            _ => return None,
        };
        let list = json::member(whole.as_str(), member).filter(|list| json::is_array(list))?;
        let is_seen = |listed: &&str| {
            json::member(listed, key).and_then(json::as_string).is_some_and(|key| sees(item, &key))
        };
        let kept: Vec<&str> = json::elements(list).filter(is_seen).collect();
        let list = format!("[{}]", kept.join(","));
        let whole = RawJson::from_checked(json::with_member(whole.as_str(), member, &list));
        Some(Answer::Output { kind: *kind, output: Output::Whole(whole), tool: None, cache: *cache })
    }
}

fn error_of(failure: &Failure) -> Cow<'static, str> {
    match (failure.code, failure.kind.name()) {
        (Some(code), _) => code.to_string().into(),
        (None, "tool") => "tool_error".into(),
        (None, name) => name.into(),
    }
}

fn is_registered(snapshot: &Snapshot, operation: &Operation) -> bool {
    match operation {
        Operation::CallTool { name, .. } => snapshot.tool(name).is_some(),
        Operation::GetPrompt { name, .. } => snapshot.prompt(name).is_some(),
        Operation::ReadResource { uri } | Operation::Subscribe { uri } | Operation::Unsubscribe { uri } => {
            snapshot.resource(uri).is_ok()
        }
        Operation::Complete(asked) => snapshot.completer(&asked.reference).is_some(),
        Operation::Custom { method, .. } => snapshot.method(method).is_some(),
        _ => false,
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.end(Outcome::Cancelled, None);
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Admitted").field("call", &self.call).finish_non_exhaustive()
    }
}
