//! Handlers for whole methods: they win over everything the registry would answer itself.

use std::sync::Arc;

use super::shelf::Effect;
use super::{Registry, Snapshot};
use crate::handler::Handler;

impl Registry {
    /// Sets what answers a method as a whole, be it one of the protocol's (`tools/list`, `tools/call`, …) or the
    /// author's own; `None` gives the method back. The handler answers with [`Output::Whole`](crate::model::Output::Whole).
    pub fn set_method(&self, method: &str, handler: Option<Arc<dyn Handler>>) {
        // Whether a list is another one now, only the handler knows; it tells through `notify`.
        self.edit(None, |draft| {
            let methods = Arc::make_mut(&mut draft.methods);
            match handler {
                Some(handler) => methods.insert(method.into(), handler),
                None => methods.remove(method),
            };
            ((), Effect::Hidden)
        });
    }
}

impl Snapshot {
    /// What answers this method as a whole, if anything does.
    #[must_use]
    pub fn method(&self, method: &str) -> Option<&Arc<dyn Handler>> {
        self.methods.get(method)
    }
}
