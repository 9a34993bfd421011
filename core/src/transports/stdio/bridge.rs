//! Files and terminals cannot be waited for: a thread does it, and meets the asynchronous side at a small buffer.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much the buffer holds.
const CAPACITY: usize = 64 * 1024;

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// The asynchronous side, waiting.
    waker: Option<Waker>,
    /// The thread has taken bytes and not written them yet.
    busy: bool,
    /// The input ended, or the thread failed.
    ended: Option<Result<(), io::ErrorKind>>,
    /// The asynchronous side is gone.
    abandoned: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the asynchronous side.
    fn wake(mut state: MutexGuard<'_, State>) {
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The thread waits until `until` holds.
    fn wait(&self, until: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while !until(&state) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}

/// Reads a blocking source on a thread of its own. The thread ends with the source's next bytes after this is dropped.
pub(super) struct InputBridge(Arc<Shared>);

/// Writes to a blocking sink on a thread of its own.
pub(super) struct OutputBridge(Arc<Shared>);

impl InputBridge {
    pub(super) fn new(source: impl Read + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("oxmcp-stdin".to_owned()).spawn(move || read_all(source, &theirs))?;
        Ok(Self(shared))
    }
}

fn read_all(mut source: impl Read, shared: &Shared) {
    let mut chunk = vec![0; CAPACITY];
    loop {
        let read = source.read(&mut chunk);
        let mut state = shared.wait(|state| state.abandoned || state.bytes.len() < CAPACITY);
        if state.abandoned {
            return;
        }
        match read {
            Ok(0) => state.ended = Some(Ok(())),
            Ok(count) => state.bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => state.ended = Some(Err(error.kind())),
        }
        let ended = state.ended.is_some();
        Shared::wake(state);
        if ended {
            return;
        }
    }
}

impl AsyncRead for InputBridge {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.lock();
        if state.bytes.is_empty() {
            return match state.ended {
                Some(Ok(())) => Poll::Ready(Ok(())),
                Some(Err(kind)) => Poll::Ready(Err(kind.into())),
                None => {
                    state.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            };
        }
        let count = state.bytes.len().min(buffer.remaining());
        buffer.put_slice(&state.bytes[..count]);
        state.bytes.drain(..count);
        self.0.changed.notify_one();
        Poll::Ready(Ok(()))
    }
}

impl OutputBridge {
    pub(super) fn new(sink: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("oxmcp-stdout".to_owned()).spawn(move || write_all(sink, &theirs))?;
        Ok(Self(shared))
    }
}

fn write_all(mut sink: impl Write, shared: &Shared) {
    loop {
        let mut state = shared.wait(|state| state.abandoned || !state.bytes.is_empty());
        if state.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut state.bytes);
        state.busy = true;
        drop(state);
        let written = sink.write_all(&bytes).and_then(|()| sink.flush());
        let mut state = shared.lock();
        state.busy = false;
        if let Err(error) = &written {
            state.ended = Some(Err(error.kind()));
        }
        Shared::wake(state);
        if written.is_err() {
            return;
        }
    }
}

impl OutputBridge {
    fn check(state: &State) -> io::Result<()> {
        match state.ended {
            Some(Err(kind)) => Err(kind.into()),
            _ => Ok(()),
        }
    }
}

impl AsyncWrite for OutputBridge {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock();
        Self::check(&state)?;
        let room = CAPACITY.saturating_sub(state.bytes.len());
        if room == 0 {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = room.min(bytes.len());
        state.bytes.extend_from_slice(&bytes[..count]);
        self.0.changed.notify_one();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.lock();
        Self::check(&state)?;
        if state.busy || !state.bytes.is_empty() {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

fn abandon(shared: &Shared) {
    shared.lock().abandoned = true;
    shared.changed.notify_one();
}

impl Drop for InputBridge {
    fn drop(&mut self) {
        abandon(&self.0);
    }
}

impl Drop for OutputBridge {
    fn drop(&mut self) {
        abandon(&self.0);
    }
}
