//! A request's body that the host hands over as it arrives.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The reader's end of a body that arrives in pieces.
#[derive(Debug)]
pub struct ArrivingBody(Arc<Shared>);

/// The host's end: takes the pieces.
#[derive(Debug)]
pub struct BodySender(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Bytes>,
    /// How much is still to come at least, as the request's head announced it.
    announced: u64,
    ended: bool,
    reader: Option<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement below.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Both ends of a body of which `announced` bytes are to come; 0 when nobody knows.
#[must_use]
pub fn arriving_body(announced: u64) -> (BodySender, ArrivingBody) {
    let shared = Arc::new(Shared(Mutex::new(State { announced, ..State::default() })));
    (BodySender(Arc::clone(&shared)), ArrivingBody(shared))
}

impl BodySender {
    /// Hands over a piece; with `more` false it is the last.
    pub fn send(&self, piece: Bytes, more: bool) {
        let mut state = self.0.state();
        if !piece.is_empty() {
            state.pieces.push_back(piece);
        }
        state.ended |= !more;
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Body for ArrivingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut state = self.0.state();
        if let Some(piece) = state.pieces.pop_front() {
            state.announced = state.announced.saturating_sub(piece.len() as u64);
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        let state = self.0.state();
        state.ended && state.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let state = self.0.state();
        let there = state.pieces.iter().map(|piece| piece.len() as u64).sum();
        if state.ended { SizeHint::with_exact(there) } else { at_least(there.max(state.announced)) }
    }
}

fn at_least(lower: u64) -> SizeHint {
    let mut hint = SizeHint::new();
    hint.set_lower(lower);
    hint
}
