//! Bodies that take their time, by a clock that only moves when nothing else can.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::convert::Infallible;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use oxmcp_core::transports::http::{CorsOptions, Endpoint, HttpOptions};
use support::{ENVELOPE, modern_call};
use tokio::time::{Instant, Sleep, sleep};

/// A body that gives a space each time it has rested, and never ends.
struct Trickle(Pin<Box<Sleep>>, Duration);

impl Trickle {
    fn every(rest: Duration) -> Self {
        Self(Box::pin(sleep(rest)), rest)
    }
}

impl Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.0.as_mut().poll(cx));
        let next = Instant::now() + self.1;
        self.0.as_mut().reset(next);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}

fn post<B>(body: B) -> Request<B> {
    let request = Request::post("/mcp")
        .header("Host", "localhost")
        .header("Content-Type", "application/json")
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", "echo");
    request.body(body).unwrap()
}

fn endpoint(options: HttpOptions) -> Endpoint {
    Endpoint::new(support::engine().0, options, None).unwrap()
}

/// The status and the message of what is answered to a body, and after how long.
async fn refusal(endpoint: &Endpoint, rest: Duration) -> (u16, String, Duration) {
    let began = Instant::now();
    let response = endpoint.handle(post(Trickle::every(rest)), None).await;
    let took = began.elapsed();
    assert_eq!(response.headers()["connection"], "close");
    let status = response.status().as_u16();
    let Ok(body) = response.into_body().collect().await;
    (status, String::from_utf8(body.to_bytes().to_vec()).unwrap(), took)
}

#[tokio::test(start_paused = true)]
async fn a_body_that_pauses_for_ten_seconds_is_given_up() {
    // SEC-12
    let (status, body, took) = refusal(&endpoint(HttpOptions::default()), Duration::from_secs(3600)).await;
    assert_eq!((status, took.as_secs()), (408, 10), "{body}");
    assert!(body.contains("paused for more than 10 seconds"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_goes_on_for_a_minute_is_given_up() {
    // SEC-12: one byte in eight seconds never pauses for ten
    let (status, body, took) = refusal(&endpoint(HttpOptions::default()), Duration::from_secs(8)).await;
    assert_eq!((status, took.as_secs()), (408, 60), "{body}");
    assert!(body.contains("within 60 seconds"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn pages_read_that_their_body_was_given_up() {
    // HTTP-14
    let cors =
        CorsOptions { origins: Some(vec!["https://app.example".to_owned()]), ..CorsOptions::default() };
    let endpoint = endpoint(HttpOptions { cors: Some(cors), ..HttpOptions::default() });
    let mut request = post(Trickle::every(Duration::from_secs(3600)));
    request.headers_mut().insert("origin", "https://app.example".parse().unwrap());
    let response = endpoint.handle(request, None).await;
    assert_eq!(response.status(), 408);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
}

#[tokio::test(start_paused = true)]
async fn both_waits_can_be_set() {
    let endpoint = endpoint(HttpOptions {
        body_pause_timeout: Duration::from_secs(2),
        body_timeout: Duration::from_secs(5),
        ..HttpOptions::default()
    });
    let (_, body, took) = refusal(&endpoint, Duration::from_secs(3)).await;
    assert_eq!(took.as_secs(), 2, "{body}");
    let (_, body, took) = refusal(&endpoint, Duration::from_secs(1)).await;
    assert_eq!(took.as_secs(), 5, "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_slow_bodies_hold_up_nobody_else() {
    // SEC-12
    let endpoint = endpoint(HttpOptions::default());
    let slow: Vec<_> = (0..1000)
        .map(|_| {
            let endpoint = endpoint.clone();
            tokio::spawn(async move {
                endpoint.handle(post(Trickle::every(Duration::from_secs(8))), None).await.status().as_u16()
            })
        })
        .collect();
    let began = Instant::now();
    for id in 0..100 {
        let body = modern_call(id, "echo", ENVELOPE);
        let response = endpoint.handle(post(Full::new(Bytes::from(body))), None).await;
        assert_eq!(response.status(), 200);
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    for each in slow {
        assert_eq!(each.await.unwrap(), 408);
    }
    assert!(began.elapsed() < Duration::from_secs(61), "{:?}", began.elapsed());
}

/// A body of so many spaces, which waits before its end.
struct Waiting(usize, tokio::sync::oneshot::Receiver<()>);

impl Body for Waiting {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        const PIECE: usize = 10_000;
        if self.0 == 0 {
            return Pin::new(&mut self.1).poll(cx).map(|_| None);
        }
        let piece = self.0.min(PIECE);
        self.0 -= piece;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; piece])))))
    }
}

#[tokio::test(start_paused = true)]
async fn all_bodies_together_take_no_more_than_they_may() {
    // SEC-12, HTTP-17
    let options =
        HttpOptions { max_body_bytes: 100_000, max_body_memory_bytes: 250_000, ..HttpOptions::default() };
    let endpoint = endpoint(options);
    let mut ends = Vec::new();
    let mut reading = Vec::new();
    for _ in 0..3 {
        let (end, waits) = tokio::sync::oneshot::channel();
        ends.push(end);
        let endpoint = endpoint.clone();
        reading.push(tokio::spawn(async move { endpoint.handle(post(Waiting(80_000, waits)), None).await }));
    }
    sleep(Duration::from_secs(1)).await;
    let (_end, waits) = tokio::sync::oneshot::channel();
    let refused = endpoint.handle(post(Waiting(80_000, waits)), None).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    // Small ones are not held up.
    let small = Full::new(Bytes::from(modern_call(1, "echo", ENVELOPE)));
    assert_eq!(endpoint.handle(post(small), None).await.status(), 200);
    // The end of the others makes room again.
    drop(ends);
    for each in reading {
        assert_eq!(each.await.unwrap().status(), 400);
    }
    let padded = modern_call(1, "echo", ENVELOPE) + &" ".repeat(80_000);
    for _ in 0..10 {
        let body = Full::new(Bytes::from(padded.clone()));
        assert_eq!(endpoint.handle(post(body), None).await.status(), 200);
    }
}
