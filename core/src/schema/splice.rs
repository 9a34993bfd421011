//! Putting converted values into the arguments' text, so that all other text stays as it came: order, spelling of numbers,
//! integers beyond 64 bits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::json::{as_string, elements, is_array, is_object, members, write_string};

/// What takes the place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replacement {
    /// The JSON that a string holds.
    Spelled,
    /// True or false.
    Boolean(bool),
}

/// The text with each value at one of these JSON pointers replaced. Pointers may lead into what was replaced.
pub(super) fn replace(text: &str, pointers: &BTreeMap<String, Replacement>) -> String {
    let mut out = String::with_capacity(text.len());
    Splice { pointers, pointer: String::new() }.value(text, &mut out);
    out
}

struct Splice<'a> {
    pointers: &'a BTreeMap<String, Replacement>,
    pointer: String,
}

impl Splice<'_> {
    fn value(&mut self, text: &str, out: &mut String) {
        let decoded = match self.pointers.get(&self.pointer) {
            Some(Replacement::Boolean(meant)) => {
                out.push_str(if *meant { "true" } else { "false" });
                return;
            }
            Some(Replacement::Spelled) => as_string(text),
            None => None,
        };
        let text = decoded.unwrap_or(Cow::Borrowed(text));
        let text = text.trim_ascii();
        if !self.leads_to_a_string() {
            out.push_str(text);
        } else if is_object(text) {
            out.push('{');
            for (index, (key, value)) in members(text).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, &key);
                out.push(':');
                let length = self.pointer.len();
                self.pointer.push('/');
                self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                self.value(value, out);
                self.pointer.truncate(length);
            }
            out.push('}');
        } else if is_array(text) {
            out.push('[');
            for (index, value) in elements(text).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let length = self.pointer.len();
                // Writing into a String cannot fail.
                let _ = write!(self.pointer, "/{index}");
                self.value(value, out);
                self.pointer.truncate(length);
            }
            out.push(']');
        } else {
            out.push_str(text);
        }
    }

    /// Whether a string to replace lies below this place.
    fn leads_to_a_string(&self) -> bool {
        let prefix = format!("{}/", self.pointer);
        self.pointers.range(prefix.clone()..).next().is_some_and(|(pointer, _)| pointer.starts_with(&prefix))
    }
}
