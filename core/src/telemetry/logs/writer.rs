//! The thread that writes lines: whoever has one hands it over and goes on.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::line;
use crate::error::{Error, ErrorKind, Result};

/// How much may wait. Whatever reads the lines may stand still; calls do not.
const MAX_BYTES: usize = 4 << 20;
/// How often it is looked whether the file was moved away.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long an end waits for whatever reads the lines.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where lines go.
pub(in crate::telemetry) struct LogWriter {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    queue: Mutex<Queue>,
    bell: Condvar,
    /// Rung when all is written.
    idle: Condvar,
    lost: Arc<AtomicU64>,
}

#[derive(Default)]
struct Queue {
    text: String,
    lost: u64,
    is_writing: bool,
    closed: bool,
}

impl LogWriter {
    /// # Errors
    /// [`ErrorKind::Io`] when the file cannot be opened, or there is no thread.
    pub(in crate::telemetry) fn open(path: Option<PathBuf>, lost: Arc<AtomicU64>) -> Result<Self> {
        let sink = Sink::open(path)?;
        let shared =
            Arc::new(Shared { queue: Mutex::default(), bell: Condvar::new(), idle: Condvar::new(), lost });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("oxmcp-log".to_owned())
            .spawn(move || of_thread.run(sink))
            .map_err(|error| Error::new(ErrorKind::Io, "the log has no thread").caused_by(error))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Has a line written. Never waits.
    pub(in crate::telemetry) fn write(&self, line: &str) {
        let mut queue = self.shared.lock();
        if queue.closed || queue.text.len() + line.len() > MAX_BYTES {
            queue.lost += 1;
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let was_empty = queue.text.is_empty();
        queue.text.push_str(line);
        drop(queue);
        if was_empty {
            self.shared.bell.notify_one();
        }
    }

    /// Waits until all is written, but not for ever.
    pub(in crate::telemetry) fn rest(&self) {
        let queue = self.shared.lock();
        let unwritten = |queue: &mut Queue| !queue.text.is_empty() || queue.is_writing;
        drop(self.shared.idle.wait_timeout_while(queue, PATIENCE, unwritten));
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.rest();
        let mut queue = self.shared.lock();
        queue.closed = true;
        let is_stuck = queue.is_writing;
        drop(queue);
        self.shared.bell.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|_| !is_stuck) {
            // It panics nowhere.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here is left half done by a panic elsewhere.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut sink: Sink) {
        loop {
            let mut queue = self.lock();
            while queue.text.is_empty() && queue.lost == 0 && !queue.closed {
                queue = self.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.text.is_empty() && queue.lost == 0 {
                return;
            }
            let mut text = std::mem::take(&mut queue.text);
            let lost = std::mem::take(&mut queue.lost);
            queue.is_writing = true;
            drop(queue);
            if lost > 0 {
                text.push_str(&line::loss(lost));
            }
            if sink.write(&text).is_err() {
                let lines = text.lines().count();
                self.lost.fetch_add(u64::try_from(lines).unwrap_or_default(), Ordering::Relaxed);
            }
            self.lock().is_writing = false;
            self.idle.notify_all();
        }
    }
}

enum Sink {
    Console,
    File { path: PathBuf, file: File, looked: Instant },
}

impl Sink {
    fn open(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Console) };
        let file = appended(&path).map_err(|error| {
            Error::new(ErrorKind::Io, format!("telemetry.logs.path {}: {error}", path.display()))
        })?;
        Ok(Self::File { path, file, looked: Instant::now() })
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Console => io::stderr().lock().write_all(text.as_bytes()),
            Self::File { path, file, looked } => {
                if looked.elapsed() >= LOOK_EVERY {
                    *looked = Instant::now();
                    if was_moved(path, file) {
                        *file = appended(path)?;
                    }
                }
                file.write_all(text.as_bytes())
            }
        }
    }
}

/// What others may read of it, the process's umask says; never everybody.
fn appended(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

#[cfg(unix)]
fn was_moved(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let is_same = |there: std::fs::Metadata, here: std::fs::Metadata| {
        (there.dev(), there.ino()) == (here.dev(), here.ino())
    };
    !std::fs::metadata(path).is_ok_and(|there| file.metadata().is_ok_and(|here| is_same(there, here)))
}

#[cfg(not(unix))]
fn was_moved(path: &Path, _: &File) -> bool {
    !path.exists()
}
