//! What somebody else answers beside the endpoint: every path that is none of its own.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::response::ResponseBody;

/// An answer under way. Dropping it, or the body of the response before its end, means that the client is gone.
pub type BesideFuture = Pin<Box<dyn Future<Output = Response<ResponseBody>> + Send>>;

/// Answers requests for paths that the endpoint does not serve. They come with their whole body, from hosts that are
/// served, and with the extensions they came in with: what certificate a client showed.
pub trait Beside: Send + Sync + 'static {
    /// Begins to answer a request. Must not block.
    fn answer(&self, request: Request<Bytes>, remote: Option<SocketAddr>) -> BesideFuture;
}

/// Somebody who answers beside the endpoint.
#[derive(Clone)]
pub struct BesideRoutes(pub Arc<dyn Beside>);

impl fmt::Debug for BesideRoutes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BesideRoutes")
    }
}
