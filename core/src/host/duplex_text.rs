//! The options of stdio, and of a connection within the process, as a front end writes them.

use std::time::Duration;

use super::described::Described;
use crate::error::Result;
use crate::transports::MAX_FRAME_BYTES;
use crate::transports::http::Spelling;
use crate::transports::stdio::{Peer, StdioOptions};

/// The options of a two-way connection; what is not said keeps the engine's default.
#[derive(Debug)]
pub struct DuplexText {
    max_frame_bytes: usize,
    grace: Option<Duration>,
}

impl DuplexText {
    /// Reads the JSON of a front end that spells its settings so.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration) for a setting that cannot be, named as the front
    /// end spells it.
    pub fn read(text: &str, spelling: Spelling) -> Result<Self> {
        let mut told = Described::read("the connection", text, spelling)?;
        let max = told.whole("max_body_bytes", 1, u64::MAX)?;
        let grace = told.patience("shutdown_grace_seconds")?;
        told.nothing_else()?;
        let max_frame_bytes = max.map_or(MAX_FRAME_BYTES, |max| usize::try_from(max).unwrap_or(usize::MAX));
        Ok(Self { max_frame_bytes, grace })
    }

    /// The longest message that is read.
    #[must_use]
    pub const fn max_frame_bytes(&self) -> usize {
        self.max_frame_bytes
    }

    /// What stdio makes of it, with this peer at the other end.
    #[must_use]
    pub fn stdio(&self, peer: Peer) -> StdioOptions {
        let options = StdioOptions::default();
        let grace = self.grace.unwrap_or(options.grace);
        StdioOptions { max_line_bytes: self.max_frame_bytes, grace, peer, ..options }
    }
}
