//! Assembles the rooms: `exchange` is the single entry.

mod admission;
mod around_mounted;
mod aside;
mod asking;
mod builder;
mod call;
mod connection;
mod dispatch;
mod exchange;
mod gate;
mod inbound;
mod interception;
mod noted;
mod pages;
mod parked;
mod questions;
mod request_state;
mod retries;
mod rounds;
mod session_stream;
mod shutdown;
mod standing;
mod state;
mod tasks;
mod tool_search;
mod watch;
mod work;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

pub use crate::eras::{Session, SessionOptions, Sessions};
pub use builder::{EngineBuilder, Limits, REQUEST_STATE_KEYS};
pub use connection::Connection;
pub use exchange::{Exchange, Outgoing, ResponseMessage};
pub use inbound::{Edge, HttpEdge, Inbound, Posted};
pub use session_stream::{Refusal, SessionStream};
pub use shutdown::Shutdown;
#[cfg(feature = "sqlite")]
pub use tasks::SqliteTaskStore;
pub use tasks::{Storing, TaskOptions, TaskOutcome, TaskRecord, TaskStore};

use crate::authentication::Authenticator;
use crate::eras::{self, Asked, Eras, Flight, Opened, Refused, Said, Told, WireError};
use crate::error::Result;
use crate::handler::{Events, Failure, FailureKind, Origin, event_channel};
use crate::jsonrpc::{Frame, Taken, error_code};
use crate::middleware::Admission;
use crate::model::{Implementation, OperationKind, Principal};
use crate::registry::{Registry, Snapshot};
use crate::sealing::Sealer;
use crate::telemetry::Telemetry;
use aside::Heard;
use asking::Asker;
use dispatch::{Dispatched, dispatch};
use exchange::Background;
use parked::{Bounds, ParkedCalls};
use rounds::Rounds;
use state::State;
use tasks::{Place, Reserved, Tasks};

/// A server without its transports. Clones share everything.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    eras: Eras,
    limits: Limits,
    shutdown: Shutdown,
    http_subscriptions: Arc<AtomicUsize>,
    /// How many of them there can be.
    max_http_subscriptions: AtomicUsize,
    background: Background,
    rounds: Arc<Rounds>,
    /// What operations pass, where there is anything.
    admission: Option<Arc<Admission>>,
    authenticator: Option<Authenticator>,
    telemetry: Option<Telemetry>,
    /// What they pass where nobody is to be asked, but an item asks something of its callers.
    requirements: OnceLock<Arc<Admission>>,
}

impl Engine {
    /// Begins to build an engine that says it is `implementation`.
    pub fn builder(implementation: Implementation) -> EngineBuilder {
        EngineBuilder::new(implementation)
    }

    fn assemble(
        registry: Registry,
        eras: Eras,
        limits: Limits,
        sealer: Sealer,
        tasks: TaskOptions,
        (admission, authenticator, telemetry): (
            Option<Arc<Admission>>,
            Option<Authenticator>,
            Option<Telemetry>,
        ),
    ) -> Result<Self> {
        let shutdown = Shutdown::new();
        let bounds =
            Bounds { calls: limits.max_parked, bytes: limits.max_parked_bytes, time: limits.parked_time };
        let parked = ParkedCalls::new(bounds, shutdown.clone());
        let tasks = Tasks::new(tasks, registry.clone(), shutdown.clone())?;
        let of_sessions = tasks.clone();
        eras.on_session_end(Box::new(move |id| of_sessions.leave(&Place::Session(Arc::from(id)))));
        Ok(Self(Arc::new(Inner {
            rounds: Arc::new(Rounds { parked, sealer, tasks, call_timeout: limits.call_timeout }),
            background: Background { running: Arc::default(), max: limits.max_in_background },
            registry,
            eras,
            shutdown,
            http_subscriptions: Arc::default(),
            max_http_subscriptions: AtomicUsize::new(limits.max_http_subscriptions),
            authenticator,
            telemetry,
            limits,
            admission,
            requirements: OnceLock::new(),
        })))
    }

    /// Who says who asks, if anybody does: transports on which strangers call ask it first.
    #[must_use]
    pub fn authenticator(&self) -> Option<&Authenticator> {
        self.0.authenticator.as_ref()
    }

    /// The telemetry whose pages transports show, if there is any.
    #[must_use]
    pub fn telemetry(&self) -> Option<&Telemetry> {
        self.0.telemetry.as_ref()
    }

