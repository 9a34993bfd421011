//! JSON text that was checked once and is carried unparsed.

mod canonical;
mod compact;
mod decimal;
mod flaw;
mod integers;
mod members;
mod scan;
mod text;

pub use canonical::canonical;
pub use compact::compact;
pub(crate) use decimal::Decimal;
pub(crate) use flaw::{Fault, Flaw};
pub use integers::{inexact_integers, may_have_inexact_integers};
pub use members::{Elements, Members, elements, member, members};
pub use scan::MAX_DEPTH;
pub(crate) use scan::Scanner;
pub use text::{as_boolean, as_integer, as_number, as_string, is_array, is_null, is_object};

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
    whole: Arc<str>,
    start: usize,
    end: usize,
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
    pub fn from_checked(text: impl Into<Arc<str>>) -> Self {
        let whole = text.into();
        Self { start: 0, end: whole.len(), whole }
    }

    /// Takes one value out of a text that was scanned; shares the text.
    pub(crate) fn part_of(whole: &Arc<str>, range: Range<usize>) -> Self {
        Self { whole: Arc::clone(whole), start: range.start, end: range.end }
    }

    /// The value that is left without so many bytes at the beginning and at the end; shares the text.
    pub(crate) fn slice(&self, before: usize, after: usize) -> Self {
        Self {
            whole: Arc::clone(&self.whole),
            start: self.start + before,
            end: self.end.saturating_sub(after),
        }
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
        self.whole.get(self.start..self.end).unwrap_or_default()
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

/// Appends `value` to `out` as a JSON string, quoted and escaped. U+2028 and U+2029 are escaped too, so that the text
/// never breaks a line for any reader (SEC-17).
pub fn write_string(out: &mut String, value: &str) {
    out.push('"');
    let mut start = 0;
    let bytes = value.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let escape: Option<&str> = match byte {
            b'"' => Some("\\\""),
            b'\\' => Some("\\\\"),
            b'\n' => Some("\\n"),
            b'\r' => Some("\\r"),
            b'\t' => Some("\\t"),
            0x00..=0x1f => None,
            0xe2 if bytes.get(index + 1) == Some(&0x80)
                && matches!(bytes.get(index + 2), Some(0xa8 | 0xa9)) =>
            {
                None
            }
            _ => continue,
        };
        out.push_str(&value[start..index]);
        match escape {
            Some(escape) => {
                out.push_str(escape);
                start = index + 1;
            }
            None if byte == 0xe2 => {
                out.push_str(if bytes[index + 2] == 0xa8 { "\\u2028" } else { "\\u2029" });
                start = index + 3;
            }
            None => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.push_str("\\u00");
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
                start = index + 1;
            }
        }
    }
    out.push_str(&value[start..]);
    out.push('"');
}
