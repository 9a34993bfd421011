//! Where a request was handed over, in the host's own terms.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What a host knows of the place a request was handed over at: its user, its trace. Handed in with the frame, handed back
/// with every call the frame makes, and looked at by nobody in between.
#[derive(Clone, Default)]
pub struct Origin(Option<Arc<dyn Any + Send + Sync>>);

impl Origin {
    /// An origin that stands for `known`.
    pub fn new(known: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(known)))
    }

    /// What it stands for, if it is one of this kind.
    #[must_use]
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_deref().and_then(<dyn Any + Send + Sync>::downcast_ref)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Origin").field(&self.0.is_some()).finish()
    }
}
