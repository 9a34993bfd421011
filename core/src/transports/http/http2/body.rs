//! An answer on a stream, in pieces no longer than a frame.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};

use super::FRAME;
use super::streams::Open;
use crate::transports::http::response::ResponseBody;

/// A response's body. It is asked for its next piece when the client has room for it: what it gives away then waits nowhere else, and
/// a client that takes nothing is noticed.
pub(super) struct StreamBody {
    body: ResponseBody,
    /// What is left of a piece that is longer than a frame.
    rest: Bytes,
    open: Open,
}

impl StreamBody {
    pub(super) fn new(body: ResponseBody, open: Open) -> Self {
        Self { body, rest: Bytes::new(), open }
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.open.is_read();
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                None => return Poll::Ready(None),
            }
        }
        let count = self.rest.remaining().min(FRAME as usize);
        let piece = self.rest.split_to(count);
        self.open.offers();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        let upper = hint.upper().map(|upper| upper + rest);
        hint.set_lower(hint.lower() + rest);
        if let Some(upper) = upper {
            hint.set_upper(upper);
        }
        hint
    }
}
