//! What a service manager and this server say to each other, where that is switched on.

#[cfg(unix)]
pub(super) use self::manager::{Manager, handed_over};

#[cfg(unix)]
mod manager {
    use std::env;
    use std::io;
    use std::net::TcpListener;
    use std::os::unix::net::{UnixDatagram, UnixListener};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use listenfd::ListenFd;
    use tokio::task::AbortHandle;
    use tokio::time::interval;

    /// The sockets that were handed over to this process. They are there once.
    pub(in crate::transports::http) fn handed_over() -> io::Result<(Vec<TcpListener>, Vec<UnixListener>)> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        let (mut tcp, mut unix) = (Vec::new(), Vec::new());
        if env::var_os("LISTEN_FDS").is_none() || TAKEN.swap(true, Ordering::SeqCst) {
            return Ok((tcp, unix));
        }
        let mut sockets = ListenFd::from_env();
        for index in 0..sockets.len() {
            if let Ok(Some(listener)) = sockets.take_tcp_listener(index) {
                listener.set_nonblocking(true)?;
                tcp.push(listener);
            } else if let Some(listener) = sockets.take_unix_listener(index)? {
                listener.set_nonblocking(true)?;
                unix.push(listener);
            }
        }
        Ok((tcp, unix))
    }

    /// The service manager, who wants to hear how the server is.
    #[derive(Debug)]
    pub(in crate::transports::http) struct Manager {
        socket: UnixDatagram,
        /// What tells the watchdog that this process lives.
        lives: Option<AbortHandle>,
    }

    impl Manager {
        /// Tells it that the server is ready, and from now on its watchdog that it lives. `None` where nobody wants to hear it.
        pub(in crate::transports::http) fn ready() -> Option<Self> {
            let socket = match reach(&env::var_os("NOTIFY_SOCKET")?) {
                Ok(socket) => socket,
                Err(error) => {
                    tracing::warn!(%error, "cannot reach the service manager at NOTIFY_SOCKET");
                    return None;
                }
            };
            let mut manager = Self { socket, lives: None };
            manager.say("READY=1");
            if let (Some(every), Ok(socket)) = (watchdog(), manager.socket.try_clone()) {
                let lives = async move {
                    let mut tick = interval(every);
                    loop {
                        tick.tick().await;
                        let _ = socket.send(b"WATCHDOG=1");
                    }
                };
                manager.lives = Some(tokio::spawn(lives).abort_handle());
            }
            Some(manager)
        }

        /// Tells it that the server ends.
        pub(in crate::transports::http) fn stopping(&self) {
            self.say("STOPPING=1");
        }

        fn say(&self, state: &str) {
            if let Err(error) = self.socket.send(state.as_bytes()) {
                tracing::warn!(%error, "cannot tell the service manager {state}");
            }
        }
    }

    impl Drop for Manager {
        fn drop(&mut self) {
            if let Some(lives) = &self.lives {
                lives.abort();
            }
        }
    }

    fn reach(name: &std::ffi::OsStr) -> io::Result<UnixDatagram> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        #[cfg(target_os = "linux")]
        if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(name).strip_prefix(b"@") {
            use std::os::linux::net::SocketAddrExt as _;
            socket.connect_addr(&std::os::unix::net::SocketAddr::from_abstract_name(name)?)?;
            return Ok(socket);
        }
        socket.connect(name)?;
        Ok(socket)
    }

    /// How often the watchdog is told: twice in the time that it waits.
    fn watchdog() -> Option<Duration> {
        let told = |name| env::var(name).ok()?.parse::<u64>().ok();
        if env::var_os("WATCHDOG_PID").is_some()
            && told("WATCHDOG_PID") != Some(u64::from(std::process::id()))
        {
            return None;
        }
        told("WATCHDOG_USEC").filter(|micros| *micros > 1).map(|micros| Duration::from_micros(micros / 2))
    }
}
