//! A connection within the process, for hosts that take messages by callback.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::engine::Shutdown;
use crate::handler::Origin;
use crate::transports::memory::MemoryClient;

/// The host's end of a connection within the process: takes frames, each with where it was handed over. Dropped, it ends the connection.
pub type FrameSender = mpsc::UnboundedSender<(Bytes, Origin)>;

/// A way for frames from the host to [`carry`].
#[must_use]
pub fn frames() -> (FrameSender, mpsc::UnboundedReceiver<(Bytes, Origin)>) {
    mpsc::unbounded_channel()
}

/// Carries the host's frames to the server, and the server's messages to `hear`, until either side ends. When `shutdown`
/// expires, what still runs is answered with an error.
pub async fn carry(
    client: MemoryClient,
    mut frames: mpsc::UnboundedReceiver<(Bytes, Origin)>,
    mut hear: impl FnMut(String),
    shutdown: Shutdown,
) {
    let sender = client.clone();
    let messages = async {
        while let Some(message) = client.receive().await {
            hear(message);
        }
    };
    let frames = async {
        while let Some((frame, origin)) = frames.recv().await {
            if sender.send_from(frame, origin).await.is_err() {
                break;
            }
        }
    };
    let expiry = async {
        shutdown.over().await;
        client.give_up(&shutdown.reason());
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = messages => {}
        () = frames => {}
        () = expiry => {}
    }
}
