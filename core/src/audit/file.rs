//! A file that records are appended to, and those before it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::entry::Known;
use super::options::FileOptions;
use super::record::Link;
use super::sinks::Opened;
use crate::error::{Error, ErrorKind, Result};
use crate::model::timestamp;

/// How much of the end of a file is looked at for its last line: more than any line has.
const TAIL: u64 = 4 << 20;

pub(super) struct LogFile {
    options: FileOptions,
    file: File,
    size: u64,
    begun: Instant,
    /// Whether the file has something behind `size` that could not be taken away.
    spoiled: bool,
}

impl LogFile {
    /// Opens the file and looks where the chain in it ends.
    pub(super) fn open(options: FileOptions) -> Result<(Self, Opened)> {
        let path = options.path.clone();
        let unusable = |error: io::Error| {
            Error::new(ErrorKind::Io, format!("the audit log {} cannot be used", path.display()))
                .caused_by(error)
        };
        let mut opened = Opened::default();
        let mut file = open_locked(&options.path).map_err(unusable)?;
        let found = look(&mut file).map_err(unusable)?;
        let begun = found.age;
        let mut size = found.length;
        match found.last {
            Last::Hash(hash) => opened.last_hash = Some(hash),
            Last::Nothing => {
                if let Some(before) = newest_finished(&options.path)
                    && let Ok(mut before_file) = File::open(&before)
                    && let Ok(Found { last: Last::Hash(hash), .. }) = look(&mut before_file)
                {
                    opened.last_hash = Some(hash);
                    opened.facts.push(("continues", Known::Text(name_of(&before).into())));
                }
            }
            Last::Damaged => {
                // It stays as it is for whoever wants to know.
                let aside = aside(&options.path, "damaged");
                fs::rename(&options.path, &aside).map_err(unusable)?;
                tracing::error!(file = %aside.display(), "an audit log was damaged, and is kept aside; another begins");
                opened.facts.push(("damaged", Known::Text(name_of(&aside).into())));
                file = open_locked(&options.path).map_err(unusable)?;
                size = 0;
            }
        }
        if found.cut > 0 {
            // Written by halves when its process was killed: nobody was told that it is there.
            file.set_len(size).map_err(unusable)?;
            opened.facts.push(("cut_bytes", Known::Text(found.cut.to_string().into())));
        }
        sync_folder(&options.path);
        let begun = Instant::now().checked_sub(begun).unwrap_or_else(Instant::now);
        Ok((Self { options, file, size, begun, spoiled: false }, opened))
    }

    /// Appends lines: all or nothing of them.
    pub(super) fn append(&mut self, lines: &str, is_durable: bool) -> io::Result<()> {
        if self.spoiled {
            self.file.set_len(self.size)?;
            self.spoiled = false;
        }
        let written = self
            .file
            .write_all(lines.as_bytes())
            .and_then(|()| if is_durable { self.file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) => {
                self.size += lines.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line is none.
                self.spoiled = self.file.set_len(self.size).is_err();
                Err(error)
            }
        }
    }

    /// Begins another file where this one is large or old enough.
    pub(super) fn rotate_if_due(&mut self) -> io::Result<()> {
        let is_large = self.options.rotate_bytes.is_some_and(|most| self.size >= most);
        let is_old = self.options.rotate_after.is_some_and(|most| self.begun.elapsed() >= most);
        if self.size == 0 || !(is_large || is_old) {
            return Ok(());
        }
        self.file.sync_all()?;
        fs::rename(&self.options.path, aside(&self.options.path, "")).or_else(|error| {
            // Somebody else took it away already.
            if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
        })?;
        self.file = open_locked(&self.options.path)?;
        (self.size, self.begun, self.spoiled) = (0, Instant::now(), false);
        if let Some(keep) = self.options.keep {
            let finished = finished(&self.options.path);
            for old in finished.iter().take(finished.len().saturating_sub(keep)) {
                if let Err(error) = fs::remove_file(old) {
                    tracing::warn!(file = %old.display(), %error, "an old audit log could not be removed");
                }
            }
        }
        sync_folder(&self.options.path);
        Ok(())
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        // Whoever closes a log wants it to be there.
        let _ = self.file.sync_all();
    }
}

/// Opens the file for appending, and sees that nobody else does.
fn open_locked(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Not through a link that somebody put there.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::CLOEXEC;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(io::Error::other("another process, or another server in this one, writes it"))
        }
        // Not every file system has locks.
        Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

struct Found {
    last: Last,
    /// Up to the end of the last whole line.
    length: u64,
    /// How much is behind it.
    cut: u64,
    age: Duration,
}

enum Last {
    Nothing,
    Hash(String),
    Damaged,
}

fn look(file: &mut File) -> io::Result<Found> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let age = file
        .metadata()?
        .created()
        .ok()
        .and_then(|created| SystemTime::now().duration_since(created).ok())
        .unwrap_or_default();
    let Some(end) = memchr::memrchr(b'\n', &tail) else {
        // A line that never ended is not one, unless it is too long to have been ours.
        let last = if from > 0 { Last::Damaged } else { Last::Nothing };
        let cut = if from > 0 { 0 } else { length };
        return Ok(Found { last, length: length - cut, cut, age });
    };
    let start = memchr::memrchr(b'\n', &tail[..end]).map_or(0, |before| before + 1);
    let cut = tail.len() - end - 1;
    let line = std::str::from_utf8(&tail[start..end]).ok();
    let last = match line.map(Link::read) {
        Some(Ok(record)) => Last::Hash(record.event_hash),
        _ => Last::Damaged,
    };
    Ok(Found { last, length: length - cut as u64, cut: cut as u64, age })
}

/// `audit.jsonl` is `audit.2026-11-29T23-15-00.123Z.jsonl` once it is finished: names are in the order of their ends.
fn aside(path: &Path, mark: &str) -> PathBuf {
    let (stem, extension) = parts(path);
    let at = timestamp(SystemTime::now()).replace(':', "-");
    let mark = if mark.is_empty() { String::new() } else { format!(".{mark}") };
    (0..10_000)
        .map(|number| {
            let number = if number == 0 { String::new() } else { format!("-{number:04}") };
            path.with_file_name(format!("{stem}.{at}{number}{mark}{extension}"))
        })
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| path.to_owned())
}

/// The finished files beside this one, the oldest first.
fn finished(path: &Path) -> Vec<PathBuf> {
    let (stem, extension) = parts(path);
    let begins = format!("{stem}.");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let middle = name.strip_prefix(&begins)?.strip_suffix(&extension)?;
            is_moment(middle).then(|| entry.path())
        })
        .collect();
    files.sort();
    files
}

fn newest_finished(path: &Path) -> Option<PathBuf> {
    finished(path).pop()
}

/// Whether this is how [`aside`] writes a moment: other people's files are left alone.
fn is_moment(text: &str) -> bool {
    let pattern = b"0000-00-00T00-00-00.000Z";
    let fits = |(byte, like): (u8, &u8)| if *like == b'0' { byte.is_ascii_digit() } else { byte == *like };
    let Some((moment, rest)) = text.as_bytes().split_at_checked(pattern.len()) else { return false };
    moment.iter().copied().zip(pattern).all(fits)
        && (rest.is_empty() || (rest[0] == b'-' && rest[1..].iter().all(u8::is_ascii_digit)))
}

fn parts(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let extension = text(path.extension()).map_or_else(String::new, |extension| format!(".{extension}"));
    (text(path.file_stem()).unwrap_or_default(), extension)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A name is as safe as the folder it is in.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            // Some file systems cannot, and have nothing to lose.
            let _ = folder.sync_all();
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
