//! What every call passes on its way to user code and back.

mod containment;
mod stack;
mod timeout;

pub use containment::Contained;
pub use stack::{Stack, call};
pub use timeout::{Timeout, in_words};
