//! Skills as front ends describe them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::descriptors::{self, CacheText};
use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::registry::Registry;
use crate::skills::{Skill, SkillCatalog, SkillSource, SkillsOptions};

/// A file: its text, or its bytes in base64.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum FileText {
    Text(String),
    Base64(String),
}

/// Folders with skills, or one skill: its files, or its parts and its other files.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SourceText {
    folders: Option<Vec<PathBuf>>,
    prefix: String,
    reload: bool,
    strict: bool,
    files: BTreeMap<String, FileText>,
    frontmatter: Option<Box<RawValue>>,
    instructions: String,
    path: Option<String>,
    dynamic: bool,
}

impl Default for SourceText {
    fn default() -> Self {
        Self {
            folders: None,
            prefix: String::new(),
            reload: false,
            strict: true,
            files: BTreeMap::new(),
            frontmatter: None,
            instructions: String::new(),
            path: None,
            dynamic: false,
        }
    }
}

impl SourceText {
    fn source(self) -> Result<SkillSource> {
        let Self { prefix, reload, strict, .. } = self;
        if let Some(roots) = self.folders {
            return Ok(SkillSource::Folders { roots, prefix, reload, strict });
        }
        let mut files = BTreeMap::new();
        for (path, file) in self.files {
            let bytes = match file {
                FileText::Text(text) => text.into_bytes(),
                FileText::Base64(text) => STANDARD.decode(text).map_err(|error| {
                    let message = format!("the skill's file {path:?} is not base64");
                    Error::new(ErrorKind::InvalidDescriptor, message).caused_by(error)
                })?,
            };
            files.insert(path, bytes);
        }
        let skill = match self.frontmatter {
            Some(frontmatter) => {
                let frontmatter = RawJson::parse(frontmatter.get())?;
                Skill::from_parts(&frontmatter, &self.instructions, files)?
            }
            None => Skill::from_files(files)?,
        };
        let name = &skill.frontmatter().name;
        let path = self
            .path
            .unwrap_or_else(|| if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") });
        Ok(SkillSource::Skill(path, if self.dynamic { skill.dynamic() } else { skill }))
    }
}

/// The entry of a skill that is described, as `skills/list` would have it; nothing is served.
///
/// # Errors
/// As [`Skills::add`].
pub fn skill_entry(text: &str) -> Result<String> {
    let source: SourceText = descriptors::read("the skill", text)?;
    let registry = Registry::new(crate::registry::RegistryOptions::default())?;
    let catalog = SkillCatalog::new(&registry, SkillsOptions::default())?;
    catalog.add(source.source()?)?;
    Ok(catalog.entries().first().map(ToString::to_string).unwrap_or_default())
}

/// The skills of a server, if it has any.
#[derive(Default)]
pub(super) struct Skills(Mutex<Option<SkillCatalog>>);

impl Skills {
    fn catalog(&self) -> Option<SkillCatalog> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds what is described; `cache` says how long clients may keep it, where nothing was said before.
    pub(super) fn add(&self, registry: &Registry, text: &str, cache: &str) -> Result<u64> {
        let source: SourceText = descriptors::read("the skill", text)?;
        let source = source.source()?;
        let cache: CacheText = descriptors::read("the skills' cache hint", cache)?;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let catalog = match &*held {
            Some(catalog) => catalog,
            None => held.insert(SkillCatalog::new(registry, SkillsOptions { cache: cache.into() })?),
        };
        catalog.add(source)
    }

    pub(super) fn remove(&self, number: u64) -> Result<bool> {
        self.catalog().map_or(Ok(false), |catalog| catalog.remove(number))
    }

    pub(super) fn refresh(&self) -> Result<()> {
        self.catalog().map_or(Ok(()), |catalog| catalog.refresh())
    }

    /// A JSON list.
    pub(super) fn entries(&self) -> String {
        let entries = self.catalog().map(|catalog| catalog.entries()).unwrap_or_default();
        format!("[{}]", entries.join(","))
    }
}
