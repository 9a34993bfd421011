//! One pass over the text of an instance.

use std::borrow::Cow;

use serde_json::Value;

use super::Verdict;
use super::plan::{
    Allowed, ArrayRules, Kind, Node, NumberRules, ObjectRules, Pattern, Plan, Rules, StringRules, types,
};
use super::tokens::{self, Number};
use crate::json::{MAX_DEPTH, decode, elements};

/// How many nodes may be inside each other.
const MAX_NESTED: usize = 400;

/// How often the text may be read again for other branches: so many times its length, and so many bytes.
const AGAIN: usize = 8;
const AGAIN_BYTES: usize = 1 << 10;

/// Doubles are exact below.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

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
    let fits = walk.value(plan.root) && walk.peek().is_none();
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
    fn take(&mut self, byte: u8) -> bool {
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

    /// Whether the value that begins here fits a node. If so, the walk is behind it.
    #[inline]
    pub(super) fn value(&mut self, index: usize) -> bool {
        let node = &self.nodes[index];
        // What most values are.
        if let Node::Rules(rules) = node
            && rules.any_string
            && self.bytes.get(self.at) == Some(&b'"')
        {
            return self.any_string();
        }
        self.other_value(node)
    }

    fn other_value(&mut self, node: &'a Node) -> bool {
        match node {
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

    #[inline]
    fn word(&mut self, word: &str) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        found
    }

    #[inline]
    fn any_string(&mut self) -> bool {
        let Some((end, _)) = tokens::string(self.bytes, self.at + 1) else { return false };
        self.at = end;
        true
    }

    /// The text between the quotes of the string here, and whether it has escapes.
    #[inline]
    fn raw_string(&mut self) -> Option<(&'a str, bool)> {
        let start = self.at + 1;
        let (end, escaped) = tokens::string(self.bytes, start)?;
        self.at = end;
        self.text.get(start..end - 1).map(|raw| (raw, escaped))
    }

    fn string(&mut self, rules: Option<&StringRules>, allowed: Option<&Allowed>) -> bool {
        let Some((raw, escaped)) = self.raw_string() else { return false };
        let string = if escaped {
            let Some(decoded) = decode(raw) else { return false };
            decoded
        } else {
            Cow::Borrowed(raw)
        };
        if allowed.is_some_and(|allowed| !allowed.has_string(&string)) {
            return false;
        }
        let Some(rules) = rules else { return true };
        let bytes = string.len() as u64;
        // A character has one to four bytes.
        let long_enough = bytes / 4 >= rules.min || bytes >= rules.min && characters(&string) >= rules.min;
        if !long_enough || bytes > rules.max && characters(&string) > rules.max {
            return false;
        }
        match &rules.pattern {
            Pattern::None => true,
            Pattern::Linear(pattern) => pattern.is_valid(&Value::String(string.into_owned())),
            Pattern::Backtracking => self.give_up(),
        }
    }

    fn number(&mut self, types: u8, rules: Option<&NumberRules>, allowed: Option<&Allowed>) -> bool {
        let start = self.at;
        let Some((end, number)) = tokens::number(self.text, start) else { return false };
        self.at = end;
        let whole = number != Number::Other;
        if rules.is_none()
            && allowed.is_none()
            && (whole && types & types::INTEGER != 0 || types & types::NUMBER == types::NUMBER)
        {
            return true;
        }
        // Beyond 2^53 integers are rounded, but to nothing that is a bound or below one.
        #[expect(clippy::cast_precision_loss, reason = "said above")]
        let double = match number {
            Number::Integer(integer) => Some(integer as f64),
            Number::Other => self.text.get(start..end).and_then(tokens::double),
        };
        let Some(double) = double else { return false };
        if types & types::NUMBER != types::NUMBER && types & types::INTEGER != 0 && double.fract() != 0.0 {
            return false;
        }
        if allowed.is_some_and(|allowed| !allowed.numbers.contains(&double)) {
            return false;
        }
        let Some(rules) = rules else { return true };
        let within = double >= rules.minimum
            && double <= rules.maximum
            && double > rules.above
            && double < rules.below;
        match (rules.multiple_of, number) {
            _ if !within => false,
            (None, _) => true,
            (Some(of), Number::Integer(integer)) => integer.unsigned_abs() % of == 0,
            // Nothing that was rounded, neither to an integer nor to zero.
            (Some(_), Number::Other) if double == 0.0 || double.abs() >= EXACT => self.give_up(),
            #[expect(clippy::cast_precision_loss, reason = "it is below 2^53")]
            (Some(of), Number::Other) => double.fract() == 0.0 && double % of as f64 == 0.0,
        }
    }

    fn enter(&mut self) -> bool {
        self.at += 1;
        self.depth += 1;
        self.depth <= MAX_DEPTH || self.give_up()
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    fn object(&mut self, rules: &'a ObjectRules) -> bool {
        if !self.enter() {
            return false;
        }
        let (mut seen, mut next) = (0u128, 0);
        if self.peek() != Some(b'}') {
            loop {
                let Some(found) = self.key(rules, next) else { return false };
                let fits = match rules.members.get(found) {
                    Some(member) => {
                        seen |= member.bit;
                        next = found + 1;
                        self.value(member.node)
                    }
                    None => self.value(rules.others),
                };
                if !fits {
                    return false;
                }
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break,
                    _ => return false,
                }
            }
        }
        self.leave();
        seen & rules.required == rules.required
    }

    /// Reads the key here and its colon: the index of its member, one that is none if there is no such member. Members mostly come
    /// in the order in which the schema names them, so `next` is tried first.
    #[inline]
    fn key(&mut self, rules: &'a ObjectRules, next: usize) -> Option<usize> {
        if let Some(names) = rules.names
            && !self.name(names)
        {
            return None;
        }
        if let Some(member) = rules.members.get(next)
            && member.begins(self.bytes.get(self.at..)?)
        {
            self.at += member.key.len();
            return Some(next);
        }
        self.other_key(rules)
    }

    fn other_key(&mut self, rules: &'a ObjectRules) -> Option<usize> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let (raw, escaped) = self.raw_string()?;
        let found = if escaped { rules.find(&decode(raw)?) } else { rules.find(raw) };
        self.take(b':').then_some(found.unwrap_or(usize::MAX))
    }

    /// Whether a key fits what is asked of names. The walk stays before it.
    fn name(&mut self, names: usize) -> bool {
        if self.peek() != Some(b'"') {
            return false;
        }
        let start = self.at;
        let fits = self.value(names);
        self.at = start;
        fits
    }

    fn array(&mut self, rules: &'a ArrayRules) -> bool {
        let start = self.at;
        if !self.enter() {
            return false;
        }
        let mut count = 0;
        if self.peek() != Some(b']') {
            loop {
                let node = rules.first.get(count).copied().unwrap_or(rules.others);
                if !self.value(node) {
                    return false;
                }
                count += 1;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    _ => return false,
                }
            }
        }
        self.leave();
        let count = count as u64;
        if count < rules.min || count > rules.max {
            return false;
        }
        !rules.unique || count < 2 || self.is_unique(start)
    }

    /// Whether no item is twice in the array that began at `start` and ends here, as far as texts can be compared.
    fn is_unique(&mut self, start: usize) -> bool {
        let mut items: Vec<&str> = elements(self.text.get(start..self.at).unwrap_or_default()).collect();
        let is_plain = |item: &&str| match item.as_bytes().first() {
            Some(b'"') => !item.contains('\\'),
            Some(b'{' | b'[') => false,
            Some(b'-' | b'0'..=b'9') => {
                **item != *"-0" && matches!(tokens::number(item, 0), Some((_, Number::Integer(_))))
            }
            _ => true,
        };
        if !items.iter().all(is_plain) {
            return self.give_up();
        }
        items.sort_unstable();
        items.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// Reads a value of any kind. Not recursive.
    fn anything(&mut self) -> bool {
        let base = self.depth;
        // Which of the open containers are objects; the innermost is the lowest bit. There are never more than it has bits.
        let mut objects = 0u128;
        loop {
            let Some(kind) = self.peek().and_then(Kind::of) else { return false };
            let read = match kind {
                Kind::String => self.any_string(),
                Kind::Number => match tokens::number(self.text, self.at) {
                    Some((end, _)) => {
                        self.at = end;
                        true
                    }
                    None => false,
                },
                Kind::Null => self.word("null"),
                Kind::Boolean => {
                    self.word(if self.bytes.get(self.at) == Some(&b't') { "true" } else { "false" })
                }
                Kind::Array | Kind::Object => {
                    let is_object = kind == Kind::Object;
                    if !self.enter() {
                        return false;
                    }
                    objects = objects << 1 | u128::from(is_object);
                    if self.peek() == Some(if is_object { b'}' } else { b']' }) {
                        true
                    } else if !is_object || self.any_key() {
                        continue;
                    } else {
                        false
                    }
                }
            };
            if !read {
                return false;
            }
            // Closes what ends here, up to where the next value begins.
            loop {
                if self.depth == base {
                    return true;
                }
                let is_object = objects & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if is_object && !self.any_key() {
                            return false;
                        }
                        break;
                    }
                    Some(b'}') if is_object => {}
                    Some(b']') if !is_object => {}
                    _ => return false,
                }
                self.leave();
                objects >>= 1;
            }
        }
    }

    fn any_key(&mut self) -> bool {
        self.peek() == Some(b'"') && self.any_string() && self.take(b':')
    }
}

fn characters(string: &str) -> u64 {
    string.chars().count() as u64
}
