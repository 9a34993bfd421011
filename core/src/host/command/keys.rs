//! `oxmcp keys`: keys of ours, in the file that servers read.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{FINE, UNABLE, Voice, WRONG, unusable};
use crate::authentication::{ApiKeyFile, ApiKeyRecord, NewApiKey};

const USAGE: &str = "\
usage: oxmcp keys add FILE --owner NAME [--scope SCOPE]… [--role ROLE]… [--days DAYS] [--note TEXT]
       oxmcp keys list FILE
       oxmcp keys revoke FILE ID

add      makes a key and says it: this once, since the file has no more than a hash of it. FILE is made where there is none.
         Without --days it works until it is revoked.
list     says which keys there are: id, owner, until when, scopes, roles, note.
revoke   takes a key out of the file.

Servers whose authentication.api_keys.file is FILE see each change within a second. To replace a key: add one, have its owner
change over, revoke the old one.
";

pub(super) fn run(arguments: &[&str], voice: &mut Voice<'_>) -> io::Result<u8> {
    match arguments {
        ["add", file, options @ ..] if !file.starts_with("--") => match described(options) {
            Ok(new) => added(&ApiKeyFile::at(*file), &new, voice),
            Err(why) => unusable(voice, &format!("keys add: {why}"), USAGE),
        },
        ["list", file] => listed(&ApiKeyFile::at(*file), voice),
        ["revoke", file, id] => revoked(&ApiKeyFile::at(*file), id, voice),
        _ => unusable(voice, "keys: which command, and which file?", USAGE),
    }
}

/// What the options say a key is to be.
fn described(mut options: &[&str]) -> Result<NewApiKey, String> {
    let mut new = NewApiKey::default();
    while let [name, rest @ ..] = options {
        let (value, rest) = rest.split_first().ok_or_else(|| format!("{name} needs a value"))?;
        match *name {
            "--owner" => (*value).clone_into(&mut new.owner),
            "--scope" => new.scopes.push((*value).to_owned()),
            "--role" => new.roles.push((*value).to_owned()),
            "--note" => new.note = Some((*value).to_owned()),
            "--days" => {
                let days = value.parse().ok().filter(|days| *days > 0.0 && *days < 36_500.0);
                let days: f64 = days.ok_or_else(|| format!("--days is a number of days, not {value:?}"))?;
                new.lifetime = Some(Duration::from_secs_f64(days * 86_400.0));
            }
            unknown => return Err(format!("there is no option {unknown}")),
        }
        options = rest;
    }
    if new.owner.is_empty() { Err("whose is it to be? --owner NAME".to_owned()) } else { Ok(new) }
}

fn added(file: &ApiKeyFile, new: &NewApiKey, voice: &mut Voice<'_>) -> io::Result<u8> {
    match file.add(new) {
        Ok((text, record)) => {
            voice.say(&text)?;
            voice.complain(&format!(
                "the key {} of {} is in {}, its text nowhere but above",
                record.id,
                record.owner,
                file.path().display()
            ))?;
            Ok(FINE)
        }
        Err(error) => {
            voice.complain(&error.to_string())?;
            Ok(UNABLE)
        }
    }
}

fn listed(file: &ApiKeyFile, voice: &mut Voice<'_>) -> io::Result<u8> {
    let keys = match file.read() {
        Ok(keys) => keys,
        Err(error) => {
            voice.complain(&error.to_string())?;
            return Ok(UNABLE);
        }
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    for key in &keys {
        voice.say(&line(key, now))?;
    }
    Ok(FINE)
}

/// A key in a line. What its owner's name or a note has in it cannot begin another.
fn line(key: &ApiKeyRecord, now: u64) -> String {
    let until = match key.expires_at {
        None => "until revoked".to_owned(),
        Some(end) if end <= now => "expired".to_owned(),
        Some(end) => format!("{} more days", (end - now).div_ceil(86_400)),
    };
    let mut line = format!("{}  {}  {until}", key.id.escape_debug(), key.owner.escape_debug());
    for (name, words) in [("scopes", &key.scopes), ("roles", &key.roles)] {
        if !words.is_empty() {
            line = format!("{line}  {name}={}", words.join(",").escape_debug());
        }
    }
    if let Some(note) = &key.note {
        line = format!("{line}  {}", note.escape_debug());
    }
    line
}

fn revoked(file: &ApiKeyFile, id: &str, voice: &mut Voice<'_>) -> io::Result<u8> {
    match file.revoke(id) {
        Ok(true) => {
            voice.say(&format!("{id} is revoked"))?;
            Ok(FINE)
        }
        Ok(false) => {
            voice.complain(&format!("{} has no key {id:?}: see oxmcp keys list", file.path().display()))?;
            Ok(WRONG)
        }
        Err(error) => {
            voice.complain(&error.to_string())?;
            Ok(UNABLE)
        }
    }
}
