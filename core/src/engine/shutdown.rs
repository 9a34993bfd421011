//! How a server ends, or a part of it: first what runs may finish, then it is over.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::sync::watch;

const SERVING: u8 = 0;
const FINISHING: u8 = 1;
const OVER: u8 = 2;

/// Tells everything that serves to stop, in two steps: [`trigger`](Self::trigger) begins nothing new and lets what runs
/// finish, [`expire`](Self::expire) has what still runs answered with an error. Clones share the signal; a step once taken
/// stays taken.
#[derive(Clone)]
pub struct Shutdown(Arc<Inner>);

struct Inner {
    /// What the sender holds, for those who only look.
    stage: AtomicU8,
    changed: watch::Sender<u8>,
    reason: OnceLock<Arc<str>>,
    children: Mutex<Vec<Weak<Inner>>>,
}

impl Inner {
    fn children(&self) -> MutexGuard<'_, Vec<Weak<Self>>> {
        // A list of references is whole after every statement below.
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, stage: u8, reason: Option<&Arc<str>>) {
        if let Some(reason) = reason {
            // The first reason is the true one.
            let _ = self.reason.set(Arc::clone(reason));
        }
        if self.stage.fetch_max(stage, Ordering::SeqCst) < stage {
            self.changed.send_if_modified(|current| std::mem::replace(current, stage.max(*current)) < stage);
        }
        let children: Vec<_> = self.children().iter().filter_map(Weak::upgrade).collect();
        for child in children {
            child.advance(stage, reason);
        }
    }
}

impl Shutdown {
    /// A signal that was not given yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            stage: AtomicU8::new(SERVING),
            changed: watch::Sender::new(SERVING),
            reason: OnceLock::new(),
            children: Mutex::default(),
        }))
    }

    /// A signal for a part: given with this one, or by itself without it.
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::new();
        let mut children = self.0.children();
        if children.len() == children.capacity() {
            children.retain(|child| child.strong_count() > 0);
        }
        children.push(Arc::downgrade(&child.0));
        drop(children);
        // Looked at after it is on the list: whoever gives the signal now gives it to the child, too.
        let stage = self.0.stage.load(Ordering::SeqCst);
        if stage > SERVING {
            child.0.advance(stage, self.0.reason.get());
        }
        child
    }

    /// Begins nothing new; what runs may finish.
    pub fn trigger(&self) {
        self.0.advance(FINISHING, None);
    }

    /// The time to finish is over: what runs is answered with an error that says `reason`.
    pub fn expire(&self, reason: impl Into<Arc<str>>) {
        self.0.advance(OVER, Some(&reason.into()));
    }

    /// Whether the end has begun.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) >= FINISHING
    }

    /// Whether the time to finish is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.stage.load(Ordering::Acquire) >= OVER
    }

    /// Waits until the end begins.
    pub async fn triggered(&self) {
        self.reached(FINISHING).await;
    }

    /// Waits until the time to finish is over.
    pub async fn over(&self) {
        self.reached(OVER).await;
    }

    async fn reached(&self, stage: u8) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.changed.subscribe().wait_for(|current| *current >= stage).await;
    }

    /// Why what ran was not finished.
    #[must_use]
    pub fn reason(&self) -> Arc<str> {
        self.0.reason.get().map_or_else(|| Arc::from("the server is shutting down"), Arc::clone)
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.0.stage.load(Ordering::Relaxed) {
            SERVING => "serving",
            FINISHING => "finishing",
            _ => "over",
        };
        formatter.debug_tuple("Shutdown").field(&stage).finish()
    }
}
