//! The stream over HTTP of what a session is owed outside of any request.

/// Why a session's stream cannot be opened, or the session not be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// A JSON-RPC error without an id.
    pub body: String,
}

/// The messages of one open stream. Several streams of one session share them: each message goes to exactly one (LHTTP-10).
#[derive(Debug)]
pub struct SessionStream(());

impl SessionStream {
    /// The next message; `None` when the session ends or the engine shuts down. Cancel safe.
    pub async fn next(&mut self) -> Option<String> {
        None
    }
}
