//! The strict scan: what no reader further on may disagree about is refused here, once, over the bytes.
//!
//! Text goes from here to Rust, Python and JavaScript readers, which differ on repeated keys, lone surrogates, deep nesting
//! and huge numbers. So the scan separates two things: a [`Fault`] means the text is not JSON and scanning stops; a [`Flaw`]
//! means it is JSON that two readers could understand differently, and scanning goes on, so that the caller still learns the
//! id of the message and can answer it.

use std::borrow::Cow;

use super::decode;
use super::flaw::{Fault, Flaw, repeated_key};
use super::nesting::Nesting;

/// The deepest nesting any text may have: one level less than what serde_json refuses, so that whatever passes can be
/// parsed later on. Limits above it count as this.
pub const MAX_DEPTH: usize = 127;

/// How far below its limit the scan follows a too deep text in the hope of an id. Past that it gives up.
const GIVE_UP_DEPTH: usize = 1024;

/// Objects with more keys than this are checked for repeated keys by sorting, smaller ones by comparing.
const COMPARE_KEYS: usize = 12;

/// What stands on the stack for an open array; an open object has the index of its first key there.
const ARRAY: usize = usize::MAX;

/// One pass over one text.
pub(crate) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) position: usize,
    max_depth: usize,
    open: Nesting,
    /// Keys of all open objects as they stand in the text; those of the innermost are last.
    keys: Vec<&'a str>,
    /// Whether a key has had escapes, so that it means something else.
    escaped_keys: bool,
    flaw: Option<Flaw>,
}

impl<'a> Scanner<'a> {
    /// A scan of `text` that refuses nesting deeper than `max_depth` (at most [`MAX_DEPTH`]).
    pub(crate) fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            position: 0,
            max_depth: max_depth.min(MAX_DEPTH),
            open: Nesting::new(),
            keys: Vec::with_capacity(16),
            escaped_keys: false,
            flaw: None,
        }
    }

    /// Where the scan is, in bytes.
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// The text from `start` to here.
    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        self.text.get(start..self.position).unwrap_or_default()
    }

    /// Takes the first flaw since the last time this was asked.
    pub(crate) fn take_flaw(&mut self) -> Option<Flaw> {
        self.flaw.take()
    }

    /// Whether the scan ended because the nesting would not.
    pub(crate) const fn gave_up(&self) -> bool {
        self.open.depth() > self.max_depth + GIVE_UP_DEPTH
    }

    /// The next byte that is not white space, without moving past it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.position) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.position += 1,
                other => return other.copied(),
            }
        }
    }

    /// Moves past `byte` if it comes next, after white space.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        // Compact text has no white space to look for.
        let found = self.text.as_bytes().get(self.position) == Some(&byte) || self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault("there is more text after the value")),
        }
    }

    /// Begins an object, whose `{` was taken.
    pub(crate) fn begin_object(&mut self) -> Result<(), Fault> {
        self.begin(self.keys.len())
    }

    /// Begins an array, whose `[` was taken.
    pub(crate) fn begin_array(&mut self) -> Result<(), Fault> {
        self.begin(ARRAY)
    }

    fn begin(&mut self, frame: usize) -> Result<(), Fault> {
        self.open.push(frame);
        if self.open.depth() > self.max_depth {
            self.note(Flaw::TooDeep(self.max_depth));
            if self.gave_up() {
                return Err(self.fault("the nesting does not end"));
            }
        }
        Ok(())
    }

    /// Ends the innermost object or array, whose closing bracket was taken.
    pub(crate) fn end_container(&mut self) {
        let Some(start) = self.open.pop().filter(|&frame| frame != ARRAY) else { return };
        if let Some(keys) = self.keys.get_mut(start..).filter(|keys| keys.len() > COMPARE_KEYS) {
            let repeated = if self.escaped_keys {
                first_repeated(&mut keys.iter().map(|key| decoded(key)).collect::<Vec<_>>())
            } else {
                first_repeated(keys)
            };
            if let Some(flaw) = repeated {
                self.note(flaw);
            }
        }
        self.keys.truncate(start);
    }

    /// Scans a member's key and its colon, notes when the innermost object has it already, and returns it as it stands in the
    /// text; [`meaning`](Self::meaning) says what it means.
    pub(crate) fn key(&mut self) -> Result<&'a str, Fault> {
        if !self.take(b'"') {
            return Err(self.fault("a key in quotes is missing"));
        }
        let start = self.position;
        self.escaped_keys |= self.string()?;
        let key = self.text.get(start..self.position - 1).unwrap_or_default();
        let first = self.open.innermost().unwrap_or(0);
        // Larger objects are checked as a whole when they end.
        if let Some(others) = self.keys.get(first..).filter(|others| others.len() < COMPARE_KEYS) {
            if self.escaped_keys {
                let key = decoded(key);
                if others.iter().any(|other| decoded(other) == key) {
                    self.note(repeated_key(&key));
                }
            } else if others.contains(&key) {
                self.note(repeated_key(key));
            }
        }
        self.keys.push(key);
        if !self.take(b':') {
            return Err(self.fault("a colon is missing"));
        }
        Ok(key)
    }

    /// What a key means that was scanned here.
    pub(crate) fn meaning(&self, key: &'a str) -> Cow<'a, str> {
        if self.escaped_keys { decoded(key) } else { Cow::Borrowed(key) }
    }

    /// After a member or element: whether another follows. If not, `close` was taken and the container has ended.
    pub(crate) fn another(&mut self, close: u8) -> Result<bool, Fault> {
        match self.peek() {
            Some(b',') => {
                self.position += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.position += 1;
                self.end_container();
                Ok(false)
            }
            _ => Err(self.fault("a comma or closing bracket is missing")),
        }
    }

    /// Scans one value of any kind, white space before it included. Not recursive.
    pub(crate) fn value(&mut self) -> Result<(), Fault> {
        let base = self.open.depth();
        loop {
            // Here a value begins.
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    self.string()?;
                }
                Some(b'{') => {
                    self.position += 1;
                    self.begin_object()?;
                    if self.take(b'}') {
                        self.end_container();
                    } else {
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.position += 1;
                    self.begin_array()?;
                    if self.take(b']') {
                        self.end_container();
                    } else {
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'n') => self.word("null")?,
                _ => return Err(self.fault("a value is missing")),
            }
            // Here one has ended: close what ends with it, up to where the next begins.
            loop {
                if self.open.depth() <= base {
                    return Ok(());
                }
                let object = self.open.innermost().is_some_and(|frame| frame != ARRAY);
                if self.another(if object { b'}' } else { b']' })? {
                    if object {
                        self.key()?;
                    }
                    break;
                }
            }
        }
    }

    #[cold]
    pub(super) fn note(&mut self, flaw: Flaw) {
        if self.flaw.is_none() {
            self.flaw = Some(flaw);
        }
    }

    #[cold]
    pub(super) fn fault(&self, what: &'static str) -> Fault {
        Fault::new(what, self.position)
    }
}

/// What a key with escapes means.
#[cold]
fn decoded(raw: &str) -> Cow<'_, str> {
    decode(raw).unwrap_or(Cow::Borrowed(raw))
}

/// A key that is there more than once, if there is one. Leaves them sorted.
fn first_repeated<T: Ord + AsRef<str>>(keys: &mut [T]) -> Option<Flaw> {
    keys.sort_unstable();
    keys.windows(2).find_map(|pair| match pair {
        [left, right] if left == right => Some(repeated_key(left.as_ref())),
        _ => None,
    })
}
