//! One of everything: what the server of this name offers, and the one that mounts it.

use oxmcp_core::error::Result;
use oxmcp_core::registry::{Registry, RegistryOptions};

use crate::{explicit, prompts, questions, resources, skills, tasks, tools, watched};

/// Makes it.
///
/// # Errors
/// As those that add to it.
pub fn registry() -> Result<Registry> {
    let registry = Registry::new(RegistryOptions::default())?;
    // `test_simple_text` stays first: the suite calls the first listed tool with `{}`.
    tools::add(&registry)?;
    questions::add(&registry)?;
    explicit::add(&registry)?;
    tasks::add(&registry)?;
    watched::add(&registry)?;
    resources::add(&registry)?;
    prompts::add(&registry)?;
    skills::add(&registry)?;
    // Tools log, in their callers' own time: said before the first of them does.
    registry.note_logging();
    Ok(registry)
}
