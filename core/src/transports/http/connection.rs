//! One connection's clock. A request costs two relaxed stores; one sweep over all connections, a few times a second at
//! most, finds those that stand still. A timer per connection and phase would cost more than the rest of this transport.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::http2::Streams;
use super::options::HttpOptions;
use super::pieces::Pieces;
use super::response::ResponseBody;
use super::socket::Socket;

/// Counts sweeps: the time of all connections of a listener, in ticks.
#[derive(Debug, Default)]
pub(super) struct Clock(AtomicU64);

impl Clock {
    pub(super) fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nothing has come on this connection yet.
const NEW: u64 = 0;
/// The last request is answered, no byte of another came.
const IDLE: u64 = 1;
/// A request's head is on its way.
const HEAD: u64 = 2;
/// A request is being served.
const SERVING: u64 = 3;
/// All is said; the peer may still be sending.
const CLOSING: u64 = 4;
/// HTTP/2: no stream is open.
const RESTING: u64 = 5;
/// Something is settled before HTTP begins: a proxy says for whom it comes, the parties agree on keys.
const SHAKING_HANDS: u64 = 6;
/// The phases fit below this.
const PHASES: u64 = 8;

/// How long and how much we listen to a peer that still sends after we refused. Closing at once would reset the
/// connection, and the peer would never read why.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// What a connection does, and since when.
#[derive(Debug)]
pub(super) struct Activity {
    clock: Arc<Clock>,
    /// The tick, times [`PHASES`], plus the phase.
    phase: AtomicU64,
    /// The tick since which the peer takes nothing, plus one; 0 while it does.
    blocked: AtomicU64,
    /// The last request was refused, perhaps before all of it was read.
    refused: AtomicBool,
    /// What there is of HTTP/2, where it is spoken.
    streams: OnceLock<Box<Streams>>,
}

/// The limits of a connection in ticks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) tick: Duration,
    handshake: u64,
    pub(super) header: u64,
    idle: u64,
    pub(super) write: u64,
    linger: u64,
}

impl Limits {
    pub(super) fn new(options: &HttpOptions) -> Self {
        let handshake = options.tls.as_ref().map_or(options.header_timeout, |tls| tls.handshake_timeout);
        let least =
            options.header_timeout.min(options.idle_timeout).min(options.write_timeout).min(handshake);
        let tick = (least / 8).clamp(Duration::from_millis(5), Duration::from_secs(1));
        // A phase begins somewhere within a tick: one more, so that nobody is cut short.
        let ticks = |limit: Duration| {
            u64::try_from(limit.as_nanos().div_ceil(tick.as_nanos()))
                .unwrap_or(u64::MAX / 8)
                .saturating_add(1)
        };
        Self {
            tick,
            handshake: ticks(handshake),
            header: ticks(options.header_timeout),
            idle: ticks(options.idle_timeout),
            write: ticks(options.write_timeout),
            linger: ticks(LINGER),
        }
    }
}

