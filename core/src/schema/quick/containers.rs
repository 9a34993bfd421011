//! Objects and arrays.

use super::plan::{ArrayRules, Kind, Member, ObjectRules, Slot};
use super::tokens::{self, Number};
use super::walk::Walk;
use crate::json::{MAX_DEPTH, decode, elements};

impl<'a> Walk<'a> {
    fn enter(&mut self) -> bool {
        self.at += 1;
        self.depth += 1;
        self.depth <= MAX_DEPTH || self.give_up()
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
    }

    pub(super) fn object(&mut self, rules: &'a ObjectRules) -> bool {
        if !self.enter() {
            return false;
        }
        let (mut seen, mut next) = (0u128, 0);
        if self.peek() != Some(b'}') {
            loop {
                let Some(slot) = self.key(rules, &mut seen, &mut next) else { return false };
                if !self.value(slot) {
                    return false;
                }
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break,
                    _ => return false,
                }
                self.peek();
            }
        }
        self.leave();
        seen & rules.required == rules.required
    }

    /// Reads the key here and its colon, and says what its value must be. Members mostly come in the order in which the schema
    /// names them, so the `next` one is tried first.
    #[inline]
    fn key(&mut self, rules: &'a ObjectRules, seen: &mut u128, next: &mut usize) -> Option<Slot> {
        match rules.members.get(*next) {
            Some(member) if rules.names.is_none() && member.begins(self.bytes.get(self.at..)?) => {
                self.at += member.key.len();
                *seen |= member.bit;
                *next += 1;
                Some(member.slot)
            }
            _ => self.other_key(rules, seen, next),
        }
    }

    #[inline(never)]
    fn other_key(&mut self, rules: &'a ObjectRules, seen: &mut u128, next: &mut usize) -> Option<Slot> {
        if self.peek() != Some(b'"') || rules.names.is_some_and(|names| !self.name(names)) {
            return None;
        }
        let (raw, escaped) = self.raw_string()?;
        let found = if escaped { rules.find(&decode(raw)?) } else { rules.find(raw) };
        let slot = match found.and_then(|found| Some((found, rules.members.get(found)?))) {
            Some((found, Member { slot, bit, .. })) => {
                *seen |= bit;
                *next = found + 1;
                *slot
            }
            None => rules.others,
        };
        self.take(b':').then_some(slot)
    }

    /// Whether a key fits what is asked of names. The walk stays before it.
    fn name(&mut self, names: usize) -> bool {
        let start = self.at;
        let fits = self.node(names);
        self.at = start;
        fits
    }

    pub(super) fn array(&mut self, rules: &'a ArrayRules) -> bool {
        let start = self.at;
        if !self.enter() {
            return false;
        }
        let mut count = 0;
        if self.peek() != Some(b']') {
            loop {
                let slot = rules.first.get(count).copied().unwrap_or(rules.others);
                if !self.value(slot) {
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
    pub(super) fn anything(&mut self) -> bool {
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
