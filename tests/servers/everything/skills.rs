//! The skills beside this server.

use std::path::Path;

use oxmcp_core::error::Result;
use oxmcp_core::registry::Registry;
use oxmcp_core::skills::{SkillCatalog, SkillSource, SkillsOptions};

pub fn add(registry: &Registry) -> Result<()> {
    let roots = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../skills")];
    let source = SkillSource::Folders { roots, prefix: String::new(), reload: false, strict: true };
    SkillCatalog::new(registry, SkillsOptions::default())?.add(source)?;
    Ok(())
}
