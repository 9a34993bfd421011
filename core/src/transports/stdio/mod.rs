//! One message per line, over any pair of byte streams (STDIO-1, STDIO-9).

mod bridge;
mod claim;
mod lines;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

pub use claim::{ClaimedInput, ClaimedOutput, claim};
use lines::{Line, Lines};

use super::duplex::Duplex;
use super::error_without_id;
use super::line::push_one_line;
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Origin;

/// Options of the stdio transport.
#[derive(Debug, Clone)]
pub struct StdioOptions {
    /// The longest line that is read, in bytes.
    pub max_line_bytes: usize,
    /// How much output may wait for a slow reader, in bytes; beyond it nothing more is read.
    pub max_output_bytes: usize,
    /// How many requests run at once; beyond it nothing more is read.
    pub max_running: usize,
    /// How long running calls may still take after the end of the input (STDIO-14).
    pub grace: Duration,
}

impl Default for StdioOptions {
    fn default() -> Self {
        Self {
            max_line_bytes: 4 * 1024 * 1024,
            max_output_bytes: 1024 * 1024,
            max_running: 10_000,
            grace: Duration::from_secs(1),
        }
    }
}

/// Turns before others get the thread: a peer that floods us must not keep it from the calls themselves.
const TURNS: usize = 32;

/// Serves one peer until its input ends, it stops reading, or `shutdown` is given. Requests run concurrently; answers come
/// as they are ready, each on a line of its own, as many as are ready in one write (STDIO-15).
///
/// At the end of the input what is done is written, what runs may take [`StdioOptions::grace`] longer, and subscriptions
/// end. `shutdown` ends the engine's subscriptions with their closing result first (SUB-5).
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
    let stop_subscriptions = engine.shutdown().clone();
    let (duplex, queued) = Duplex::connect(engine)?;
    let mut reader = pin!(reader);
    let mut writer = pin!(writer);
    let mut stop = pin!(shutdown.triggered());
    let mut pump = Pump {
        lines: Lines::new(options.max_line_bytes),
        duplex,
        queued,
        output: BytesMut::new(),
        flushed: true,
        phase: Phase::Serving,
        options,
    };
    poll_fn(|cx| {
        if matches!(pump.phase, Phase::Serving) && stop.as_mut().poll(cx).is_ready() {
            stop_subscriptions.trigger();
            pump.finish(true);
        }
        pump.poll(reader.as_mut(), writer.as_mut(), cx)
    })
    .await
    .or_else(|error| match error.kind() {
        // The peer closed its end: that is how a connection ends, too (STDIO-7).
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(()),
        _ => Err(Error::new(ErrorKind::Io, "stdio failed").caused_by(error)),
    })
}

/// Where a connection is in its life.
enum Phase {
    Serving,
    /// No more input. What runs may finish until the timer ends; subscriptions only if they were told to.
    Finishing {
        timer: Pin<Box<Sleep>>,
        subscriptions: bool,
    },
    /// What is left is written, unless the peer takes nothing until the timer ends.
    Closing {
        timer: Pin<Box<Sleep>>,
    },
}

struct Pump {
    lines: Lines,
    duplex: Duplex,
    queued: mpsc::Receiver<String>,
    output: BytesMut,
    flushed: bool,
    phase: Phase,
    options: StdioOptions,
}

impl Pump {
    fn poll<R, W>(
        &mut self,
        mut reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead,
        W: AsyncWrite,
    {
        for _ in 0..TURNS {
            let mut moved = self.take_queued(cx);
            if matches!(self.phase, Phase::Serving) {
                moved |= self.take_lines(reader.as_mut(), cx)?;
            }
            self.poll_finishing(cx);
            moved |= self.write(writer.as_mut(), cx)?;
            if let Phase::Closing { timer } = &mut self.phase
                && ((self.output.is_empty() && self.flushed) || timer.as_mut().poll(cx).is_ready())
            {
                return Poll::Ready(Ok(()));
            }
            if !moved {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether the peer reads so slowly that we wait for it.
    fn is_full(&self) -> bool {
        self.output.len() >= self.options.max_output_bytes
    }

    /// Takes what running exchanges have said.
    fn take_queued(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while !self.is_full() {
            let Poll::Ready(Some(message)) = self.queued.poll_recv(cx) else { break };
            push_message(&mut self.output, &message);
            moved = true;
        }
        moved
    }

    /// Starts what the lines that are here ask for, then reads once.
    fn take_lines<R: AsyncRead>(&mut self, reader: Pin<&mut R>, cx: &mut Context<'_>) -> io::Result<bool> {
        let mut moved = false;
        loop {
            if self.is_full() || self.duplex.running() >= self.options.max_running {
                // Asking for ended ones also makes sure that we are told of the next.
                if self.is_full() || !self.duplex.poll_ended(cx) {
                    return Ok(moved);
                }
                continue;
            }
            let Some(line) = self.lines.next() else { break };
            moved = true;
            self.take_line(line);
        }
        match self.lines.poll_fill(reader, cx) {
            Poll::Pending => Ok(moved),
            Poll::Ready(Ok(true)) => Ok(true),
            Poll::Ready(Ok(false)) => {
                while let Some(line) = self.lines.next() {
                    self.take_line(line);
                }
                self.finish(false);
                Ok(true)
            }
            Poll::Ready(Err(error)) => Err(error),
        }
    }

    fn take_line(&mut self, line: Line) {
        match line {
            Line::Frame(frame) => {
                let output = &mut self.output;
                if let Some(exchange) =
                    self.duplex.start(frame, Origin::default(), |message| push_message(output, &message))
                {
                    self.duplex.carry_on(exchange);
                }
            }
            Line::TooLong => {
                let limit = self.options.max_line_bytes;
                push_message(
                    &mut self.output,
                    &error_without_id(&format!("a line is over the limit of {limit} bytes")),
                );
            }
        }
    }

    /// No more input is read from here on.
    fn finish(&mut self, subscriptions: bool) {
        self.phase = Phase::Finishing { timer: Box::pin(sleep(self.options.grace)), subscriptions };
    }

    fn poll_finishing(&mut self, cx: &mut Context<'_>) {
        let Phase::Finishing { timer, subscriptions } = &mut self.phase else { return };
        let done = if *subscriptions { self.duplex.poll_all(cx) } else { self.duplex.poll_calls(cx) };
        if done.is_pending() && timer.as_mut().poll(cx).is_pending() {
            return;
        }
        // What was said before is still in the queue.
        while let Ok(message) = self.queued.try_recv() {
            push_message(&mut self.output, &message);
        }
        self.phase = Phase::Closing { timer: Box::pin(sleep(self.options.grace)) };
    }

    /// Writes what is there; a message that was begun is finished before anything else is written.
    fn write<W: AsyncWrite>(&mut self, mut writer: Pin<&mut W>, cx: &mut Context<'_>) -> io::Result<bool> {
        let mut moved = false;
        while !self.output.is_empty() {
            let Poll::Ready(written) = writer.as_mut().poll_write(cx, &self.output)? else {
                return Ok(moved);
            };
            if written == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.output.advance(written);
            self.flushed = false;
            moved = true;
        }
        if !self.flushed && writer.as_mut().poll_flush(cx)?.is_ready() {
            self.flushed = true;
            moved = true;
        }
        Ok(moved)
    }
}

fn push_message(output: &mut BytesMut, message: &str) {
    output.reserve(message.len() + 1);
    push_one_line(output, message);
    output.extend_from_slice(b"\n");
}
