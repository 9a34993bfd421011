//! Server-sent events: framing, keep-alive, and a body that pulls from its source only when the socket has room.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, Sleep};

use super::endpoint::NO_MORE_ANSWERS;
use super::lease::Ending;
use super::sse::SseStream;
use super::{Read, Reader};
use crate::engine::{Engine, Exchange, Outgoing, SessionStream, Shutdown};
use crate::middleware::{Begun, Permit};
use crate::transports::line::push_one_line;

/// The comment that keeps a silent stream alive (SSE-5).
const KEEP_ALIVE: &[u8] = b": keep-alive\n\n";

/// Messages that are ready together go out together, up to about this many bytes.
const BATCH_BYTES: usize = 16 * 1024;

/// Where the events come from.
pub(super) enum Source {
    /// A request: ends with its response (SSE-3).
    Exchange(Box<Exchange>),
    /// A legacy session's own stream.
    Session(NextOfSession),
    /// One of these that can be resumed.
    Resumable(Box<Reader>),
    /// A session of HTTP+SSE.
    Sse(Box<SseStream>),
    /// Nothing more.
    Ended,
}

/// Waits for a session's next message; gives the stream back with it.
type NextOfSession = Pin<Box<dyn Future<Output = Option<(String, SessionStream)>> + Send>>;

impl Source {
    /// A session's stream as a source.
    pub(super) fn session(mut stream: SessionStream) -> Self {
        Self::Session(Box::pin(async move {
            let message = stream.next().await?;
            Some((message, stream))
        }))
    }
}

/// The body of an event stream. Dropping it drops the source: for a request that is cancellation (HTTP-10).
pub(super) struct EventStream {
    source: Source,
    buffer: BytesMut,
    interval: Duration,
    shutdown: Shutdown,
    timer: Option<Pin<Box<Sleep>>>,
    ending: Option<Ending>,
    /// Whoever hears of streams hears of its end.
    _told: Vec<Permit>,
}

impl EventStream {
    /// A stream over `source` that says something at least every `interval`. When `shutdown` expires, what still runs is
    /// answered with an error.
    pub(super) fn new(source: Source, interval: Duration, engine: &Engine, shutdown: &Shutdown) -> Self {
        let told = engine.admission().map(|admission| admission.begins(Begun::Stream));
        Self {
            source,
            buffer: BytesMut::new(),
            interval,
            shutdown: shutdown.clone(),
            timer: None,
            ending: None,
            _told: told.unwrap_or_default(),
        }
    }

    /// The same stream with an event before all others.
    pub(super) fn starting_with(mut self, message: &str) -> Self {
        push_event(&mut self.buffer, "message", message);
        self
    }

    /// The same stream with an event of this name before all others.
    pub(super) fn starting_with_event(mut self, name: &str, data: &str) -> Self {
        push_event(&mut self.buffer, name, data);
        self
    }

    /// The same stream, which ends then at the latest.
    pub(super) fn until(mut self, ending: Option<Ending>) -> Self {
        self.ending = ending;
        self
    }

    pub(super) fn has_ended(&self) -> bool {
        self.buffer.is_empty() && matches!(self.source, Source::Ended)
    }

    /// The next bytes: all events that are ready, or a keep-alive.
    pub(super) fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(ending) = &mut self.ending
            && let Poll::Ready(is_told) = ending.poll(cx)
        {
            self.ending = None;
            if !is_told {
                self.source = Source::Ended;
            }
        }
        while self.buffer.len() < BATCH_BYTES {
            match self.poll_source(cx) {
                Poll::Ready(Read::More) => {}
                Poll::Ready(Read::End) => {
                    self.source = Source::Ended;
                    break;
                }
                Poll::Pending => break,
            }
        }
        if !self.buffer.is_empty() {
            if let Some(timer) = &mut self.timer {
                timer.as_mut().reset(Instant::now() + self.interval);
            }
            return Poll::Ready(Some(self.buffer.split().freeze()));
        }
        if matches!(self.source, Source::Ended) {
            return Poll::Ready(None);
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.interval)));
        ready!(timer.as_mut().poll(cx));
        timer.as_mut().reset(Instant::now() + self.interval);
        Poll::Ready(Some(Bytes::from_static(KEEP_ALIVE)))
    }

    /// Writes what comes next.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Read> {
        let message = match &mut self.source {
            Source::Exchange(exchange) => match ready!(poll_exchange(exchange, &self.shutdown, cx)) {
                Some(Outgoing::Message(message)) => Some(message),
                Some(Outgoing::CloseStream) => return Poll::Ready(Read::More),
                Some(Outgoing::Response(response)) => {
                    self.source = Source::Ended;
                    Some(response.body.into_text())
                }
                // A cancelled request gets nothing more; its stream just ends (CAN-2, CAN-10).
                Some(Outgoing::Accepted | Outgoing::Cancelled(_)) | None => None,
            },
            Source::Session(next) => ready!(next.as_mut().poll(cx)).map(|(message, stream)| {
                self.source = Source::session(stream);
                message
            }),
            Source::Resumable(reader) => return reader.poll_write(&mut self.buffer, cx),
            Source::Sse(stream) => ready!(stream.poll_next(cx)),
            Source::Ended => None,
        };
        let Some(message) = message else { return Poll::Ready(Read::End) };
        push_event(&mut self.buffer, "message", &message);
        Poll::Ready(Read::More)
    }
}

/// What the exchange says next, or its end when the time to finish is over.
pub(super) fn poll_exchange(
    exchange: &mut Exchange,
    shutdown: &Shutdown,
    cx: &mut Context<'_>,
) -> Poll<Option<Outgoing>> {
    let said = exchange.poll_next(cx);
    if said.is_pending() && shutdown.is_triggered() {
        exchange.stop_asking(NO_MORE_ANSWERS);
    }
    match said {
        Poll::Pending if shutdown.is_over() => match exchange.give_up(&shutdown.reason()) {
            Some(last) => Poll::Ready(Some(last)),
            None => Poll::Pending,
        },
        said => said,
    }
}

/// Appends one event. Its data is one line (SEC-17).
fn push_event(out: &mut BytesMut, name: &str, data: &str) {
    out.reserve(data.len() + 32);
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    push_one_line(out, data);
    out.extend_from_slice(b"\n\n");
}
