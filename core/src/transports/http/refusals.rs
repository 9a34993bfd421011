//! The log of what is refused at the door: a line for each kind, not for each request.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

use super::guards::Refused;

/// Which kinds of refusal an endpoint has told of. A misconfigured client, or a hostile one, must not fill the log.
#[derive(Debug, Default)]
pub(super) struct ToldRefusals(AtomicU64);

impl ToldRefusals {
    /// Tells of a refusal unless one of its kind was told of before.
    pub(super) fn note(&self, refused: &Refused) {
        let status = refused.status;
        // Clients try methods to find out whether they are there.
        if status == StatusCode::METHOD_NOT_ALLOWED {
            return;
        }
        // The statuses of refusals are 400 to 431, and 503.
        let kind = 1_u64 << u32::from(status.as_u16()).saturating_sub(400).min(63);
        if self.0.fetch_or(kind, Ordering::Relaxed) & kind == 0 {
            tracing::warn!(
                status = status.as_u16(),
                "refused an HTTP request: {}; further ones of this kind are not told of",
                refused.message
            );
        }
    }
}
