//! The connections of a listener: each is driven with hyper, every limit set, and watched by one sweep over all.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::{SockRef, TcpKeepalive};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{interval, sleep};

use super::caller::Caller;
use super::connection::{Activity, Clock, Limits, WatchedBody, WatchedStream};
use super::endpoint::Endpoint;
use super::http2::Http2;
use super::options::HttpOptions;
use super::reception::{Received, Reception, take_seat};
use super::seats::Seats;
use super::socket::Socket;
use crate::middleware::Begun;
use crate::transports::grace::LAST_WORDS;

/// After how long a silent connection is asked whether it is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);

/// How much of a large body is read at once, at most, and how much of an answer may wait before it is written: what comes after a longer
/// piece takes a write of its own. A connection that has had a large body keeps room for so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// How many headers hyper has room for without asking the allocator.
const HYPER_HEADERS: usize = 100;

/// The connections that are open.
pub(super) struct Connections {
    clock: Arc<Clock>,
    serving: Serving,
    pub(super) tasks: JoinSet<()>,
    watched: Vec<(Arc<Activity>, AbortHandle)>,
}

/// What a connection is served with.
#[derive(Clone)]
struct Serving {
    endpoint: Endpoint,
    http: http1::Builder,
    /// `None`: HTTP/2 is not served.
    http2: Option<Arc<Http2>>,
    /// `None`: HTTP begins with the first byte.
    reception: Option<Arc<Reception>>,
    seats: Seats,
}

impl Connections {
    pub(super) fn new(endpoint: Endpoint, reception: Option<Arc<Reception>>) -> Self {
        let options = endpoint.options();
        let (http, http2) = (hyper_settings(options), options.http2.then(|| Arc::new(Http2::new(options))));
        let most = options.max_connections_per_address.unwrap_or(options.max_connections.div_ceil(2));
        let seats = Seats::new(most);
        let serving = Serving { endpoint, http, http2, reception, seats };
        Self { clock: Arc::default(), serving, tasks: JoinSet::new(), watched: Vec::new() }
    }

    pub(super) fn start(&mut self, socket: Socket, peer: Option<SocketAddr>) {
        if let Socket::Tcp(stream) = &socket {
            // Both only make it better; neither is worth losing the connection for.
            let _ = stream.set_nodelay(true);
            let _ = SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(TCP_KEEPALIVE));
        }
        let activity = Arc::new(Activity::new(Arc::clone(&self.clock)));
        let handle = self.tasks.spawn(self.serving.clone().serve(socket, peer, Arc::clone(&activity)));
        self.watched.push((activity, handle));
    }

    /// Closes what stands still for too long.
    pub(super) fn sweep(&mut self, limits: &Limits) {
        self.clock.advance();
        self.watched.retain(|(activity, task)| {
            if task.is_finished() {
                return false;
            }
            let Some(reason) = activity.overdue(limits) else { return true };
            tracing::debug!(reason, "closing a connection");
            task.abort();
            false
        });
    }

    /// Closes what rests, and waits for the others; once `expiry` is over, only until they have said so.
    pub(super) async fn drain(mut self, expiry: impl Future<Output = ()>, limits: &Limits) {
        for (activity, task) in &self.watched {
            if activity.may_close() {
                task.abort();
            }
        }
        let mut tick = interval(limits.tick);
        let mut over = pin!(async {
            expiry.await;
            sleep(LAST_WORDS).await;
        });
        loop {
            tokio::select! {
                biased;
                ended = self.tasks.join_next() => match ended {
                    Some(ended) => log_panic(ended),
                    None => return,
                },
                _ = tick.tick() => {
                    self.watched.iter().filter(|(one, _)| one.is_dawdling(limits)).for_each(|(_, task)| task.abort());
                    self.sweep(limits);
                }
                () = &mut over => break,
            }
        }
        tracing::warn!(connections = self.tasks.len(), "ending connections that did not finish in time");
        self.tasks.shutdown().await;
    }
}

/// A panic ends its own connection and nothing else, but it is a defect.
pub(super) fn log_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "serving a connection panicked");
    }
}

