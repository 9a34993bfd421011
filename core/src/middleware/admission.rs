//! What every operation passes before it is done, whichever transport brought it, and who hears what came of it.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::admitted::Admitted;
use super::operation_event::{OperationEvent, Outcome, Ticket};
use crate::authorization::LivePolicy;
use crate::handler::{Caller, Failure};
use crate::jsonrpc::RequestId;
use crate::model::{CallId, Operation, OperationKind, Principal};
use crate::registry::{ItemKind, Snapshot};

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The transport's kind.
    pub transport: Transport,
    /// The client's address, where there is one.
    pub remote: Option<SocketAddr>,
}

/// The kinds of transport, as far as they matter for who may do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// stdio, or the same process: whoever has this end of it needs no token.
    Local,
    /// HTTP, whoever received it.
    Http,
}

/// An operation about to be done.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The method, as it is spelt on the wire.
    pub method: &'a str,
    /// What is asked. Requests about tasks are [`Operation::Custom`] with the task's id in `taskId`.
    pub operation: &'a Operation,
    /// Who asks; [`Caller::principal`] is who that is.
    pub caller: &'a Arc<Caller>,
    /// Where from.
    pub place: Place,
    /// What the server offers to those who may see everything.
    pub snapshot: &'a Arc<Snapshot>,
    /// Whether the author's own code answers the method as a whole, so that the snapshot may know nothing of what is asked for.
    pub whole: bool,
}

/// What is thought of an operation.
pub struct Decision {
    /// May it be done?
    pub verdict: Verdict,
    /// What of the server's offers this caller can see; `None` for all of it.
    pub visible: Option<Arc<Snapshot>>,
    /// The rule that decided, for the audit and for `policy explain`; never told to the caller.
    pub rule: Option<Arc<str>>,
    /// Whether another caller may be answered otherwise, so that nobody else may keep the answer (AUTH-15).
    pub private: bool,
    /// Of a list: which items the caller sees that others than the snapshot may name; `None` for all.
    pub sees: Option<Sees>,
}

/// Says of an item, by its name, its URI or its template, whether a caller sees it.
pub type Sees = Arc<dyn Fn(ItemKind, &str) -> bool + Send + Sync>;

/// May it be done?
pub enum Verdict {
    /// It may.
    Allowed,
    /// The caller is to learn no more than if it were not there (T8 of the threats: denial looks like absence).
    Unknown,
    /// It may not, and the caller is told why.
    Refused(Failure),
}

impl Decision {
    /// Everything is allowed, by no rule.
    #[must_use]
    pub const fn allowed() -> Self {
        Self::of(Verdict::Allowed)
    }

    /// This and nothing else, by no rule.
    #[must_use]
    pub const fn of(verdict: Verdict) -> Self {
        Self { verdict, visible: None, rule: None, private: false, sees: None }
    }
}

