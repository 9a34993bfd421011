//! The thread that sends.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::attributes::{resource, scope};
use super::metrics::metrics;
use super::span::Span;
use crate::error::{Error, ErrorKind, Result};
use crate::outbound::{Body, Outbound, Request, Target};
use crate::telemetry::counts::Counts;
use crate::telemetry::options::OtlpOptions;

/// The most spans that go at once.
const BATCH: usize = 512;
/// How often a batch is tried again that a collector did not take for now.
const TRIES: u32 = 3;
/// How long to wait before the first of these; twice as long before the next.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause a collector is given that asks for one.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long an end waits for the collector.
const PATIENCE: Duration = Duration::from_secs(3);

/// Sends spans and counts.
pub(in crate::telemetry) struct Exporter {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    options: OtlpOptions,
    counts: Arc<Counts>,
    /// The server's name and version.
    service: OnceLock<(String, String)>,
    queue: Mutex<Queue>,
    bell: Notify,
    /// Whether the last batch was not taken; said once each time.
    failing: AtomicBool,
}

#[derive(Default)]
struct Queue {
    spans: VecDeque<Span>,
    /// Who waits until all is sent.
    rests: Vec<mpsc::Sender<()>>,
    closed: bool,
}

/// Where to.
struct Way {
    outbound: Outbound,
    traces: Target,
    metrics: Target,
    resource: Value,
}

