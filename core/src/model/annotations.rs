//! What every listed item may carry besides its own members.

use crate::json::RawJson;

/// Members that tools, prompts, resources and resource templates share.
#[derive(Debug, Clone, Default)]
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
}
