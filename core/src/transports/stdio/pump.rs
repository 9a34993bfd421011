//! What one stdio connection does: lines in, messages out, and how it ends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep};

use super::StdioOptions;
use super::detour::{Back, Detour};
use super::lines::{Line, Lines};
use crate::handler::{Failure, FailureKind, Origin};
use crate::transports::duplex::Duplex;
use crate::transports::grace::{LAST_WORDS, input_ended, told_to_stop};
use crate::transports::line::push_one_line;

/// Turns before others get the thread: a peer that floods us must not keep it from the calls themselves.
const TURNS: usize = 32;

/// How often it is looked whether anybody is left, after the end of the input.
const LOOK: Duration = Duration::from_millis(100);

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
    /// Who waits for an answer of the client's was told that none comes.
    deaf: bool,
    /// What still runs was told that it is over.
    gave_up: bool,
}

/// Moves what comes to the engine, and what it says to the writer.
pub(super) struct Pump {
    lines: Lines,
    duplex: Duplex,
    queued: mpsc::Receiver<String>,
    output: BytesMut,
    flushed: bool,
    phase: Phase,
    options: StdioOptions,
    detour: Option<Detour>,
}

impl Pump {
    pub(super) fn new(
        duplex: Duplex,
        queued: mpsc::Receiver<String>,
        options: StdioOptions,
        detour: Option<Detour>,
    ) -> Self {
        Self {
            lines: Lines::new(options.max_line_bytes),
            duplex,
            queued,
            output: BytesMut::new(),
            flushed: true,
            phase: Phase::Serving,
            options,
            detour,
        }
    }

    pub(super) fn poll<R, W>(
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
            let mut moved = self.take_back(cx);
            moved |= self.take_queued(cx);
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
                && ((self.output.is_empty() && self.flushed && !is_waited_for(self.detour.as_ref()))
                    || timer.as_mut().poll(cx).is_ready())
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
            || self.detour.as_ref().is_some_and(Detour::is_full)
    }

    /// Whether what is read must wait for what was read before.
    fn is_busy(&self) -> bool {
        let passing = self.detour.as_ref().map_or(0, Detour::frames);
        // Calls that wait for an answer end only when it is read.
        self.duplex.running() + passing >= self.options.max_running && !self.duplex.is_asking()
    }

    /// Takes what comes back from those who wanted to see it.
    fn take_back(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Some(detour) = &mut self.detour
            && let Poll::Ready(back) = detour.poll_back(cx)
        {
            moved = true;
            match back {
                Some(Back::Frame(frame, origin)) => self.start(frame, origin),
                Some(Back::Message(message)) => push_message(&mut self.output, &message),
                Some(Back::News) => {}
                None => self.detour = None,
            }
        }
        moved
    }

    /// Takes what running exchanges have said.
    fn take_queued(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while !self.is_full() {
            let Poll::Ready(Some(message)) = self.queued.poll_recv(cx) else { break };
            say(&mut self.output, self.detour.as_mut(), message);
            moved = true;
        }
        moved
    }

    /// Starts what the lines that are here ask for, then reads once.
    fn take_lines<R: AsyncRead>(&mut self, reader: Pin<&mut R>, cx: &mut Context<'_>) -> io::Result<bool> {
        let mut moved = false;
        if self.detour.as_ref().is_some_and(|detour| !detour.is_decided()) {
            return Ok(moved);
        }
        loop {
            if self.is_full() || self.is_busy() {
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
            Line::Frame(frame) => match &mut self.detour {
                Some(detour) => {
                    if let Some(frame) = detour.lead_in(frame) {
                        self.start(frame, Origin::default());
                    }
                }
                None => self.start(frame, Origin::default()),
            },
            Line::TooLong(long) => {
                if let Some(answer) = self.duplex.too_long(*long, self.options.max_line_bytes) {
                    say(&mut self.output, self.detour.as_mut(), answer);
                }
            }
        }
    }

    /// Starts what a frame asks for.
    fn start(&mut self, frame: Bytes, origin: Origin) {
        let Self { output, detour, duplex, .. } = self;
        if let Some(exchange) = duplex.start(frame, origin, |message| say(output, detour.as_mut(), message)) {
            duplex.carry_on(exchange);
        }
    }

    /// No more input is read from here on.
    fn finish(&mut self, subscriptions: bool) {
        self.phase = Phase::Finishing(Finishing {
            timer: Box::pin(sleep(self.options.grace)),
            look: Box::pin(sleep(LOOK)),
            subscriptions,
            deaf: false,
            gave_up: false,
        });
    }

    /// The server is told to stop.
    pub(super) fn stop(&mut self) {
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
    pub(super) fn give_up(&mut self, reason: Arc<str>) {
        let Phase::Finishing(finishing) = &mut self.phase else { return };
        finishing.gave_up = true;
        finishing.timer.as_mut().reset(Instant::now() + LAST_WORDS);
        self.duplex.shutdown().expire(reason);
    }

    fn poll_finishing(&mut self, cx: &mut Context<'_>) {
        let Phase::Finishing(finishing) = &mut self.phase else { return };
        let is_passing = self.detour.as_ref().is_some_and(|detour| detour.frames() > 0);
        if !is_passing && !std::mem::replace(&mut finishing.deaf, true) {
            self.duplex.stop_asking(&no_answers(finishing.subscriptions));
        }
        let done =
            if finishing.subscriptions { self.duplex.poll_all(cx) } else { self.duplex.poll_calls(cx) };
        if done.is_ready() {
            self.take_rest();
        }
        let waits = done.is_pending() || is_waited_for(self.detour.as_ref());
        if waits && self.poll_patience(cx).is_pending() {
            return;
        }
        self.take_rest();
        self.phase = Phase::Closing { timer: Box::pin(sleep(LAST_WORDS)) };
    }

    /// What was said before the last call ended is still in the queue.
    fn take_rest(&mut self) {
        while let Ok(message) = self.queued.try_recv() {
            say(&mut self.output, self.detour.as_mut(), message);
        }
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

/// Why no question is answered any more: the server was told to stop, or the client has said its last.
fn no_answers(told_to_stop: bool) -> Failure {
    if told_to_stop {
        Failure::new(FailureKind::ShutDown, "the server is shutting down and takes no answers any more")
    } else {
        Failure::new(FailureKind::CannotAsk, "the client cannot answer any more: its input has ended")
    }
}

/// Has a message written, by way of whoever wants to see it.
fn say(output: &mut BytesMut, detour: Option<&mut Detour>, message: String) {
    let straight = match detour {
        Some(detour) => detour.lead_out(message),
        None => Some(message),
    };
    if let Some(message) = straight {
        push_message(output, &message);
    }
}

/// Whether something is yet to come back.
fn is_waited_for(detour: Option<&Detour>) -> bool {
    detour.is_some_and(Detour::has_any)
}

fn push_message(output: &mut BytesMut, message: &str) {
    output.reserve(message.len() + 1);
    push_one_line(output, message);
    output.extend_from_slice(b"\n");
}
