//! The requests in flight of one connection or session: the client's, so that a cancellation finds them, and ours, so that an
//! answer does.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Waker};
use std::time::Instant;

use crate::eras::legacy::server_requests::ServerRequests;
use crate::jsonrpc::RequestId;

/// Why a request ends before it is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Nobody waits for it any more.
    Cancelled,
    /// The server stops, for this reason: whoever waits is told.
    ShutDown(Arc<str>),
}

/// One request's way of learning that it is to end.
#[derive(Default)]
struct Ticket {
    ended: OnceLock<Ended>,
    waker: Mutex<Option<Waker>>,
}

impl Ticket {
    fn end(&self, why: Ended) {
        // The first word counts.
        let _ = self.ended.set(why);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[derive(Default)]
struct Table {
    tickets: HashMap<RequestId, Arc<Ticket>>,
    /// Counted apart from the tickets: a reused id replaces a ticket while its request still runs.
    running: usize,
    /// When a request last finished.
    finished: Option<Instant>,
    closed: bool,
}

/// The table. Every client numbers its requests from one, so there is one per connection or session (HTTP-19).
#[derive(Default)]
pub struct InFlight {
    table: Mutex<Table>,
    /// Those of ours to the client.
    pub to_client: ServerRequests,
}

/// Why a request may not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Its id belongs to a request that still runs (RPC-4).
    Duplicate,
    /// Too many run already (SEC-12).
    Full,
}

/// What happens when an id is used that is still in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// The second request is refused and the first goes on (RPC-5).
    Refuse,
    /// Both run; a cancellation reaches the second. For edges where a request answers on its own stream.
    Allow,
}

/// A request in flight. Dropping it takes the request off the table.
pub struct Flight {
    table: Arc<InFlight>,
    id: RequestId,
    ticket: Arc<Ticket>,
    /// Whether it is entered by another one, which outlives it.
    shared: bool,
}

impl InFlight {
    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is consistent after every statement below, so a panic elsewhere does not spoil it.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request on the table.
    ///
    /// # Errors
    /// When its id is taken, or when `limit` requests run already.
    pub fn enter(self: &Arc<Self>, id: &RequestId, limit: usize, reuse: Reuse) -> Result<Flight, Refused> {
        let ticket = Arc::new(Ticket::default());
        let mut table = self.table();
        if reuse == Reuse::Refuse && table.tickets.contains_key(id) {
            return Err(Refused::Duplicate);
        }
        if table.running >= limit {
            return Err(Refused::Full);
        }
        if table.closed {
            ticket.end(Ended::Cancelled);
        }
        table.running += 1;
        table.tickets.insert(id.clone(), Arc::clone(&ticket));
        drop(table);
        Ok(Flight { table: Arc::clone(self), id: id.clone(), ticket, shared: false })
    }

    /// Cancels the request with this id. Unknown and finished ones are ignored (CAN-4, CAN-5).
    pub fn cancel(&self, id: &RequestId) {
        let ticket = self.table().tickets.get(id).cloned();
        if let Some(ticket) = ticket {
            ticket.end(Ended::Cancelled);
        }
    }

    /// Cancels everything, now and from now on.
    pub fn close(&self) {
        self.table().closed = true;
        self.end_all(&Ended::Cancelled);
        self.to_client.close();
    }

    /// Ends what runs because the server stops.
    pub fn shut_down(&self, reason: &Arc<str>) {
        self.end_all(&Ended::ShutDown(Arc::clone(reason)));
    }

    fn end_all(&self, why: &Ended) {
        let tickets: Vec<_> = self.table().tickets.values().cloned().collect();
        for ticket in tickets {
            ticket.end(why.clone());
        }
    }

    /// Since when nothing runs: now if something does, `None` if nothing ever did.
    #[must_use]
    pub fn idle_since(&self) -> Option<Instant> {
        let table = self.table();
        if table.running > 0 { Some(Instant::now()) } else { table.finished }
    }
}

impl Flight {
    /// The table it is on.
    #[must_use]
    pub const fn table(&self) -> &Arc<InFlight> {
        &self.table
    }

    /// The same request, for whoever runs within it and is polled with it.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            table: Arc::clone(&self.table),
            id: self.id.clone(),
            ticket: Arc::clone(&self.ticket),
            shared: true,
        }
    }

    /// Why the request is to end; if it is not, whoever polls is woken when it is.
    pub fn poll_ended(&self, context: &Context<'_>) -> Option<&Ended> {
        if let Some(why) = self.ticket.ended.get() {
            return Some(why);
        }
        let mut waker = self.ticket.waker.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => *waker = Some(context.waker().clone()),
        }
        drop(waker);
        // Once more: an end between the first look and the waker's arrival would not have woken anyone.
        self.ticket.ended.get()
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.shared {
            return;
        }
        let mut table = self.table.table();
        table.running -= 1;
        table.finished = Some(Instant::now());
        if table.tickets.get(&self.id).is_some_and(|ticket| Arc::ptr_eq(ticket, &self.ticket)) {
            table.tickets.remove(&self.id);
        }
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InFlight").field("running", &self.table().running).finish()
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Flight").field(&self.id).finish()
    }
}