    /// Takes one frame and starts what it asks for. Never blocks and never fails: whatever is wrong with the frame is
    /// part of the answer.
    #[must_use]
    pub fn exchange(&self, inbound: Inbound) -> Exchange {
        let Inbound { frame, edge, max_bytes, origin } = inbound;
        let mut limits = self.0.limits.frame;
        limits.max_bytes = max_bytes.unwrap_or(limits.max_bytes);
        let side = edge.side();
        let frame = Taken::new(frame, &limits);
        let mut outline = eras::outline();
        let parsed = match &frame {
            Ok(frame) => frame.parse(&limits, &mut outline),
            Err(malformed) => Err(malformed.clone()),
        };
        let state = match parsed {
            Ok(Frame::Single(message)) => {
                let around = self.0.registry.intercepts();
                match around
                    .then(|| self.intercept(&message, Some(&outline), &edge, &origin, false))
                    .flatten()
                {
                    Some(intercepted) => intercepted,
                    None => {
                        let opened = self.0.eras.open(&message, Some(&outline), side);
                        if self.0.admission.is_some() {
                            self.begin_noted(&message, opened, &edge, &origin)
                        } else {
                            self.begin(opened, &edge, &origin)
                        }
                    }
                }
            }
            Ok(Frame::Batch(members)) => match self.0.eras.accept_batch(side) {
                Ok(()) => {
                    let bodies = members.iter().map(|_| None).collect();
                    let states = members.into_iter().map(|member| match member {
                        Ok(message) => {
                            let around = self.0.registry.intercepts();
                            let around = around.then(|| self.intercept(&message, None, &edge, &origin, true));
                            around.flatten().unwrap_or_else(|| {
                                let opened = self.0.eras.open_in_batch(&message, side);
                                self.begin_noted(&message, opened, &edge, &origin)
                            })
                        }
                        Err(malformed) => {
                            self.0.eras.hear_malformed(&malformed, side);
                            if malformed.answerable {
                                self.refuse_malformed(malformed, &edge)
                            } else {
                                State::last(Outgoing::Accepted)
                            }
                        }
                    });
                    State::Batch(states.collect(), bodies)
                }
                Err(error) => self.refuse_unread(&error, None, &edge),
            },
            Err(malformed) => {
                self.0.eras.hear_malformed(&malformed, side);
                match &edge {
                    // Nobody waits for an answer.
                    Edge::Connection(_) if !malformed.answerable => State::last(Outgoing::Accepted),
                    _ => self.refuse_malformed(malformed, &edge),
                }
            }
        };
        Exchange::new(state, &self.0.background)
    }

    /// Opens a duplex connection: stdio, memory.
    #[must_use]
    pub fn connect(&self) -> Arc<Connection> {
        self.connect_as(None)
    }

    /// The same, where it is known who is at the other end: what is given out there is of use to nobody else.
    #[must_use]
    pub fn connect_as(&self, principal: Option<Principal>) -> Arc<Connection> {
        let shutdown = self.0.shutdown.child();
        Arc::new(Connection::new(None, principal, shutdown, Arc::clone(&self.0.rounds)))
    }

    /// Opens a duplex connection for one session of this id and principal, which ends with `shutdown`, too. Only versions that
    /// begin with a handshake are served on it (OLD-8). That whatever is posted is this principal's, its transport sees to.
    #[must_use]
    pub fn connect_session(
        &self,
        id: Arc<str>,
        principal: Option<Principal>,
        shutdown: &Shutdown,
    ) -> Arc<Connection> {
        Arc::new(Connection::new(Some(id), principal, shutdown.child(), Arc::clone(&self.0.rounds)))
    }

    /// Says how many subscriptions may be open over HTTP from now on, instead of [`Limits::max_http_subscriptions`].
    pub fn set_max_http_subscriptions(&self, max: usize) {
        self.0.max_http_subscriptions.store(max, Ordering::Relaxed);
    }

