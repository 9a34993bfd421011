//! The id of a JSON-RPC request, kept exactly as it came.

use std::fmt;
use std::sync::Arc;

use crate::json::write_string;

/// A request id: an integer of up to 64 bits, or a string (RPC-2, RPC-3). Also the shape of a progress token (RPC-20).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestId {
    /// An integer from `i64::MIN` to `u64::MAX`; wider than both so that one variant holds either.
    Integer(i128),
    /// A string, after unescaping.
    String(Arc<str>),
}

impl RequestId {
    /// Appends the id as JSON.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Self::Integer(value) => {
                use fmt::Write as _;
                // Writing into a String cannot fail.
                let _ = write!(out, "{value}");
            }
            Self::String(value) => write_string(out, value),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(formatter),
            Self::String(value) => value.fmt(formatter),
        }
    }
}
