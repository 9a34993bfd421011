//! What the references of a schema point at, and which of it leads back to itself.

use std::collections::HashMap;

use super::keywords::Holds;
use crate::json::{as_string, elements, is_array, is_object, members};

/// More references than this are not followed.
const MAX_TARGETS: usize = 10_000;

/// What references point at, by how they are written.
pub(super) struct Targets<'a>(HashMap<String, Target<'a>>);

/// What a reference points at.
pub(super) struct Target<'a> {
    /// The schema.
    pub(super) text: &'a str,
    /// Whether it contains itself, by way of references.
    pub(super) recursive: bool,
    /// What it refers to.
    uses: Vec<String>,
}

impl<'a> Targets<'a> {
    /// All that is referred to from the root, directly or not. `None` if something is referred to that is not in the schema, or
    /// that cannot be written elsewhere without meaning something else.
    pub(super) fn of(root: &'a str) -> Option<Self> {
        let mut found = HashMap::new();
        let mut open = Vec::new();
        references(root, true, &mut open)?;
        while let Some(reference) = open.pop() {
            if found.contains_key(&reference) {
                continue;
            }
            if found.len() >= MAX_TARGETS {
                return None;
            }
            let text = pointed_at(root, reference.strip_prefix('#')?)?;
            let mut uses = Vec::new();
            references(text, reference == "#", &mut uses)?;
            open.extend(uses.iter().cloned());
            found.insert(reference, Target { text, recursive: true, uses });
        }
        let mut targets = Self(found);
        targets.tell_recursive();
        targets.keeps_only_definitions().then_some(targets)
    }

    pub(super) fn get(&self, reference: &str) -> Option<&Target<'a>> {
        self.0.get(reference)
    }

    /// Whether there is nothing that could be written out.
    pub(super) fn all_recursive(&self) -> bool {
        self.0.values().all(|target| target.recursive)
    }

    /// The definitions that stay, by name, in a steady order.
    pub(super) fn kept(&self, keyword: &str) -> impl Iterator<Item = (&str, &'a str)> {
        let recursive = self.0.iter().filter(|(_, target)| target.recursive);
        let named = recursive.filter_map(|(reference, target)| {
            let name = reference.strip_prefix("#/")?.strip_prefix(keyword)?.strip_prefix('/')?;
            Some((name, target.text))
        });
        let mut kept: Vec<_> = named.collect();
        kept.sort_unstable();
        kept.into_iter()
    }

    /// Takes away from both ends what cannot lie in a circle: what uses nothing that is left, and what nothing uses that is left.
    fn tell_recursive(&mut self) {
        let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
        for (reference, target) in &self.0 {
            for used in &target.uses {
                used_by.entry(used).or_default().push(reference);
            }
        }
        let down: HashMap<&str, Vec<&str>> = self
            .0
            .iter()
            .map(|(name, target)| (name.as_str(), target.uses.iter().map(String::as_str).collect()))
            .collect();
        let mut straight = peeled(&down, &used_by);
        straight.extend(peeled(&used_by, &down));
        let straight: Vec<String> = straight.into_iter().map(str::to_owned).collect();
        for reference in straight {
            if let Some(target) = self.0.get_mut(&reference) {
                target.recursive = false;
            }
        }
    }

    /// Whether what stays referred to can stay where it is: as the root, or as one of the root's definitions.
    fn keeps_only_definitions(&self) -> bool {
        self.0.iter().filter(|(_, target)| target.recursive).all(|(reference, _)| {
            let pointer =
                reference.strip_prefix("#/$defs/").or_else(|| reference.strip_prefix("#/definitions/"));
            reference == "#" || pointer.is_some_and(|name| !name.contains(['/', '~', '%']))
        })
    }
}

/// The nodes that are taken away one after the other because none of their `next` is left; `back` are the same edges, reversed.
fn peeled<'a>(next: &HashMap<&'a str, Vec<&'a str>>, back: &HashMap<&'a str, Vec<&'a str>>) -> Vec<&'a str> {
    let nodes = next.keys().chain(back.keys());
    let mut left: HashMap<&str, usize> =
        nodes.map(|&node| (node, next.get(node).map_or(0, Vec::len))).collect();
    let mut peeled: Vec<&str> =
        left.iter().filter(|(_, count)| **count == 0).map(|(&node, _)| node).collect();
    let mut at = 0;
    while let Some(&node) = peeled.get(at) {
        at += 1;
        for &user in back.get(node).into_iter().flatten() {
            if let Some(count) = left.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    peeled.push(user);
                }
            }
        }
    }
    peeled
}

/// Adds the references in a schema to `found`. `None` if there is one that is no pointer, or a part that has a name.
fn references(text: &str, is_root: bool, found: &mut Vec<String>) -> Option<()> {
    if is_array(text) {
        return elements(text).try_for_each(|schema| references(schema, false, found));
    }
    if !is_object(text) {
        return Some(());
    }
    for (keyword, value) in members(text) {
        match &*keyword {
            "$ref" => found.push(as_string(value)?.into_owned()),
            "$id" | "id" if is_root || !is_named(value) => {}
            "$id" | "id" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$dynamicRef"
            | "$recursiveRef" => return None,
            // They count where they are referred to.
            "$defs" | "definitions" => {}
            _ => match Holds::of(&keyword, value) {
                Holds::Data => {}
                Holds::Schemas => references(value, false, found)?,
                Holds::NamedSchemas => {
                    members(value).try_for_each(|(_, schema)| references(schema, false, found))?;
                }
            },
        }
    }
    Some(())
}

fn is_named(id: &str) -> bool {
    id.starts_with('"')
}

/// What a JSON pointer leads to.
fn pointed_at<'a>(root: &'a str, pointer: &str) -> Option<&'a str> {
    if pointer.is_empty() {
        return Some(root);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(root, |text, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        if is_array(text) {
            elements(text).nth(step.parse().ok()?)
        } else {
            members(text).find_map(|(name, value)| (name == step).then_some(value))
        }
    })
}
