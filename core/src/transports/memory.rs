//! A connection within the process: frames go in, messages come out, no bytes are framed.

use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};

use super::duplex::Duplex;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Origin;
use crate::jsonrpc::LongFrame;
use crate::model::Principal;

/// The client's end of an in-process connection. Clones share it; dropping the last one ends it.
#[derive(Clone)]
pub struct MemoryClient(Arc<Shared>);

struct Shared {
    /// `None` once closed.
    duplex: StdMutex<Option<Duplex>>,
    messages: Mutex<mpsc::Receiver<String>>,
    max_frame_bytes: usize,
}

/// Connects to `engine`, which refuses messages of more than `max_frame_bytes`. Its calls run in the Tokio runtime that is current here.
///
/// # Errors
/// [`ErrorKind::Configuration`] outside a Tokio runtime.
pub fn connect(engine: &Engine, max_frame_bytes: usize) -> Result<MemoryClient> {
    connect_as(engine, max_frame_bytes, None)
}

/// The same, where it is known who is at the client's end.
///
/// # Errors
/// As [`connect`].
pub fn connect_as(
    engine: &Engine,
    max_frame_bytes: usize,
    principal: Option<Principal>,
) -> Result<MemoryClient> {
    let (duplex, messages) = Duplex::connect(engine.clone(), principal)?;
    let (duplex, messages) = (StdMutex::new(Some(duplex)), Mutex::new(messages));
    Ok(MemoryClient(Arc::new(Shared { duplex, messages, max_frame_bytes })))
}

impl MemoryClient {
    /// Sends one JSON-RPC message. Waits while too many answers wait to be received. Dropping the future after its first
    /// poll may cancel what the frame asked for.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] when the connection is closed.
    pub async fn send(&self, frame: impl Into<Bytes>) -> Result<()> {
        self.send_from(frame, Origin::default()).await
    }

    /// [`MemoryClient::send`], for hosts that say where the message was handed over.
    ///
    /// # Errors
    /// As [`MemoryClient::send`].
    pub async fn send_from(&self, frame: impl Into<Bytes>, origin: Origin) -> Result<()> {
        let closed = || Error::new(ErrorKind::Closed, "the connection is closed");
        let frame = frame.into();
        let mut said = Vec::new();
        let (rest, queue) = {
            let duplex = self.duplex();
            let duplex = duplex.as_ref().ok_or_else(closed)?;
            let rest = if frame.len() > self.0.max_frame_bytes {
                let mut long = LongFrame::default();
                long.push(&frame);
                said.extend(duplex.too_long(long, self.0.max_frame_bytes));
                None
            } else {
                duplex.start(frame, origin, |message| said.push(message))
            };
            (rest, duplex.queue())
        };
        for message in said {
            queue.send(message).await.map_err(|_| closed())?;
        }
        if let Some(exchange) = rest {
            self.duplex().as_mut().ok_or_else(closed)?.carry_on(exchange);
        }
        Ok(())
    }

    /// The next message for the client; `None` once the connection is closed and everything is received.
    pub async fn receive(&self) -> Option<String> {
        self.0.messages.lock().await.recv().await
    }

    /// Answers what still runs with an error that says `reason`.
    pub fn give_up(&self, reason: &Arc<str>) {
        if let Some(duplex) = self.duplex().as_ref() {
            duplex.give_up(reason);
        }
    }

    /// Ends the connection: what runs is cancelled.
    pub fn close(&self) {
        let duplex = self.duplex().take();
        drop(duplex);
    }

    fn duplex(&self) -> MutexGuard<'_, Option<Duplex>> {
        // Nothing is left half done when the lock is released, so a panic elsewhere does not spoil it.
        self.0.duplex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
