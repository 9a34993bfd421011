//! What is open in a serving, by number: endpoints without a listener, connections, and requests that somebody else received.

use std::sync::{Arc, Mutex, PoisonError};

use oxmcp_core::host::FrameSender;
use oxmcp_core::transports::http::Endpoint;
use oxmcp_core::transports::stdio::WayBack;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// What can be done from outside to something that has a token.
pub enum Connection {
    /// A connection within the process: takes frames. Dropped, it ends.
    Memory(FrameSender),
    /// Standard input and output: takes frames and messages.
    Lines(WayBack),
    /// A request somebody else received, and how many more pieces of its answer may be under way.
    Request(AbortHandle, Arc<Semaphore>),
    /// A question that no call asks.
    Question(AbortHandle),
}

/// The endpoints that were opened, by number.
#[derive(Default)]
pub struct Endpoints(Mutex<Vec<Endpoint>>);

impl Endpoints {
    /// Keeps an endpoint; returns its number.
    pub fn add(&self, endpoint: Endpoint) -> u32 {
        let mut endpoints = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.push(endpoint);
        // Four billion endpoints do not fit in memory.
        u32::try_from(endpoints.len() - 1).unwrap_or(u32::MAX)
    }

    /// The endpoint of this number.
    pub fn get(&self, number: u32) -> Option<Endpoint> {
        let endpoints = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        endpoints.get(number as usize).cloned()
    }
}

/// Numbers of tokens are made by counting up, far below where a JavaScript number loses digits.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub const fn js_number(token: u64) -> f64 {
    token as f64
}
