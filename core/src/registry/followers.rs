//! How many follow a resource, for whoever wants to know when the first one comes and the last one goes: the server that is asked,
//! and those whose resources it offers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::uri;

/// Hears of a resource by its URI, as its first follower named it: `true` when it has followers now, `false` when it has none
/// any more. Called with a lock held: put it aside and return.
pub(super) type Listener = Box<dyn Fn(&str, bool) + Send + Sync>;

/// The URI by which a mounted server knows what is followed, if it is one of its own.
type Inward = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Who follows what.
#[derive(Default)]
pub(super) struct Followers {
    listener: OnceLock<Listener>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By canonical spelling: how it was named first, and by how many it is followed.
    counts: HashMap<String, (Arc<str>, usize)>,
    mounted: Vec<Mounted>,
}

/// The followers of a mounted server, of which those here are some.
struct Mounted {
    followers: Arc<Followers>,
    inward: Inward,
    /// What it was told of, by canonical spelling here; by that there.
    told: HashMap<String, String>,
}

impl Followers {
    /// Only the first listener counts. It hears at once of what is followed already.
    pub fn listen(&self, listener: Listener) {
        let state = self.state();
        if self.listener.set(listener).is_ok() {
            for (uri, _) in state.counts.values() {
                self.tell(uri, true);
            }
        }
    }

    pub fn come(&self, canonical: &str, uri: &Arc<str>) {
        let mut state = self.state();
        if let Some((_, count)) = state.counts.get_mut(canonical) {
            *count += 1;
            return;
        }
        state.counts.insert(canonical.to_owned(), (Arc::clone(uri), 1));
        // Under the lock, so that what is told is told in its order.
        self.tell(uri, true);
        for mounted in &mut state.mounted {
            mounted.come(canonical, uri);
        }
    }

    pub fn go(&self, canonical: &str) {
        let mut state = self.state();
        let Some((_, count)) = state.counts.get_mut(canonical) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        if let Some((uri, _)) = state.counts.remove(canonical) {
            self.tell(&uri, false);
        }
        for mounted in &mut state.mounted {
            mounted.go(canonical);
        }
    }

    /// Tells a mounted server's followers of those here, from now on and of those who are here already. The locks of one server are
    /// taken before those of the servers that are mounted in it.
    pub fn mount(&self, followers: &Arc<Self>, inward: Inward) {
        let mut state = self.state();
        let mut mounted = Mounted { followers: Arc::clone(followers), inward, told: HashMap::new() };
        for (canonical, (uri, _)) in &state.counts {
            mounted.come(canonical, uri);
        }
        state.mounted.push(mounted);
    }

    /// Takes those here away from a mounted server's.
    pub fn unmount(&self, followers: &Arc<Self>) {
        let mut state = self.state();
        while let Some(place) = state.mounted.iter().position(|one| Arc::ptr_eq(&one.followers, followers)) {
            let mounted = state.mounted.swap_remove(place);
            for canonical in mounted.told.values() {
                mounted.followers.go(canonical);
            }
        }
    }

    fn tell(&self, uri: &str, followed: bool) {
        if let Some(listener) = self.listener.get() {
            listener(uri, followed);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The counts are whole after every statement above.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mounted {
    fn come(&mut self, canonical: &str, uri: &str) {
        let Some(inner) = (self.inward)(uri) else { return };
        let there = uri::canonical(&inner);
        self.followers.come(&there, &inner.into());
        self.told.insert(canonical.to_owned(), there);
    }

    fn go(&mut self, canonical: &str) {
        if let Some(there) = self.told.remove(canonical) {
            self.followers.go(&there);
        }
    }
}
