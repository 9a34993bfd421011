//! What every duplex transport needs: start exchanges, run the slow ones, gather what they say.

use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::engine::{
    Connection, Edge, Engine, Exchange, Inbound, Outgoing, Posted, ResponseMessage, Shutdown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::{Failure, Origin};
use crate::jsonrpc::LongFrame;
use crate::middleware::{Place, Transport};
use crate::model::Principal;

/// The longest message that is read when nothing is said about it.
pub const MAX_FRAME_BYTES: usize = 64 * 1024 * 1024;

const LOCAL: Place = Place { transport: Transport::Local, remote: None };

/// How many messages wait for the writer; beyond it the calls wait.
const QUEUE: usize = 256;

/// One connection's exchanges in flight.
pub(super) struct Duplex {
    engine: Engine,
    connection: Arc<Connection>,
    queue: mpsc::Sender<String>,
    /// Calls: given a moment to finish when the input ends.
    calls: JoinSet<()>,
    /// Subscriptions and the like, which end only when told to.
    streams: JoinSet<()>,
    /// Forwards what belongs to no request, then sees the connection off; ends with it.
    _companion: JoinSet<()>,
    runtime: Handle,
}

impl Duplex {
    /// A connection of `principal`'s to `engine`, and what it says.
    pub(super) fn connect(
        engine: Engine,
        principal: Option<Principal>,
    ) -> Result<(Self, mpsc::Receiver<String>)> {
        let connection = engine.connect_as(principal);
        Self::over(engine, connection)
    }

    /// A connection of `engine`'s, and what it says.
    pub(super) fn over(
        engine: Engine,
        connection: Arc<Connection>,
    ) -> Result<(Self, mpsc::Receiver<String>)> {
        let runtime = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Configuration, "a connection needs a Tokio runtime").caused_by(error)
        })?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let mut companion = JoinSet::new();
        companion.spawn_on(accompany(Arc::clone(&connection), queue.clone()), &runtime);
        Ok((
            Self {
                engine,
                connection,
                queue,
                calls: JoinSet::new(),
                streams: JoinSet::new(),
                _companion: companion,
                runtime,
            },
            messages,
        ))
    }

    /// Starts what `frame` asks for. What is answered at once is passed to `say`; returns the exchange if there is more to
    /// come. Hand it to [`Duplex::carry_on`] after what was said is on its way, so that the order is kept.
    pub(super) fn start(
        &self,
        frame: Bytes,
        origin: Origin,
        mut say: impl FnMut(String),
    ) -> Option<Exchange> {
        let edge = Edge::Connection(Arc::clone(&self.connection));
        let inbound = Inbound { frame, edge, max_bytes: None, origin };
        begin(self.engine.exchange(inbound), |outgoing| to_write(outgoing).into_iter().for_each(&mut say))
    }

    /// The same for a frame that was posted. A refusal of it as a whole, with its HTTP status, is an error.
    pub(super) fn start_posted(
        &self,
        frame: Bytes,
        posted: Posted,
        origin: Origin,
        max_bytes: usize,
        mut say: impl FnMut(String),
    ) -> std::result::Result<Option<Exchange>, ResponseMessage> {
        let edge = Edge::Posted(Arc::clone(&self.connection), posted);
        let inbound = Inbound { frame, edge, max_bytes: Some(max_bytes), origin };
        let mut refusal = None;
        let rest = begin(self.engine.exchange(inbound), |outgoing| match outgoing {
            Outgoing::Response(response) if response.status != 200 => refusal = Some(response),
            outgoing => to_write(outgoing).into_iter().for_each(&mut say),
        });
        refusal.map_or(Ok(rest), Err)
    }

    /// Runs the rest of an exchange; what it says comes through the queue.
    pub(super) fn carry_on(&mut self, exchange: Exchange) {
        while self.calls.try_join_next().is_some() {}
        while self.streams.try_join_next().is_some() {}
        let tasks = if exchange.requires_stream() { &mut self.streams } else { &mut self.calls };
        tasks.spawn_on(run(exchange, self.queue.clone()), &self.runtime);
    }

    /// What a frame over the limit is answered, if anything. Who waits for what it says learns of it.
    pub(super) fn too_long(&self, frame: LongFrame, limit: usize) -> Option<String> {
        tracing::warn!(bytes = frame.bytes(), limit, "refusing a message that is too long");
        if let Some(admission) = self.engine.admission() {
            // Its reader waits for nobody, and nothing was done.
            let _ = admission.refused(413, "a message is too long", LOCAL);
        }
        for id in frame.answers() {
            let wrong = format!("it has {} bytes, more than the {limit} allowed", frame.bytes());
            self.connection.refuse_answer(id, &wrong);
        }
        frame.answer(limit)
    }

    /// The signal that ends this connection.
    pub(super) fn shutdown(&self) -> &Shutdown {
        self.connection.shutdown()
    }

    /// Answers what still runs with an error that says `reason`.
    pub(super) fn give_up(&self, reason: &Arc<str>) {
        self.connection.give_up(reason);
    }

    /// No more frames come in: who waits for an answer of the client's waits no longer.
    pub(super) fn stop_asking(&self, failure: &Failure) {
        self.connection.stop_asking(failure);
    }

    /// Whether a call waits for an answer of the client's.
    pub(super) fn is_asking(&self) -> bool {
        self.connection.is_asking()
    }

    /// How many exchanges run.
    pub(super) fn running(&self) -> usize {
        self.calls.len() + self.streams.len()
    }

    /// Forgets exchanges that ended; returns whether there were any.
    pub(super) fn poll_ended(&mut self, cx: &mut Context<'_>) -> bool {
        let mut any = false;
        for tasks in [&mut self.calls, &mut self.streams] {
            while let Poll::Ready(Some(_)) = tasks.poll_join_next(cx) {
                any = true;
            }
        }
        any
    }

    /// A way into the queue.
    pub(super) fn queue(&self) -> mpsc::Sender<String> {
        self.queue.clone()
    }

    /// Ready when no call is running.
    pub(super) fn poll_calls(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while ready!(self.calls.poll_join_next(cx)).is_some() {}
        Poll::Ready(())
    }

    /// Ready when nothing is running, subscriptions included.
    pub(super) fn poll_all(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.poll_calls(cx));
        while ready!(self.streams.poll_join_next(cx)).is_some() {}
        Poll::Ready(())
    }
}