impl Activity {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        let phase = AtomicU64::new(clock.now() * PHASES + NEW);
        let streams = OnceLock::new();
        Self { clock, phase, blocked: AtomicU64::new(0), refused: AtomicBool::new(false), streams }
    }

    /// From now on, and until [`begin`](Self::begin), there is something to be settled before HTTP.
    pub(super) fn shake_hands(&self) {
        self.enter(SHAKING_HANDS);
    }

    /// HTTP begins.
    pub(super) fn begin(&self) {
        self.enter(NEW);
    }

    /// HTTP/2 begins, of which the streams are.
    pub(super) fn begin_http2(&self) -> &Streams {
        let streams = self.streams.get_or_init(|| Box::new(Streams::new(Arc::clone(&self.clock))));
        self.enter(RESTING);
        streams
    }

    /// What there is of HTTP/2, where it is spoken.
    pub(super) fn streams(&self) -> Option<&Streams> {
        self.streams.get().map(|streams| &**streams)
    }

    /// HTTP/2: the first of several streams is open, or the last one is not any more.
    pub(super) fn note_streams(&self, open: bool) {
        self.enter(if open { SERVING } else { RESTING });
    }

    /// The server ends. Whether the connection can be closed at once; with HTTP/2 the client is told first.
    pub(super) fn may_close(&self) -> bool {
        if self.phase() == RESTING {
            self.enter(RESTING);
        }
        self.is_idle()
    }

    fn enter(&self, phase: u64) {
        self.phase.store(self.clock.now() * PHASES + phase, Ordering::Relaxed);
    }

    fn phase(&self) -> u64 {
        self.phase.load(Ordering::Relaxed) % PHASES
    }

    /// Whether no request is being read or served.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase(), NEW | IDLE)
    }

    /// Marks a request as being served until the guard is dropped.
    pub(super) fn serve(self: &Arc<Self>) -> Serving {
        self.enter(SERVING);
        Serving(Arc::clone(self))
    }

    /// Notes whether the request being served was refused.
    pub(super) fn note_status(&self, status: StatusCode) {
        let refused = status.is_client_error() || status == StatusCode::SERVICE_UNAVAILABLE;
        self.refused.store(refused, Ordering::Relaxed);
    }

    /// Whether the head of a request does not come to its end, or a client does not go, while the server ends.
    pub(super) fn is_dawdling(&self, limits: &Limits) -> bool {
        let phase = self.phase.load(Ordering::Relaxed);
        matches!(phase % PHASES, HEAD | RESTING | SHAKING_HANDS)
            && self.clock.now().saturating_sub(phase / PHASES) > limits.linger
    }

    /// Which limit the connection is over, if any.
    pub(super) fn overdue(&self, limits: &Limits) -> Option<&'static str> {
        let now = self.clock.now();
        let blocked = self.blocked.load(Ordering::Relaxed);
        if blocked != 0 && now.saturating_sub(blocked - 1) > limits.write {
            return Some("the client takes nothing of what is ready for it");
        }
        if let Some(reason) = self.streams().and_then(|streams| streams.overdue(limits)) {
            return Some(reason);
        }
        let phase = self.phase.load(Ordering::Relaxed);
        let age = now.saturating_sub(phase / PHASES);
        match phase % PHASES {
            NEW if age > limits.header => Some("no request came"),
            SHAKING_HANDS if age > limits.handshake => Some("the handshake took too long"),
            IDLE | RESTING if age > limits.idle => Some("no further request came"),
            CLOSING if age > limits.linger => Some("the client goes on sending after its refusal"),
            HEAD if age > limits.header => Some("the request's head took too long"),
            _ => None,
        }
    }
}

/// A request being served; dropped when its answer is out.
#[derive(Debug)]
pub(super) struct Serving(Arc<Activity>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.enter(IDLE);
    }
}

/// The socket, watched.
pub(super) struct WatchedStream {
    stream: Socket,
    activity: Arc<Activity>,
    /// How much is still listened to, once our side is closed.
    lingering: Option<usize>,
}

impl WatchedStream {
    pub(super) fn new(stream: Socket, activity: Arc<Activity>) -> Self {
        Self { stream, activity, lingering: None }
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        let blocked = &self.activity.blocked;
        let before = blocked.load(Ordering::Relaxed);
        if written.is_ready() {
            if before != 0 {
                blocked.store(0, Ordering::Relaxed);
            }
        } else if before == 0 {
            blocked.store(self.activity.clock.now() + 1, Ordering::Relaxed);
        }
        written
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before && self.activity.is_idle() {
            self.activity.enter(HEAD);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if self.stream.holds_back() { self.note(flushed) } else { flushed }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.note(shut))?;
            let cut_off = self.activity.refused.load(Ordering::Relaxed) || self.activity.phase() == HEAD;
            self.lingering = Some(if cut_off { LINGER_BYTES } else { 0 });
            self.activity.enter(CLOSING);
        }
        let mut scratch = [MaybeUninit::uninit(); 4096];
        while let Some(left @ 1..) = self.lingering {
            let mut buffer = ReadBuf::uninit(&mut scratch);
            // Whatever goes wrong now, the connection is over anyway.
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            let count = buffer.filled().len();
            self.lingering = Some(if read.is_err() || count == 0 { 0 } else { left.saturating_sub(count) });
        }
        Poll::Ready(Ok(()))
    }
}

/// A response's body that tells when it is out.
pub(super) struct WatchedBody {
    body: ResponseBody,
    _serving: Serving,
}

impl WatchedBody {
    pub(super) fn new(body: ResponseBody, serving: Serving) -> Self {
        Self { body, _serving: serving }
    }
}

impl Body for WatchedBody {
    type Data = Pieces;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Pieces>, Self::Error>>> {
        if let Some(pieces) = self.body.take_pieces() {
            return Poll::Ready(Some(Ok(Frame::data(pieces))));
        }
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        frame.map(|frame| frame.map(|frame| frame.map(|frame| frame.map_data(Pieces::from))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
