//! Resources that are listed and not registered: those of a family that its author counts up when asked.

use std::sync::Arc;

use super::shelf::Effect;
use super::{Registry, Snapshot};
use crate::handler::Handler;
use crate::model::ListKind;

/// Whoever lists further resources.
#[derive(Clone)]
pub struct Further {
    /// Is invoked as a custom method `resources/list` without params, and answers with `{"resources": [..]}`, a whole result.
    pub handler: Arc<dyn Handler>,
    /// What namespaces put into their URIs; the handler knows them without that.
    pub inserted: Option<Arc<str>>,
}

impl Registry {
    /// Sets who lists resources behind those that are registered here; they are read through a template. Where it fails, the list
    /// fails. `None` takes it away.
    pub fn set_further_resources(&self, handler: Option<Arc<dyn Handler>>) {
        self.edit(Some(ListKind::Resources), |draft| {
            if handler.is_some() {
                draft.kept.note(ListKind::Resources);
            }
            draft.further = handler.map(|handler| Further { handler, inserted: None }).into_iter().collect();
            ((), Effect::List)
        });
    }
}

impl Snapshot {
    /// Who lists further resources: this server's own, then those of mounted ones.
    #[must_use]
    pub fn further_resources(&self) -> &[Further] {
        &self.further
    }
}
