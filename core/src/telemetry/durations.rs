//! How long things take: in the buckets of the conventions, since the server began, and as percentiles of the last minutes.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The upper bounds of the buckets, in seconds, as OpenTelemetry's conventions for MCP have them.
pub const BOUNDS: [f64; 14] =
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// How many there were in each bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets {
    /// Each alone; the last has no bound.
    pub(super) counts: [u64; BOUNDS.len() + 1],
    pub(super) sum: f64,
}

impl Buckets {
    pub(super) fn record(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        self.counts[BOUNDS.partition_point(|bound| *bound < seconds)] += 1;
        self.sum += seconds;
    }

    pub(super) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Percentiles are of this long at least, and of twice as long at most.
const WINDOW: Duration = Duration::from_secs(300);
/// The longest that is told apart from longer ones.
const LONGEST: u64 = 3_600_000_000_000;
/// Of so many decimal digits; the middle of what cannot be told apart is within 3.2 %.
const DIGITS: u8 = 1;

/// The last minutes of one operation.
pub(super) struct Window {
    current: Span,
    previous: Span,
    since: Instant,
}

struct Span {
    durations: Histogram<u32>,
    errors: u64,
}

/// What the last minutes were like.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Recent {
    /// How many there were.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// How long half of them took at most.
    pub p50: Duration,
    /// How long 95 of 100 took at most.
    pub p95: Duration,
    /// How long 99 of 100 took at most.
    pub p99: Duration,
}

impl Recent {
    /// The part that failed, from 0 to 1.
    #[must_use]
    pub fn error_ratio(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a ratio of what one machine does in minutes")]
        if self.calls == 0 { 0.0 } else { self.errors as f64 / self.calls as f64 }
    }
}

impl Span {
    /// `None` only for numbers that are none.
    fn new() -> Option<Self> {
        Some(Self { durations: Histogram::new_with_max(LONGEST, DIGITS).ok()?, errors: 0 })
    }

    fn clear(&mut self) {
        self.durations.clear();
        self.errors = 0;
    }
}

impl Window {
    pub(super) fn new(now: Instant) -> Option<Self> {
        Some(Self { current: Span::new()?, previous: Span::new()?, since: now })
    }

    pub(super) fn record(&mut self, duration: Duration, is_error: bool, now: Instant) {
        self.turn(now);
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(LONGEST);
        self.current.durations.saturating_record(nanoseconds);
        self.current.errors += u64::from(is_error);
    }

    pub(super) fn recent(&mut self, now: Instant) -> Recent {
        self.turn(now);
        let mut all = self.current.durations.clone();
        // They have the same bounds.
        let _ = all.add(&self.previous.durations);
        let at = |quantile| {
            let found = all.value_at_quantile(quantile);
            Duration::from_nanos(all.median_equivalent(found))
        };
        Recent {
            calls: all.len(),
            errors: self.current.errors + self.previous.errors,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
        }
    }

    /// Forgets what is long past.
    fn turn(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.since);
        if age < WINDOW {
            return;
        }
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
        if age >= 2 * WINDOW {
            self.previous.clear();
        }
        self.since = now;
    }
}
