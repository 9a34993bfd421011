//! How many follow a resource, for whoever wants to know when the first one comes and the last one goes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Hears of a resource by its URI, as its first follower named it: `true` when it has followers now, `false` when it has none
/// any more. Called with a lock held: put it aside and return.
pub(super) type Listener = Box<dyn Fn(&str, bool) + Send + Sync>;

/// Who follows what, counted as soon as somebody listens.
#[derive(Default)]
pub(super) struct Followers {
    listener: OnceLock<Listener>,
    /// By canonical spelling: how it was named first, and by how many it is followed.
    counts: Mutex<HashMap<String, (Arc<str>, usize)>>,
}

impl Followers {
    /// Only the first listener counts, and hears of who comes from now on.
    pub fn listen(&self, listener: Listener) {
        let _ = self.listener.set(listener);
    }

    pub fn come(&self, canonical: &str, uri: &Arc<str>) {
        let Some(listener) = self.listener.get() else { return };
        let mut counts = self.counts();
        if let Some((_, count)) = counts.get_mut(canonical) {
            *count += 1;
            return;
        }
        counts.insert(canonical.to_owned(), (Arc::clone(uri), 1));
        // Under the lock, so that what is told is told in its order.
        listener(uri, true);
    }

    pub fn go(&self, canonical: &str) {
        let Some(listener) = self.listener.get() else { return };
        let mut counts = self.counts();
        let Some((_, count)) = counts.get_mut(canonical) else { return };
        *count -= 1;
        if *count == 0
            && let Some((uri, _)) = counts.remove(canonical)
        {
            listener(&uri, false);
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, (Arc<str>, usize)>> {
        // The map is whole after every statement above.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
