//! The bytes of a connection, on their way to and from the frames.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frames::{Flood, Frames};
use crate::transports::http::connection::{Activity, WatchedStream};

/// A connection whose frames are followed.
pub(super) struct FramedStream {
    stream: WatchedStream,
    /// What was read before it was known what this is.
    read: Bytes,
    frames: Frames,
    activity: Arc<Activity>,
}

impl FramedStream {
    pub(super) fn new(stream: WatchedStream, read: Bytes, activity: Arc<Activity>) -> Self {
        if let Some(streams) = activity.streams() {
            streams.note_head(true);
        }
        Self { stream, read, frames: Frames::new(), activity }
    }

    fn note(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = written {
            self.frames.wrote(count);
        }
        written
    }
}

impl AsyncRead for FramedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.read.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        } else {
            let count = self.read.len().min(buffer.remaining());
            buffer.put_slice(&self.read[..count]);
            self.read.advance(count);
        }
        let Self { frames, activity, .. } = &mut *self;
        let followed = frames.read(&buffer.filled()[before..]);
        if let Some(streams) = activity.streams() {
            streams.note_head(frames.is_in_head());
        }
        Poll::Ready(followed.map_err(|Flood| {
            tracing::debug!("closing a connection that is flooded with frames");
            io::Error::new(io::ErrorKind::InvalidData, "too many frames that carry nothing")
        }))
    }
}

impl AsyncWrite for FramedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
