//! How the host is woken.

/// Wakes the host so that it fetches what waits in a [`Mailbox`](super::Mailbox). Supplied by the host.
pub trait Doorbell: Send + Sync + 'static {
    /// Called from the engine's I/O thread when the mailbox goes from empty to not empty. Must not block and must not call
    /// back into the mailbox.
    fn ring(&self);
}

impl<F: Fn() + Send + Sync + 'static> Doorbell for F {
    fn ring(&self) {
        self();
    }
}
