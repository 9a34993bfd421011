//! What `SKILL.md` says about its skill, in YAML between two lines of dashes.

use super::yaml;
use crate::json::{self, RawJson};

/// What names of the protocol's own begin with.
const RESERVED: &str = "io.modelcontextprotocol/";

/// The frontmatter of a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontmatter {
    /// The skill's name: lower-case letters, digits and single hyphens, 64 at most.
    pub name: String,
    /// What the skill is for, and when to use it.
    pub description: String,
    /// All of it, a JSON object, as it was written.
    pub json: RawJson,
}

impl Frontmatter {
    /// Reads the beginning of a `SKILL.md`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, and what to write.
    pub fn of(skill_file: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(skill_file).map_err(|_| "SKILL.md is not UTF-8".to_owned())?;
        let yaml = between_dashes(text).ok_or_else(|| {
            "SKILL.md does not begin with frontmatter; begin it with\n---\nname: the-folder-s-name\n\
             description: what it does and when to use it\n---"
                .to_owned()
        })?;
        let json = yaml::to_json(yaml).map_err(|why| format!("the frontmatter cannot be used: {why}"))?;
        Self::checked(RawJson::from_checked(json))
    }

    /// Checks frontmatter that was put together in code.
    ///
    /// # Errors
    /// A sentence that says which member is missing, or not as it must be.
    pub fn checked(json: RawJson) -> Result<Self, String> {
        if !json.is_object() {
            return Err("the frontmatter is no mapping; write `name: …` and `description: …`".to_owned());
        }
        let member = |name: &str| json::member(json.as_str(), name);
        let text = |name: &str| member(name).and_then(json::as_string);
        let name = text("name").filter(|name| is_name(name)).ok_or_else(|| {
            "`name` must be 1 to 64 lower-case letters, digits and single hyphens between them".to_owned()
        })?;
        let description = text("description").filter(|text| !text.trim().is_empty() && fits(text, 1024));
        let description =
            description.ok_or_else(|| "`description` must be 1 to 1024 characters".to_owned())?;
        let must = |holds: bool, name: &str, be: &str| {
            if holds { Ok(()) } else { Err(format!("`{name}` must be {be}")) }
        };
        must(member("license").is_none_or(is_text), "license", "a text")?;
        let compatible = member("compatibility").is_none_or(|value| {
            json::as_string(value).is_some_and(|text| !text.is_empty() && fits(&text, 500))
        });
        must(compatible, "compatibility", "1 to 500 characters")?;
        must(member("metadata").is_none_or(json::is_object), "metadata", "a mapping")?;
        let reserved = member("metadata").into_iter().flat_map(json::members);
        if let Some((key, _)) = reserved.into_iter().find(|(key, _)| key.starts_with(RESERVED)) {
            return Err(format!(
                "`metadata` has {key:?}; what begins with {RESERVED:?} is the protocol's own"
            ));
        }
        let tools = member("allowed-tools").is_none_or(|value| {
            is_text(value) || (json::is_array(value) && json::elements(value).all(is_text))
        });
        must(tools, "allowed-tools", "a text or a list of texts")?;
        Ok(Self { name: name.into_owned(), description: description.into_owned(), json })
    }
}

/// The text between the first line and the next one that is `---`, where the first is, too.
fn between_dashes(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let inner = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
    let mut end = 0;
    for line in inner.split_inclusive('\n') {
        if line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)) == "---" {
            return Some(&inner[..end]);
        }
        end += line.len();
    }
    None
}

fn is_text(value: &str) -> bool {
    value.starts_with('"')
}

fn fits(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_none()
}

/// Whether it can be the name of a skill.
pub(super) fn is_name(text: &str) -> bool {
    let parts_hold = text.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    text.len() <= 64 && parts_hold
}
