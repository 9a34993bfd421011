//! Where a catalog has its skills from.

use std::path::PathBuf;

use super::folder::skills_below;
use super::skill::{Skill, invalid};
use crate::error::Result;

/// Skills that are added together, and read anew together.
#[derive(Debug, Clone)]
pub enum SkillSource {
    /// One skill, at a path below `skill://` that ends with its name.
    Skill(String, Skill),
    /// All below these folders. Where two have the same path, the first folder's counts.
    Folders {
        /// Which folders.
        roots: Vec<PathBuf>,
        /// What comes before their paths, without a slash at its end; empty for nothing.
        prefix: String,
        /// Whether they are read anew whenever somebody asks for skills.
        reload: bool,
        /// Whether a folder that cannot be used is an error; it is left out otherwise, and the log says so.
        strict: bool,
    },
}

impl SkillSource {
    pub(super) const fn reloads(&self) -> bool {
        matches!(self, Self::Folders { reload: true, .. })
    }

    /// The skills there are now, by path.
    pub(super) fn read(&self) -> Result<Vec<(String, Skill)>> {
        let (roots, prefix, strict) = match self {
            Self::Skill(path, skill) => return Ok(vec![(path.clone(), skill.clone())]),
            Self::Folders { roots, prefix, strict, .. } => (roots, prefix, *strict),
        };
        let (mut skills, mut flawed) = (Vec::new(), Vec::new());
        for root in roots {
            let found = skills_below(root)?;
            flawed.extend(found.flawed);
            for (path, skill) in found.skills {
                let path = if prefix.is_empty() { path } else { format!("{prefix}/{path}") };
                if skills.iter().all(|(taken, _)| *taken != path) {
                    skills.push((path, skill));
                }
            }
        }
        let said: Vec<_> =
            flawed.iter().map(|flawed| format!("{}: {}", flawed.folder.display(), flawed.why)).collect();
        if strict && !said.is_empty() {
            return Err(invalid(&format!("these folders cannot be served as skills:\n{}", said.join("\n"))));
        }
        for line in said {
            tracing::warn!("a folder is not served as a skill: {line}");
        }
        Ok(skills)
    }
}
