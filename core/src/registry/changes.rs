//! Feeds of changes: each watcher is told what it asked for, at its own pace, without a queue that could grow.
//!
//! What waits for a watcher is a set, not a log: a list that changed ten times changed (SUB-11).

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::followers::Followers;
use super::uri;
use super::uri_template::MAX_URI_LENGTH;
use crate::model::{Change, ListKind, SaidFilter, WatchFilter};

/// How many URIs one feed can be about (SUB-11).
pub const MAX_WATCHED_URIS: usize = 1000;

/// How many sub-resources of watched resources can wait at once. Beyond it the watched resource itself is named instead:
/// something below it changed.
const MAX_PENDING_SUB_RESOURCES: usize = 1000;

/// How many notifications that are no changes can wait at once for a watcher.
const MAX_PENDING_NOTIFICATIONS: usize = 256;

/// Everyone who watches.
#[derive(Default)]
pub(super) struct Watchers(Mutex<Vec<Weak<Shared>>>, pub(super) Arc<Followers>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrival: Notify,
    followers: Arc<Followers>,
}

#[derive(Default)]
struct State {
    tools: bool,
    prompts: bool,
    resources: bool,
    task_ids: Vec<Arc<str>>,
    said: SaidFilter,
    /// By canonical spelling, as they were asked for.
    uris: HashMap<String, Arc<str>>,
    /// What waits, in order of arrival, nothing twice.
    queue: VecDeque<Change>,
    /// The URIs among it.
    queued: HashSet<Arc<str>>,
    /// Says of a resource whether the watcher may still hear of it.
    hears: Option<Hears>,
}

/// Says of a resource, by its URI, whether somebody may hear of it.
pub type Hears = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A feed of changes. Dropping it ends it.
pub struct Watch(Arc<Shared>);

impl Watchers {
    pub(super) fn add(&self, filter: WatchFilter) -> Watch {
        let WatchFilter { tools, prompts, resources, resource_uris, task_ids, said } = filter;
        let uris = resource_uris
            .into_iter()
            .filter(|uri| uri.len() <= MAX_URI_LENGTH)
            .take(MAX_WATCHED_URIS)
            .map(|uri| (uri::canonical(&uri), uri))
            .collect();
        let state = State { tools, prompts, resources, task_ids, said, uris, ..State::default() };
        for (canonical, uri) in &state.uris {
            self.1.come(canonical, uri);
        }
        let followers = Arc::clone(&self.1);
        let shared = Arc::new(Shared { state: Mutex::new(state), arrival: Notify::new(), followers });
        let mut watchers = self.lock();
        if watchers.len() == watchers.capacity() {
            // Before growing, drop those that are gone: the cost spreads over the additions.
            watchers.retain(|watcher| watcher.strong_count() > 0);
        }
        watchers.push(Arc::downgrade(&shared));
        Watch(shared)
    }

