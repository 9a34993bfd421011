//! Long texts among the arguments of a call: they cross by themselves. `JSON.parse` looks at each of their characters twice, and
//! two more copies of them would be made on the way.

use std::ops::Range;

use oxmcp_core::json;

/// From this length on a text crosses by itself. Bytes.
const LONG: usize = 16 * 1024;

/// Assigned to, this member would be something else.
const NO_MEMBER: &str = "__proto__";

/// The long texts that were left out of a call's arguments.
#[derive(Default)]
pub struct LongTexts {
    /// Where they are in the arguments, as JSON.
    places: Vec<Range<usize>>,
    /// The JSON text of an array of the members' names; empty where there are none.
    names: String,
}

impl LongTexts {
    /// Writes a call's arguments, with a 0 in the place of each member that is a long text.
    pub fn leave_out(into: &mut String, arguments: &str) -> Self {
        let mut left_out = Self::default();
        if arguments.len() < LONG {
            into.push_str(arguments);
            return left_out;
        }
        let mut separator = '{';
        for (name, value) in json::members(arguments) {
            into.push(separator);
            separator = ',';
            json::write_string(into, &name);
            into.push(':');
            if value.len() < LONG || !value.starts_with('"') || name == NO_MEMBER {
                into.push_str(value);
                continue;
            }
            into.push('0');
            let start = value.as_ptr().addr() - arguments.as_ptr().addr();
            left_out.places.push(start..start + value.len());
            left_out.names.push(if left_out.names.is_empty() { '[' } else { ',' });
            json::write_string(&mut left_out.names, &name);
        }
        into.push_str(if separator == '{' { "{}" } else { "}" });
        if !left_out.names.is_empty() {
            left_out.names.push(']');
        }
        left_out
    }

    /// The names of what was left out, as JSON; nothing where nothing was.
    pub fn names(&self) -> Option<&str> {
        Some(self.names.as_str()).filter(|names| !names.is_empty())
    }

    /// Where the text with this index is.
    pub fn place(&self, index: usize) -> Option<Range<usize>> {
        self.places.get(index).cloned()
    }
}
