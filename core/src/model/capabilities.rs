//! What a server says it can do.

use crate::json::RawJson;

/// The capabilities a server offers. What is not offered answers -32601 (RPC-19).
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// Tools (TOOL-1).
    pub tools: bool,
    /// Prompts (PRM-1).
    pub prompts: bool,
    /// Resources and resource templates (RSRC-1).
    pub resources: bool,
    /// Completions, as soon as a completion handler is there (CMP-1).
    pub completions: bool,
    /// Log messages of calls (LOG-1).
    pub logging: bool,
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
            tools: true,
            prompts: true,
            resources: true,
            completions: true,
            logging: true,
            list_changed: true,
            subscribe: true,
            experimental: None,
            extensions: None,
        }
    }
}
