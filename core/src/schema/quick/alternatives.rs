//! Which branches of `anyOf` and `oneOf` a value need not be held against: those for other types, and those with other tags.

use super::plan::{Alternatives, KINDS, Kind, Node, Tag, types};

/// How deep a branch is looked into for what it requires.
const DEPTH: usize = 8;

/// Works out for all branches in a plan what they are for.
pub(super) fn sort_out(nodes: &mut [Node]) {
    let mut known = vec![None; nodes.len()];
    for index in 0..nodes.len() {
        let (Node::Any(alternatives) | Node::One(alternatives)) = &nodes[index] else { continue };
        let for_kind = |kind: Kind, known: &mut [Option<u8>]| -> Box<[usize]> {
            let branches = alternatives.branches.iter().copied();
            branches.filter(|&branch| types_of(nodes, branch, known) & kind.types() != 0).collect()
        };
        let by_kind: [Box<[usize]>; KINDS] = Kind::ALL.map(|kind| for_kind(kind, &mut known));
        let tag = tag(nodes, &by_kind[Kind::Object as usize]);
        if let Node::Any(alternatives) | Node::One(alternatives) = &mut nodes[index] {
            let branches = std::mem::take(&mut alternatives.branches);
            **alternatives = Alternatives { branches, by_kind, tag };
        }
    }
}

/// The types of values that may fit a node. Nodes for one and the same value do not go round in circles.
fn types_of(nodes: &[Node], index: usize, known: &mut [Option<u8>]) -> u8 {
    if let Some(types) = known[index] {
        return types;
    }
    // If they did after all, this would be the answer.
    known[index] = Some(types::ALL);
    let found = match &nodes[index] {
        Node::Anything | Node::Unknown => types::ALL,
        Node::Nothing => 0,
        Node::Rules(rules) => {
            rules.types & rules.allowed.as_ref().map_or(types::ALL, super::plan::Allowed::types)
        }
        Node::All(parts) => {
            parts.iter().fold(types::ALL, |found, &part| found & types_of(nodes, part, known))
        }
        Node::Any(alternatives) | Node::One(alternatives) => {
            let branches = alternatives.branches.iter();
            branches.fold(0, |found, &branch| found | types_of(nodes, branch, known))
        }
    };
    known[index] = Some(found);
    found
}

/// The member by which these branches exclude each other.
fn tag(nodes: &[Node], branches: &[usize]) -> Option<Tag> {
    let (first, others) = branches.split_first().filter(|(_, others)| !others.is_empty())?;
    let mut names = Vec::new();
    for_each_tag(nodes, *first, DEPTH, &mut |name, _| names.push(name));
    names.into_iter().find_map(|name| {
        let mut values: Vec<(Box<str>, usize)> = Vec::new();
        for &branch in std::iter::once(first).chain(others) {
            let before = values.len();
            for_each_tag(nodes, branch, DEPTH, &mut |found, strings| {
                if found == name && values.len() == before {
                    values.extend(strings.iter().map(|string| (string.clone(), branch)));
                }
            });
            if values.len() == before {
                return None;
            }
        }
        values.sort_unstable();
        let is_clear = values.windows(2).all(|pair| pair[0].0 != pair[1].0);
        is_clear.then(|| Tag { name: name.into(), values: values.into() })
    })
}

/// The members that a branch requires of objects and that must be one of some strings.
fn for_each_tag<'a>(
    nodes: &'a [Node],
    index: usize,
    depth: usize,
    visit: &mut dyn FnMut(&'a str, &'a [Box<str>]),
) {
    match &nodes[index] {
        Node::Rules(rules) => {
            let members = rules.object.iter().flat_map(|object| &object.members);
            for member in members.filter(|member| member.bit != 0) {
                if let Node::Rules(value) = &nodes[member.slot.node]
                    && let Some(allowed) = &value.allowed
                    && allowed.types() == types::STRING
                {
                    visit(&member.name, &allowed.strings);
                }
            }
        }
        Node::All(parts) if depth > 0 => {
            for &part in parts {
                for_each_tag(nodes, part, depth - 1, visit);
            }
        }
        _ => {}
    }
}
