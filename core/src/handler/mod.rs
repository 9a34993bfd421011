//! The door: what user code stands behind, and what is passed through it.

mod answers;
mod asking;
mod context;
mod events;
mod function;
mod invocation;
mod origin;
mod question;
mod reply;
mod task;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

pub use answers::Answers;
pub use context::{CallContext, Caller};
pub use events::{Event, EventSender, Events, StreamToClose, channel as event_channel};
pub use function::from_function;
pub use invocation::Invocation;
pub use origin::Origin;
pub use question::{AnswerTo, Answered, PendingQuestion};
pub use reply::{Failure, FailureKind, HttpSide, Reply};
pub(crate) use task::TaskOpener;

/// A future that can be boxed, sent and dropped. Dropping it cancels the call: there is no second way.
pub type ReplyFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// User code: a Rust closure, or a function of a host language behind a [`Mailbox`](crate::mailbox::Mailbox).
pub trait Handler: Send + Sync + 'static {
    /// Starts the call. Must not block; the future is polled on the engine's I/O thread.
    fn invoke(&self, invocation: Invocation) -> ReplyFuture;

    /// Itself, for those that whoever made them knows again.
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }
}
