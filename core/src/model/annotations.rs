//! What every listed item may carry besides its own members.

use std::sync::Arc;

use crate::json::RawJson;

/// Members that tools, prompts, resources and resource templates share.
#[derive(Debug, Clone)]
pub struct CommonFields {
    /// A name for people (DOWN-6).
    pub title: Option<String>,
    /// What the item is for.
    pub description: Option<String>,
    /// A JSON array of icons (ICON-1, DOWN-8).
    pub icons: Option<RawJson>,
    /// The item's annotations, a JSON object (tools: DOWN-7).
    pub annotations: Option<RawJson>,
    /// The item's `_meta`, a JSON object (DOWN-6).
    pub meta: Option<RawJson>,
    /// Whether its handler may run again from the beginning, with the answers its questions got so far, where the call that
    /// waits for the client is not in this process any more. Not sent. A handler that returns its questions needs no leave.
    pub replayable: bool,
    /// Words by which items are shown and hidden together. Not sent.
    pub tags: Vec<String>,
    /// Whether it is offered from the start, or only once it is [enabled](crate::registry::Registry::set_tool_enabled).
    pub enabled: bool,
    /// Which of several of the same name it is: the highest that may be seen is served, one without a version before none. Not
    /// sent.
    pub version: Option<String>,
    /// What it takes to see and use it, beyond what a policy says. Not sent.
    pub requires: Option<Arc<Requirements>>,
}

/// What a caller needs to have for an item to be there for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    /// All of these scopes.
    pub scopes: Vec<Box<str>>,
    /// One of these roles, if there are any.
    pub roles: Vec<Box<str>>,
}

impl Default for CommonFields {
    /// Nothing but that it is offered.
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            icons: None,
            annotations: None,
            meta: None,
            replayable: false,
            tags: Vec::new(),
            enabled: true,
            version: None,
            requires: None,
        }
    }
}
