//! What a server says it can do.

use crate::json::RawJson;

/// Whether something is offered, and whether clients are told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Not at all: its methods are unknown (RPC-19).
    Never,
    /// Clients are told as soon as something of the kind is registered; from then on for good, so that a list that became
    /// empty is still one. Whoever asks before is answered that there is nothing: what is registered while clients are there
    /// must not be out of their reach.
    Registered,
    /// Always: its author declared it.
    Always,
}

impl Offer {
    /// Whether clients are told, where something of the kind is, or was, registered.
    #[must_use]
    pub const fn is_told(self, registered: bool) -> bool {
        match self {
            Self::Never => false,
            Self::Registered => registered,
            Self::Always => true,
        }
    }
}

/// The capabilities a server offers. What is not offered answers -32601 (RPC-19).
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Tools (TOOL-1).
    pub tools: Offer,
    /// Prompts (PRM-1).
    pub prompts: Offer,
    /// Resources and resource templates (RSRC-1).
    pub resources: Offer,
    /// Completions, as soon as a completion handler is there (CMP-1).
    pub completions: bool,
    /// Log messages of calls (LOG-1). Registered is a handler that can say some, see
    /// [`Registry::note_logging`](crate::registry::Registry::note_logging).
    pub logging: Offer,
    /// Whether changes of the lists are told.
    pub list_changed: bool,
    /// Whether updates of resources can be subscribed to.
    pub subscribe: bool,
    /// `experimental`, a JSON object.
    pub experimental: Option<RawJson>,
    /// `extensions`, a JSON object (EXT-2).
    pub extensions: Option<RawJson>,
}

impl Default for Capabilities {
    /// Everything the engine can do by itself.
    fn default() -> Self {
        Self {
            tools: Offer::Always,
            prompts: Offer::Always,
            resources: Offer::Always,
            completions: true,
            logging: Offer::Always,
            list_changed: true,
            subscribe: true,
            experimental: None,
            extensions: None,
        }
    }
}
