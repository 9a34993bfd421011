//! One stream: where its messages come from, and who reads it at the moment.
//!
//! Whoever reads polls the source, has each message kept, and only then gets it. With one reader at a time, all that was polled is
//! in the store, in order: who comes back reads there first and goes on where that ends. Nothing is missed or sent twice.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use super::{Keeping, Resumption};
use crate::engine::{Exchange, Outgoing, SessionStream, Shutdown};
use crate::transports::http::event_stream::poll_exchange;

/// Where the messages come from.
pub(super) enum Source {
    /// A request: ends with its response.
    Exchange(Box<Exchange>),
    /// What belongs to no request.
    Session(NextOfSession),
    /// Nothing more.
    Ended,
}

/// Waits for a session's next message; gives the stream back with it.
pub(super) type NextOfSession = Pin<Box<dyn Future<Output = Option<(String, SessionStream)>> + Send>>;

impl Source {
    pub(super) fn session(mut stream: SessionStream) -> Self {
        Self::Session(Box::pin(async move {
            let message = stream.next().await?;
            Some((message, stream))
        }))
    }
}

/// What comes next.
pub(super) enum Step {
    /// An event without a message.
    Mark(Option<Arc<str>>),
    /// A message, and its id where it could be kept.
    Message(Option<Arc<str>>, Arc<str>),
    /// The author has the connection closed; with the id of a last event for it.
    Close(Option<Arc<str>>),
    /// It is over.
    End,
    /// Somebody else reads now.
    Superseded,
}

/// What is being kept.
enum Kept {
    Mark,
    Message(Arc<str>),
    Close,
}

struct State {
    source: Source,
    /// What the source said before the stream began.
    said: Option<Outgoing>,
    keeping: Option<(Keeping<Arc<str>>, Kept)>,
    /// Counts those who read.
    reader: u64,
    waker: Option<Waker>,
}

pub(super) struct Stream {
    pub(super) name: Arc<str>,
    resumption: Resumption,
    state: Mutex<State>,
}

impl Stream {
    /// A stream, which begins with an event without a message if it is primed.
    pub(super) fn new(
        name: Arc<str>,
        resumption: Resumption,
        source: Source,
        said: Option<Outgoing>,
        is_primed: bool,
    ) -> Self {
        let keeping = is_primed.then(|| (resumption.store.keep(&name, None), Kept::Mark));
        let state = Mutex::new(State { source, said, keeping, reader: 0, waker: None });
        Self { name, resumption, state }
    }

    pub(super) const fn resumption(&self) -> &Resumption {
        &self.resumption
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A source that panicked is polled once more, and says that it is over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This reader goes. Returns whether the stream goes on although nobody reads it.
    pub(super) fn leave(&self, reader: u64) -> bool {
        let state = &mut *self.state();
        match &mut state.source {
            Source::Exchange(exchange) => {
                if state.reader == reader {
                    exchange.note_reader(false);
                }
                true
            }
            Source::Session(_) | Source::Ended => false,
        }
    }

    /// Whether something it said is not kept yet.
    pub(super) fn is_keeping(&self) -> bool {
        self.state().keeping.is_some()
    }

    /// Begins to read, in whose ever place; returns the reader's number.
    pub(super) fn take_over(&self) -> u64 {
        let mut state = self.state();
        state.reader += 1;
        if let Source::Exchange(exchange) = &mut state.source {
            exchange.note_reader(true);
        }
        let (number, waker) = (state.reader, state.waker.take());
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        number
    }

    /// Waits until what another reader was having kept is kept: then the store has all there was.
    pub(super) async fn settle(&self, reader: u64) {
        poll_fn(|cx| {
            let mut state = self.state();
            if state.reader == reader
                && let Some((future, _)) = &mut state.keeping
            {
                // Whatever came of it: what the store does not have, nobody can replay.
                let _ = ready!(future.as_mut().poll(cx));
                state.keeping = None;
            }
            Poll::Ready(())
        })
        .await;
    }

    /// What comes next for this reader. `connected`: whether there is a connection that can be closed.
    pub(super) fn poll(
        &self,
        reader: u64,
        connected: bool,
        shutdown: &Shutdown,
        cx: &mut Context<'_>,
    ) -> Poll<Step> {
        let mut state = self.state();
        if state.reader != reader {
            return Poll::Ready(Step::Superseded);
        }
        let step = self.poll_step(&mut state, connected, shutdown, cx);
        if step.is_pending() {
            state.waker = Some(cx.waker().clone());
        }
        step
    }

    fn poll_step(
        &self,
        state: &mut State,
        connected: bool,
        shutdown: &Shutdown,
        cx: &mut Context<'_>,
    ) -> Poll<Step> {
        loop {
            if let Some((future, _)) = &mut state.keeping {
                let id = ready!(future.as_mut().poll(cx)).inspect_err(|error| {
                    tracing::warn!(%error, "an event could not be kept: a client that loses it does not find it again");
                });
                if let Some((_, kept)) = state.keeping.take() {
                    let id = id.ok();
                    return Poll::Ready(match kept {
                        Kept::Mark => Step::Mark(id),
                        Kept::Message(message) => Step::Message(id, message),
                        Kept::Close => Step::Close(id),
                    });
                }
            }
            let outgoing = match state.said.take() {
                Some(said) => Some(said),
                None => ready!(poll_source(&mut state.source, shutdown, cx)),
            };
            state.keeping = match outgoing {
                Some(Outgoing::Message(message)) => Some(self.keep(message)),
                Some(Outgoing::Response(response)) => {
                    state.source = Source::Ended;
                    Some(self.keep(response.body.into_text()))
                }
                Some(Outgoing::CloseStream) if connected => {
                    Some((self.resumption.store.keep(&self.name, None), Kept::Close))
                }
                Some(Outgoing::CloseStream) => None,
                Some(Outgoing::Accepted | Outgoing::Cancelled(_)) | None => {
                    state.source = Source::Ended;
                    return Poll::Ready(Step::End);
                }
            };
        }
    }

    fn keep(&self, message: String) -> (Keeping<Arc<str>>, Kept) {
        let message: Arc<str> = Arc::from(message);
        (self.resumption.store.keep(&self.name, Some(Arc::clone(&message))), Kept::Message(message))
    }
}

fn poll_source(source: &mut Source, shutdown: &Shutdown, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
    match source {
        Source::Exchange(exchange) => poll_exchange(exchange, shutdown, cx),
        Source::Session(next) => {
            let Some((message, stream)) = ready!(next.as_mut().poll(cx)) else { return Poll::Ready(None) };
            *source = Source::session(stream);
            Poll::Ready(Some(Outgoing::Message(message)))
        }
        Source::Ended => Poll::Ready(None),
    }
}
