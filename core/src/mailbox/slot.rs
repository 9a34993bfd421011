//! A place in the host's table of functions, and who still refers to it.

use std::fmt;
use std::sync::Arc;

use super::Shared;

/// Refers to a slot. When the last reference is gone, the host is told.
#[derive(Clone)]
pub struct SlotRef(Arc<Inner>);

struct Inner {
    index: u32,
    shared: Arc<Shared>,
}

impl SlotRef {
    pub(super) fn new(index: u32, shared: Arc<Shared>) -> Self {
        Self(Arc::new(Inner { index, shared }))
    }

    /// The slot's number in the host's table.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.0.index
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }
}

impl fmt::Debug for SlotRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.index.fmt(formatter)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.release(self.index);
    }
}