    /// Runs something to its end although nobody waits for it; drops it when too much runs already.
    pub(crate) fn run_in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.background.run(work);
    }

    /// What the server offers: may be edited at any time.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// Who the server says it is.
    #[must_use]
    pub fn implementation(&self) -> &Implementation {
        self.0.eras.implementation()
    }

    /// The engine's bounds.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// What operations pass before they are done, where there is anything.
    #[must_use]
    pub fn admission(&self) -> Option<&Arc<Admission>> {
        self.0.admission.as_ref()
    }

    /// How many calls wait for their clients to call again with answers.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.0.rounds.parked.held().0
    }

    /// The signal that ends the server: subscriptions end with their closing result (SUB-5), session streams end. What
    /// serves a part of it has a [`child`](Shutdown::child) of this.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.0.shutdown
    }

    fn begin(&self, opened: Opened, edge: &Edge, origin: &Origin) -> State {
        match opened {
            Opened::Ask(asked) => self.start(asked, edge, origin),
            Opened::Task(request) if self.0.admission.is_some() => self.admit_task(*request, edge),
            Opened::Answered { said, session_id } => State::last(Outgoing::Response(ResponseMessage {
                body: said.body,
                status: said.status,
                session_id,
                headers: said.headers,
            })),
            Opened::Task(request) => self.answer_task(*request, edge),
            Opened::Accepted => State::last(Outgoing::Accepted),
            Opened::Told(told) => {
                let Told { handler, mut invocation, events, in_flight } = *told;
                invocation.context.origin = origin.clone();
                let asker = Asker::of_session(in_flight, Arc::clone(&invocation.context.caller));
                // Nobody waits for its end.
                self.0.background.run(async move {
                    let work = handler.invoke(invocation);
                    drop(aside::attend(work, events, asker, Heard::Nothing).await);
                });
                State::last(Outgoing::Accepted)
            }
        }
    }

    /// The task that a call becomes at once, where there are tasks at all.
    #[inline]
    fn tasks_of(&self, asked: &Asked, events: &Events, edge: &Edge) -> Result<Option<Reserved>, Failure> {
        if asked.snapshot.has_had_tasks() { self.prepare_task(asked, events, edge) } else { Ok(None) }
    }

    // Inlined, as what it calls: what a call is made of would be copied on every way back otherwise.
    #[inline]
    fn start(&self, mut asked: Asked, edge: &Edge, origin: &Origin) -> State {
        let kind = asked.operation.kind();
        match self.enter(&mut asked, kind, edge) {
            Ok(flight) if self.asks_about(&asked.snapshot) => self.admit(asked, flight, edge, origin),
            Ok(flight) => self.go_on(asked, flight, edge, origin),
            Err(refused) => self.refuse_entry(&asked, refused, edge),
        }
    }

    /// Enters a request where a cancellation finds it, or refuses it.
    #[expect(clippy::inline_always, reason = "or what it refuses by is copied, for every call")]
    #[inline(always)]
    fn enter(&self, asked: &mut Asked, kind: OperationKind, edge: &Edge) -> Result<Option<Flight>, Said> {
        if let Edge::Posted(_, posted) = edge
            && let Some(caller) = asked.voice.caller_mut()
        {
            caller.headers = Some(Arc::clone(&posted.headers));
        }
        let Some((table, reuse)) = asked.in_flight.take() else { return Ok(None) };
        match table.enter(asked.voice.id(), self.0.limits.max_in_flight, reuse) {
            Ok(flight) => Ok(Some(flight)),
            Err(Refused::Full) => {
                Err(overloaded(asked, kind, "too many requests are in flight; try again later"))
            }
            Err(Refused::Duplicate) => {
                let message = "this id belongs to a request that is still in flight";
                let error = WireError::new(error_code::INVALID_REQUEST, message, 400);
                Err(error.say(Some(asked.voice.id())))
            }
        }
    }

    /// Whether anybody is asked about operations.
    #[inline]
    fn asks_about(&self, snapshot: &Snapshot) -> bool {
        self.0.admission.is_some() || snapshot.has_had_requirements()
    }

    /// Does what was asked.
    #[expect(clippy::inline_always, reason = "or what it starts is copied on its way back, for every call")]
    #[inline(always)]
    fn go_on(&self, asked: Asked, flight: Option<Flight>, edge: &Edge, origin: &Origin) -> State {
        if asked.snapshot.asks_first() {
            return self.ask_first(asked, flight, edge, origin);
        }
        self.do_it(asked, flight, edge, origin)
    }

    /// Does what was asked once others had their say.
    #[cold]
    fn ask_first(&self, asked: Asked, flight: Option<Flight>, edge: &Edge, origin: &Origin) -> State {
        if asked.snapshot.is_gated() {
            self.gate(asked, flight, edge, origin)
        } else {
            self.tell_within(asked, flight, edge, origin)
        }
    }

    /// [`do_it`](Self::do_it), for those whose calls are few.
    #[cold]
    fn do_at_once(&self, asked: Asked, flight: Option<Flight>, edge: &Edge, origin: &Origin) -> State {
        self.do_it(asked, flight, edge, origin)
    }

    /// Does what was asked, whoever else might have a say.
    #[expect(clippy::inline_always, reason = "as what calls it")]
    #[inline(always)]
    fn do_it(&self, mut asked: Asked, flight: Option<Flight>, edge: &Edge, origin: &Origin) -> State {
        let kind = asked.operation.kind();
        if let Some(retry) = asked.retry.take() {
            return self.resume(asked, *retry, flight, edge, origin);
        }
        let caller = asked.voice.caller();
        let (sender, events) = event_channel(caller.wants_progress(), caller.log_threshold);
        let task = match self.tasks_of(&asked, &events, edge) {
            Ok(task) => task,
            Err(failure) => return State::said(asked.voice.failure(kind, &failure)),
        };
        match dispatch(&mut asked, sender, origin, None, self.0.limits.call_timeout) {
            Dispatched::Now(Ok(answer)) => State::said(asked.voice.answer(&answer)),
            Dispatched::Now(Err(failure)) => self.refuse(asked, kind, &failure, flight, edge, origin),
            Dispatched::Run(running) if task.is_some() => {
                self.begin_task(asked, running, events, flight, edge, origin)
            }
            Dispatched::Run(running) => State::Call(self.call(asked, running, events, flight, edge, origin)),
            Dispatched::Watch(filter) => self.begin_watch(asked, filter, flight, edge),
        }
    }
}

#[cold]
fn overloaded(asked: &Asked, kind: OperationKind, message: &str) -> Said {
    asked.voice.failure(kind, &Failure::new(FailureKind::Overloaded, message))
}
