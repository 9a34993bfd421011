//! From the text of a schema to its plan. The text was scanned, and compiles: what it says is valid for its dialect.

use std::collections::HashMap;

use jsonschema::Draft;
use serde_json::json;

use super::keywords::{allowed, bound, count, refuses, takes_every_string, types_of};
use super::plan::{
    ANYTHING, Alternatives, ArrayRules, KINDS, Member, NOTHING, Node, NumberRules, ObjectRules, Pattern,
    Plan, Rules, Slot, StringRules, UNKNOWN, types,
};
use super::references::References;
use super::{alternatives, plain};
use crate::json::{as_boolean, as_string, elements, is_array, is_object, members, write_string};

/// How many references may follow each other without anything between them.
const MAX_HOPS: usize = 64;

/// The plan of a schema.
pub(super) fn read(schema: &str) -> Plan {
    let root = schema.trim_ascii();
    let draft = match members(root).find(|(keyword, _)| keyword == "$schema") {
        None => Some(Draft::Draft202012),
        Some((_, uri)) => as_string(uri).map(|uri| Draft::from_schema_uri(&uri)),
    };
    let mut reader = Reader {
        root,
        is_newest: draft == Some(Draft::Draft202012),
        refers_alone: matches!(draft, Some(Draft::Draft6 | Draft::Draft7)),
        references: References::new(root),
        nodes: vec![Node::Anything, Node::Nothing, Node::Unknown],
        by_address: HashMap::new(),
        unread: Vec::new(),
    };
    if !reader.refers_alone && !matches!(draft, Some(Draft::Draft201909 | Draft::Draft202012)) {
        return Plan { nodes: reader.nodes, root: UNKNOWN };
    }
    let root = reader.node(root);
    while let Some((index, schema)) = reader.unread.pop() {
        let node = reader.read(schema);
        reader.nodes[index] = node.unwrap_or(Node::Unknown);
    }
    let mut nodes = reader.nodes;
    alternatives::sort_out(&mut nodes);
    plain::note_down(&mut nodes);
    Plan { nodes, root }
}

struct Reader<'a> {
    root: &'a str,
    /// Whether it is of 2020-12.
    is_newest: bool,
    /// Whether nothing counts that stands beside a reference.
    refers_alone: bool,
    references: References<'a>,
    nodes: Vec<Node>,
    by_address: HashMap<usize, usize>,
    unread: Vec<(usize, &'a str)>,
}

/// What a schema says of arrays and objects, which is put together at its end.
#[derive(Default)]
struct Parts<'a> {
    properties: Option<&'a str>,
    additional: Option<&'a str>,
    names: Option<&'a str>,
    required: Option<&'a str>,
    first: Option<&'a str>,
    items: Option<&'a str>,
    unevaluated_items: Option<&'a str>,
    min_items: u64,
    max_items: Option<u64>,
    unique: bool,
}

impl<'a> Reader<'a> {
    /// The node of a schema, made if there is none yet.
    fn node(&mut self, schema: &'a str) -> usize {
        let Some(schema) = self.target(schema) else { return UNKNOWN };
        match as_boolean(schema) {
            Some(true) => return ANYTHING,
            Some(false) => return NOTHING,
            None => {}
        }
        let next = self.nodes.len();
        let index = *self.by_address.entry(schema.as_ptr().addr()).or_insert(next);
        if index == next {
            self.nodes.push(Node::Unknown);
            self.unread.push((index, schema));
        }
        index
    }

