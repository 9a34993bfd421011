//! What a tool allows of itself, and how often anything may be done.

use std::fmt;
use std::time::Duration;

/// So many in a time, and so many of them at once.
///
/// Written as `100/minute`: a number, and how long it is for: `second`, `minute`, `hour` or `day`, by themselves, by their first letter
/// or with a number before them (`5/10s`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    period: Duration,
    burst: u32,
}

/// The units of time by their names.
const UNITS: &[(&[&str], u32)] = &[
    (&["s", "sec", "second", "seconds"], 1),
    (&["m", "min", "minute", "minutes"], 60),
    (&["h", "hour", "hours"], 60 * 60),
    (&["d", "day", "days"], 24 * 60 * 60),
];

impl Rate {
    /// `count` in `period`, all of which may come at once. `None` where either is nothing, or the time is longer than 400 days.
    #[must_use]
    pub const fn new(count: u32, period: Duration) -> Option<Self> {
        if count == 0 || period.is_zero() || period.as_secs() > 400 * 24 * 60 * 60 {
            return None;
        }
        Some(Self { count, period, burst: count })
    }

    /// Reads its text.
    ///
    /// # Errors
    /// What a rate looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| {
            let shown: String = text.chars().take(64).collect();
            format!("{shown:?} is no rate: write a number and a time, as 100/minute, 5/s or 20/30s")
        })
    }

    fn read(text: &str) -> Option<Self> {
        let (count, time) = text.split_once('/')?;
        let time = time.trim();
        let digits = time.bytes().take_while(u8::is_ascii_digit).count();
        let (many, unit) = time.split_at(digits);
        let many: u32 = if many.is_empty() { 1 } else { many.parse().ok()? };
        let (_, seconds) = UNITS.iter().find(|(names, _)| names.contains(&unit.trim()))?;
        let period = Duration::from_secs(u64::from(many) * u64::from(*seconds));
        Self::new(count.trim().parse().ok()?, period)
    }

    /// The same rate, of which so many may come at once; at least one.
    #[must_use]
    pub const fn with_burst(mut self, burst: u32) -> Self {
        self.burst = if burst == 0 { 1 } else { burst };
        self
    }

    /// How many there are in the time.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The time.
    #[must_use]
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// How many may come at once.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.period.as_secs_f64();
        match UNITS.iter().find(|(_, unit)| (f64::from(*unit) - seconds).abs() < f64::EPSILON) {
            Some((names, _)) => write!(formatter, "{} per {}", self.count, names[names.len() - 2]),
            None => write!(formatter, "{} in {seconds} seconds", self.count),
        }
    }
}

/// Of whom each has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Each {
    /// Each caller: whoever asks without a principal is the address it asks from.
    pub principal: bool,
    /// Each tool; then it is about calls of tools alone.
    pub tool: bool,
    /// Each address, of IPv6 each network of 64 bits. Where there is none (stdio, the same process) there is no such limit.
    pub address: bool,
}

impl Each {
    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "principal" => Some(Self { principal: true, ..Self::default() }),
            "tool" => Some(Self { tool: true, ..Self::default() }),
            "address" => Some(Self { address: true, ..Self::default() }),
            _ => None,
        }
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            principal: self.principal || other.principal,
            tool: self.tool || other.tool,
            address: self.address || other.address,
        }
    }
}

impl fmt::Display for Each {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(self.principal, "caller"), (self.address, "address"), (self.tool, "tool")];
        let names: Vec<_> = names.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        if names.is_empty() {
            return formatter.write_str("in all");
        }
        write!(formatter, "for each {}", names.join(" and "))
    }
}

/// What a tool allows of itself, whatever the server's configuration says besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolLimits {
    /// How often it may be called.
    pub rate: Option<Rate>,
    /// By whom so often; by all together where nobody is named.
    pub rate_each: Each,
    /// How many of its calls may run at once, whoever made them.
    pub max_concurrent: Option<u32>,
    /// How many bytes its results may have; that of the server where absent.
    pub max_output_bytes: Option<usize>,
}

impl ToolLimits {
    /// Whether calls have to be counted for it.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.rate.is_some() || self.max_concurrent.is_some()
    }
}
