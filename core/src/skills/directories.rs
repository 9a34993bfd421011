//! Directories: what the paths of files say there is.

use std::collections::{BTreeMap, BTreeSet};

use super::entry;
use super::skill::Skill;
use super::{DIRECTORY_TYPE, paths};
use crate::json::write_string;
use crate::model::CacheHint;

/// The paths of all directories: those of skills, those inside of them, and those they lie in.
pub(super) fn paths(skills: &BTreeMap<String, Skill>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, skill) in skills {
        found.insert(path.clone());
        found.extend(paths::parents(path).map(ToOwned::to_owned));
        for name in skill.files().keys() {
            found.extend(paths::parents(name).map(|parent| format!("{path}/{parent}")));
        }
    }
    found
}

/// The children of a directory, each as a resource, by their paths. `None` when there is no such directory.
pub(super) fn children(
    skills: &BTreeMap<String, Skill>,
    directory: &str,
) -> Option<BTreeMap<String, String>> {
    let mut children = BTreeMap::new();
    let inside = format!("{directory}/");
    for (path, skill) in skills {
        if !path.starts_with(&inside) && *path != directory && !directory.starts_with(&format!("{path}/")) {
            continue;
        }
        for (name, file) in skill.files() {
            let whole = format!("{path}/{name}");
            let Some(rest) = whole.strip_prefix(&inside) else { continue };
            match rest.split_once('/') {
                Some((child, _)) => {
                    let child = format!("{inside}{child}");
                    children.entry(child).or_insert_with_key(|child| directory_resource(child));
                }
                None => {
                    let resource = entry::resource(path, name, skill, file, CacheHint::default());
                    let mut out = begun(&resource.uri, &resource.name);
                    if let Some(description) = &resource.common.description {
                        out.push_str(",\"description\":");
                        write_string(&mut out, description);
                    }
                    out.push_str(",\"mimeType\":");
                    write_string(&mut out, resource.mime_type.as_deref().unwrap_or_default());
                    out.push_str(",\"size\":");
                    out.push_str(&file.bytes.len().to_string());
                    out.push('}');
                    children.insert(whole, out);
                }
            }
        }
    }
    (!children.is_empty()).then_some(children)
}

fn directory_resource(path: &str) -> String {
    let mut out = begun(&paths::uri(path), paths::name(path));
    out.push_str(",\"mimeType\":");
    write_string(&mut out, DIRECTORY_TYPE);
    out.push('}');
    out
}

fn begun(uri: &str, name: &str) -> String {
    let mut out = String::from("{\"uri\":");
    write_string(&mut out, uri);
    out.push_str(",\"name\":");
    write_string(&mut out, name);
    out
}
