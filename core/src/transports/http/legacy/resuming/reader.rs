//! A connection that reads a stream. When it breaks, a call goes on, and what it says is kept (LHTTP-7).

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;

use super::KeptEvent;
use super::message::{push_mark, push_message};
use super::sessions::SessionStreams;
use super::stream::{Source, Step, Stream};
use crate::engine::{Engine, Exchange, Outgoing, SessionStream, Shutdown};

/// Reads a stream.
pub(in crate::transports::http) struct Reader {
    engine: Engine,
    streams: Arc<SessionStreams>,
    stream: Arc<Stream>,
    number: u64,
    /// What comes before the rest: what the client missed.
    missed: VecDeque<KeptEvent>,
    shutdown: Shutdown,
    is_over: bool,
}

/// Whether there is more to read.
pub(in crate::transports::http) enum Read {
    More,
    End,
}

impl Reader {
    pub(super) fn new(
        engine: Engine,
        streams: Arc<SessionStreams>,
        stream: Arc<Stream>,
        number: u64,
        missed: Vec<KeptEvent>,
        shutdown: Shutdown,
    ) -> Self {
        Self { engine, streams, stream, number, missed: missed.into(), shutdown, is_over: false }
    }

    /// Reads the answer to a request from its beginning; `said` is what it said already.
    pub(in crate::transports::http) fn of_exchange(
        engine: &Engine,
        streams: Arc<SessionStreams>,
        exchange: Exchange,
        said: Option<Outgoing>,
        shutdown: &Shutdown,
    ) -> Self {
        let is_primed = exchange.resumed_in().is_some_and(|session| session.primes_streams());
        let stream = streams.begin(Source::Exchange(Box::new(exchange)), said, is_primed);
        let number = stream.take_over();
        Self::new(engine.clone(), streams, stream, number, Vec::new(), shutdown.clone())
    }

    /// Reads what belongs to no request, from now on.
    pub(in crate::transports::http) fn of_session(
        engine: &Engine,
        streams: Arc<SessionStreams>,
        stream: SessionStream,
        shutdown: &Shutdown,
    ) -> Self {
        let is_primed = stream.session().primes_streams();
        let stream = streams.begin(Source::session(stream), None, is_primed);
        let number = stream.take_over();
        Self::new(engine.clone(), streams, stream, number, Vec::new(), shutdown.clone())
    }

    /// Writes the next event.
    pub(in crate::transports::http) fn poll_write(
        &mut self,
        out: &mut BytesMut,
        cx: &mut Context<'_>,
    ) -> Poll<Read> {
        if let Some(event) = self.missed.pop_front() {
            push_message(out, Some(&event.id), &event.message);
            return Poll::Ready(Read::More);
        }
        if self.is_over {
            return Poll::Ready(Read::End);
        }
        let retry = self.stream.resumption().retry;
        match ready!(self.stream.poll(self.number, true, &self.shutdown, cx)) {
            Step::Mark(id) => push_mark(out, id.as_deref(), retry),
            Step::Message(id, message) => push_message(out, id.as_deref(), &message),
            // The rest goes on when this is dropped.
            Step::Close(id) => {
                push_mark(out, id.as_deref(), retry);
                return Poll::Ready(Read::End);
            }
            Step::End => {
                self.is_over = true;
                self.streams.remove(&self.stream);
                return Poll::Ready(Read::End);
            }
            Step::Superseded => {
                self.is_over = true;
                return Poll::Ready(Read::End);
            }
        }
        Poll::Ready(Read::More)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if !self.stream.leave(self.number) {
            self.streams.remove(&self.stream);
            // What was said last is nowhere else.
            if self.stream.is_keeping() {
                let (stream, number) = (Arc::clone(&self.stream), self.number);
                self.engine.run_in_background(async move { stream.settle(number).await });
            }
            return;
        }
        let unread = Unread {
            streams: Arc::clone(&self.streams),
            stream: Arc::clone(&self.stream),
            number: self.number,
            is_superseded: false,
        };
        self.engine.run_in_background(unread.run(self.shutdown.clone()));
    }
}

/// A stream nobody reads. Dropped before its end, it is forgotten, and what runs is left to the engine.
struct Unread {
    streams: Arc<SessionStreams>,
    stream: Arc<Stream>,
    number: u64,
    is_superseded: bool,
}

impl Unread {
    async fn run(mut self, shutdown: Shutdown) {
        loop {
            match poll_fn(|cx| self.stream.poll(self.number, false, &shutdown, cx)).await {
                Step::End => return,
                Step::Superseded => {
                    self.is_superseded = true;
                    return;
                }
                Step::Mark(_) | Step::Message(..) | Step::Close(_) => {}
            }
        }
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if !self.is_superseded {
            self.streams.remove(&self.stream);
        }
    }
}
