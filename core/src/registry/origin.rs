//! Where what is offered comes from: the servers that it is mounted from.

use std::fmt;
use std::sync::Arc;

use super::composing::Adopt;
use super::{Gate, Interception, Namespace, Registry};
use crate::handler::Handler;

/// Where an item comes from, and who may see it.
#[derive(Clone, Default)]
pub struct Provenance {
    /// The server that it is mounted from, if it is.
    pub origin: Option<Arc<Origin>>,
    /// What namespaces put into its URI, or into URIs of its server's resources; its handler knows them without that.
    pub inserted: Option<Arc<str>>,
    /// Who says who may see it: all have to.
    pub(super) gates: Vec<Gate>,
}

impl Provenance {
    /// Puts it into a namespace, outside of those that it is in.
    pub(super) fn enter(&mut self, namespace: &Namespace) {
        self.inserted = Some(namespace.before(self.inserted.as_deref()));
    }
}

/// A mounted server that something comes from, and what it is known by there.
#[derive(Clone)]
pub struct Origin {
    /// The server.
    pub server: Registry,
    /// Its name, its URI or its template there.
    pub key: Arc<str>,
    /// What namespaces put into its URI there.
    pub inserted: Option<Arc<str>>,
    /// Where that server has it from, if it is not its own.
    pub inner: Option<Arc<Self>>,
    /// What becomes of the server's handlers where it is mounted.
    pub(super) adopt: Option<Adopt>,
}

impl Origin {
    /// The servers, the outermost first.
    pub fn chain(origin: Option<&Arc<Self>>) -> impl Iterator<Item = &Arc<Self>> {
        std::iter::successors(origin, |origin| origin.inner.as_ref())
    }

    /// Whether both come from the same server by the same way, to this depth.
    #[must_use]
    pub fn same_way(one: Option<&Arc<Self>>, other: Option<&Arc<Self>>, depth: usize) -> bool {
        let (mut one, mut other) = (Self::chain(one), Self::chain(other));
        (0..depth).all(|_| match (one.next(), other.next()) {
            (Some(one), Some(other)) => one.server.is(&other.server),
            _ => false,
        })
    }

    /// What stands around a method at the server that is `depth` levels down, 1 the outermost, as it runs where the outermost is
    /// mounted.
    #[must_use]
    pub fn interception(origin: Option<&Arc<Self>>, depth: usize, method: &str) -> Option<Interception> {
        let way: Vec<_> = Self::chain(origin).take(depth).collect();
        let server = way.get(depth.checked_sub(1)?)?;
        let Interception { handler, unless_registered } =
            server.server.snapshot().interception(method)?.clone();
        let adopted = |handler: Arc<dyn Handler>, origin: &&Arc<Self>| match &origin.adopt {
            Some(adopt) => adopt(&handler),
            None => handler,
        };
        Some(Interception { handler: way.iter().rev().fold(handler, adopted), unless_registered })
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Origin")
            .field("key", &self.key)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