    /// Tells all; `canonical` is the canonical spelling of the resource that changed.
    pub(super) fn notify(&self, change: &Change, canonical: &str) {
        let mut watchers = self.lock();
        if watchers.is_empty() {
            return;
        }
        let mut live = Vec::with_capacity(watchers.len());
        watchers.retain(|watcher| {
            watcher.upgrade().is_some_and(|watcher| {
                live.push(watcher);
                true
            })
        });
        // Waking runs code of others: not while the lock is held.
        drop(watchers);
        for watcher in live {
            if watcher.state().offer(change, canonical) {
                watcher.arrival.notify_one();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Shared>>> {
        // The list is whole after every statement above, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Puts a change with what waits, if it is wanted and not there yet. Returns whether it was put there.
    fn offer(&mut self, change: &Change, canonical: &str) -> bool {
        match change {
            Change::List(list) => {
                let wanted = match list {
                    ListKind::Tools => self.tools,
                    ListKind::Prompts => self.prompts,
                    ListKind::Resources => self.resources,
                };
                if !wanted || self.queue.contains(change) {
                    return false;
                }
                self.queue.push_back(change.clone());
            }
            Change::Resource(uri) => {
                let Some(watched) = self.watched(canonical) else { return false };
                if self.queued.contains(uri) {
                    return false;
                }
                let uri = if self.queued.len() < MAX_PENDING_SUB_RESOURCES { uri } else { watched };
                let uri = Arc::clone(uri);
                if !self.queued.insert(Arc::clone(&uri)) {
                    return false;
                }
                self.queue.push_back(Change::Resource(uri));
            }
            Change::Task(id) => {
                if !self.task_ids.contains(id) || self.queue.contains(change) {
                    return false;
                }
                self.queue.push_back(change.clone());
            }
            Change::Said(said) => {
                if !self.said.wants(&said.what) {
                    return false;
                }
                self.make_room();
                self.queue.push_back(change.clone());
            }
        }
        true
    }

    /// Each of them is told, for nothing stands for two; the oldest goes when nobody reads.
    fn make_room(&mut self) {
        let waits = |change: &Change| matches!(change, Change::Said(_));
        if self.queue.iter().filter(|change| waits(change)).count() >= MAX_PENDING_NOTIFICATIONS
            && let Some(oldest) = self.queue.iter().position(waits)
        {
            self.queue.remove(oldest);
        }
    }

    /// The watched URI that an update is an update of: itself, or one it lies under (RSRC-13). The update's is canonical.
    fn watched(&self, uri: &str) -> Option<&Arc<str>> {
        if self.uris.is_empty() {
            return None;
        }
        self.uris.get(uri).or_else(|| {
            let slashes =
                uri.bytes().enumerate().rev().filter(|&(_, byte)| byte == b'/').map(|(index, _)| index);
            // `a/b/c` lies under `a/b` and under `a/b/`.
            slashes
                .take(MAX_DEPTH)
                .find_map(|slash| self.uris.get(&uri[..slash]).or_else(|| self.uris.get(&uri[..=slash])))
        })
    }
}

/// How many levels up a watched resource is looked for.
const MAX_DEPTH: usize = 64;

impl Watch {
    /// Waits for the next change. May be dropped and called again at any point without losing one; waits for ever when
    /// nothing changes.
    pub async fn next(&self) -> Change {
        loop {
            if let Some(change) = self.take() {
                return change;
            }
            // A change that came after the look above left its mark, and this returns at once.
            self.0.arrival.notified().await;
        }
    }

    /// The next change, if one waits.
    #[must_use]
    pub fn take(&self) -> Option<Change> {
        loop {
            let mut state = self.0.state();
            let change = state.queue.pop_front()?;
            let Change::Resource(uri) = &change else { return Some(change) };
            state.queued.remove(uri);
            let hears = state.hears.clone();
            // Whoever is asked may look at anything.
            drop(state);
            if hears.is_none_or(|hears| hears(uri)) {
                return Some(change);
            }
        }
    }

    /// Has this one say from now on which resources are told of, change by change: what may be read may be another's tomorrow.
    pub fn tell_only(&self, hears: Hears) {
        self.0.state().hears = Some(hears);
    }

    /// Adds a resource to the filter or takes it out; what already waits for one taken out is forgotten (SUB-4). Returns
    /// whether the filter is now as asked: not when it is full or the URI too long (SUB-11).
    pub fn set_resource(&self, uri: &str, wanted: bool) -> bool {
        let canonical = uri::canonical(uri);
        let mut guard = self.0.state();
        let state = &mut *guard;
        if wanted {
            if state.uris.contains_key(&canonical) {
                return true;
            }
            if state.uris.len() >= MAX_WATCHED_URIS || uri.len() > MAX_URI_LENGTH {
                return false;
            }
            let uri: Arc<str> = uri.into();
            self.0.followers.come(&canonical, &uri);
            state.uris.insert(canonical, uri);
        } else if state.uris.remove(&canonical).is_some() {
            self.0.followers.go(&canonical);
            let queue = std::mem::take(&mut state.queue);
            for change in queue {
                match &change {
                    Change::Resource(uri) if state.watched(&uri::canonical(uri)).is_none() => {
                        state.queued.remove(uri);
                    }
                    _ => state.queue.push_back(change),
                }
            }
        }
        true
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for canonical in std::mem::take(&mut self.0.state().uris).into_keys() {
            self.0.followers.go(&canonical);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watch")
    }
}
