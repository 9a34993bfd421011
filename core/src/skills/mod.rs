//! Skills: instructions for agents, each a folder of files around a `SKILL.md` (extension `io.modelcontextprotocol/skills`).
//!
//! What is served was read beforehand, from a folder or from what code handed over. Peers name URIs, and a URI that was not
//! published is unknown: nothing a peer writes ever becomes a path, so nothing leads out of a folder.

mod catalog;
mod directories;
mod entry;
mod folder;
mod frontmatter;
mod media_types;
mod methods;
mod paths;
mod skill;
mod source;
mod yaml;

pub use catalog::{SkillCatalog, SkillsOptions};
pub use folder::{FlawedFolder, FoundSkills, skills_below};
pub use frontmatter::Frontmatter;
pub use skill::{MAX_SKILL_BYTES, MAX_SKILL_FILES, Skill, SkillFile};
pub use source::SkillSource;

/// The extension's name.
pub const SKILLS_EXTENSION: &str = "io.modelcontextprotocol/skills";

/// The file that makes a folder a skill.
pub const SKILL_FILE: &str = "SKILL.md";

/// The MIME type of a directory.
pub const DIRECTORY_TYPE: &str = "inode/directory";
