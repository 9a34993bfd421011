//! All subschemas of a document as a graph: who applies whom, to the same value or to a part of it.
//!
//! This is a bound, not an evaluation: a reference that could mean several schemas counts as all of them, and one that is
//! not found counts as none (compiling reports it).

use std::collections::HashMap;

use serde_json::Value;

use super::places::{Place, for_each_subschema};

/// One subschema and the subschemas it applies.
#[derive(Default)]
pub(super) struct Node {
    /// Applied to the same value: `allOf`, `$ref` and so on. `true` for those that are only known at run time.
    pub(super) same: Vec<(usize, bool)>,
    /// Of these, one at most applies to a given member.
    pub(super) members: Vec<usize>,
    /// Of these, all may apply to a given member.
    pub(super) any_member: Vec<usize>,
    /// Of these, one at most applies to a given element.
    pub(super) element: Vec<usize>,
    /// Of these, all may apply to a given element.
    pub(super) any_element: Vec<usize>,
    /// Has `unevaluatedProperties` or `unevaluatedItems`.
    pub(super) unevaluated: bool,
}

/// A reference still to be resolved.
struct Reference<'a> {
    from: usize,
    text: &'a str,
    base: &'a Value,
    dynamic: bool,
}

/// The graph. The document's root is node 0.
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node>,
    by_address: HashMap<*const Value, usize>,
    resources: Vec<(&'a str, &'a Value)>,
    anchors: HashMap<&'a str, Vec<&'a Value>>,
    /// Schemas seen but not looked into, with the resource each belongs to.
    unread: Vec<(usize, &'a Value, &'a Value)>,
    references: Vec<Reference<'a>>,
}

impl<'a> Graph<'a> {
    /// The graph of `root`; `None` as soon as it has more than `max` nodes.
    pub(super) fn new(root: &'a Value, max: usize) -> Option<Self> {
        let mut graph = Self {
            nodes: Vec::new(),
            by_address: HashMap::new(),
            resources: vec![("", root)],
            anchors: HashMap::new(),
            unread: Vec::new(),
            references: Vec::new(),
        };
        graph.node(root, root);
        loop {
            while let Some((index, schema, base)) = graph.unread.pop() {
                graph.read(index, schema, base);
                if graph.nodes.len() > max {
                    return None;
                }
            }
            // Anchors are all known now, except those in places that only a pointer leads to.
            for reference in std::mem::take(&mut graph.references) {
                for (target, base) in graph.resolve(&reference) {
                    let to = graph.node(target, base);
                    graph.nodes[reference.from].same.push((to, reference.dynamic));
                }
            }
            if graph.unread.is_empty() {
                return Some(graph);
            }
        }
    }

    /// The node of `schema`, made if there is none yet.
    fn node(&mut self, schema: &'a Value, base: &'a Value) -> usize {
        let next = self.nodes.len();
        let index = *self.by_address.entry(std::ptr::from_ref(schema)).or_insert(next);
        if index == next {
            self.nodes.push(Node::default());
            self.unread.push((index, schema, base));
        }
        index
    }

    fn read(&mut self, index: usize, schema: &'a Value, mut base: &'a Value) {
        let Value::Object(keywords) = schema else { return };
        let text = |keyword: &str| keywords.get(keyword).and_then(Value::as_str);
        // `id` is what draft 4 says; elsewhere it costs nothing to take it for an identifier too.
        if let Some(id) = text("$id").or_else(|| text("id")).filter(|id| !id.starts_with('#')) {
            self.resources.push((id, schema));
            base = schema;
        }
        for anchor in [text("$anchor"), text("$dynamicAnchor")].into_iter().flatten() {
            self.anchors.entry(anchor).or_default().push(schema);
        }
        for (keyword, dynamic) in [("$ref", false), ("$dynamicRef", true), ("$recursiveRef", true)] {
            if let Some(text) = text(keyword) {
                self.references.push(Reference { from: index, text, base, dynamic });
            }
        }
        self.nodes[index].unevaluated =
            keywords.contains_key("unevaluatedProperties") || keywords.contains_key("unevaluatedItems");
        for_each_subschema(keywords, |place, subschema| {
            let to = self.node(subschema, base);
            let node = &mut self.nodes[index];
            match place {
                Place::Same => node.same.push((to, false)),
                Place::Member(_) => node.members.push(to),
                Place::Matching | Place::OtherMembers => node.any_member.push(to),
                Place::Element => node.element.push(to),
                Place::Elements => node.any_element.push(to),
                Place::Definition => {}
            }
        });
    }

    /// Every schema that a reference may mean, with its resource.
    fn resolve(&self, reference: &Reference<'a>) -> Vec<(&'a Value, &'a Value)> {
        let (document, fragment) = reference.text.split_once('#').unwrap_or((reference.text, ""));
        let fragment = percent_decode(fragment);
        let resources: Vec<&'a Value> = if document.is_empty() {
            vec![reference.base]
        } else {
            // By last path segment, which resolving against a base never changes.
            let name = last_segment(document);
            let named = self.resources.iter().filter(|(id, _)| last_segment(id) == name);
            named.map(|(_, resource)| *resource).collect()
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            let found = resources.into_iter().filter_map(|base| Some((base.pointer(&fragment)?, base)));
            found.collect()
        } else {
            let named = self.anchors.get(fragment.as_str()).into_iter().flatten();
            named.map(|schema| (*schema, reference.base)).collect()
        }
    }
}

fn last_segment(uri: &str) -> &str {
    let uri = uri.split(['#', '?']).next().unwrap_or(uri).trim_end_matches('/');
    uri.rsplit(['/', ':']).next().unwrap_or(uri)
}

/// Decodes `%41`; what is not valid stays as it is.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
