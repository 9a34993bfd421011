//! Whether anybody is left to answer, once the input has ended.

/// Who started the process, and where its answers go.
#[derive(Debug, Clone, Default)]
pub struct Peer(#[cfg(unix)] Option<system::Peer>);

impl Peer {
    /// Whether nobody takes what is written any more, or whoever started the process is gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        #[cfg(unix)]
        return self.0.as_ref().is_some_and(system::Peer::is_gone);
        #[cfg(not(unix))]
        false
    }

    /// The process's own: its parent, and what `output` leads to.
    #[cfg(unix)]
    pub(super) fn of_process(output: std::os::fd::OwnedFd) -> Self {
        Self(Some(system::Peer::new(output)))
    }
}

#[cfg(unix)]
mod system {
    use std::os::fd::OwnedFd;
    use std::sync::Arc;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, getppid};

    #[derive(Debug, Clone)]
    pub(super) struct Peer {
        output: Arc<OwnedFd>,
        parent: Option<Pid>,
    }

    impl Peer {
        pub(super) fn new(output: OwnedFd) -> Self {
            Self { output: Arc::new(output), parent: getppid() }
        }

        pub(super) fn is_gone(&self) -> bool {
            if getppid() != self.parent {
                return true;
            }
            let mut asked = [PollFd::new(&self.output, PollFlags::empty())];
            let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
            let told = poll(&mut asked, Some(&at_once));
            told.is_ok() && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
        }
    }
}
