//! Assembles the rooms: `exchange` is the single entry.

mod builder;
mod connection;
mod exchange;
mod inbound;
mod session_stream;
mod shutdown;

use std::sync::Arc;

pub use builder::{EngineBuilder, Limits, SessionOptions};
pub use connection::Connection;
pub use exchange::{Exchange, Outgoing, ResponseMessage};
pub use inbound::{Edge, HttpEdge, Inbound};
pub use session_stream::{Refusal, SessionStream};
pub use shutdown::Shutdown;

use crate::model::Implementation;

/// A server without its transports. Clones share everything.
#[derive(Debug, Clone)]
pub struct Engine {
    shutdown: Shutdown,
    limits: Arc<Limits>,
}

impl Engine {
    /// Begins to build an engine that says it is `implementation`.
    pub fn builder(implementation: Implementation) -> EngineBuilder {
        EngineBuilder::new(implementation)
    }

    fn assemble(_implementation: Implementation) -> Self {
        Self { shutdown: Shutdown::new(), limits: Arc::default() }
    }

    /// Takes one frame and starts what it asks for. Never blocks and never fails: whatever is wrong with the frame is
    /// part of the answer.
    #[must_use]
    pub fn exchange(&self, _inbound: Inbound) -> Exchange {
        unimplemented_exchange()
    }

    /// Opens a duplex connection: stdio, memory.
    #[must_use]
    pub fn connect(&self) -> Arc<Connection> {
        unimplemented_connection()
    }

    /// Opens the stream a session's unsolicited messages travel on (LHTTP-8): an HTTP GET.
    ///
    /// # Errors
    /// 400 without a session id (SESS-4), 404 for an unknown one (SESS-5), 405 when the version header names a version
    /// without such streams (HTTP-11).
    pub fn open_session_stream(&self, _headers: &http::HeaderMap) -> Result<SessionStream, Refusal> {
        Err(Refusal { status: 405, body: String::new() })
    }

    /// Ends a session (SESS-7): an HTTP DELETE.
    ///
    /// # Errors
    /// As [`Engine::open_session_stream`].
    pub fn end_session(&self, _headers: &http::HeaderMap) -> Result<(), Refusal> {
        Err(Refusal { status: 405, body: String::new() })
    }

    /// The engine's bounds.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The signal that ends the server: subscriptions end with their closing result (SUB-5), session streams end.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }
}

fn unimplemented_exchange() -> Exchange {
    Exchange::empty()
}

fn unimplemented_connection() -> Arc<Connection> {
    Arc::new(Connection::new())
}
