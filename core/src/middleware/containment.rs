//! A handler that panics fails its own call and nothing else.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::handler::{Failure, FailureKind, Handler, Invocation, Reply, ReplyFuture};

/// A call whose panics are answers.
pub struct Contained(Result<ReplyFuture, Option<Box<Failure>>>);

impl Contained {
    /// Starts the call.
    pub fn start(handler: &Arc<dyn Handler>, invocation: Invocation) -> Self {
        // What a panic leaves behind inside the handler is the handler's business; here nothing is shared with it.
        Self(
            catch_unwind(AssertUnwindSafe(|| handler.invoke(invocation)))
                .map_err(|panic| Some(Box::new(failure(&*panic)))),
        )
    }
}

impl Future for Contained {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        match &mut self.0 {
            Ok(future) => match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
                Ok(poll) => poll,
                Err(panic) => {
                    self.0 = Err(None);
                    Poll::Ready(Err(failure(&*panic)))
                }
            },
            Err(failed) => match failed.take() {
                Some(failure) => Poll::Ready(Err(*failure)),
                None => Poll::Pending,
            },
        }
    }
}

fn failure(panic: &(dyn Any + Send)) -> Failure {
    let said =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Failure::new(FailureKind::Internal, "internal error")
        .with_detail(format!("panic: {}", said.unwrap_or("no message")))
}

impl fmt::Debug for Contained {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Contained")
    }
}
