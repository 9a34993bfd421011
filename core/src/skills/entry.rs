//! A skill as it is published: its entry, its files' resources.

use std::sync::Arc;

use super::skill::{Skill, SkillFile};
use super::{SKILL_FILE, media_types, paths};
use crate::handler::{Handler, from_function};
use crate::json::{RawJson, write_string};
use crate::model::{CacheHint, CommonFields, Output, Resource, ResourceOutput};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The URI of a skill, that of its `SKILL.md`.
pub(super) fn uri(path: &str) -> String {
    paths::uri(&format!("{path}/{SKILL_FILE}"))
}

/// The entry, as `skills/list` and `skills/get` have it.
pub(super) fn write(path: &str, skill: &Skill) -> Arc<str> {
    let mut out = String::from("{\"uri\":");
    write_string(&mut out, &uri(path));
    out.push_str(",\"frontmatter\":");
    out.push_str(skill.frontmatter().json.as_str());
    out.push_str(",\"resources\":");
    if skill.is_dynamic() {
        out.push_str("\"dynamic\"}");
        return out.into();
    }
    for (index, (name, file)) in skill.files().iter().enumerate() {
        out.push_str(if index == 0 { "[{\"uri\":" } else { ",{\"uri\":" });
        write_string(&mut out, &paths::uri(&format!("{path}/{name}")));
        out.push_str(",\"digest\":");
        write_string(&mut out, &file.digest);
        out.push_str(",\"size\":");
        out.push_str(&file.bytes.len().to_string());
        out.push('}');
    }
    out.push_str("]}");
    out.into()
}

/// The resource that a file is. `SKILL.md` is called what the skill is called.
pub(super) fn resource(
    path: &str,
    name: &str,
    skill: &Skill,
    file: &SkillFile,
    cache: CacheHint,
) -> Resource {
    let is_main = name == SKILL_FILE;
    let frontmatter = skill.frontmatter();
    let common = CommonFields {
        description: is_main.then(|| frontmatter.description.clone()),
        ..CommonFields::default()
    };
    Resource {
        uri: paths::uri(&format!("{path}/{name}")),
        name: if is_main { frontmatter.name.clone() } else { format!("{path}/{name}") },
        common,
        mime_type: Some(media_types::of(name, std::str::from_utf8(&file.bytes).is_ok()).to_owned()),
        size: u64::try_from(file.bytes.len()).ok(),
        cache,
    }
}

/// Reads the file: as text if it is UTF-8.
pub(super) fn handler(resource: &Resource, file: &SkillFile) -> Arc<dyn Handler> {
    let (uri, mime_type, bytes) =
        (resource.uri.clone(), resource.mime_type.clone().unwrap_or_default(), Arc::clone(&file.bytes));
    from_function(move |_| {
        let mut contents = String::with_capacity(bytes.len() * 4 / 3 + 128);
        contents.push_str("[{\"uri\":");
        write_string(&mut contents, &uri);
        contents.push_str(",\"mimeType\":");
        write_string(&mut contents, &mime_type);
        match std::str::from_utf8(&bytes) {
            Ok(text) => {
                contents.push_str(",\"text\":");
                write_string(&mut contents, text);
            }
            Err(_) => {
                contents.push_str(",\"blob\":\"");
                STANDARD.encode_string(&bytes, &mut contents);
                contents.push('"');
            }
        }
        contents.push_str("}]");
        let contents = RawJson::from_checked(contents);
        std::future::ready(Ok(Output::Resource(ResourceOutput { contents, meta: None, cache: None })))
    })
}
