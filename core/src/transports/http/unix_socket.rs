//! Listening at a path instead of an address.

use std::path::PathBuf;

/// A Unix socket to listen at. One that a process left behind is removed; one at which somebody listens is in use.
#[derive(Debug, Clone)]
pub struct UnixSocketOptions {
    /// Where it is.
    pub path: PathBuf,
    /// Who may connect, as the bits of a file's mode: 0o660, its owner and group, unless something else is said.
    pub mode: u32,
}

impl UnixSocketOptions {
    /// There, for its owner and group.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), mode: 0o660 }
    }
}

#[cfg(unix)]
pub(super) use self::bound::{BoundPath, listen};

#[cfg(unix)]
mod bound {
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::PathBuf;

    use socket2::{Domain, SockAddr, Socket, Type};

    use super::UnixSocketOptions;

    /// The path of a socket of ours; removed with it, unless another one is there by then.
    #[derive(Debug)]
    pub(in crate::transports::http) struct BoundPath {
        path: PathBuf,
        /// Device and inode.
        file: (u64, u64),
    }

    /// Binds and listens. Nobody can connect before the mode is what it should be.
    pub(in crate::transports::http) fn listen(
        options: &UnixSocketOptions,
        backlog: i32,
    ) -> io::Result<(UnixListener, BoundPath)> {
        let path = &options.path;
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(there) if !there.file_type().is_socket() => {
                return Err(io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "something else than a socket is there",
                ));
            }
            Ok(_) if UnixStream::connect(path).is_ok() => {
                return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there"));
            }
            Ok(_) => fs::remove_file(path)?,
        }
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SockAddr::unix(path)?)?;
        let there = fs::symlink_metadata(path)?;
        let bound = BoundPath { path: path.clone(), file: (there.dev(), there.ino()) };
        fs::set_permissions(path, Permissions::from_mode(options.mode))?;
        socket.listen(backlog)?;
        Ok((socket.into(), bound))
    }

    impl Drop for BoundPath {
        fn drop(&mut self) {
            if fs::symlink_metadata(&self.path).is_ok_and(|there| (there.dev(), there.ino()) == self.file) {
                // Whoever comes next removes it otherwise.
                let _ = fs::remove_file(&self.path);
            }
        }
    }
}
