//! Latencies and their percentiles, and how long the answers were.

use std::time::Duration;

#[derive(Default)]
pub struct Tally {
    latencies: Vec<u32>,
    bytes: u64,
    streams: u64,
    pub elapsed: Duration,
}

impl Tally {
    pub fn add(&mut self, latency: Duration, bytes: usize, is_stream: bool) {
        self.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
        self.bytes += bytes as u64;
        self.streams += u64::from(is_stream);
    }

    pub fn merge(&mut self, other: &mut Self) {
        self.latencies.append(&mut other.latencies);
        self.bytes += other.bytes;
        self.streams += other.streams;
    }

    pub fn count(&self) -> u64 {
        self.latencies.len() as u64
    }

    /// One line of JSON.
    pub fn report(mut self) -> String {
        self.latencies.sort_unstable();
        let at = |share: f64| -> u32 {
            let last = self.latencies.len().saturating_sub(1);
            let index = (last as f64 * share).round() as usize;
            self.latencies.get(index).copied().unwrap_or(0)
        };
        format!(
            r#"{{"answers":{},"seconds":{:.6},"p50_us":{},"p99_us":{},"max_us":{},"answer_bytes":{},"streams":{}}}"#,
            self.latencies.len(),
            self.elapsed.as_secs_f64(),
            at(0.50),
            at(0.99),
            at(1.0),
            self.bytes / self.count().max(1),
            self.streams
        )
    }
}
