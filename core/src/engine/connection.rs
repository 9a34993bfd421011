//! A duplex connection: one peer, both directions, any number of requests at once.

/// A duplex connection, from [`Engine::connect`](super::Engine::connect). Dropping the last reference ends it.
#[derive(Debug)]
pub struct Connection(());

impl Connection {
    pub(super) fn new() -> Self {
        Self(())
    }

    /// The next message that belongs to no request: list changes and resource updates a session is owed. `None` when the
    /// engine shuts down. Cancel safe. Meant for one reader: with several, each message goes to one of them.
    pub async fn unsolicited(&self) -> Option<String> {
        std::future::pending().await
    }

    /// Ends the connection: cancels its requests and ends [`Connection::unsolicited`].
    pub fn close(&self) {}
}
