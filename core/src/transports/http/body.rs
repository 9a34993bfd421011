//! Reads the body of a request: never past the limit, and not for ever.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use super::body_budget::{BodyBudget, Held, SMALL};
use super::guards::Refused;
use super::options::HttpOptions;

/// How much more than has come is made room for at a time: what a client only says that it will send takes no memory.
const FORESIGHT: usize = 8;

/// Reads the body: without a copy when it comes in one piece, never past the limit (HTTP-17), nor past what all bodies together may take.
pub(super) async fn collect<B>(body: B, options: &HttpOptions, budget: &BodyBudget) -> Result<Bytes, Refused>
where
    B: Body<Data = Bytes>,
{
    let limit = options.max_body_bytes;
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let mut body = pin!(body);
    let mut patience = Patience::new(options);
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    let mut held: Option<Held> = None;
    while !body.is_end_stream() {
        let Some(frame) = next(body.as_mut(), &mut patience).await? else { break };
        let Ok(piece) = frame.into_data() else { continue };
        let length = whole.len() + pieces.len() + piece.len();
        if length > limit {
            return Err(too_large(limit));
        }
        if length > SMALL && !held.get_or_insert_with(|| budget.hold()).grow(length) {
            return Err(no_room());
        }
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
            continue;
        }
        if pieces.is_empty() {
            let expected = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(limit);
            pieces.reserve(length + expected.min(FORESIGHT * length));
            pieces.extend_from_slice(&std::mem::take(&mut whole));
        }
        pieces.extend_from_slice(&piece);
    }
    let body = if pieces.is_empty() { whole } else { pieces.freeze() };
    Ok(match held {
        None => body,
        Some(held) => held.keep(body),
    })
}

/// The next piece of the body, unless it takes too long.
async fn next<B>(mut body: Pin<&mut B>, patience: &mut Patience) -> Result<Option<Frame<Bytes>>, Refused>
where
    B: Body<Data = Bytes>,
{
    let frame = poll_fn(|cx| match body.as_mut().poll_frame(cx) {
        Poll::Ready(frame) => {
            patience.paused = false;
            Poll::Ready(Ok(frame))
        }
        Poll::Pending => patience.poll_over(cx).map(Err),
    })
    .await?;
    frame.transpose().map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "the body of the request broke off"))
}

/// How long a body is still waited for. Those that are there at once must not pay for a timer.
struct Patience {
    pause: Duration,
    all: Duration,
    waiting: Option<Waiting>,
    /// Whether the timer runs since the last piece.
    paused: bool,
}

struct Waiting {
    end: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Patience {
    const fn new(options: &HttpOptions) -> Self {
        let (pause, all) = (options.body_pause_timeout, options.body_timeout);
        Self { pause, all, waiting: None, paused: false }
    }

    /// Ready with the refusal when the body paused for too long, or takes too long in all.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Refused> {
        let waiting = self.waiting.get_or_insert_with(|| {
            let end = Instant::now() + self.all;
            Waiting { end, timer: Box::pin(sleep_until(end)) }
        });
        if !self.paused {
            self.paused = true;
            waiting.timer.as_mut().reset(waiting.end.min(Instant::now() + self.pause));
        }
        ready!(waiting.timer.as_mut().poll(cx));
        let (what, limit) = if waiting.timer.deadline() < waiting.end {
            ("paused for more than", self.pause)
        } else {
            ("did not arrive within", self.all)
        };
        let message = format!("the body of the request {what} {} seconds", limit.as_secs_f64());
        Poll::Ready(Refused::new(StatusCode::REQUEST_TIMEOUT, message))
    }
}

fn too_large(limit: usize) -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the body of the request is over the limit of {limit} bytes"),
    )
}

fn no_room() -> Refused {
    let message = "there is no room for the body of this request at the moment: too many large ones are being read or worked on";
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, message)
}
