//! What the strict scan finds wrong.

use std::fmt;

/// How much of a peer's key a message repeats.
const SHOWN_KEY_BYTES: usize = 64;

/// The text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong, as the end of "at byte N: …".
    pub(crate) what: &'static str,
    /// Offset in bytes from the start of the scanned text.
    pub(crate) offset: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.what, self.offset)
    }
}

/// The text is JSON that we refuse to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// An object has this key more than once (RPC-14).
    RepeatedKey(String),
    /// Nested deeper than this limit (RPC-17).
    TooDeep(usize),
    /// Half of a surrogate pair at this offset (RPC-16).
    LoneSurrogate(usize),
    /// A number at this offset that no double can hold (RPC-15).
    HugeNumber(usize),
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepeatedKey(key) => {
                let mut shown = String::new();
                crate::json::write_string(&mut shown, key);
                write!(formatter, "has the member {shown} twice")
            }
            Self::TooDeep(limit) => write!(formatter, "is nested deeper than {limit} levels"),
            Self::LoneSurrogate(offset) => {
                write!(formatter, "has a string with half of a surrogate pair at byte {offset}")
            }
            Self::HugeNumber(offset) => write!(formatter, "has a number that is too large at byte {offset}"),
        }
    }
}

/// The flaw of an object that has `key` twice.
pub(super) fn repeated_key(key: &str) -> Flaw {
    let mut shown: String = key.chars().take(SHOWN_KEY_BYTES).collect();
    if shown.len() < key.len() {
        shown.push('…');
    }
    Flaw::RepeatedKey(shown)
}
