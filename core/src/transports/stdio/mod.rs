//! One message per line, over any pair of byte streams (STDIO-1, STDIO-9).

mod bridge;
mod claim;
mod lines;
mod peer;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep};

pub use claim::{Aside, ClaimedInput, ClaimedOutput, claim, set_aside};
use lines::{Line, Lines};
pub use peer::Peer;

use super::duplex::{Duplex, MAX_FRAME_BYTES, too_long};
use super::grace::{LAST_WORDS, input_ended, told_to_stop};
use super::line::push_one_line;
use crate::engine::{Engine, Shutdown};
use crate::error::{Error, ErrorKind, Result};
use crate::handler::Origin;

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

/// Turns before others get the thread: a peer that floods us must not keep it from the calls themselves.
const TURNS: usize = 32;

/// How often it is looked whether anybody is left, after the end of the input.
const LOOK: Duration = Duration::from_millis(100);

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
    let (duplex, queued) = Duplex::connect(engine)?;
    // Given with the engine's, which `shutdown` need not be.
    let ending = duplex.shutdown().clone();
    let mut reader = pin!(reader);
    let mut writer = pin!(writer);
    let mut triggered = pin!(first(shutdown.triggered(), ending.triggered()));
    let mut over = pin!(first(shutdown.over(), ending.over()));
    let (mut is_triggered, mut is_over) = (false, false);
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
    .await
    .or_else(|error| match error.kind() {
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

/// Where a connection is in its life.
enum Phase {
    Serving,
    /// No more input. What runs may finish; subscriptions only if they were told to.
    Finishing(Finishing),
    /// What is left is written, unless the peer takes nothing until the timer ends.
    Closing {
        timer: Pin<Box<Sleep>>,
    },
}

struct Finishing {
    timer: Pin<Box<Sleep>>,
    look: Pin<Box<Sleep>>,
    subscriptions: bool,
    /// What still runs was told that it is over.
    gave_up: bool,
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
            let written = self.write(writer.as_mut(), cx)?;
            moved |= written;
            if let Phase::Closing { timer } = &mut self.phase
                && written
            {
                timer.as_mut().reset(Instant::now() + LAST_WORDS);
            }
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
            Line::TooLong(long) => {
                if let Some(answer) = too_long(*long, self.options.max_line_bytes) {
                    push_message(&mut self.output, &answer);
                }
            }
        }
    }

    /// No more input is read from here on.
    fn finish(&mut self, subscriptions: bool) {
        self.phase = Phase::Finishing(Finishing {
            timer: Box::pin(sleep(self.options.grace)),
            look: Box::pin(sleep(LOOK)),
            subscriptions,
            gave_up: false,
        });
    }

    /// The server is told to stop.
    fn stop(&mut self) {
        match &self.phase {
            Phase::Serving => {
                self.duplex.shutdown().trigger();
                self.finish(true);
            }
            // Told to end for the second time.
            Phase::Finishing(_) => {
                self.give_up("the input has ended, and then the server was told to stop".into());
            }
            Phase::Closing { .. } => {}
        }
    }

    /// Has what still runs answered with an error.
    fn give_up(&mut self, reason: Arc<str>) {
        let Phase::Finishing(finishing) = &mut self.phase else { return };
        finishing.gave_up = true;
        finishing.timer.as_mut().reset(Instant::now() + LAST_WORDS);
        self.duplex.shutdown().expire(reason);
    }

    fn poll_finishing(&mut self, cx: &mut Context<'_>) {
        let Phase::Finishing(finishing) = &self.phase else { return };
        let done =
            if finishing.subscriptions { self.duplex.poll_all(cx) } else { self.duplex.poll_calls(cx) };
        if done.is_pending() && self.poll_patience(cx).is_pending() {
            return;
        }
        // What was said before is still in the queue.
        while let Ok(message) = self.queued.try_recv() {
            push_message(&mut self.output, &message);
        }
        self.phase = Phase::Closing { timer: Box::pin(sleep(LAST_WORDS)) };
    }

    /// Ready when even the errors took too long.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Phase::Finishing(finishing) = &mut self.phase else { return Poll::Ready(()) };
            if finishing.timer.as_mut().poll(cx).is_ready() {
                if finishing.gave_up {
                    return Poll::Ready(());
                }
                let grace = self.options.grace;
                let told = self.duplex.shutdown().is_triggered();
                self.give_up(if told { told_to_stop(grace) } else { input_ended(grace) }.into());
            } else if finishing.look.as_mut().poll(cx).is_ready() {
                finishing.look.as_mut().reset(Instant::now() + LOOK);
                if !finishing.gave_up && self.options.peer.is_gone() {
                    self.give_up("the client is gone".into());
                }
            } else {
                return Poll::Pending;
            }
        }
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
