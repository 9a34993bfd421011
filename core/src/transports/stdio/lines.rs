//! Bytes into lines: bounded, and able to find its way back after a line that is too long (STDIO-11).

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::jsonrpc::LongFrame;

/// How much is asked for in one read. A frame that is still in use keeps the whole block it came in, so not too much.
const READ_BYTES: usize = 16 * 1024;

/// With less room than this a new block is begun.
const LEAST_READ_BYTES: usize = 2 * 1024;

/// UTF-8's byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What stood on a line.
#[derive(Debug)]
pub(super) enum Line {
    /// A frame, without the line's end. Never blank.
    Frame(Bytes),
    /// A line over the limit: it went by without being kept.
    TooLong(Box<LongFrame>),
}

/// Cuts the bytes that come in into lines.
pub(super) struct Lines {
    limit: usize,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no line's end.
    searched: usize,
    /// Inside a line that is too long.
    skipped: Option<Box<LongFrame>>,
    at_start: bool,
    ended: bool,
}

impl Lines {
    /// Lines of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, buffer: BytesMut::new(), searched: 0, skipped: None, at_start: true, ended: false }
    }

    /// Reads once. Ready with `false` at the end of the input.
    pub(super) fn poll_fill<R>(
        &mut self,
        mut reader: Pin<&mut R>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>>
    where
        R: AsyncRead,
    {
        if self.buffer.capacity() - self.buffer.len() < LEAST_READ_BYTES {
            self.buffer.reserve(READ_BYTES);
        }
        let read = ready!(pin!(reader.read_buf(&mut self.buffer)).poll(cx))?;
        self.ended = read == 0;
        Poll::Ready(Ok(!self.ended))
    }

    /// The next line that is complete; at the end of the input, what is left (STDIO-11).
    pub(super) fn next(&mut self) -> Option<Line> {
        loop {
            let end = memchr::memchr(b'\n', &self.buffer[self.searched..]).map(|index| self.searched + index);
            if let Some(mut long) = self.skipped.take() {
                long.push(&self.buffer[..end.unwrap_or(self.buffer.len())]);
                self.searched = 0;
                match end {
                    Some(end) => self.buffer.advance(end + 1),
                    None => self.buffer.clear(),
                }
                if end.is_some() || self.ended {
                    return Some(Line::TooLong(long));
                }
                self.skipped = Some(long);
                return None;
            }
            let mut line = match end {
                Some(end) => {
                    let line = self.buffer.split_to(end);
                    self.buffer.advance(1);
                    line
                }
                None if self.buffer.len() > self.limit => {
                    let mut long = Box::<LongFrame>::default();
                    let line = self.buffer.split();
                    long.push(self.without_mark(&line));
                    self.skipped = Some(long);
                    self.searched = 0;
                    continue;
                }
                None if self.ended && !self.buffer.is_empty() => self.buffer.split(),
                None => {
                    self.searched = self.buffer.len();
                    return None;
                }
            };
            self.searched = 0;
            let marked = line.len() - self.without_mark(&line).len();
            line.advance(marked);
            if line.last() == Some(&b'\r') {
                line.truncate(line.len() - 1);
            }
            if line.len() > self.limit {
                let mut long = Box::<LongFrame>::default();
                long.push(&line);
                return Some(Line::TooLong(long));
            }
            if !line.trim_ascii().is_empty() {
                return Some(Line::Frame(line.freeze()));
            }
        }
    }
    /// The beginning of a line, without the mark that the whole input may begin with.
    fn without_mark<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        let at_start = std::mem::take(&mut self.at_start);
        line.strip_prefix(MARK).filter(|_| at_start).unwrap_or(line)
    }
}
