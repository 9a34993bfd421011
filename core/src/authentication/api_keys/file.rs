//! The file that keys are kept in: made, listed and revoked there while servers read it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::key::{self, ApiKeyRecord};
use crate::error::{Error, ErrorKind, Result};

/// A file of keys, as JSON: `{"keys": [{"id", "owner", "hash", "scopes", "roles", "created_at", "expires_at", "note"}]}`.
#[derive(Debug, Clone)]
pub struct ApiKeyFile(PathBuf);

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    keys: Vec<ApiKeyRecord>,
}

/// What a key is to be.
#[derive(Debug, Clone, Default)]
pub struct NewApiKey {
    /// Whose it is.
    pub owner: String,
    /// What it grants.
    pub scopes: Vec<String>,
    /// As what its owner acts.
    pub roles: Vec<String>,
    /// For how long it works; `None` is until it is revoked.
    pub lifetime: Option<Duration>,
    /// What it is for, for people.
    pub note: Option<String>,
}

impl NewApiKey {
    /// Makes it: its text, which is nowhere else from then on, and what is kept of it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] without an owner, [`ErrorKind::Io`] when the system has no randomness.
    pub fn make(&self) -> Result<(String, ApiKeyRecord)> {
        if self.owner.is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "a key needs an owner"));
        }
        let (id, text) = key::make()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let boxed = |names: &[String]| names.iter().map(|name| name.as_str().into()).collect();
        let record = ApiKeyRecord {
            hash: key::hash_text(&id, &text),
            id,
            owner: self.owner.clone(),
            scopes: boxed(&self.scopes),
            roles: boxed(&self.roles),
            created_at: now.as_secs(),
            expires_at: self.lifetime.map(|lifetime| now.saturating_add(lifetime).as_secs()),
            note: self.note.clone(),
        };
        Ok((text, record))
    }
}

impl ApiKeyFile {
    /// The file at this path, which need not be there yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The keys in it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when it cannot be read, [`ErrorKind::Configuration`] when it is something else.
    pub fn read(&self) -> Result<Vec<ApiKeyRecord>> {
        let text = fs::read_to_string(&self.0).map_err(|error| self.failed("cannot be read", error))?;
        let content: Content = serde_json::from_str(&text).map_err(|error| {
            let message = format!("{} is no file of keys", self.0.display());
            Error::new(ErrorKind::Configuration, message).caused_by(error)
        })?;
        Ok(content.keys)
    }

    /// Makes a key and writes down what is kept of it. Returns its text.
    ///
    /// # Errors
    /// Those of [`NewApiKey::make`] and [`ApiKeyFile::read`].
    pub fn add(&self, new: &NewApiKey) -> Result<(String, ApiKeyRecord)> {
        let mut keys = if self.0.exists() { self.read()? } else { Vec::new() };
        let (text, record) = new.make()?;
        keys.push(record.clone());
        self.write(keys)?;
        Ok((text, record))
    }

    /// Takes a key out. Returns whether it was there.
    ///
    /// # Errors
    /// Those of [`ApiKeyFile::read`].
    pub fn revoke(&self, id: &str) -> Result<bool> {
        let mut keys = self.read()?;
        let before = keys.len();
        keys.retain(|key| key.id != id);
        let was_there = keys.len() < before;
        if was_there {
            self.write(keys)?;
        }
        Ok(was_there)
    }

    /// Replaces the file as a whole: whoever reads it has either the one or the other.
    fn write(&self, keys: Vec<ApiKeyRecord>) -> Result<()> {
        let failed = |error| self.failed("cannot be written", error);
        let mut text = serde_json::to_string_pretty(&Content { keys })
            .map_err(|error| Error::new(ErrorKind::Internal, "keys cannot be written").caused_by(error))?;
        text.push('\n');
        let mut name = self.0.clone().into_os_string();
        name.push(format!(".{}.new", std::process::id()));
        let beside = PathBuf::from(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &self.0).map_err(failed)
    }

    fn failed(&self, what: &str, error: std::io::Error) -> Error {
        Error::new(ErrorKind::Io, format!("the file of keys {} {what}", self.0.display())).caused_by(error)
    }
}
