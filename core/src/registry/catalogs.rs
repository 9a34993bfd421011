//! What a server offers beside its four lists, by methods of its own, and what servers that it is mounted in offer of it.

use std::any::Any;
use std::sync::Arc;

use super::shelf::Effect;
use super::{Registry, Snapshot};
use crate::handler::Handler;

/// Something that handlers of methods answer from.
#[derive(Clone)]
pub struct Catalog {
    /// What whoever added it knows it as.
    pub content: Arc<dyn Any + Send + Sync>,
    /// What namespaces put into the URIs in it; it knows them without that.
    pub inserted: Option<Arc<str>>,
}

/// Makes what answers a method for a server, from the [catalogs](Snapshot::catalogs) that it has.
pub type MakeHandler = Arc<dyn Fn(&Registry) -> Arc<dyn Handler> + Send + Sync>;

impl Registry {
    /// Adds something that methods answer from: here, and in the servers that this one is mounted in. Each of the methods is
    /// answered by what is made for the server that is asked, unless that has something else for it.
    pub fn add_catalog<const N: usize>(
        &self,
        content: Arc<dyn Any + Send + Sync>,
        methods: [(&str, MakeHandler); N],
    ) {
        let handlers = methods.each_ref().map(|(_, make)| make(self));
        self.edit(None, |draft| {
            let catalog = Catalog { content, inserted: None };
            draft.catalogs = draft.catalogs.iter().cloned().chain([catalog]).collect();
            for ((method, make), handler) in methods.into_iter().zip(handlers) {
                Arc::make_mut(&mut draft.methods).insert(method.into(), handler);
                Arc::make_mut(&mut draft.shared_methods).insert(method.into(), make);
            }
            ((), Effect::Hidden)
        });
    }
}

impl Snapshot {
    /// The catalogs: this server's own, then those of mounted ones.
    #[must_use]
    pub fn catalogs(&self) -> &[Catalog] {
        &self.catalogs
    }

    /// Whether something has this URI, in its canonical spelling.
    #[must_use]
    pub fn has_resource(&self, canonical: &str) -> bool {
        self.resources.get(canonical).is_some()
    }
}
