//! A skill: its files, read once and never changed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;

use super::frontmatter::Frontmatter;
use super::{SKILL_FILE, paths};
use crate::error::{Error, ErrorKind, Result};
use crate::json::{self, RawJson};

/// The most files a skill has.
pub const MAX_SKILL_FILES: usize = 512;

/// The most bytes the files of a skill have together.
pub const MAX_SKILL_BYTES: usize = 16 * 1024 * 1024;

/// A file of a skill.
#[derive(Clone, PartialEq, Eq)]
pub struct SkillFile {
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

impl SkillFile {
    fn new(bytes: Vec<u8>) -> Self {
        let sum = digest::digest(&digest::SHA256, &bytes);
        let mut digest = String::from("sha256:");
        for byte in sum.as_ref() {
            for half in [byte >> 4, byte & 15] {
                digest.extend(char::from_digit(u32::from(half), 16));
            }
        }
        Self { bytes: bytes.into(), digest }
    }
}

impl fmt::Debug for SkillFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({} bytes)", self.digest, self.bytes.len())
    }
}

/// Instructions for an agent, and the files that go with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    frontmatter: Frontmatter,
    files: BTreeMap<String, SkillFile>,
    dynamic: bool,
}

impl Skill {
    /// A skill of these files, by their paths inside of it. One is `SKILL.md`, which begins with frontmatter.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`] when there is no `SKILL.md`, its frontmatter cannot be used, a path is none, or there is
    /// too much of it.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self> {
        Self::read(files).map_err(|why| invalid(&format!("the skill cannot be used: {why}")))
    }

    /// A skill whose `SKILL.md` is written from its parts. `frontmatter` is a JSON object with `name` and `description`.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files).
    pub fn from_parts(
        frontmatter: &RawJson,
        instructions: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self> {
        let frontmatter = Frontmatter::checked(frontmatter.clone())
            .map_err(|why| invalid(&format!("the skill cannot be used: {why}")))?;
        let mut text = String::from("---\n");
        // JSON's values are YAML's as well.
        for (key, value) in json::members(frontmatter.json.as_str()) {
            json::write_string(&mut text, &key);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        }
        text.push_str("---\n");
        text.push_str(instructions);
        let mut all = BTreeMap::new();
        for (path, bytes) in files {
            if path == SKILL_FILE {
                let message = "the skill cannot be used: SKILL.md is written from its instructions; leave it out of the files";
                return Err(invalid(message));
            }
            all.insert(path, bytes);
        }
        all.insert(SKILL_FILE.to_owned(), text.into_bytes());
        Self::from_files(all)
    }

    /// What [`from_files`](Self::from_files) does, with the bare reason.
    pub(super) fn read(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> std::result::Result<Self, String> {
        let files: BTreeMap<_, _> = files.into_iter().collect();
        let bytes = files.values().map(Vec::len).sum();
        too_much(files.len(), bytes)?;
        for path in files.keys() {
            if let Some(flaw) = paths::flaw(path) {
                return Err(format!("{path:?} is no path of a file: {flaw}"));
            }
            if let Some(file) = paths::parents(path).find(|parent| files.contains_key(*parent)) {
                return Err(format!("{file:?} is a file and the folder of {path:?}"));
            }
        }
        let main = files.get(SKILL_FILE).ok_or_else(|| "there is no SKILL.md".to_owned())?;
        let frontmatter = Frontmatter::of(main)?;
        let files = files.into_iter().map(|(path, bytes)| (path, SkillFile::new(bytes))).collect();
        Ok(Self { frontmatter, files, dynamic: false })
    }

    /// The same skill, whose other files are resources that the server has otherwise: clients are told that they cannot be
    /// listed beforehand.
    #[must_use]
    pub fn dynamic(mut self) -> Self {
        self.dynamic = true;
        self
    }

    /// Whether there may be more files than [`files`](Self::files) says.
    #[must_use]
    pub const fn is_dynamic(&self) -> bool {
        self.dynamic
    }

    /// What `SKILL.md` says of it.
    #[must_use]
    pub const fn frontmatter(&self) -> &Frontmatter {
        &self.frontmatter
    }

    /// Its files by their paths, `SKILL.md` among them.
    #[must_use]
    pub const fn files(&self) -> &BTreeMap<String, SkillFile> {
        &self.files
    }
}

/// Refuses more than a skill may have.
pub(super) fn too_much(files: usize, bytes: usize) -> std::result::Result<(), String> {
    if files > MAX_SKILL_FILES {
        return Err(format!("it has more than {MAX_SKILL_FILES} files"));
    }
    if bytes > MAX_SKILL_BYTES {
        return Err(format!("its files are larger than {MAX_SKILL_BYTES} bytes together"));
    }
    Ok(())
}

pub(super) fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidDescriptor, message.to_owned())
}
