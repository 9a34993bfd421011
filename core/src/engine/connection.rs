//! A duplex connection: one peer, both directions, any number of requests at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Shutdown;
use super::rounds::Rounds;
use super::tasks::Place;
use crate::eras::Duplex;
use crate::handler::Failure;
use crate::jsonrpc::RequestId;
use crate::model::Principal;

/// A duplex connection, from [`Engine::connect`](super::Engine::connect). Dropping the last reference closes it.
#[derive(Debug)]
pub struct Connection {
    pub(super) duplex: Duplex,
    pub(super) subscriptions: Arc<AtomicUsize>,
    /// The end of this connection, or of the whole server.
    shutdown: Shutdown,
    closed: Shutdown,
    /// Which of the engine's connections it is.
    pub(super) number: u64,
    rounds: Arc<Rounds>,
}

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

impl Connection {
    pub(super) fn new(
        session_id: Option<Arc<str>>,
        principal: Option<Principal>,
        shutdown: Shutdown,
        rounds: Arc<Rounds>,
    ) -> Self {
        Self {
            duplex: Duplex::new(session_id, principal),
            subscriptions: Arc::default(),
            shutdown,
            closed: Shutdown::new(),
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            rounds,
        }
    }

    /// The next message that belongs to no request: list changes and resource updates a session is owed. `None` when the
    /// connection was closed or the engine shuts down. Cancel safe. Meant for one reader: with several, each message goes to
    /// one of them.
    pub async fn unsolicited(&self) -> Option<String> {
        tokio::select! {
            biased;
            () = self.shutdown.triggered() => None,
            () = self.closed.triggered() => None,
            message = self.duplex.next_unsolicited() => message,
        }
    }

    /// The signal that ends this connection alone: subscriptions end with their closing result (SUB-5). Given with the
    /// engine's.
    #[must_use]
    pub const fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Whoever opened it, if that is known.
    pub(super) const fn principal(&self) -> Option<&Principal> {
        self.duplex.principal.as_ref()
    }

    /// Answers what still runs with an error that says `reason`.
    pub fn give_up(&self, reason: &Arc<str>) {
        self.duplex.in_flight.shut_down(reason);
    }

    /// Whether the client has yet to answer a question.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.duplex.in_flight.to_client.is_asking()
    }

    /// What the client answers to the request with this id cannot be taken: who waits for it learns that it is `wrong`.
    pub fn refuse_answer(&self, id: &RequestId, wrong: &str) {
        self.duplex.in_flight.to_client.accept_malformed(id, wrong);
    }

    /// Nothing is read from the client any more: questions it did not answer, and those it would be asked, fail with this.
    pub fn stop_asking(&self, failure: &Failure) {
        self.duplex.in_flight.to_client.stop(failure);
    }

    /// Closes the connection: its requests are cancelled, [`Connection::unsolicited`] ends.
    pub fn close(&self) {
        self.closed.trigger();
        self.duplex.end();
        self.rounds.parked.leave(self.number);
        self.rounds.tasks.leave(&Place::Connection(self.number));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}
