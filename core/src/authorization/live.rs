//! A policy that may be replaced while it is asked, and what it made of snapshots.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::{Access, Policy};
use crate::error::Error;
use crate::registry::Snapshot;

/// How many kinds of callers are remembered.
const MAX_VIEWS: usize = 512;

/// Looks whether there is another policy; `None` where there is not.
pub type PolicySource = Box<dyn FnMut() -> Option<Result<Policy, Error>> + Send>;

/// A policy that may be replaced while it is asked.
pub struct LivePolicy {
    policy: ArcSwap<Policy>,
    views: RwLock<HashMap<Access, View>>,
    source: Option<Watched>,
}

struct Watched {
    source: Mutex<PolicySource>,
    every: Duration,
    began: Instant,
    /// When it is looked at next, in milliseconds since `began`.
    next: AtomicU64,
}

/// What of a snapshot callers see.
struct View {
    policy: Arc<Policy>,
    whole: Arc<Snapshot>,
    /// Where that is less than everything.
    visible: Option<Arc<Snapshot>>,
}

impl Default for LivePolicy {
    fn default() -> Self {
        Self::new(Policy::default())
    }
}

impl LivePolicy {
    /// This policy, until it is replaced.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy: ArcSwap::from_pointee(policy), views: RwLock::default(), source: None }
    }

    /// The same; every so often `source` is asked for another, by whoever asks the policy something then. One that cannot be read
    /// is told to the log, and the one before holds.
    #[must_use]
    pub fn watching(mut self, every: Duration, source: PolicySource) -> Self {
        let first = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
        self.source = Some(Watched {
            source: Mutex::new(source),
            every,
            began: Instant::now(),
            next: AtomicU64::new(first),
        });
        self
    }

    /// Has this one hold from now on.
    pub fn replace(&self, policy: Policy) {
        self.policy.store(Arc::new(policy));
        self.views.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The policy that holds now.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.look();
        self.policy.load_full()
    }

    fn look(&self) {
        let Some(watched) = &self.source else { return };
        let now = u64::try_from(watched.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now < watched.next.load(Ordering::Relaxed) {
            return;
        }
        // Whoever comes meanwhile does not wait.
        let Ok(mut source) = watched.source.try_lock() else { return };
        let every = u64::try_from(watched.every.as_millis()).unwrap_or(u64::MAX);
        watched.next.store(now.saturating_add(every), Ordering::Relaxed);
        match source() {
            None => {}
            Some(Ok(policy)) => {
                self.replace(policy);
                tracing::info!("the policy was read anew");
            }
            Some(Err(error)) => {
                tracing::error!(%error, "the policy cannot be read; the one before it holds");
            }
        }
    }

    /// What callers of this access see of a snapshot; `None` for all of it.
    #[must_use]
    pub fn visible(
        &self,
        policy: &Arc<Policy>,
        access: &Access,
        snapshot: &Arc<Snapshot>,
    ) -> Option<Arc<Snapshot>> {
        let is_current =
            |view: &&View| Arc::ptr_eq(&view.whole, snapshot) && Arc::ptr_eq(&view.policy, policy);
        if let Some(view) =
            self.views.read().unwrap_or_else(PoisonError::into_inner).get(access).filter(is_current)
        {
            return view.visible.clone();
        }
        let hidden = policy.hidden(snapshot, access);
        let visible = (!hidden.is_empty()).then(|| Arc::new(snapshot.less(&hidden)));
        let view = View { policy: Arc::clone(policy), whole: Arc::clone(snapshot), visible: visible.clone() };
        let mut views = self.views.write().unwrap_or_else(PoisonError::into_inner);
        if views.len() >= MAX_VIEWS {
            views.clear();
        }
        views.insert(access.clone(), view);
        visible
    }
}

impl fmt::Debug for LivePolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LivePolicy").finish_non_exhaustive()
    }
}
