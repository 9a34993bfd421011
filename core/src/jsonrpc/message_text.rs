//! A message on its way out, in which long texts are not copied.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{LONG, RawJson, is_one_line, one_line};

/// The text of a message. Long texts that others have as well, such as a page of a list or what a tool returned, stand in it where
/// they belong without having been copied.
#[derive(Debug, Clone, Default)]
pub struct MessageText {
    own: String,
    /// What stands in between, and before which byte of `own`; in order.
    others: Vec<(usize, RawJson)>,
    /// A part of `own` that is known to be on one line: a long text that was escaped into it.
    line: Range<usize>,
}

/// A piece of a [`MessageText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A part of the message's own text.
    Own(Range<usize>),
    /// A text that others have as well.
    Other(RawJson),
}

impl MessageText {
    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len() + self.others.iter().map(|(_, other)| other.as_str().len()).sum::<usize>()
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole text: copied if it consists of several pieces.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        if self.others.is_empty() { Cow::Borrowed(&self.own) } else { Cow::Owned(self.joined()) }
    }

    /// [`MessageText::text`], for whoever needs the message no longer.
    #[must_use]
    pub fn into_text(self) -> String {
        if self.others.is_empty() { self.own } else { self.joined() }
    }

    /// Its own text, and the pieces that the message consists of; none where its own text is all of it.
    #[must_use]
    pub fn into_pieces(self) -> (String, Vec<Piece>) {
        let mut pieces = Vec::new();
        let mut from = 0;
        for (at, other) in self.others {
            pieces.extend([Piece::Own(from..at), Piece::Other(other)]);
            from = at;
        }
        if !pieces.is_empty() {
            pieces.push(Piece::Own(from..self.own.len()));
        }
        (self.own, pieces)
    }

    /// Where to write, where to note down what is not to be copied, and what of it is known to be on one line.
    pub(crate) const fn parts(&mut self) -> (&mut String, &mut Vec<(usize, RawJson)>, &mut Range<usize>) {
        (&mut self.own, &mut self.others, &mut self.line)
    }

    /// On one line. What others have was looked at when it was noted down.
    pub(crate) fn in_one_line(mut self) -> Self {
        let is_line = |part: Option<&str>| part.is_some_and(is_one_line);
        if !is_line(self.own.get(..self.line.start)) || !is_line(self.own.get(self.line.end..)) {
            self.own = one_line(self.own);
        }
        self
    }

    fn joined(&self) -> String {
        let mut text = String::with_capacity(self.len());
        let mut from = 0;
        for (at, other) in &self.others {
            text.push_str(&self.own[from..*at]);
            text.push_str(other.as_str());
            from = *at;
        }
        text.push_str(&self.own[from..]);
        text
    }
}

/// Appends a text, or notes it down if it is so long that it should not be copied. `is_line`: whether it is known to be on one line.
pub(crate) fn put_in(out: &mut String, others: &mut Vec<(usize, RawJson)>, text: &RawJson, is_line: bool) {
    if text.as_str().len() < LONG {
        out.push_str(text.as_str());
    } else if is_line || is_one_line(text.as_str()) {
        others.push((out.len(), text.clone()));
    } else {
        others.push((out.len(), RawJson::from_checked(one_line(text.as_str().to_owned()))));
    }
}

impl From<String> for MessageText {
    fn from(own: String) -> Self {
        Self { own, ..Self::default() }
    }
}

/// Messages are the same when their texts are, however they are held.
impl PartialEq for MessageText {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for MessageText {}
