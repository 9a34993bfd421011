//! HTTP+SSE, the transport of 2024-11-05: a GET opens a stream, what the client says is posted beside it. A stream is a duplex
//! connection to the engine.

mod options;
mod routes;
mod session;
mod stream;

pub use options::{SseOptions, SseRequest};
pub(super) use routes::{open, post, session_in_query};
pub(super) use session::SseSessions;
pub(super) use stream::SseStream;
