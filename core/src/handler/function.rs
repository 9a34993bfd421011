//! A handler from an async Rust closure.

use std::future::Future;
use std::sync::Arc;

use super::{Handler, Invocation, Reply, ReplyFuture};

struct Function<F>(F);

impl<F, R> Handler for Function<F>
where
    F: Fn(Invocation) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    fn invoke(&self, invocation: Invocation) -> ReplyFuture {
        Box::pin((self.0)(invocation))
    }
}

/// Makes a handler of an async closure. It runs on the engine's I/O thread: hand work that blocks to another thread.
pub fn from_function<F, R>(function: F) -> Arc<dyn Handler>
where
    F: Fn(Invocation) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    Arc::new(Function(function))
}
