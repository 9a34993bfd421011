//! `oxmcp audit`: what an audit log says of itself.

use std::io;
use std::path::PathBuf;

use super::{FINE, UNABLE, Voice, WRONG, unusable};
use crate::audit::{FlawKind, Verdict, verify};

const USAGE: &str = "\
usage: oxmcp audit verify [--expect HASH] FILE…

Reads audit files, the oldest first, and follows the chain through them. Says how many records there are and the hash of the last one,
or the first line that is not as it was written. --expect: a hash that has to be in them, such as the last one of an earlier time, kept
where whoever can write the files cannot.
";

pub(super) fn run(arguments: &[&str], voice: &mut Voice<'_>) -> io::Result<u8> {
    match arguments {
        ["verify", "--expect", hash, files @ ..] => verified(files, Some(hash), voice),
        ["verify", files @ ..] => verified(files, None, voice),
        _ => unusable(voice, "audit: which command?", USAGE),
    }
}

fn verified(files: &[&str], expected: Option<&str>, voice: &mut Voice<'_>) -> io::Result<u8> {
    if files.is_empty() || files.iter().any(|file| file.starts_with("--")) {
        return unusable(voice, "audit verify: which files?", USAGE);
    }
    let files: Vec<_> = files.iter().map(PathBuf::from).collect();
    let found = match verify(&files, expected) {
        Err((file, error)) => {
            voice.complain(&format!("{}: {error}", file.display()))?;
            return Ok(UNABLE);
        }
        Ok(Verdict::Broken(flaw)) => {
            let kind = match flaw.kind {
                FlawKind::Tampered => "changed",
                FlawKind::Truncated => "the end is missing",
            };
            voice.complain(&format!("{kind}: {flaw}"))?;
            return Ok(WRONG);
        }
        Ok(Verdict::Whole(found)) => found,
    };
    voice.say(&format!("whole: {} records", found.records))?;
    if let Some(before) = &found.begins_after {
        voice.say(&format!("begins after {before}"))?;
    }
    if let Some(last) = &found.last_hash {
        voice.say(&format!("ends with {last}"))?;
    }
    if !found.closed {
        voice.say(
            "not closed: it is being written, its process was killed, or lines are missing at the end",
        )?;
    }
    Ok(FINE)
}
