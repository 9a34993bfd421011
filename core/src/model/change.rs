//! What can change while a server runs, and what a peer asked to be told of.

use std::sync::Arc;

use super::{LogMessage, Notification};

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
    /// Something the server says that belongs to no request.
    Said(Arc<Said>),
    /// The task with this id is somewhere else than it was.
    Task(Arc<str>),
}

/// What a server says outside of any request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it says.
    pub what: Saying,
    /// The session it is for, those without an id when empty; everybody when absent.
    pub session: Option<Arc<str>>,
}

/// What can be said outside of any request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// A notification that the protocol does not have: to every session, and to listeners that name its method.
    Notification(Notification),
    /// A log message: to sessions that want its level, and to no listener (LOG-3).
    Log(LogMessage),
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
    /// Tasks whose changes are wanted (TASK-11).
    pub task_ids: Vec<Arc<str>>,
    /// What is said outside of requests.
    pub said: SaidFilter,
}

/// What a peer hears of what is said outside of requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SaidFilter {
    /// Nothing.
    #[default]
    Nothing,
    /// Notifications of these methods.
    Methods(Vec<Arc<str>>),
    /// Every notification.
    Notifications,
    /// Log messages, too.
    Everything,
}

impl SaidFilter {
    /// Whether this is among it.
    #[must_use]
    pub fn wants(&self, saying: &Saying) -> bool {
        match (self, saying) {
            (Self::Nothing, _) | (Self::Methods(_) | Self::Notifications, Saying::Log(_)) => false,
            (Self::Methods(methods), Saying::Notification(said)) => {
                methods.iter().any(|method| **method == *said.method)
            }
            (Self::Notifications, Saying::Notification(_)) | (Self::Everything, _) => true,
        }
    }
}
