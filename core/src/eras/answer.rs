//! What dispatch hands back for an era to write.

use std::sync::Arc;

use crate::model::{CacheHint, OperationKind, Output};
use crate::registry::ToolEntry;

/// A result, freed from its era's shape.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Nothing but that it was done.
    Empty,
    /// A page of a list.
    Page {
        /// Which list.
        kind: OperationKind,
        /// The items as JSON objects, joined by commas.
        items: Arc<str>,
        /// Where the next page begins; absent on the last (PAG-2).
        next_cursor: Option<String>,
    },
    /// What a handler returned.
    Output {
        /// What was asked.
        kind: OperationKind,
        /// The output.
        output: Output,
        /// The tool that was called, if the registry knows it.
        tool: Option<Arc<ToolEntry>>,
        /// How long a resource may be kept.
        cache: Option<CacheHint>,
    },
}
