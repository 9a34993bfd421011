//! In whose servers one is mounted, for hosts that tell it something: it is told where somebody serves it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// A host's server, as those see it that it is mounted in.
pub trait MountedIn: Sized {
    /// The servers that it is mounted in.
    fn outer(&self) -> &Outer<Self>;
    /// Whether it is being served itself.
    fn is_served(&self) -> bool;
}

/// The servers that one is mounted in.
#[derive(Debug)]
pub struct Outer<H>(Mutex<Vec<Weak<H>>>);

impl<H> Default for Outer<H> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<H: MountedIn> Outer<H> {
    /// It is mounted in this one from now on.
    pub fn enter(&self, host: &Arc<H>) {
        self.leave(host);
        self.hosts().push(Arc::downgrade(host));
    }

    /// It is mounted in this one no longer.
    pub fn leave(&self, host: &Arc<H>) {
        self.hosts().retain(|outer| outer.upgrade().is_some_and(|outer| !Arc::ptr_eq(&outer, host)));
    }

    /// Where `own`, whose these are, is served: by itself, else the nearest server that it is mounted in, else nowhere, which is
    /// itself.
    pub fn nearest(&self, own: &Arc<H>) -> Arc<H> {
        served(own).unwrap_or_else(|| Arc::clone(own))
    }

    fn hosts(&self) -> MutexGuard<'_, Vec<Weak<H>>> {
        // The list is whole after every statement above.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn served<H: MountedIn>(host: &Arc<H>) -> Option<Arc<H>> {
    if host.is_served() {
        return Some(Arc::clone(host));
    }
    let outer: Vec<_> = host.outer().hosts().iter().filter_map(Weak::upgrade).collect();
    outer.iter().find_map(served)
}
