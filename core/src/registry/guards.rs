//! What stands around every tool, whichever way it is called.

use std::sync::Arc;

use super::shelf::Effect;
use super::{Registry, Snapshot, ToolEntry};
use crate::handler::Handler;

/// Stands around tools.
pub trait ToolGuard: Send + Sync {
    /// What runs instead of `handler`: of this tool, or where `tool` is `None` of the author's own `tools/call`, which is invoked with
    /// that method's params.
    fn around(&self, tool: Option<&Arc<ToolEntry>>, handler: &Arc<dyn Handler>) -> Arc<dyn Handler>;

    /// Whether a person is asked before this tool runs: what one said counts once, so such a call is never run again for what its
    /// client brings.
    fn asks_a_person(&self, tool: &ToolEntry) -> bool;
}

impl Registry {
    /// Sets what stands around every tool that is offered here, those of mounted servers included, or nothing.
    pub fn set_guard(&self, guard: Option<Arc<dyn ToolGuard>>) {
        self.edit(None, |draft| {
            draft.guard = guard;
            ((), Effect::Hidden)
        });
    }
}

impl Snapshot {
    /// What stands around tools, if anything does.
    #[must_use]
    pub fn guard(&self) -> Option<&Arc<dyn ToolGuard>> {
        self.guard.as_ref()
    }
}
