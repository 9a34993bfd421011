//! Times in configurations.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// A number of seconds; `name` is of the option that says it.
pub(super) fn seconds(name: &str, seconds: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        Error::new(ErrorKind::Configuration, format!("{name} is no number of seconds: {seconds}"))
    })
}
