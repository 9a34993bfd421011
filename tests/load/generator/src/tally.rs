//! Latencies and their percentiles.

use std::time::Duration;

#[derive(Default)]
pub struct Tally {
    latencies: Vec<u32>,
    pub elapsed: Duration,
}

impl Tally {
    pub fn add(&mut self, latency: Duration) {
        self.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn merge(&mut self, other: &mut Self) {
        self.latencies.append(&mut other.latencies);
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
            r#"{{"answers":{},"seconds":{:.6},"p50_us":{},"p99_us":{},"max_us":{}}}"#,
            self.latencies.len(),
            self.elapsed.as_secs_f64(),
            at(0.50),
            at(0.99),
            at(1.0)
        )
    }
}
