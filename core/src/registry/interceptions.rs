//! What stands around methods: it is told of a request first, and asks what comes next.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::shelf::Effect;
use super::{Registry, Snapshot};
use crate::handler::Handler;

/// What stands around a method.
#[derive(Clone)]
pub struct Interception {
    /// Is told of each request: the method as the target, the params as the arguments. It asks what comes next with
    /// [`CallContext::next`](crate::handler::CallContext::next), and answers with
    /// [`Output::Whole`](crate::model::Output::Whole).
    pub handler: Arc<dyn Handler>,
    /// Whether it stands only around what is not registered here by the name, or URI, that is asked for, or for the method: for
    /// hosts whose functions have it around them already. What is mounted is registered elsewhere.
    pub unless_registered: bool,
}

/// Stands around every request that nothing else stands around.
const EVERY_REQUEST: &str = "*";
/// Stands around every notification that nothing else stands around.
const EVERY_NOTIFICATION: &str = "notifications/*";

impl Registry {
    /// Sets what stands around a method: one of the protocol's, the author's own, or a notification. `*` stands around every
    /// request that has none of its own, `notifications/*` around every such notification. `None` takes it away.
    pub fn set_interception(&self, method: &str, interception: Option<Interception>) {
        self.edit(None, |draft| {
            let interceptions = Arc::make_mut(&mut draft.interceptions);
            match interception {
                Some(interception) => interceptions.insert(method.into(), interception),
                None => interceptions.remove(method),
            };
            self.0.intercepts.store(!interceptions.is_empty(), Ordering::Release);
            ((), Effect::Hidden)
        });
    }

    /// Whether something stands around any method at all.
    #[must_use]
    pub fn intercepts(&self) -> bool {
        self.0.intercepts.load(Ordering::Acquire)
    }
}

impl Snapshot {
    /// Whether something stands around any method of a server that is mounted, at whatever depth.
    #[must_use]
    pub const fn is_intercepted_within(&self) -> bool {
        self.intercepted_within
    }

    /// What stands around this method, if anything does.
    #[must_use]
    pub fn interception(&self, method: &str) -> Option<&Interception> {
        let every = if method.starts_with("notifications/") { EVERY_NOTIFICATION } else { EVERY_REQUEST };
        self.interceptions.get(method).or_else(|| self.interceptions.get(every))
    }
}
