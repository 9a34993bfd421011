//! How an engine is put together.

use std::time::Duration;

use super::Engine;
use crate::error::Result;
use crate::model::{CacheHint, Capabilities, Implementation, OperationKind};

/// The bounds of an engine (SEC-12).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Requests in flight per connection or session; more are refused as overloaded.
    pub max_in_flight: usize,
    /// Open subscriptions per duplex connection (SUB-11).
    pub max_subscriptions: usize,
    /// Open subscriptions over HTTP in all.
    pub max_http_subscriptions: usize,
    /// Resource URIs per subscription or session (SUB-11).
    pub max_subscribed_resources: usize,
    /// How long a call may take when its tool does not say; `None` is for ever.
    pub call_timeout: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_in_flight: 1_000,
            max_subscriptions: 100,
            max_http_subscriptions: 10_000,
            max_subscribed_resources: 1_000,
            call_timeout: None,
        }
    }
}

/// How sessions over HTTP live (SESS-12).
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// A session nobody used for this long is over.
    pub idle_timeout: Duration,
    /// How many sessions there can be; the one idle for longest makes room.
    pub max: usize,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(30 * 60), max: 10_000 }
    }
}

/// Builds an [`Engine`].
#[derive(Debug)]
pub struct EngineBuilder {
    implementation: Implementation,
}

impl EngineBuilder {
    pub(super) fn new(implementation: Implementation) -> Self {
        Self { implementation }
    }

    /// Guidance for the model (`instructions` of the handshake and of discover).
    #[must_use]
    pub fn instructions(self, _instructions: impl Into<String>) -> Self {
        self
    }

    /// What the server offers; everything by default.
    #[must_use]
    pub fn capabilities(self, _capabilities: Capabilities) -> Self {
        self
    }

    /// The engine's bounds.
    #[must_use]
    pub fn limits(self, _limits: Limits) -> Self {
        self
    }

    /// How sessions live.
    #[must_use]
    pub fn sessions(self, _options: SessionOptions) -> Self {
        self
    }

    /// How long results of an operation may be kept (CACHE-1): the lists, and [`OperationKind::ReadResource`] where the
    /// resource does not say.
    #[must_use]
    pub fn cache_hint(self, _kind: OperationKind, _hint: CacheHint) -> Self {
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) when an option cannot work.
    pub fn build(self) -> Result<Engine> {
        Ok(Engine::assemble(self.implementation))
    }
}
