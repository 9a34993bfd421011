//! Takes the process's standard input and output for the protocol alone (STDIO-2, STDIO-13): user code that reads finds
//! nothing, user code that prints writes to standard error.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::error::{Error, ErrorKind, Result};

/// The claimed standard input.
pub struct ClaimedInput(Box<dyn Readable>);

/// The claimed standard output.
pub struct ClaimedOutput(Box<dyn Writable>);

trait Readable: AsyncRead + Send + Unpin {}
impl<T: AsyncRead + Send + Unpin> Readable for T {}

trait Writable: AsyncWrite + Send + Unpin {}
impl<T: AsyncWrite + Send + Unpin> Writable for T {}

/// Claims standard input and output: private copies are returned; descriptor 0 becomes `/dev/null`, descriptor 1 a copy of
/// descriptor 2. Pipes, sockets, files and terminals all work.
///
/// # Errors
/// [`ErrorKind::Io`] when a descriptor is closed or cannot be used, or on systems other than Unix;
/// [`ErrorKind::Configuration`] outside a Tokio runtime.
pub fn claim() -> Result<(ClaimedInput, ClaimedOutput)> {
    tokio::runtime::Handle::try_current().map_err(|error| {
        Error::new(ErrorKind::Configuration, "claiming stdio needs a Tokio runtime").caused_by(error)
    })?;
    system::claim()
        .map_err(|error| Error::new(ErrorKind::Io, "cannot take standard input and output").caused_by(error))
}

impl AsyncRead for ClaimedInput {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for ClaimedOutput {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use super::{ClaimedInput, ClaimedOutput};

    pub(super) fn claim() -> io::Result<(ClaimedInput, ClaimedOutput)> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "serving over stdio works on Unix systems only so far; serve over HTTP instead",
        ))
    }
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream as StdUnixStream;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use rustix::fs::{FileType, Mode, OFlags, fcntl_getfl, fcntl_setfl, fstat, open};
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio::{dup2_stdin, dup2_stdout, stderr, stdin, stdout};
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    use tokio::net::{UnixStream, unix::pipe};

    use super::{ClaimedInput, ClaimedOutput, Readable, Writable};
    use crate::transports::stdio::bridge::{InputBridge, OutputBridge};

    /// Copies get numbers above the standard ones.
    const FIRST_FREE: i32 = 3;

    pub(super) fn claim() -> io::Result<(ClaimedInput, ClaimedOutput)> {
        let input = fcntl_dupfd_cloexec(stdin(), FIRST_FREE)?;
        let output = fcntl_dupfd_cloexec(stdout(), FIRST_FREE)?;
        let nothing = open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
        // Both are usable before anything of the process is changed.
        let input = ClaimedInput(readable(input)?);
        let output = ClaimedOutput(writable(output)?);
        dup2_stdin(&nothing)?;
        // Standard error may be closed: then what is printed goes nowhere, but never onto the wire.
        dup2_stdout(stderr()).or_else(|_| dup2_stdout(&nothing))?;
        Ok((input, output))
    }

    fn readable(descriptor: OwnedFd) -> io::Result<Box<dyn Readable>> {
        Ok(match FileType::from_raw_mode(fstat(&descriptor)?.st_mode) {
            FileType::Fifo => Restoring::new(descriptor, pipe::Receiver::from_owned_fd)?,
            FileType::Socket => Restoring::new(descriptor, socket)?,
            _ => Box::new(InputBridge::new(File::from(descriptor))?),
        })
    }

    fn writable(descriptor: OwnedFd) -> io::Result<Box<dyn Writable>> {
        Ok(match FileType::from_raw_mode(fstat(&descriptor)?.st_mode) {
            FileType::Fifo => Restoring::new(descriptor, pipe::Sender::from_owned_fd)?,
            FileType::Socket => Restoring::new(descriptor, socket)?,
            _ => Box::new(OutputBridge::new(File::from(descriptor))?),
        })
    }

    fn socket(descriptor: OwnedFd) -> io::Result<UnixStream> {
        // Reading and writing are the same for every kind of stream socket.
        let stream = StdUnixStream::from(descriptor);
        stream.set_nonblocking(true)?;
        UnixStream::from_std(stream)
    }

    /// A stream that puts the descriptor's flags back: they belong to the open file, which other processes may share.
    struct Restoring<T> {
        stream: T,
        flags: OFlags,
        descriptor: OwnedFd,
    }

    impl<T> Restoring<T> {
        fn new(descriptor: OwnedFd, open: impl FnOnce(OwnedFd) -> io::Result<T>) -> io::Result<Box<Self>> {
            let flags = fcntl_getfl(&descriptor)?;
            let copy = fcntl_dupfd_cloexec(descriptor.as_fd(), FIRST_FREE)?;
            Ok(Box::new(Self { stream: open(descriptor)?, flags, descriptor: copy }))
        }
    }

    impl<T> Drop for Restoring<T> {
        fn drop(&mut self) {
            // Nothing can be done about it here.
            let _ = fcntl_setfl(&self.descriptor, self.flags);
        }
    }

    impl<T: AsyncRead + Unpin> AsyncRead for Restoring<T> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_read(cx, buffer)
        }
    }

    impl<T: AsyncWrite + Unpin> AsyncWrite for Restoring<T> {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stream).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(cx)
        }
    }
}
