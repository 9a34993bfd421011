//! What the eras remember of a duplex connection.

use std::sync::Arc;

use tokio::sync::watch;

use crate::eras::in_flight::InFlight;
use crate::eras::legacy::session::Session;
use crate::model::Principal;

/// The memory of one duplex connection: its session once a handshake was made, and what is in flight in either era.
#[derive(Debug)]
pub struct Duplex {
    session: watch::Sender<Option<Arc<Session>>>,
    /// The id of the session that a handshake begins here, where the connection was made for one. Nothing else is served on
    /// it: an envelope counts for nothing (OLD-8, META-13).
    pub(super) session_id: Option<Arc<str>>,
    /// Who is at the other end, if that is known.
    pub(crate) principal: Option<Principal>,
    /// The requests in flight.
    pub in_flight: Arc<InFlight>,
}

impl Duplex {
    /// A connection of `principal`'s on which nothing was said yet; `session_id` if it is made for one session.
    #[must_use]
    pub fn new(session_id: Option<Arc<str>>, principal: Option<Principal>) -> Self {
        let in_flight = Arc::<InFlight>::default();
        // Whatever is said finds its way: there is only one.
        in_flight.to_client.attach();
        Self { session: watch::Sender::new(None), session_id, principal, in_flight }
    }

    pub(super) fn session(&self) -> Option<Arc<Session>> {
        self.session.borrow().clone()
    }

    /// Makes the session this connection's. Returns whether it was the first (SESS-11).
    pub(super) fn begin(&self, session: &Arc<Session>) -> bool {
        self.session.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(Arc::clone(session));
            }
            first
        })
    }

    /// Takes the session back: its handshake was refused after all (SESS-14).
    pub(super) fn take_back(&self) {
        self.session.send_if_modified(|slot| slot.take().is_some());
    }

    /// Ends the connection.
    pub fn end(&self) {
        self.in_flight.close();
        if let Some(session) = self.session() {
            session.end();
        }
    }

    /// The next message that belongs to no request; `None` when the connection was ended. Cancel safe.
    pub async fn next_unsolicited(&self) -> Option<String> {
        let session = {
            let mut slot = self.session.subscribe();
            // The sender lives as long as `self`, so waiting cannot fail.
            slot.wait_for(Option::is_some).await.ok()?.clone()?
        };
        session.next_unsolicited().await
    }
}

impl Default for Duplex {
    fn default() -> Self {
        Self::new(None, None)
    }
}
