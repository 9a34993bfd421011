//! Takes the process's standard input and output for the protocol alone (STDIO-2, STDIO-13): user code that reads finds
//! nothing, user code that prints writes to standard error.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::peer::Peer;
use crate::error::{Error, ErrorKind, Result};

/// The claimed standard input.
pub struct ClaimedInput(Box<dyn Readable>);

/// The claimed standard output.
pub struct ClaimedOutput(Box<dyn Writable>, Peer);

impl ClaimedOutput {
    /// Who is at its other end.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.1.clone()
    }
}

trait Readable: AsyncRead + Send + Unpin {}
impl<T: AsyncRead + Send + Unpin> Readable for T {}

trait Writable: AsyncWrite + Send + Unpin {}
impl<T: AsyncWrite + Send + Unpin> Writable for T {}

/// Standard input and output, set aside by [`set_aside`].
pub struct Aside(system::Aside);

/// Sets standard input and output aside, before they are served: descriptor 0 becomes `/dev/null`, descriptor 1 a copy of
/// descriptor 2. Nothing of what is printed from here on gets onto the wire.
///
/// # Errors
/// [`ErrorKind::Io`] when a descriptor is closed, or on systems other than Unix.
pub fn set_aside() -> Result<Aside> {
    system::Aside::new().map(Aside).map_err(failed)
}

impl Aside {
    /// Puts them back: nothing is served after all.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the system refuses.
    pub fn restore(&self) -> Result<()> {
        self.0.restore().map_err(failed)
    }

    /// What is served over them. Pipes, sockets, files and terminals all work.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when a descriptor cannot be used; then it is as if they had not been set aside.
    /// [`ErrorKind::Configuration`] outside a Tokio runtime.
    pub fn open(self) -> Result<(ClaimedInput, ClaimedOutput)> {
        tokio::runtime::Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Configuration, "claiming stdio needs a Tokio runtime").caused_by(error)
        })?;
        self.0.open().map_err(|error| {
            // The first error tells more.
            let _ = self.0.restore();
            failed(error)
        })
    }
}

fn failed(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "cannot take standard input and output").caused_by(error)
}

/// Claims standard input and output: [`set_aside`] and [`Aside::open`] in one.
///
/// # Errors
/// As those.
pub fn claim() -> Result<(ClaimedInput, ClaimedOutput)> {
    tokio::runtime::Handle::try_current().map_err(|error| {
        Error::new(ErrorKind::Configuration, "claiming stdio needs a Tokio runtime").caused_by(error)
    })?;
    set_aside()?.open()
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

    pub(super) struct Aside;

    fn unsupported<T>() -> io::Result<T> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "serving over stdio works on Unix systems only so far; serve over HTTP instead",
        ))
    }

    impl Aside {
        pub(super) fn new() -> io::Result<Self> {
            unsupported()
        }

        pub(super) fn restore(&self) -> io::Result<()> {
            unsupported()
        }

        pub(super) fn open(&self) -> io::Result<(ClaimedInput, ClaimedOutput)> {
            unsupported()
        }
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
    use crate::transports::stdio::peer::Peer;

    /// Copies get numbers above the standard ones.
    const FIRST_FREE: i32 = 3;

    pub(super) struct Aside {
        input: OwnedFd,
        output: OwnedFd,
    }

    impl Aside {
        pub(super) fn new() -> io::Result<Self> {
            let input = fcntl_dupfd_cloexec(stdin(), FIRST_FREE)?;
            let output = fcntl_dupfd_cloexec(stdout(), FIRST_FREE)?;
            let nothing = open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
            let aside = Self { input, output };
            dup2_stdin(&nothing)?;
            // Standard error may be closed: then what is printed goes nowhere, but never onto the wire.
            dup2_stdout(stderr()).or_else(|_| dup2_stdout(&nothing))?;
            Ok(aside)
        }

        pub(super) fn restore(&self) -> io::Result<()> {
            dup2_stdin(&self.input)?;
            Ok(dup2_stdout(&self.output)?)
        }

        pub(super) fn open(&self) -> io::Result<(ClaimedInput, ClaimedOutput)> {
            let peer = Peer::of_process(self.output.try_clone()?);
            let input = ClaimedInput(readable(self.input.try_clone()?)?);
            Ok((input, ClaimedOutput(writable(self.output.try_clone()?)?, peer)))
        }
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
