//! Who may ask for a task (TASK-12, LTASK-7).

use std::sync::Arc;

use crate::engine::Edge;
use crate::eras::WayToAsk;
use crate::handler::Caller;
use crate::model::Principal;

/// Whose a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct Owner {
    /// The fingerprint of the principal who began it, if that is known: nobody else finds it, wherever it is found.
    pub(super) principal: Option<Arc<str>>,
    /// Where it is found.
    place: Place,
}

/// Where a task is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::engine) enum Place {
    /// Wherever its id is known, which nobody guesses; at which connection it was begun is for counting.
    Anywhere(Option<u64>),
    /// In the session with this id.
    Session(Arc<str>),
    /// In the session at this connection.
    Connection(u64),
}

/// What tasks are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Account {
    Principal(Arc<str>),
    Place(Place),
}

impl Owner {
    /// Whoever makes this request.
    pub(in crate::engine) fn of(caller: &Caller, edge: &Edge) -> Self {
        let place = match (WayToAsk::of(caller.protocol_version), &caller.session_id, edge.connection()) {
            (WayToAsk::Requests, Some(id), _) => Place::Session(Arc::clone(id)),
            (WayToAsk::Requests, None, Some(connection)) => Place::Connection(connection),
            (_, _, connection) => Place::Anywhere(connection),
        };
        let principal = caller.principal.as_ref().map(Principal::fingerprint).map(Arc::from);
        Self { principal, place }
    }

    /// Whoever began a task in an earlier process.
    pub(super) const fn of_earlier(principal: Option<Arc<str>>) -> Self {
        Self { principal, place: Place::Anywhere(None) }
    }

    /// Whether tasks of this owner are this one's.
    pub(super) fn is(&self, other: &Self) -> bool {
        let is_there = match (&self.place, &other.place) {
            (Place::Anywhere(_), Place::Anywhere(_)) => true,
            (this, other) => this == other,
        };
        is_there && self.principal == other.principal
    }

    /// Whether its tasks are found there.
    pub(super) fn is_at(&self, place: &Place) -> bool {
        self.place == *place
    }

    /// Whether it can still ask when the process is another.
    pub(super) const fn outlives_process(&self) -> bool {
        matches!(self.place, Place::Anywhere(_))
    }

    /// What its tasks are counted for; the bound of one owner is for the first. None where they are not told from those of others.
    pub(super) fn accounts(&self) -> impl Iterator<Item = Account> {
        let principal = self.principal.clone().map(Account::Principal);
        let place = Some(&self.place).filter(|place| **place != Place::Anywhere(None));
        principal.into_iter().chain(place.cloned().map(Account::Place))
    }
}