    /// A schema that only refers to another is that other.
    fn target(&mut self, mut schema: &'a str) -> Option<&'a str> {
        for _ in 0..MAX_HOPS {
            let mut reference = None;
            let mut says_more = false;
            for (keyword, value) in members(schema) {
                if keyword == "$ref" {
                    reference = Some(value);
                } else {
                    says_more |= refuses(&keyword);
                }
            }
            match reference {
                Some(reference) if self.refers_alone || !says_more => {
                    schema = self.references.resolve(reference)?;
                }
                _ => return Some(schema),
            }
        }
        None
    }

    /// What a schema asks for; `None` if there is something in it that only the full checker knows.
    fn read(&mut self, schema: &'a str) -> Option<Node> {
        if !is_object(schema) {
            return None;
        }
        let mut rules = Rules::new();
        let mut all = Vec::new();
        let mut parts = Parts::default();
        for (keyword, value) in members(schema) {
            match &*keyword {
                "type" => rules.types = types_of(value)?,
                "enum" if rules.allowed.is_none() => rules.allowed = Some(allowed(elements(value))?),
                "const" if rules.allowed.is_none() => {
                    rules.allowed = Some(allowed(std::iter::once(value))?);
                }
                "minimum" => rules.number.get_or_insert(NumberRules::new()).minimum = bound(value)?,
                "maximum" => rules.number.get_or_insert(NumberRules::new()).maximum = bound(value)?,
                "exclusiveMinimum" => rules.number.get_or_insert(NumberRules::new()).above = bound(value)?,
                "exclusiveMaximum" => rules.number.get_or_insert(NumberRules::new()).below = bound(value)?,
                "multipleOf" => {
                    let multiple = count(value).filter(|&of| of > 0 && bound(value).is_some())?;
                    rules.number.get_or_insert(NumberRules::new()).multiple_of = Some(multiple);
                }
                "minLength" => rules.string.get_or_insert_with(StringRules::new).min = count(value)?,
                "maxLength" => rules.string.get_or_insert_with(StringRules::new).max = count(value)?,
                "pattern" => {
                    let pattern = json!({ "pattern": as_string(value)? });
                    rules.string.get_or_insert_with(StringRules::new).pattern =
                        match oxmcp_validator::compile(&pattern, None) {
                            Ok(pattern) => Pattern::Linear(Box::new(pattern)),
                            Err(_) => Pattern::Backtracking,
                        };
                }
                "properties" => parts.properties = Some(value),
                "additionalProperties" => parts.additional = Some(value),
                "propertyNames" => parts.names = Some(value),
                "required" => parts.required = Some(value),
                "prefixItems" if self.is_newest => parts.first = Some(value),
                "items" if !is_array(value) => parts.items = Some(value),
                "unevaluatedItems" if self.is_newest => parts.unevaluated_items = Some(value),
                "minItems" => parts.min_items = count(value)?,
                "maxItems" => parts.max_items = Some(count(value)?),
                "uniqueItems" => parts.unique = as_boolean(value)?,
                "$ref" => {
                    let target = self.references.resolve(value)?;
                    all.push(self.node(target));
                }
                "allOf" => {
                    for schema in elements(value) {
                        all.push(self.node(schema));
                    }
                }
                "anyOf" => {
                    let branches = self.branches(value);
                    all.push(self.add(Node::Any(branches)));
                }
                "oneOf" => {
                    let branches = self.branches(value);
                    all.push(self.add(Node::One(branches)));
                }
                "not" => match (as_boolean(value), value.trim_ascii()) {
                    (Some(false), _) => {}
                    (Some(true), _) | (None, "{}") => all.push(NOTHING),
                    _ => return None,
                },
                // Annotations since 2019-09.
                "contentEncoding" | "contentMediaType" if !self.refers_alone => {}
                "$id" | "$schema" if std::ptr::eq(schema, self.root) => {}
                other if refuses(other) => return None,
                _ => {}
            }
        }
        if parts.unevaluated_items.is_some() && (parts.items.is_some() || !all.is_empty()) {
            return None;
        }
        rules.array = self.array(&parts);
        self.object(&parts, &mut rules)?;
        rules.any_string =
            rules.types & types::STRING != 0 && rules.string.is_none() && rules.allowed.is_none();
        all.retain(|&index| index != ANYTHING);
        if all.is_empty() {
            return Some(if rules.is_empty() { Node::Anything } else { Node::Rules(Box::new(rules)) });
        }
        if !rules.is_empty() {
            let own = self.add(Node::Rules(Box::new(rules)));
            all.insert(0, own);
        }
        Some(Node::All(all.into()))
    }

    /// Where a schema says what a value must be, if one does.
    fn slot(&mut self, schema: Option<&'a str>) -> Slot {
        Slot::of(schema.map_or(ANYTHING, |schema| self.node(schema)))
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn branches(&mut self, schemas: &'a str) -> Box<Alternatives> {
        let branches = elements(schemas).map(|schema| self.node(schema)).collect();
        let by_kind = [const { Vec::new() }; KINDS].map(Into::into);
        Box::new(Alternatives { branches, by_kind, tag: None })
    }

    fn array(&mut self, parts: &Parts<'a>) -> Option<ArrayRules> {
        let rules = ArrayRules {
            first: parts.first.into_iter().flat_map(elements).map(|schema| self.slot(Some(schema))).collect(),
            others: self.slot(parts.items.or(parts.unevaluated_items)),
            min: parts.min_items,
            max: parts.max_items.unwrap_or(u64::MAX),
            unique: parts.unique,
        };
        let is_empty = rules.first.is_empty()
            && rules.others.node == ANYTHING
            && (rules.min, rules.max, rules.unique) == (0, u64::MAX, false);
        (!is_empty).then_some(rules)
    }

    /// `None` if it takes the full checker.
    fn object(&mut self, parts: &Parts<'a>, rules: &mut Rules) -> Option<()> {
        let others = self.slot(parts.additional);
        let names = parts.names.filter(|names| !takes_every_string(names)).map(|names| self.node(names));
        let mut properties = Vec::new();
        for (name, schema) in parts.properties.into_iter().flat_map(members) {
            properties.push((name, self.slot(Some(schema))));
        }
        let mut required = 0u128;
        let mut must_be = HashMap::new();
        for name in parts.required.into_iter().flat_map(elements) {
            let name = as_string(name)?;
            if must_be.contains_key(&name) {
                continue;
            }
            let bit = 1u128.checked_shl(u32::try_from(must_be.len()).ok()?)?;
            required |= bit;
            must_be.insert(name, bit);
        }
        let mut members: Vec<Member> = properties
            .into_iter()
            .map(|(name, slot)| Member::new(&name, slot, must_be.remove(&name).unwrap_or(0)))
            .collect();
        let mut unnamed: Vec<_> = must_be.into_iter().collect();
        unnamed.sort_unstable_by_key(|&(_, bit)| bit);
        members.extend(unnamed.into_iter().map(|(name, bit)| Member::new(&name, others, bit)));
        if members.is_empty() && others.node == ANYTHING && names.is_none() {
            return Some(());
        }
        let mut by_name: Box<[usize]> = (0..members.len()).collect();
        by_name.sort_unstable_by(|&one, &other| members[one].name.cmp(&members[other].name));
        rules.object = Some(ObjectRules { members: members.into(), by_name, others, names, required });
        Some(())
    }
}

impl Member {
    fn new(name: &str, slot: Slot, bit: u128) -> Self {
        let mut key = String::new();
        write_string(&mut key, name);
        key.push(':');
        let mut word = [0; size_of::<u128>()];
        let mut mask = word;
        if key.len() <= word.len() {
            word[..key.len()].copy_from_slice(key.as_bytes());
            mask[..key.len()].fill(u8::MAX);
        }
        let (word, mask) = (u128::from_le_bytes(word), u128::from_le_bytes(mask));
        Self { name: name.into(), key: key.into_bytes().into(), word, mask, slot, bit }
    }
}

impl StringRules {
    fn new() -> Self {
        Self { min: 0, max: u64::MAX, pattern: Pattern::None }
    }
}
