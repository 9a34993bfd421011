//! Who may ask for a task (TASK-12, LTASK-7).

use std::sync::Arc;

use crate::engine::Edge;
use crate::eras::WayToAsk;
use crate::handler::Caller;

/// Whose a task is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::engine) enum Owner {
    /// Whoever knows its id, which nobody guesses; at which connection it was begun is for counting.
    Bearer(Option<u64>),
    /// The session with this id.
    Session(Arc<str>),
    /// The session at this connection.
    Connection(u64),
}

impl Owner {
    /// Whoever makes this request.
    pub(in crate::engine) fn of(caller: &Caller, edge: &Edge) -> Self {
        match (WayToAsk::of(caller.protocol_version), &caller.session_id, edge.connection()) {
            (WayToAsk::Requests, Some(id), _) => Self::Session(Arc::clone(id)),
            (WayToAsk::Requests, None, Some(connection)) => Self::Connection(connection),
            (_, _, connection) => Self::Bearer(connection),
        }
    }

    /// Whether tasks of this owner are this one's.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bearer(_), Self::Bearer(_)) => true,
            (this, other) => this == other,
        }
    }

    /// Whether it can still ask when the process is another.
    pub(super) const fn outlives_process(&self) -> bool {
        matches!(self, Self::Bearer(_))
    }

    /// Whether its tasks are told from those of others.
    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::Bearer(None))
    }
}