impl Drop for Duplex {
    fn drop(&mut self) {
        self.connection.close();
    }
}

/// What is to be written of it, if anything.
fn to_write(outgoing: Outgoing) -> Option<String> {
    match outgoing {
        Outgoing::Message(message) => Some(message),
        Outgoing::Response(response) => Some(response.body.into_text()),
        Outgoing::Accepted | Outgoing::Cancelled(_) | Outgoing::CloseStream => None,
    }
}

/// Passes what is said at once to `say`; returns the exchange if there is more to come.
fn begin(mut exchange: Exchange, mut say: impl FnMut(Outgoing)) -> Option<Exchange> {
    // Most exchanges end in their first poll: those never become a task.
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match exchange.poll_next(&mut cx) {
            Poll::Ready(Some(outgoing)) => say(outgoing),
            Poll::Ready(None) => return None,
            Poll::Pending => return Some(exchange),
        }
    }
}

async fn run(mut exchange: Exchange, queue: mpsc::Sender<String>) {
    while let Some(outgoing) = exchange.next().await {
        if let Some(message) = to_write(outgoing)
            && queue.send(message).await.is_err()
        {
            return;
        }
    }
}

async fn accompany(connection: Arc<Connection>, queue: mpsc::Sender<String>) {
    while let Some(message) = connection.unsolicited().await {
        if queue.send(message).await.is_err() {
            return;
        }
    }
    let shutdown = connection.shutdown();
    shutdown.over().await;
    connection.give_up(&shutdown.reason());
}
