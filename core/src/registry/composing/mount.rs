//! A server whose items another one offers, too.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{Namespace, Offered, Transform};
use crate::handler::Handler;
use crate::registry::pages::Listed;
use crate::registry::{Catalog, Origin, Registry, Snapshot};

/// Has a handler of a mounted server run where the other one is served.
pub type Adopt = Arc<dyn Fn(&Arc<dyn Handler>) -> Arc<dyn Handler> + Send + Sync>;

/// [`Adopt`], as it is lent.
pub(in crate::registry) type Adopting<'a> = &'a dyn Fn(&Arc<dyn Handler>) -> Arc<dyn Handler>;

/// How a server is mounted.
#[derive(Clone, Default)]
pub struct MountOptions {
    /// What its items are put under, after the transforms; as they are when absent.
    pub namespace: Option<Namespace>,
    /// What else becomes of its items.
    pub transforms: Vec<Transform>,
    /// What becomes of its handlers; they stay as they are when absent.
    pub adopt: Option<Adopt>,
}

/// A mounted server.
pub(in crate::registry) struct Mount {
    pub child: Registry,
    /// The namespace is the last of them.
    pub transforms: Vec<Transform>,
    adopt: Option<Adopt>,
}

impl Mount {
    pub fn new(child: Registry, options: MountOptions) -> Self {
        let MountOptions { namespace, mut transforms, adopt } = options;
        transforms.extend(namespace.map(Transform::Namespace));
        Self { child, transforms, adopt }
    }

    /// One of its handlers, as it runs where the other server is served.
    pub fn adopted(&self, handler: &Arc<dyn Handler>) -> Arc<dyn Handler> {
        match &self.adopt {
            Some(adopt) => adopt(handler),
            None => Arc::clone(handler),
        }
    }

    /// Its catalogs, as the other server has them.
    pub fn catalogs(&self, child: &Snapshot) -> Vec<Catalog> {
        let namespaces = self.transforms.iter().filter_map(|transform| match transform {
            Transform::Namespace(namespace) => Some(namespace),
            _ => None,
        });
        let namespaces: Vec<_> = namespaces.collect();
        let moved = |catalog: &Catalog| {
            let inserted = namespaces
                .iter()
                .fold(catalog.inserted.clone(), |inner, namespace| Some(namespace.before(inner.as_deref())));
            Catalog { content: Arc::clone(&catalog.content), inserted }
        };
        child.catalogs.iter().map(moved).collect()
    }

    /// Its items of one kind, as the other server has them.
    pub fn items<T: Listed>(&self, child: &Snapshot, source: usize) -> Vec<Offered<T>> {
        let offered = T::shelf(child);
        let mut lower: HashMap<&str, Vec<&Arc<T>>> = HashMap::new();
        for entry in offered.spare() {
            lower.entry(entry.key()).or_default().push(entry);
        }
        let mut items: Vec<Offered<T>> = Vec::new();
        // What it does not offer is nobody's business.
        for (_, entry) in offered.enabled() {
            let versions = lower.remove(entry.key()).unwrap_or_default();
            let all = std::iter::once(entry).chain(versions);
            items.extend(all.map(|entry| Offered { entry: Arc::clone(entry), enabled: true, source }));
        }
        let adopt = |handler: &Arc<dyn Handler>| self.adopted(handler);
        for item in &mut items {
            let mut entry = item.entry.mounted(&adopt, child.completion.as_ref());
            let provenance = entry.provenance_mut();
            provenance.origin = Some(Arc::new(Origin {
                server: self.child.clone(),
                key: item.entry.shown_key().into(),
                inserted: item.entry.provenance().inserted.clone(),
                inner: item.entry.provenance().origin.clone(),
                adopt: self.adopt.clone(),
            }));
            for gate in &mut provenance.gates {
                gate.judge = adopt(&gate.judge);
            }
            item.entry = Arc::new(entry);
        }
        for transform in &self.transforms {
            transform.apply(&mut items);
        }
        items
    }
}

impl fmt::Debug for MountOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MountOptions")
            .field("namespace", &self.namespace)
            .field("transforms", &self.transforms)
            .finish_non_exhaustive()
    }
}
