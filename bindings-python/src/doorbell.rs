//! What wakes the event loop.

use std::cell::Cell;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use oxmcp_core::error::{Error, ErrorKind, Result};
use tokio::sync::Notify;

thread_local! {
    /// The bell, by address, whose loop's thread is in the engine and looks by itself before it goes on.
    static ATTENDED: Cell<usize> = const { Cell::new(0) };
}

/// Wakes the event loop: through the runtime while the loop drives it, otherwise through a descriptor that the loop watches.
pub struct LoopBell {
    /// Whether the loop drives the runtime.
    driven: AtomicBool,
    /// For a loop that drives the runtime.
    pub notify: Notify,
    /// For a loop that does not.
    wire: wire::Wire,
}

impl LoopBell {
    pub fn new(driven: bool) -> Result<Self> {
        let wire = wire::Wire::new().map_err(|error| {
            Error::new(ErrorKind::Io, "no descriptor for waking the event loop").caused_by(error)
        })?;
        Ok(Self { driven: AtomicBool::new(driven), notify: Notify::new(), wire })
    }

    /// Does something on the loop's thread that need not ring: whoever calls this looks for what came of it.
    pub fn attending<T>(&self, action: impl FnOnce() -> T) -> T {
        let outer = ATTENDED.replace(std::ptr::from_ref(self).addr());
        let result = action();
        ATTENDED.set(outer);
        result
    }

    /// Eight bytes at most; no interpreter.
    pub fn ring(&self) {
        if ATTENDED.get() == std::ptr::from_ref(self).addr() {
            return;
        }
        if self.driven.load(Ordering::SeqCst) {
            self.notify.notify_one();
        } else {
            self.wire.ring();
        }
    }

    /// Says which way to ring from now on, and rings both, so that nothing rung the old way is missed.
    pub fn set_driven(&self, driven: bool) {
        self.driven.store(driven, Ordering::SeqCst);
        self.notify.notify_one();
        self.wire.ring();
    }

    /// Makes the descriptor unreadable until the next ring.
    pub fn hush(&self) {
        self.wire.hush();
    }

    /// The descriptor a loop watches for reading.
    pub fn descriptor(&self) -> RawFd {
        self.wire.as_raw_fd()
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod wire {
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};

    use rustix::event::{EventfdFlags, eventfd};
    use rustix::io::{read, write};

    /// An event-fd: one descriptor, and any number of rings read away at once.
    pub struct Wire(OwnedFd);

    impl Wire {
        pub fn new() -> std::io::Result<Self> {
            Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }

        pub fn ring(&self) {
            // The only refusal is a counter at its limit, and then the loop is awake or about to be.
            let _ = write(&self.0, &1_u64.to_ne_bytes());
        }

        pub fn hush(&self) {
            // Would-block means nobody rang.
            let _ = read(&self.0, &mut [0_u8; 8]);
        }
    }

    impl AsRawFd for Wire {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_raw_fd()
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod wire {
    use std::io::{Read as _, Write as _};
    use std::os::fd::{AsRawFd, RawFd};
    use std::os::unix::net::UnixStream;

    /// A pair of sockets, for systems without event-fds.
    pub struct Wire {
        near: UnixStream,
        far: UnixStream,
    }

    impl Wire {
        pub fn new() -> std::io::Result<Self> {
            let (near, far) = UnixStream::pair()?;
            near.set_nonblocking(true)?;
            far.set_nonblocking(true)?;
            Ok(Self { near, far })
        }

        pub fn ring(&self) {
            // A full buffer means the loop is awake or about to be.
            let _ = (&self.far).write(&[1]);
        }

        pub fn hush(&self) {
            let mut buffer = [0; 256];
            while matches!((&self.near).read(&mut buffer), Ok(count) if count == buffer.len()) {}
        }
    }

    impl AsRawFd for Wire {
        fn as_raw_fd(&self) -> RawFd {
            self.near.as_raw_fd()
        }
    }
}
