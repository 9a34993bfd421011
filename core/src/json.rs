//! JSON text that was checked once and is carried unparsed.

mod canonical;
mod compact;
mod decimal;
mod decode;
mod escape;
mod flaw;
mod integers;
mod members;
mod nesting;
mod scan;
mod special;
mod text;
mod tokens;

pub use canonical::canonical;
pub use compact::compact;
pub(crate) use decimal::Decimal;
pub use decode::as_string;
pub(crate) use decode::{decode, hex};
pub(crate) use escape::room_for;
pub use escape::write_string;
pub(crate) use flaw::{Fault, Flaw};
pub use integers::{inexact_integers, may_have_inexact_integers};
pub use members::{Elements, Members, elements, member, members, with_member};
pub use scan::MAX_DEPTH;
pub(crate) use scan::Scanner;
pub(crate) use special::{after_short_escapes, find_special};
pub use text::{as_boolean, as_integer, as_number, is_array, is_null, is_object};

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

thread_local! {
    static EMPTY_OBJECT: Arc<str> = Arc::from("{}");
}

/// The text of one JSON value. Whoever makes one vouches that the text is valid JSON; it is spliced into messages as it is.
///
/// Cloning is cheap (a reference count). It may be a part of a larger text that it keeps alive.
#[derive(Clone)]
pub struct RawJson {
    whole: SharedText,
    start: usize,
    end: usize,
}

/// A text that several share.
#[derive(Debug, Clone)]
pub struct SharedText(Shared);

/// From this length on a text is shared where it is; a shorter one is copied next to its count, which takes one allocation less.
pub(crate) const LONG: usize = 4096;

#[derive(Debug, Clone)]
enum Shared {
    Copied(Arc<str>),
    Taken(Arc<String>),
}

impl SharedText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Shared::Copied(text) => text,
            Shared::Taken(text) => text,
        }
    }
}

impl From<Arc<str>> for SharedText {
    fn from(text: Arc<str>) -> Self {
        Self(Shared::Copied(text))
    }
}

impl From<String> for SharedText {
    fn from(mut text: String) -> Self {
        if text.len() < LONG {
            return Self(Shared::Copied(text.into()));
        }
        // It may live for long.
        if text.capacity() - text.len() > text.len() / 4 {
            text.shrink_to_fit();
        }
        Self(Shared::Taken(Arc::new(text)))
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        Self(Shared::Copied(text.into()))
    }
}

impl From<Cow<'_, str>> for SharedText {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<Box<str>> for SharedText {
    fn from(text: Box<str>) -> Self {
        String::from(text).into()
    }
}

impl RawJson {
    /// Checks that `text` is one JSON value that every reader understands the same way: no repeated keys, no lone
    /// surrogates, no numbers beyond a double, nested at most [`MAX_DEPTH`] deep (RPC-14 to RPC-17).
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] with a sentence that says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self> {
        let mut scanner = Scanner::new(text, MAX_DEPTH);
        let refused = match scanner.value().and_then(|()| scanner.end()) {
            Err(fault) => format!("this is not JSON: {fault}"),
            Ok(()) => match scanner.take_flaw() {
                Some(flaw) => format!("this JSON {flaw}"),
                None => return Ok(Self::from_checked(text.trim_ascii())),
            },
        };
        Err(Error::new(ErrorKind::Internal, refused))
    }

    /// Takes text that is known to be one JSON value: a part of a frame that was scanned, or what our own writer wrote.
    #[must_use]
    pub fn from_checked(text: impl Into<SharedText>) -> Self {
        let whole = text.into();
        Self { start: 0, end: whole.as_str().len(), whole }
    }

    /// Takes one value out of a text that was scanned; shares the text.
    pub(crate) fn part_of(whole: &SharedText, range: Range<usize>) -> Self {
        Self { whole: whole.clone(), start: range.start, end: range.end }
    }

    /// The value that is left without so many bytes at the beginning and at the end; shares the text.
    pub(crate) fn slice(&self, before: usize, after: usize) -> Self {
        Self { whole: self.whole.clone(), start: self.start + before, end: self.end.saturating_sub(after) }
    }

    /// The text of a value built in memory.
    #[must_use]
    pub fn from_value(value: &serde_json::Value) -> Self {
        Self::from_checked(value.to_string())
    }

    /// `{}`.
    #[must_use]
    pub fn empty_object() -> Self {
        // One for each thread: most calls without arguments need one, and nobody needs another.
        let shared = EMPTY_OBJECT.try_with(Arc::clone);
        Self::from_checked(shared.unwrap_or_else(|_| Arc::from("{}")))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.whole.as_str().get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the value is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.as_str().trim_start().starts_with('{')
    }

    /// Parses the text into a tree.
    ///
    /// # Errors
    /// When the text is not JSON after all, or nested deeper than serde_json allows (128).
    pub fn to_value(&self) -> Result<serde_json::Value> {
        serde_json::from_str(self.as_str()).map_err(|error| {
            Error::new(ErrorKind::Internal, "a carried JSON text does not parse").caused_by(error)
        })
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Texts of authors may hold line breaks between tokens; a message must not (STDIO-1, SEC-17). Inside strings JSON has
/// none, so every one is white space.
#[must_use]
pub(crate) fn one_line(text: String) -> String {
    if is_one_line(&text) { text } else { text.replace(['\n', '\r'], " ") }
}

/// Whether the text has no line breaks.
#[must_use]
pub(crate) fn is_one_line(text: &str) -> bool {
    !special::has_either(text.as_bytes(), b'\n', b'\r')
}
