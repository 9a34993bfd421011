//! What can change while a server runs, and what a peer asked to be told of.

use std::sync::Arc;

use super::Notification;

/// One of the lists whose members can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `tools/list`
    Tools,
    /// `prompts/list`
    Prompts,
    /// `resources/list` and `resources/templates/list`, which share a notification
    Resources,
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The members of a list changed.
    List(ListKind),
    /// The contents of the resource with this URI changed.
    Resource(Arc<str>),
    /// A notification that the protocol does not have, for whoever holds a session.
    Notification(Arc<Notification>),
}

/// Which changes a peer wants (SUB-1, RSRC-13).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchFilter {
    /// Tool list changes.
    pub tools: bool,
    /// Prompt list changes.
    pub prompts: bool,
    /// Resource list changes.
    pub resources: bool,
    /// Resources whose updates are wanted; an update of a sub-resource counts (RSRC-13).
    pub resource_uris: Vec<Arc<str>>,
    /// Notifications that the protocol does not have.
    pub notifications: bool,
}
