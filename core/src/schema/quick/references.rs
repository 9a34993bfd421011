//! Where the references of a schema lead, as far as a quick check follows them: to places of the same document, by pointer.

use std::collections::HashMap;

use crate::json::{as_string, elements, is_array, is_object, member, members};

/// How many pointers elsewhere than to a definition are followed: each walks over the document.
const MAX_POINTERS: usize = 64;

/// The document and its definitions.
pub(super) struct References<'a> {
    root: &'a str,
    /// By keyword and name; read when a reference first needs them.
    definitions: Option<HashMap<(&'static str, String), &'a str>>,
    pointers: usize,
}

impl<'a> References<'a> {
    pub fn new(root: &'a str) -> Self {
        Self { root, definitions: None, pointers: 0 }
    }

    /// The schema that the JSON text of a reference leads to; `None` if that is not for a quick check to say.
    pub fn resolve(&mut self, reference: &str) -> Option<&'a str> {
        let reference = as_string(reference)?;
        let pointer = reference.strip_prefix('#')?;
        if pointer.is_empty() {
            return Some(self.root);
        }
        if pointer.contains('%') {
            return None;
        }
        let names: Vec<String> = pointer
            .strip_prefix('/')?
            .split('/')
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .collect();
        let keyword = ["$defs", "definitions"]
            .into_iter()
            .find(|keyword| names.first().is_some_and(|name| name == keyword));
        if let (Some(keyword), [_, name]) = (keyword, names.as_slice()) {
            let root = self.root;
            let definitions = self.definitions.get_or_insert_with(|| definitions(root));
            return definitions.get(&(keyword, name.clone())).copied();
        }
        self.pointers += 1;
        if self.pointers > MAX_POINTERS {
            return None;
        }
        let mut place = self.root;
        for name in &names {
            place =
                if is_array(place) { elements(place).nth(name.parse().ok()?)? } else { member(place, name)? };
            // What has an identifier of its own is a document of its own.
            if is_object(place) && member(place, "$id").is_some_and(|id| id.starts_with('"')) {
                return None;
            }
        }
        Some(place)
    }
}

fn definitions(root: &str) -> HashMap<(&'static str, String), &str> {
    let mut found = HashMap::new();
    for keyword in ["$defs", "definitions"] {
        for (name, schema) in member(root, keyword).into_iter().flat_map(members) {
            found.insert((keyword, name.into_owned()), schema);
        }
    }
    found
}
