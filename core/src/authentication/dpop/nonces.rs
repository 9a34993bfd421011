//! Numbers of ours that proofs have in them, so that none was made before its time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, ErrorKind, Result};

/// For how long one is given out. It counts for as long again.
const PERIOD: Duration = Duration::from_secs(120);

/// Makes them out of the time: nothing is kept.
pub(super) struct Nonces(hmac::Key);

impl Nonces {
    pub(super) fn new() -> Result<Self> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| {
            Error::new(ErrorKind::Io, "the system has no randomness").caused_by(error.to_string())
        })?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// The one to use now.
    pub(super) fn current(&self) -> String {
        self.of(period())
    }

    pub(super) fn knows(&self, nonce: &str) -> bool {
        let now = period();
        [now, now.saturating_sub(1)].into_iter().any(|period| self.of(period) == nonce)
    }

    fn of(&self, period: u64) -> String {
        URL_SAFE_NO_PAD.encode(&hmac::sign(&self.0, &period.to_be_bytes()).as_ref()[..18])
    }
}

fn period() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / PERIOD.as_secs()
}
