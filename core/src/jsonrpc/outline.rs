//! What the scan of a frame notes down in passing, so that nobody has to walk the same text again.

use crate::json::SharedText;

/// How many members are noted down of each of the two objects; objects with more are walked by whoever wants to know.
const CAPACITY: usize = 12;

/// The members of a message's params, and those of one object among them.
///
/// It knows the texts it was made of by their place in the frame, not by their content. About all others it knows nothing.
#[derive(Debug)]
pub struct Outline<'a> {
    nested_name: &'static str,
    /// The frame, if parts of it can be kept without a copy.
    frame: Option<&'a SharedText>,
    params: Noted<'a>,
    nested: Noted<'a>,
}

/// The members of one object.
#[derive(Debug)]
struct Noted<'a> {
    /// The object's text, once all of its members are noted down.
    text: Option<&'a str>,
    members: [(&'a str, &'a str); CAPACITY],
    /// Over [`CAPACITY`] when some member could not be noted down.
    count: usize,
}

impl<'a> Outline<'a> {
    /// An empty outline that will also hold the members of the params' own member `nested_name`, if that is an object.
    #[must_use]
    pub const fn new(nested_name: &'static str) -> Self {
        Self { nested_name, frame: None, params: Noted::new(), nested: Noted::new() }
    }

    /// The members of the object whose text this is, in order: each key decoded, each value as its text. `None` for an
    /// object that is not in the outline.
    #[must_use]
    pub fn members(&self, text: &str) -> Option<&[(&'a str, &'a str)]> {
        self.params.members_of(text).or_else(|| self.nested.members_of(text))
    }

    /// The frame that the message is in, where parts of it can be kept without a copy.
    #[must_use]
    pub const fn frame(&self) -> Option<&'a SharedText> {
        self.frame
    }

    pub(super) const fn set_frame(&mut self, frame: &'a SharedText) {
        self.frame = Some(frame);
    }

    pub(super) const fn nested_name(&self) -> &'static str {
        self.nested_name
    }

    /// Notes a member down, of the params or of the object among them. `None` stands for a key that had to be decoded.
    pub(super) fn note(&mut self, nested: bool, key: Option<&'a str>, value: &'a str) {
        let noted = if nested { &mut self.nested } else { &mut self.params };
        match (key, noted.members.get_mut(noted.count)) {
            (Some(key), Some(place)) => {
                *place = (key, value);
                noted.count += 1;
            }
            _ => noted.count = CAPACITY + 1,
        }
    }

    /// The object whose members were noted down ends, and this is its text.
    pub(super) const fn end(&mut self, nested: bool, text: &'a str) {
        let noted = if nested { &mut self.nested } else { &mut self.params };
        noted.text = Some(text);
    }

    /// Begins anew: a message with two params is no message, but it must not have an outline of both either.
    pub(super) const fn clear(&mut self) {
        self.params.count = 0;
        self.nested.count = 0;
        self.nested.text = None;
    }
}

impl<'a> Noted<'a> {
    const fn new() -> Self {
        Self { text: None, members: [("", ""); CAPACITY], count: 0 }
    }

    fn members_of(&self, text: &str) -> Option<&[(&'a str, &'a str)]> {
        let own = self.text?;
        let same = std::ptr::eq(own.as_ptr(), text.as_ptr()) && own.len() == text.len();
        if same { self.members.get(..self.count) } else { None }
    }
}