/// Who says what a caller may do.
pub trait Authorizer: Send + Sync {
    /// Decides. Never blocks.
    fn authorize(&self, ask: &Ask<'_>) -> Decision;
}

/// What an operation holds for as long as it runs.
pub type Permit = Box<dyn Send + Sync>;

/// Who says how often and how much.
pub trait Limiter: Send + Sync {
    /// Counts the operation, or refuses it. The permit is dropped when it has ended, or waits for its client. Never blocks.
    ///
    /// # Errors
    /// [`FailureKind::RateLimited`](crate::handler::FailureKind::RateLimited), with when to come back.
    fn enter(&self, ask: &Ask<'_>) -> Result<Option<Permit>, Failure>;
}

/// What there is for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Begun {
    /// An operation that may be done, until it is over: its answer, and for one that is a subscription or a task the end of that.
    Operation(OperationKind),
    /// A connection of HTTP.
    Connection,
    /// An event stream.
    Stream,
    /// What a client's handshake began.
    Session,
}

/// Who hears what came of operations.
pub trait Observer: Send + Sync {
    /// One operation has its answer, which is about to be written. With a ticket, it is not written before that is honoured. Never
    /// blocks.
    fn operation(&self, event: &OperationEvent<'_>) -> Option<Ticket>;

    /// Whether an operation that may be done otherwise may begin, although what came of it may not be heard. Never blocks.
    ///
    /// # Errors
    /// What it is answered instead.
    fn may_begin(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Nothing follows for now: whoever runs the engine stops. May block, for as long as it takes to write what was heard.
    fn rest(&self) {}

    /// Whether calls have their place in a trace, from [`Caller::trace`] on.
    fn traces(&self) -> bool {
        false
    }

    /// Something begins; what is returned is dropped when it is over. Never blocks.
    fn begins(&self, what: Begun) -> Option<Permit> {
        let _ = what;
        None
    }

    /// Everything that was heard so far is to go where it goes; what is returned ends once it has.
    fn settle(&self) -> Option<Settling> {
        None
    }

    /// A request was refused before it was read (origin, authentication, size); `reason` is what its client is told. With a ticket,
    /// its client is not told before that is honoured, or cannot be. Never blocks.
    fn refused(&self, status: u16, reason: &str, place: Place) -> Option<Ticket> {
        let _ = (status, reason, place);
        None
    }
}

/// What observers heard is on its way.
pub type Settling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is asked of every operation, in this order: may this caller do it ([`Authorizer`]), and does it not ask too often
/// ([`Limiter`]), so that what is denied costs others nothing and is answered as what does not exist; then it is done. Whatever
/// came of it, the observers hear of it, in their order.
#[derive(Clone, Default)]
pub struct Admission {
    pub(super) authorizer: Option<Arc<dyn Authorizer>>,
    pub(super) limiter: Option<Arc<dyn Limiter>>,
    pub(super) observers: Vec<Arc<dyn Observer>>,
}

/// An operation that was let in, or not.
pub struct Admittance {
    /// What was decided about it, and who hears of its end.
    pub admitted: Arc<Admitted>,
    /// May it be done?
    pub verdict: Verdict,
    /// What of the server's offers this caller can see; `None` for all of it.
    pub visible: Option<Arc<Snapshot>>,
    /// Whether nobody else may keep the answer.
    pub private: bool,
}

impl Admission {
    /// Nothing is asked, nobody hears.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.authorizer.is_none() && self.limiter.is_none() && self.observers.is_empty()
    }

    /// Has this one say what callers may do, instead of whoever did.
    #[must_use]
    pub fn authorizer(mut self, authorizer: Arc<dyn Authorizer>) -> Self {
        self.authorizer = Some(authorizer);
        self
    }

    /// With somebody who sees to what items ask of their callers, where nobody says what callers may do.
    pub(crate) fn with_requirements(mut self) -> Self {
        self.authorizer.get_or_insert_with(|| Arc::new(LivePolicy::default()));
        self
    }

    /// Has this one count.
    #[must_use]
    pub fn limiter(mut self, limiter: Arc<dyn Limiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Has this one hear, too.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Asks everybody about an operation.
    #[must_use]
    pub fn admit(self: &Arc<Self>, ask: &Ask<'_>) -> Admittance {
        let mut decision = self.decide(ask);
        let mut verdict = std::mem::replace(&mut decision.verdict, Verdict::Allowed);
        let mut permit = None;
        if matches!(verdict, Verdict::Allowed)
            && let Err(failure) = self.may_begin()
        {
            verdict = Verdict::Refused(failure);
        }
        if matches!(verdict, Verdict::Allowed)
            && let Some(limiter) = &self.limiter
        {
            match limiter.enter(ask) {
                Ok(held) => permit = held,
                Err(failure) => verdict = Verdict::Refused(failure),
            }
        }
        let denied = !matches!(verdict, Verdict::Allowed);
        let Decision { visible, rule, private, sees, .. } = decision;
        let mut permits =
            if denied { Vec::new() } else { self.begins(Begun::Operation(ask.operation.kind())) };
        permits.extend(permit);
        let admitted = Admitted::new(self, ask, rule, denied, sees, permits);
        Admittance { admitted: Arc::new(admitted), verdict, visible, private }
    }

    /// Asks only what the caller may do: for what was made of a request that was let in before.
    #[must_use]
    pub fn decide(&self, ask: &Ask<'_>) -> Decision {
        self.authorizer.as_ref().map_or_else(Decision::allowed, |authorizer| authorizer.authorize(ask))
    }

    /// Tells of a request that was answered without anybody being asked; `error`: its code, where that is an error. Returns what its
    /// answer has to wait for.
    #[must_use]
    pub fn note(
        &self,
        method: &str,
        request_id: &RequestId,
        principal: Option<&Principal>,
        place: Place,
        error: Option<&str>,
    ) -> Vec<Ticket> {
        let event = OperationEvent {
            began: SystemTime::now(),
            duration: Duration::ZERO,
            kind: OperationKind::Custom,
            method,
            target: None,
            is_registered: false,
            arguments: None,
            outcome: if error.is_some() { Outcome::Error } else { Outcome::Allowed },
            error,
            rule: None,
            principal,
            remote: place.remote,
            transport: place.transport,
            call: CallId::next(),
            request_id: Some(request_id),
            session_id: None,
            client_info: None,
            protocol_version: None,
            meta: None,
            headers: None,
            trace: None,
        };
        self.observers.iter().filter_map(|observer| observer.operation(&event)).collect()
    }

    /// Whether calls have their place in a trace.
    #[must_use]
    pub fn traces(&self) -> bool {
        self.observers.iter().any(|observer| observer.traces())
    }

    /// Whether operations that may be done would be begun.
    ///
    /// # Errors
    /// What they are answered instead.
    pub fn may_begin(&self) -> Result<(), Failure> {
        self.observers.iter().try_for_each(|observer| observer.may_begin())
    }

    /// Tells of something that begins; what is returned is to be dropped when it is over.
    #[must_use]
    pub fn begins(&self, what: Begun) -> Vec<Permit> {
        self.observers.iter().filter_map(|observer| observer.begins(what)).collect()
    }

    /// Tells observers that nothing follows for now. May block for as long as they need to write what they heard.
    pub fn rest(&self) {
        self.observers.iter().for_each(|observer| observer.rest());
    }

    /// Has what observers heard so far go where it goes, and waits until it has.
    pub async fn settle(&self) {
        for observer in &self.observers {
            if let Some(settling) = observer.settle() {
                settling.await;
            }
        }
    }

    /// Tells of a request that was refused before it was read. Returns what its client waits for before it is told so, whether or
    /// not that comes about: nothing was done.
    #[must_use]
    pub fn refused(&self, status: u16, reason: &str, place: Place) -> Vec<Ticket> {
        self.observers.iter().filter_map(|observer| observer.refused(status, reason, place)).collect()
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Admission")
            .field("authorizer", &self.authorizer.is_some())
            .field("limiter", &self.limiter.is_some())
            .field("observers", &self.observers.len())
            .finish()
    }
}
