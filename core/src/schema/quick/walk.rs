//! One pass over the text of an instance.

use super::Verdict;
use super::plan::{Kind, Node, Plan, Rules, Slot, types};

/// How many nodes may be inside each other.
const MAX_NESTED: usize = 400;

/// How often the text may be read again for other branches: so many times its length, and so many bytes.
const AGAIN: usize = 8;
const AGAIN_BYTES: usize = 1 << 10;

/// Walks over an instance.
pub(super) fn walk(plan: &Plan, text: &str) -> Verdict {
    let mut walk = Walk {
        nodes: &plan.nodes,
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
        nested: 0,
        left: text.len().saturating_mul(AGAIN).saturating_add(AGAIN_BYTES),
        undecided: false,
    };
    let fits = walk.node(plan.root) && walk.peek().is_none();
    match (fits, walk.undecided) {
        (true, _) => Verdict::Fits,
        (false, false) => Verdict::DoesNotFit,
        (false, true) => Verdict::Undecided,
    }
}

/// Where the walk is. A method that says `false` may stop anywhere: nothing fits, or `undecided` is set.
pub(super) struct Walk<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Objects and arrays around here.
    pub(super) depth: usize,
    /// Nodes around this one.
    nested: usize,
    /// How many bytes may be read again.
    pub(super) left: usize,
    pub(super) undecided: bool,
}

impl<'a> Walk<'a> {
    /// The next byte that is not white space.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte > b' ' => Some(byte),
            Some(_) => self.after_blank(),
            None => None,
        }
    }

    /// The same where there is white space, or what may not be between words.
    #[inline(never)]
    fn after_blank(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Says that nothing can be said.
    #[cold]
    pub(super) fn give_up(&mut self) -> bool {
        self.undecided = true;
        false
    }

    /// Whether the value that begins here fits a slot. If so, the walk is behind it.
    #[inline]
    pub(super) fn value(&mut self, slot: Slot) -> bool {
        match self.peek() {
            // What most values are.
            Some(b'"') if slot.plain & types::STRING != 0 => self.any_string(),
            Some(b'0'..=b'9' | b'-') if slot.plain & types::INTEGER != 0 => self.plain_number(slot),
            _ => self.node(slot.node),
        }
    }

    /// The same of a node.
    #[inline(never)]
    pub(super) fn node(&mut self, index: usize) -> bool {
        match &self.nodes[index] {
            Node::Anything => self.anything(),
            Node::Nothing => false,
            Node::Unknown => self.give_up(),
            Node::Rules(rules) => self.by_rules(rules),
            Node::All(parts) => self.inside(|walk| walk.all(parts)),
            Node::Any(alternatives) => self.inside(|walk| walk.any(alternatives)),
            Node::One(alternatives) => self.inside(|walk| walk.one(alternatives)),
        }
    }

    /// Goes one node deeper.
    fn inside(&mut self, check: impl FnOnce(&mut Self) -> bool) -> bool {
        if self.nested == MAX_NESTED {
            return self.give_up();
        }
        self.nested += 1;
        let fits = check(self);
        self.nested -= 1;
        fits
    }

    fn by_rules(&mut self, rules: &'a Rules) -> bool {
        let Some(kind) = self.peek().and_then(Kind::of) else { return false };
        if rules.types & kind.types() == 0 {
            return false;
        }
        match kind {
            Kind::String if rules.any_string => self.any_string(),
            Kind::String => self.string(rules.string.as_ref(), rules.allowed.as_ref()),
            Kind::Number => self.number(rules.types, rules.number.as_ref(), rules.allowed.as_ref()),
            Kind::Object => match &rules.object {
                _ if rules.allowed.is_some() => false,
                None => self.anything(),
                Some(object) => self.inside(|walk| walk.object(object)),
            },
            Kind::Array => match &rules.array {
                _ if rules.allowed.is_some() => false,
                None => self.anything(),
                Some(array) => self.inside(|walk| walk.array(array)),
            },
            Kind::Null => rules.allowed.as_ref().is_none_or(|allowed| allowed.null) && self.word("null"),
            Kind::Boolean => {
                let yes = self.bytes.get(self.at) == Some(&b't');
                let fits =
                    rules.allowed.as_ref().is_none_or(|allowed| if yes { allowed.yes } else { allowed.no });
                fits && self.word(if yes { "true" } else { "false" })
            }
        }
    }
}
