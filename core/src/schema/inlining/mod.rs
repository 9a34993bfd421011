//! Schemas that say where they stand what they otherwise refer to, for readers that do not follow references.
//!
//! A schema that refers to itself cannot be written out: its definition stays, and the references to it.

mod keywords;
mod targets;

use std::borrow::Cow;

use crate::json::{RawJson, as_string, elements, is_array, is_object, member, members, write_string};
use keywords::{Holds, is_annotation};
use targets::Targets;

/// How deep the result may be nested: references to references add up, and readers have limits.
const MAX_NESTING: usize = 100;

/// The same schema with what its local references point at in their places, and without the definitions that nothing refers to
/// any more. The order of members stays.
///
/// `None` where there is nothing to do, and where it cannot be done: the result would have more than `max_bytes`, a reference
/// leads out of the schema or nowhere, or parts of it have identifiers or anchors of their own.
#[must_use]
pub fn without_references(schema: &RawJson, max_bytes: usize) -> Option<RawJson> {
    let root = schema.as_str();
    if !root.contains("\"$ref\"") {
        return None;
    }
    let targets = Targets::of(root)?;
    if targets.all_recursive() && member(root, "$ref").is_none() {
        return None;
    }
    let dialect = member(root, "$schema").and_then(as_string).unwrap_or_default();
    let mut writer = Writer {
        targets: &targets,
        // Up to draft 7 what stands beside a reference asserts nothing.
        only_references: dialect.contains("draft-0"),
        out: String::with_capacity(root.len()),
        max_bytes,
        nesting: 0,
    };
    writer.root(root)?;
    Some(RawJson::from_checked(writer.out))
}

type Member<'a> = (Cow<'a, str>, &'a str);

struct Writer<'a, 't> {
    targets: &'t Targets<'a>,
    only_references: bool,
    out: String,
    max_bytes: usize,
    nesting: usize,
}

impl<'a> Writer<'a, '_> {
    fn root(&mut self, root: &'a str) -> Option<()> {
        // Clients look at the type of the root: what it refers to is written out even if it comes again below.
        let target = member(root, "$ref").and_then(|text| self.targets.get(&as_string(text)?));
        match target.filter(|target| is_object(target.text) && target.recursive) {
            Some(target) => {
                let beside = members(root).filter(|(name, _)| name != "$ref" && !is_dropped(name));
                self.object(target.text, &beside.collect::<Vec<_>>())?;
            }
            None => self.schema(root, Vec::new())?,
        }
        self.kept_definitions()
    }

    /// Adds to the object just written the definitions that are still referred to, and those that these refer to.
    fn kept_definitions(&mut self) -> Option<()> {
        for keyword in ["$defs", "definitions"] {
            let mut kept = self.targets.kept(keyword).peekable();
            if kept.peek().is_none() {
                continue;
            }
            self.out.pop();
            self.begin_member(keyword)?;
            self.out.push('{');
            for (name, text) in kept {
                self.begin_member(name)?;
                self.schema(text, Vec::new())?;
            }
            self.out.push_str("}}");
        }
        self.within_bounds()
    }

    /// Writes what may be a schema. What was said `beside` a reference to it counts more than what it says itself. Anything but an object is written as it is.
    fn schema(&mut self, text: &'a str, beside: Vec<Member<'a>>) -> Option<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return None;
        }
        if is_object(text) {
            self.object_or_target(text, beside)?;
        } else if is_array(text) {
            self.array(text)?;
        } else {
            self.out.push_str(text);
        }
        self.nesting -= 1;
        self.within_bounds()
    }

    fn array(&mut self, text: &'a str) -> Option<()> {
        self.out.push('[');
        for element in elements(text) {
            if !self.out.ends_with('[') {
                self.out.push(',');
            }
            self.schema(element, Vec::new())?;
        }
        self.out.push(']');
        Some(())
    }

    fn object_or_target(&mut self, text: &'a str, mut beside: Vec<Member<'a>>) -> Option<()> {
        let reference = member(text, "$ref").and_then(as_string);
        let Some(target) = reference.and_then(|reference| self.targets.get(&reference)) else {
            return self.object(text, &beside);
        };
        if target.recursive {
            return self.object(text, &beside);
        }
        let others = || members(text).filter(|(name, _)| name != "$ref" && !is_dropped(name));
        let annotates = |name: &str| self.only_references || is_annotation(name);
        if !is_object(target.text) || others().any(|(name, _)| !annotates(&name)) {
            return self.together(text, target.text, &beside);
        }
        let own = others().filter(|(name, _)| is_annotation(name));
        let own: Vec<_> = own.filter(|(name, _)| beside.iter().all(|(over, _)| over != name)).collect();
        beside.extend(own);
        self.schema(target.text, beside)
    }

    /// Both what stands beside a reference and what it points at apply.
    fn together(&mut self, text: &'a str, target: &'a str, beside: &[Member<'a>]) -> Option<()> {
        let mut members: Vec<Member<'a>> = members(text).filter(|(name, _)| name != "$ref").collect();
        let all_of = members.iter().position(|(name, _)| name == "allOf").map(|at| members.remove(at).1);
        self.out.push('{');
        self.members(&members, beside)?;
        self.begin_member("allOf")?;
        self.out.push('[');
        for schema in all_of.into_iter().flat_map(elements) {
            self.schema(schema, Vec::new())?;
            self.out.push(',');
        }
        self.schema(target, Vec::new())?;
        self.out.push_str("]}");
        Some(())
    }

    fn object(&mut self, text: &'a str, beside: &[Member<'a>]) -> Option<()> {
        self.out.push('{');
        self.members(&members(text).collect::<Vec<_>>(), beside)?;
        self.out.push('}');
        Some(())
    }

    fn members(&mut self, own: &[Member<'a>], beside: &[Member<'a>]) -> Option<()> {
        for (name, value) in own {
            let over = beside.iter().find(|(over, _)| over == name);
            self.member(name, over.map_or(value, |(_, value)| value))?;
        }
        let mut added = beside.iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
        added.try_for_each(|(name, value)| self.member(name, value))
    }

    fn member(&mut self, name: &str, value: &'a str) -> Option<()> {
        if is_dropped(name) || name == "discriminator" && names_definitions(value) {
            return Some(());
        }
        self.begin_member(name)?;
        match Holds::of(name, value) {
            Holds::Schemas => self.schema(value, Vec::new())?,
            Holds::NamedSchemas => self.named(value)?,
            Holds::Data => self.out.push_str(value),
        }
        self.within_bounds()
    }

    fn named(&mut self, text: &'a str) -> Option<()> {
        self.out.push('{');
        for (name, schema) in members(text) {
            self.begin_member(&name)?;
            self.schema(schema, Vec::new())?;
        }
        self.out.push('}');
        Some(())
    }

    fn begin_member(&mut self, name: &str) -> Option<()> {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        write_string(&mut self.out, name);
        self.out.push(':');
        self.within_bounds()
    }

    fn within_bounds(&self) -> Option<()> {
        (self.out.len() <= self.max_bytes).then_some(())
    }
}

/// Whether the member is only there to be referred to.
fn is_dropped(name: &str) -> bool {
    matches!(name, "$defs" | "definitions")
}

/// Whether this discriminator tells variants apart by references, which are not there any more. It asserts nothing.
fn names_definitions(discriminator: &str) -> bool {
    member(discriminator, "mapping").is_some()
}