fn hyper_settings(options: &HttpOptions) -> http1::Builder {
    let mut http = http1::Builder::new();
    // The sweep watches over heads (see `connection`): hyper's own timeout makes a timer for every request, and
    // closes connections that merely rest. `pipeline_flush` stays off: it holds an answer back as long as a part of
    // another request is in the buffer, and never sends the refusal of a head that is too large.
    http.header_read_timeout(None)
        .max_buf_size(options.max_header_bytes.max(BUFFER_BYTES))
        .max_header_size(options.max_header_bytes)
        .half_close(false);
    if options.max_headers != HYPER_HEADERS {
        http.max_headers(options.max_headers);
    }
    http
}

impl Serving {
    /// One connection, from its first byte to its last.
    async fn serve(self, socket: Socket, peer: Option<SocketAddr>, activity: Arc<Activity>) {
        let caller = Caller { remote: peer, ..Caller::default() };
        let _told = self.endpoint.engine().admission().map(|admission| admission.begins(Begun::Connection));
        let received = match &self.reception {
            None => {
                take_seat(&self.seats, &caller).map(|seat| Received { socket, caller, http2: false, seat })
            }
            Some(reception) => {
                activity.shake_hands();
                let received = Received { socket, caller, http2: false, seat: None };
                let received = Box::pin(reception.receive(received, &self.seats)).await;
                activity.begin();
                received
            }
        };
        let Received { socket, caller, http2, seat: _seat } = match received {
            Ok(received) => received,
            Err(error) => return ended_early(&error),
        };
        let stream = WatchedStream::new(socket, Arc::clone(&activity));
        if http2 {
            return self.serve_http2(stream, Bytes::new(), Arc::new(caller), activity).await;
        }
        // Whoever begins with HTTP/2 is told apart by hyper, when it finds no HTTP/1 in what came: that costs nobody else anything.
        let asked = AtomicBool::new(false);
        let service = service_fn(|mut request| {
            let serving = activity.serve();
            let (endpoint, activity) = (&self.endpoint, &activity);
            asked.store(true, Ordering::Relaxed);
            let remote = caller.introduce(&mut request);
            async move {
                let response = endpoint.handle(request, remote).await;
                activity.note_status(response.status());
                Ok::<_, std::convert::Infallible>(response.map(|body| WatchedBody::new(body, serving)))
            }
        });
        let mut connection = self.http.serve_connection(TokioIo::new(stream), service);
        let shutdown = self.endpoint.shutdown();
        let mut stop = pin!(shutdown.triggered());
        let mut over = pin!(shutdown.over());
        // The task's waker never changes, so waiting for the signal is arranged once; after that a look at the flag is enough.
        let mut waiting = false;
        let mut stopping = false;
        let ended = poll_fn(|cx| {
            if !waiting || (!stopping && shutdown.is_triggered()) {
                waiting = true;
                if stop.as_mut().poll(cx).is_ready() {
                    stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                    // What is being served looks whether it is over when it is polled, which is all that is wanted here.
                    let _ = over.as_mut().poll(cx);
                }
            }
            Pin::new(&mut connection).poll(cx)
        });
        match ended.await {
            Err(error) if error.is_parse_version_h2() && !asked.load(Ordering::Relaxed) && !stopping => {
                let parts = connection.into_parts();
                let stream = parts.io.into_inner();
                self.serve_http2(stream, parts.read_buf, Arc::new(caller), activity.clone()).await;
            }
            Err(error) => ended_early(&error),
            Ok(()) => {}
        }
    }

    /// In a future of its own, which those who speak HTTP/1 have no room for.
    fn serve_http2(
        &self,
        stream: WatchedStream,
        read: Bytes,
        caller: Arc<Caller>,
        activity: Arc<Activity>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (http2, endpoint) = (self.http2.clone(), self.endpoint.clone());
        Box::pin(async move {
            let Some(http2) = http2 else { return };
            if let Err(error) = http2.serve(endpoint, stream, read, caller, activity).await {
                ended_early(&error);
            }
        })
    }
}

fn ended_early(error: &impl std::fmt::Display) {
    tracing::debug!(%error, "a connection ended early");
}
