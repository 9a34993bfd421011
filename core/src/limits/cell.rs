//! One count: what is kept of it, and what comes of taking one more.

use std::time::Duration;

use crate::model::Rate;

/// What a table keeps of a key.
pub(super) trait Cell: Copy {
    /// From when on (nanoseconds) it says no more than one that is not there.
    fn idle_at(self) -> u64;
}

/// A rate: the theoretical arrival time of the next, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival(u64);

/// A quota: the second in which it ends, and how many were taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    end: u32,
    taken: u32,
}

impl Cell for Arrival {
    fn idle_at(self) -> u64 {
        self.0
    }
}

impl Cell for Window {
    fn idle_at(self) -> u64 {
        u64::from(self.end) * NANOS
    }
}

const NANOS: u64 = 1_000_000_000;

/// A time as the cells have it: for 584 years.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Arrival {
    /// Takes one, or says in which time there will be one.
    pub(super) fn take(kept: Option<Self>, rate: &Rate, now: u64) -> Result<Self, Duration> {
        let interval = (nanos(rate.period()) / u64::from(rate.count())).max(1);
        let next = kept.map_or(now, |kept| kept.0.max(now)).saturating_add(interval);
        let latest = now.saturating_add(interval.saturating_mul(u64::from(rate.burst())));
        if next <= latest {
            return Ok(Self(next));
        }
        Err(Duration::from_nanos(next - latest))
    }
}

impl Window {
    /// Takes one, or says in which time there will be one.
    pub(super) fn take(kept: Option<Self>, max: u32, window: Duration, now: u64) -> Result<Self, Duration> {
        let second = now / NANOS;
        let kept = kept.filter(|kept| u64::from(kept.end) > second);
        let fresh = || {
            // Begins with this second and is not shorter than it has to be; ends after 136 years at the latest.
            let end = (now + nanos(window)).div_ceil(NANOS);
            Self { end: u32::try_from(end).unwrap_or(u32::MAX), taken: 0 }
        };
        let this = kept.unwrap_or_else(fresh);
        if this.taken < max {
            return Ok(Self { taken: this.taken + 1, ..this });
        }
        Err(Duration::from_nanos(this.idle_at() - now))
    }
}
