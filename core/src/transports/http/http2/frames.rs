//! Follows the frames that come in, without reading them: where the head of a request does not come to its end, and where a client
//! sends what costs it nothing and us something.

use std::time::{Duration, Instant};

/// What every connection begins with.
const PREFACE: u8 = 24;
/// Length (3 bytes), kind, flags, stream (4 bytes).
const HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

/// How many frames that carry nothing may come within [`WHILE`]: pings, settings, empty pieces, requests taken back.
const EMPTY_FRAMES: u32 = 1000;
const WHILE: Duration = Duration::from_secs(1);
/// How many bytes of answers allow for another one of them: whoever reads much says so often.
const BYTES_FOR_ONE: usize = 64;

/// Where we are in what comes in.
#[derive(Debug)]
pub(super) struct Frames {
    preface: u8,
    head: [u8; HEAD],
    /// How much of a frame's head is there.
    have: usize,
    /// How much of a frame is still to come.
    left: usize,
    /// Whether that is a part of a request's head.
    headers: bool,
    /// Whether the head of a request goes on in the next frame.
    block: bool,
    empty: u32,
    since: Option<Instant>,
}

/// The client sends frames that carry nothing, and nothing else.
#[derive(Debug)]
pub(super) struct Flood;

impl Frames {
    pub(super) const fn new() -> Self {
        Self {
            preface: PREFACE,
            head: [0; HEAD],
            have: 0,
            left: 0,
            headers: false,
            block: false,
            empty: 0,
            since: None,
        }
    }

    /// What came.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<(), Flood> {
        let preface = bytes.len().min(usize::from(self.preface));
        self.preface -= u8::try_from(preface).unwrap_or(self.preface);
        bytes = &bytes[preface..];
        while !bytes.is_empty() {
            if self.left > 0 {
                let passed = bytes.len().min(self.left);
                self.left -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            let taken = bytes.len().min(HEAD - self.have);
            self.head[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
            self.have += taken;
            bytes = &bytes[taken..];
            if self.have == HEAD {
                self.have = 0;
                self.begin()?;
            }
        }
        Ok(())
    }

    /// A frame begins.
    fn begin(&mut self) -> Result<(), Flood> {
        let [a, b, c, kind, flags, ..] = self.head;
        self.left = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        self.headers = matches!(kind, HEADERS | CONTINUATION);
        if self.headers {
            self.block = flags & END_HEADERS == 0;
            return Ok(());
        }
        if kind == DATA && (self.left > 0 || flags & END_STREAM != 0) {
            return Ok(());
        }
        self.empty += 1;
        if self.empty < EMPTY_FRAMES {
            return Ok(());
        }
        let now = Instant::now();
        let flooded = self.since.is_some_and(|since| now.duration_since(since) < WHILE);
        self.since = Some(now);
        self.empty = 0;
        if flooded { Err(Flood) } else { Ok(()) }
    }

    /// How much went out.
    pub(super) fn wrote(&mut self, count: usize) {
        let allowed = u32::try_from(count / BYTES_FOR_ONE).unwrap_or(u32::MAX);
        self.empty = self.empty.saturating_sub(allowed);
    }

    /// Whether the head of a request, or of a frame, or the connection's beginning is on its way.
    pub(super) const fn is_in_head(&self) -> bool {
        self.preface > 0 || self.have > 0 || self.block || (self.headers && self.left > 0)
    }
}
