//! One message per line, over any pair of byte streams (STDIO-1, STDIO-9).

mod bridge;
mod claim;
mod detour;
mod lines;
mod peer;
mod pump;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

pub use claim::{Aside, ClaimedInput, ClaimedOutput, claim, set_aside};
pub use detour::{Detour, Passing, WayBack};
pub use peer::Peer;
use pump::Pump;

use super::duplex::{Duplex, MAX_FRAME_BYTES};
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};

/// Options of the stdio transport.
#[derive(Debug, Clone)]
pub struct StdioOptions {
    /// The longest line that is read, in bytes. Of a longer one only the id is read, for an answer.
    pub max_line_bytes: usize,
    /// How much output may wait for a slow reader, in bytes; beyond it nothing more is read.
    pub max_output_bytes: usize,
    /// How many requests run at once; beyond it nothing more is read.
    pub max_running: usize,
    /// How long running calls may still take after the end of the input, or of serving (STDIO-14). Then they are answered
    /// with an error.
    pub grace: Duration,
    /// Who is at the other end: once they are gone there is nothing to wait for.
    pub peer: Peer,
}

impl Default for StdioOptions {
    fn default() -> Self {
        Self {
            max_line_bytes: MAX_FRAME_BYTES,
            max_output_bytes: 1024 * 1024,
            max_running: 10_000,
            grace: Duration::from_secs(60),
            peer: Peer::default(),
        }
    }
}

/// Serves one peer until its input ends, it stops reading, or `shutdown` is given. Requests run concurrently; answers come
/// as they are ready, each on a line of its own, as many as are ready in one write (STDIO-15).
///
/// At the end of the input what is done is written, what runs may take [`StdioOptions::grace`] longer, and subscriptions
/// end. `shutdown` does the same, and ends subscriptions with their closing result first (SUB-5). What is not finished then,
/// or when `shutdown` expires, is answered with an error. `shutdown` after the end of the input leaves no time.
///
/// # Errors
/// [`ErrorKind::Io`] when reading or writing fails; a peer that closed its end is no error. [`ErrorKind::Configuration`]
/// outside a Tokio runtime.
pub async fn serve<R, W>(
    engine: Engine,
    reader: R,
    writer: W,
    options: StdioOptions,
    shutdown: Shutdown,
) -> Result<()>
where
    R: AsyncRead,
    W: AsyncWrite,
{
    serve_by(engine, reader, writer, options, shutdown, None).await
}

/// [`serve`], with messages that may be led around by whoever wants to see them.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_detour<R, W>(
    engine: Engine,
    reader: R,
    writer: W,
    options: StdioOptions,
    shutdown: Shutdown,
    detour: Detour,
) -> Result<()>
where
    R: AsyncRead,
    W: AsyncWrite,
{
    serve_by(engine, reader, writer, options, shutdown, Some(detour)).await
}

async fn serve_by<R, W>(
    engine: Engine,
    reader: R,
    writer: W,
    options: StdioOptions,
    shutdown: Shutdown,
    detour: Option<Detour>,
) -> Result<()>
where
    R: AsyncRead,
    W: AsyncWrite,
{
    let admission = engine.admission().cloned();
    let (duplex, queued) = Duplex::connect(engine, None)?;
    // Given with the engine's, which `shutdown` need not be.
    let ending = duplex.shutdown().clone();
    let mut reader = pin!(reader);
    let mut writer = pin!(writer);
    let mut triggered = pin!(first(shutdown.triggered(), ending.triggered()));
    let mut over = pin!(first(shutdown.over(), ending.over()));
    let (mut is_triggered, mut is_over) = (false, false);
    let mut pump = Pump::new(duplex, queued, options, detour);
    let ended = poll_fn(|cx| {
        if !is_triggered && triggered.as_mut().poll(cx).is_ready() {
            is_triggered = true;
            pump.stop();
        }
        if is_triggered && !is_over && over.as_mut().poll(cx).is_ready() {
            is_over = true;
            pump.give_up(shutdown.reason());
        }
        pump.poll(reader.as_mut(), writer.as_mut(), cx)
    })
    .await;
    if let Some(admission) = admission {
        admission.settle().await;
    }
    ended.or_else(|error| match error.kind() {
        // The peer closed its end: that is how a connection ends, too (STDIO-7).
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(()),
        _ => Err(Error::new(ErrorKind::Io, "stdio failed").caused_by(error)),
    })
}

async fn first(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}
