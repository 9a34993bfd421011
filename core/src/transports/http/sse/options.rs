//! What can be set about HTTP+SSE, and how those who mount it say what a request is.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::transports::http::options::Spelling;

/// Where HTTP+SSE is served, beside the endpoint's own path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseOptions {
    /// Where a GET opens a stream.
    pub path: String,
    /// Where its messages are posted. Clients are told it as it is.
    pub messages_path: String,
}

impl Default for SseOptions {
    fn default() -> Self {
        Self { path: "/sse".to_owned(), messages_path: "/messages".to_owned() }
    }
}

impl SseOptions {
    /// Refuses paths that cannot be told apart.
    pub(in crate::transports::http) fn check(&self, endpoint: &str, spelling: Spelling) -> Result<()> {
        let wrong = |message: String| Err(Error::new(ErrorKind::Configuration, message));
        for (name, path) in [("path", &self.path), ("messages_path", &self.messages_path)] {
            let legal = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
            if !legal || !path.starts_with('/') || path.starts_with("//") {
                return wrong(format!(
                    "sse.{} must begin with one \"/\" and have no query, fragment or space, not {path:?}",
                    spelling.of(name)
                ));
            }
        }
        let paths = [endpoint, &self.path, &self.messages_path].map(|path| path.trim_end_matches('/'));
        if paths[0] == paths[1] || paths[0] == paths[2] || paths[1] == paths[2] {
            return wrong(format!(
                "sse.path, sse.{} and the HTTP path must differ from each other",
                spelling.of("messages_path")
            ));
        }
        Ok(())
    }
}

/// Among the extensions of a request to an [`Endpoint`](super::super::Endpoint), it says that the request belongs to HTTP+SSE, which
/// somebody mounted under paths of their own.
#[derive(Debug, Clone)]
pub enum SseRequest {
    /// A GET that opens a stream.
    Open {
        /// Where the stream's messages are to be posted: a URI reference for the client, which names the session.
        messages: String,
        /// The session's id, which nobody must be able to guess.
        session: Arc<str>,
    },
    /// A POST of a message, and the session its URI names, if it does.
    Message(Option<Arc<str>>),
}
