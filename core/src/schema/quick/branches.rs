//! Values that must fit several schemas, or one of several: the walk goes back and reads them again.

use super::plan::{Alternatives, Kind};
use super::walk::Walk;
use crate::json::{MAX_DEPTH, Scanner, members};

impl<'a> Walk<'a> {
    pub(super) fn all(&mut self, parts: &'a [usize]) -> bool {
        let start = self.at;
        parts.iter().enumerate().all(|(index, &part)| {
            if index > 0 && !self.again(start) {
                return false;
            }
            self.node(part)
        })
    }

    /// Goes back, if there was not too much of that.
    fn again(&mut self, start: usize) -> bool {
        let Some(left) = self.left.checked_sub(self.at.saturating_sub(start)) else { return self.give_up() };
        self.left = left;
        self.at = start;
        true
    }

    pub(super) fn any(&mut self, alternatives: &'a Alternatives) -> bool {
        let Some(branches) = self.candidates(alternatives) else { return false };
        let (start, depth) = (self.at, self.depth);
        for (index, &branch) in branches.iter().enumerate() {
            if index > 0 && !self.again(start) {
                return false;
            }
            self.depth = depth;
            // A branch that fits settles what others left open.
            let before = std::mem::take(&mut self.undecided);
            if self.node(branch) {
                return true;
            }
            self.undecided |= before;
        }
        false
    }

    pub(super) fn one(&mut self, alternatives: &'a Alternatives) -> bool {
        let Some(branches) = self.candidates(alternatives) else { return false };
        let (start, depth) = (self.at, self.depth);
        if let [only] = branches {
            return self.node(*only);
        }
        // That a branch does not fit counts here too, so it must be certain.
        if !self.has_clear_members() {
            return self.give_up();
        }
        let mut end = None;
        for (index, &branch) in branches.iter().enumerate() {
            if index > 0 && !self.again(start) {
                return false;
            }
            self.depth = depth;
            let fits = self.node(branch);
            if self.undecided || fits && end.is_some() {
                return false;
            }
            if fits {
                end = Some(self.at);
            }
        }
        self.depth = depth;
        end.is_some_and(|end| {
            self.at = end;
            true
        })
    }

    /// The branches that the value here may fit; `None` if there is none.
    fn candidates(&mut self, alternatives: &'a Alternatives) -> Option<&'a [usize]> {
        let kind = self.peek().and_then(Kind::of)?;
        let branches = &*alternatives.by_kind[kind as usize];
        let Some(tag) = alternatives.tag.as_ref().filter(|_| kind == Kind::Object) else {
            return (!branches.is_empty()).then_some(branches);
        };
        let object = self.text.get(self.at..)?;
        let mut read = 0;
        for (name, value) in members(object) {
            read = value.as_ptr().addr() - object.as_ptr().addr() + value.len();
            if name != *tag.name {
                continue;
            }
            let Some(string) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
                break;
            };
            if string.contains('\\') {
                return Some(branches);
            }
            let found = tag.values.binary_search_by(|(value, _)| (**value).cmp(string)).ok()?;
            self.left = self.left.checked_sub(read).or_else(|| {
                self.give_up();
                None
            })?;
            return tag.values.get(found).map(|(_, branch)| std::slice::from_ref(branch));
        }
        match self.left.checked_sub(read) {
            Some(left) => self.left = left,
            None => self.undecided = true,
        }
        None
    }

    /// Whether no object in the value here has a member twice.
    fn has_clear_members(&mut self) -> bool {
        if !matches!(self.bytes.get(self.at), Some(b'{' | b'[')) {
            return true;
        }
        let mut scanner = Scanner::new(self.text.get(self.at..).unwrap_or_default(), MAX_DEPTH);
        let is_clear = scanner.value().is_ok() && scanner.take_flaw().is_none();
        match self.left.checked_sub(scanner.position()) {
            Some(left) => {
                self.left = left;
                is_clear
            }
            None => false,
        }
    }
}