impl Exporter {
    /// # Errors
    /// [`ErrorKind::Configuration`] for a URL that is none or that may not be sent to, [`ErrorKind::Io`] without a thread.
    pub(in crate::telemetry) fn open(options: OtlpOptions, counts: Arc<Counts>) -> Result<Self> {
        if !(0.0..=1.0).contains(&options.sample_ratio) {
            let what = format!("telemetry.otlp.sample_ratio is from 0 to 1, not {}", options.sample_ratio);
            return Err(Error::new(ErrorKind::Configuration, what));
        }
        if options.interval.is_zero() || options.metrics_interval.is_zero() || options.queue == 0 {
            let what = "telemetry.otlp: neither intervals nor the queue can be 0";
            return Err(Error::new(ErrorKind::Configuration, what));
        }
        let target = |path: &str| {
            let url = format!("{}{path}", options.endpoint.trim_end_matches('/'));
            if options.is_plain_allowed { Target::given_in_plain(&url) } else { Target::given(&url) }
        };
        let (traces, metrics) = (target("/v1/traces")?, target("/v1/metrics")?);
        let outbound = Outbound::new(options.authorities.as_deref())?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
        let shared = Arc::new(Shared {
            options,
            counts,
            service: OnceLock::new(),
            queue: Mutex::default(),
            bell: Notify::new(),
            failing: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("oxmcp-otlp".to_owned()).spawn(move || {
            runtime.block_on(of_thread.run(outbound, traces, metrics));
        });
        Ok(Self { shared, thread: Mutex::new(Some(thread.map_err(no_thread)?)) })
    }

    /// Says whose spans these are. The first word counts.
    pub(in crate::telemetry) fn introduce(&self, name: &str, version: &str) {
        let _ = self.shared.service.set((name.to_owned(), version.to_owned()));
    }

    /// Whether spans are wanted.
    pub(in crate::telemetry) fn traces(&self) -> bool {
        self.shared.options.traces
    }

    pub(in crate::telemetry) fn details(&self) -> bool {
        self.shared.options.details
    }

    /// Has a span sent. Never waits.
    pub(in crate::telemetry) fn send(&self, span: Span) {
        let shared = &*self.shared;
        if !span.is_sampled(shared.options.sample_ratio) {
            return;
        }
        let mut queue = shared.lock();
        if queue.closed || queue.spans.len() >= shared.options.queue {
            drop(queue);
            shared.counts.spans_lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        queue.spans.push_back(span);
        let is_enough = queue.spans.len() == BATCH.min(shared.options.queue);
        drop(queue);
        if is_enough {
            shared.bell.notify_one();
        }
    }

    /// Sends what waits, and counts as they are, but does not wait for ever.
    pub(in crate::telemetry) fn rest(&self) {
        let (tell, told) = mpsc::channel();
        {
            let mut queue = self.shared.lock();
            if queue.closed {
                return;
            }
            queue.rests.push(tell);
        }
        self.shared.bell.notify_one();
        let _ = told.recv_timeout(PATIENCE);
    }
}

fn no_thread(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, "the exporter of telemetry has no thread").caused_by(error)
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.bell.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|_| !self.shared.failing.load(Ordering::Relaxed)) {
            // It ends after one more try.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here is left half done by a panic elsewhere.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self, outbound: Outbound, traces: Target, metrics: Target) {
        let mut way = Way { outbound, traces, metrics, resource: Value::Null };
        let mut next_metrics = Instant::now() + self.options.metrics_interval;
        loop {
            tokio::select! {
                () = self.bell.notified() => {}
                () = sleep(self.options.interval) => {}
                () = sleep_until(next_metrics), if self.options.metrics => {}
            }
            let (rests, closed) = {
                let mut queue = self.lock();
                (std::mem::take(&mut queue.rests), queue.closed)
            };
            if let (Value::Null, Some((name, version))) = (&way.resource, self.service.get()) {
                way.resource = resource(name, version, &instance());
            }
            let is_end = closed || !rests.is_empty();
            self.send_spans(&way, is_end).await;
            if self.options.metrics && (is_end || next_metrics <= Instant::now()) {
                next_metrics = Instant::now() + self.options.metrics_interval;
                self.send_metrics(&way, is_end).await;
            }
            drop(rests);
            if closed {
                return;
            }
        }
    }

    async fn send_spans(&self, way: &Way, is_end: bool) {
        loop {
            let spans: Vec<Span> = {
                let mut queue = self.lock();
                let count = queue.spans.len().min(BATCH);
                queue.spans.drain(..count).collect()
            };
            if spans.is_empty() {
                return;
            }
            let count = u64::try_from(spans.len()).unwrap_or_default();
            let spans: Vec<_> = spans.iter().map(Span::value).collect();
            let body = json!({ "resourceSpans": [{
                "resource": way.resource,
                "scopeSpans": [{ "scope": scope(), "spans": spans }],
            }] });
            if !self.post(&way.outbound, &way.traces, &body, is_end).await {
                self.counts.spans_lost.fetch_add(count, Ordering::Relaxed);
                if is_end {
                    return;
                }
            }
        }
    }

    async fn send_metrics(&self, way: &Way, is_end: bool) {
        let metrics = metrics(&self.counts, SystemTime::now());
        let body = json!({ "resourceMetrics": [{
            "resource": way.resource,
            "scopeMetrics": [{ "scope": scope(), "metrics": metrics }],
        }] });
        // They are counted on, and go with the next.
        let _ = self.post(&way.outbound, &way.metrics, &body, is_end).await;
    }

    /// Whether the collector took it.
    async fn post(&self, outbound: &Outbound, target: &Target, body: &Value, is_end: bool) -> bool {
        let body = body.to_string();
        let mut pause = PAUSE;
        let tries = if is_end { 1 } else { TRIES };
        for last in (0..tries).rev() {
            let request = Request {
                headers: self.options.headers.clone(),
                body: Some(Body::Json(body.clone())),
                ..Request::default()
            };
            let (why, may_again) = match outbound.ask(target, request).await {
                Ok(answer) if answer.status.is_success() => {
                    self.failing.store(false, Ordering::Relaxed);
                    return true;
                }
                Ok(answer) => {
                    pause = asked_pause(&answer.headers).unwrap_or(pause);
                    (format!("it answers with status {}", answer.status.as_u16()), is_for_now(answer.status))
                }
                Err(why) => (why, true),
            };
            if last == 0 || !may_again {
                if !self.failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!("the collector of telemetry at {} cannot be told: {why}", target.uri());
                }
                return false;
            }
            sleep(pause).await;
            pause *= 2;
        }
        false
    }
}

/// Of these OTLP says that they pass.
fn is_for_now(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// Names this process.
fn instance() -> String {
    let mut bytes = [0; 16];
    // Without randomness it is named by its number.
    if getrandom::fill(&mut bytes).is_err() {
        return std::process::id().to_string();
    }
    crate::model::TraceContext { trace_id: bytes, span_id: [1; 8], flags: 0 }.trace()
}
