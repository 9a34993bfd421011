//! What the strict scan finds wrong.

use std::fmt;

/// How much of a peer's key a message repeats.
const SHOWN_KEY_BYTES: usize = 64;

/// The text is not JSON. Boxed, so that what the scan returns at every step fits in a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(Box<(&'static str, usize)>);

impl Fault {
    /// `what` is wrong, `offset` bytes from the start of the scanned text.
    #[cold]
    pub(super) fn new(what: &'static str, offset: usize) -> Self {
        Self(Box::new((what, offset)))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.0.0, self.0.1)
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
