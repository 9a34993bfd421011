//! One text for all texts of a value.

use std::borrow::Cow;

use super::{as_string, elements, is_array, is_object, members, write_string};

/// The value that `text` is, written so that neither white space nor escapes nor the order of members matters: for comparing
/// what somebody says twice. Numbers stay as they were written. For text that was scanned before, which bounds its depth.
#[must_use]
pub fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write(&mut out, text.trim_ascii());
    out
}

fn write(out: &mut String, text: &str) {
    if is_object(text) {
        let mut members: Vec<(Cow<'_, str>, &str)> = members(text).collect();
        members.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        out.push('{');
        for (index, (key, value)) in members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(out, key);
            out.push(':');
            write(out, value);
        }
        out.push('}');
    } else if is_array(text) {
        out.push('[');
        for (index, value) in elements(text).enumerate() {
            if index > 0 {
                out.push(',');
            }
            write(out, value);
        }
        out.push(']');
    } else if let Some(string) = as_string(text) {
        write_string(out, &string);
    } else {
        out.push_str(text);
    }
}
