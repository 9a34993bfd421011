//! A policy in a file of its own, which may be changed while it counts.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::authorization::{Definition, OneOrMany, Policy};
use crate::error::{Error, ErrorKind, Result};

/// Longer files are no policies.
const MAX_BYTES: u64 = 4 << 20;

/// A file with a policy, and what it said last.
#[derive(Debug)]
pub(in crate::host) struct PolicyFile {
    path: PathBuf,
    /// Whoever is at this end, if that is said elsewhere.
    local_roles: Option<OneOrMany>,
    local_scopes: Option<OneOrMany>,
    /// What counts, or why it does not.
    seen: Option<Seen>,
    /// What it said when it was looked at last, where that is something else.
    coming: Option<Seen>,
}

type Seen = std::result::Result<String, String>;

impl PolicyFile {
    pub(in crate::host) const fn new(
        path: PathBuf,
        local_roles: Option<OneOrMany>,
        local_scopes: Option<OneOrMany>,
    ) -> Self {
        Self { path, local_roles, local_scopes, seen: None, coming: None }
    }

    /// What it says.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]: it cannot be read. [`ErrorKind::Configuration`]: it says what cannot be meant.
    pub(in crate::host) fn definition(&self) -> Result<Definition> {
        self.defined(&self.text()?)
    }

    /// The policy in it.
    ///
    /// # Errors
    /// See [`PolicyFile::definition`].
    pub(super) fn read(&mut self) -> Result<Policy> {
        let text = self.text()?;
        let policy = self.policy(&text)?;
        self.seen = Some(Ok(text));
        Ok(policy)
    }

    /// The policy in it, where it says something else than what counts, and did so when it was looked at before: half a file may be
    /// a policy, too, one that lacks what it denies. What is wrong with it is said once.
    pub(super) fn look(&mut self) -> Option<Result<Policy>> {
        let text = self.text();
        let now = Some(text.as_ref().map(String::clone).map_err(ToString::to_string));
        if self.seen == now {
            self.coming = None;
            return None;
        }
        if self.coming != now {
            self.coming = now;
            return None;
        }
        (self.seen, self.coming) = (now, None);
        Some(text.and_then(|text| self.policy(&text)))
    }

    fn policy(&self, text: &str) -> Result<Policy> {
        Policy::new(&self.defined(text)?).map_err(|error| self.named(ErrorKind::Configuration, &error))
    }

    /// # Errors
    /// It is no policy, or says nothing: an empty file would let everybody do everything.
    fn defined(&self, text: &str) -> Result<Definition> {
        let mut definition: Definition = if is_json(&self.path) {
            serde_json::from_str(text).map_err(|error| self.named(ErrorKind::Configuration, &error))?
        } else {
            toml::from_str(text).map_err(|error| self.named(ErrorKind::Configuration, &error))?
        };
        if definition.rules.is_empty() && definition.roles.is_empty() {
            return Err(self.named(ErrorKind::Configuration, &"it has neither rules nor roles"));
        }
        if let Some(roles) = &self.local_roles {
            definition.local_roles.clone_from(roles);
        }
        if let Some(scopes) = &self.local_scopes {
            definition.local_scopes.clone_from(scopes);
        }
        Ok(definition)
    }

    fn text(&self) -> Result<String> {
        let about = std::fs::metadata(&self.path).map_err(|error| self.named(ErrorKind::Io, &error))?;
        // Whoever asks the policy waits for it, so it is no pipe.
        if !about.is_file() || about.len() > MAX_BYTES {
            return Err(self.named(ErrorKind::Io, &"this is no file of a few kilobytes"));
        }
        std::fs::read_to_string(&self.path).map_err(|error| self.named(ErrorKind::Io, &error))
    }

    fn named(&self, kind: ErrorKind, why: &dyn Display) -> Error {
        Error::new(kind, format!("{}: {why}", self.path.display()))
    }
}

/// Whether a file is JSON by its name; TOML otherwise.
pub(in crate::host) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
