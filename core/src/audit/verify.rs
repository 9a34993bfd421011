//! Looking whether files are as they were written.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::CLOSED;
use super::record::Link;

/// The longest line that is read: longer than any that is written.
const MAX_LINE: u64 = 4 << 20;

/// What is wrong with files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: u64,
    /// Which kind of flaw.
    pub kind: FlawKind,
    /// A sentence about the line, without its subject.
    pub why: String,
}

/// Which kind of flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlawKind {
    /// What is there is not what was written, or something in between is missing.
    Tampered,
    /// The end is missing.
    Truncated,
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, line {}: {}", self.file.display(), self.line, self.why)
    }
}

/// What was found in files without a flaw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many records there are.
    pub records: u64,
    /// The hash of the last one: to be kept where whoever can write the files cannot, and compared the next time.
    pub last_hash: Option<String>,
    /// What the first one says came before it.
    pub begins_after: Option<String>,
    /// Whether the last record is the one that is written when a log is closed. Where it is not, the log is still being written, its
    /// process was killed, or whole lines are missing at the end.
    pub closed: bool,
}

/// What came of looking.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing is wrong.
    Whole(Verified),
    /// The first thing that is wrong.
    Broken(Flaw),
}

/// Reads these files, the oldest first, and follows the chain through them. `expected` is a hash that has to be in them, such as
/// the last one of an earlier time.
///
/// # Errors
/// A file that cannot be read, by its name.
pub fn verify(files: &[PathBuf], expected: Option<&str>) -> Result<Verdict, (PathBuf, io::Error)> {
    let mut found = Verified::default();
    let mut has_expected = expected.is_none();
    let mut last: Option<(PathBuf, u64)> = None;
    for file in files {
        let read = follow(file, &mut found, &mut has_expected, expected, last.as_ref());
        match read.map_err(|error| (file.clone(), error))? {
            Ok(lines) => last = Some((file.clone(), lines)),
            Err(flaw) => return Ok(Verdict::Broken(flaw)),
        }
    }
    if let (false, Some((file, line))) = (has_expected, last) {
        let why =
            "the record with the expected hash is not there: records after this one are missing".to_owned();
        return Ok(Verdict::Broken(Flaw { file, line, kind: FlawKind::Truncated, why }));
    }
    Ok(Verdict::Whole(found))
}

/// Follows one file; returns how many lines it has.
fn follow(
    file: &Path,
    found: &mut Verified,
    has_expected: &mut bool,
    expected: Option<&str>,
    before: Option<&(PathBuf, u64)>,
) -> io::Result<Result<u64, Flaw>> {
    let mut reader = BufReader::new(File::open(file)?);
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let length = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(Ok(number));
        }
        number += 1;
        let flaw = |kind, why: &str| {
            Ok(Err(Flaw { file: file.to_owned(), line: number, kind, why: why.to_owned() }))
        };
        if bytes.pop() != Some(b'\n') {
            if length as u64 == MAX_LINE {
                return flaw(FlawKind::Tampered, "is longer than any record");
            }
            return flaw(FlawKind::Truncated, "is cut off: the file ends within a record");
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return flaw(FlawKind::Tampered, "is not a record: it is not UTF-8");
        };
        let record = match Link::read(text) {
            Ok(record) => record,
            Err(why) => return flaw(FlawKind::Tampered, why),
        };
        if found.records == 0 {
            found.begins_after.clone_from(&record.previous_hash);
        } else if record.previous_hash != found.last_hash {
            return Ok(Err(match before {
                // The end of a file is missing, as the next one says.
                Some((earlier, lines)) if number == 1 => Flaw {
                    file: earlier.clone(),
                    line: *lines,
                    kind: FlawKind::Truncated,
                    why: format!(
                        "is not the last record: {} goes on from one that is missing after it",
                        file.display()
                    ),
                },
                _ => Flaw {
                    file: file.to_owned(),
                    line: number,
                    kind: FlawKind::Tampered,
                    why: "does not follow the line before it: records in between are missing, or were put in"
                        .to_owned(),
                },
            }));
        }
        found.records += 1;
        found.closed = record.event_type == CLOSED;
        *has_expected |= expected == Some(record.event_hash.as_str());
        found.last_hash = Some(record.event_hash);
    }
}
