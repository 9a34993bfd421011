//! Whether a result says the same twice.

use super::text_of;
use crate::json::{RawJson, as_string, canonical, elements, is_array, is_object, members};
use crate::model::ToolOutput;

/// Whether the content is nothing but the structured content as text, or the one value in it.
pub(super) fn repeats(output: &ToolOutput) -> bool {
    let Some(structured) = &output.structured_content else { return false };
    let mut blocks = elements(output.content.as_str());
    let (first, second) = (blocks.next(), blocks.next());
    let text = match (first, second) {
        (None, _) => return output.repeats,
        (Some(block), None) => text_of(block),
        _ => None,
    };
    text.is_some_and(|text| says_the_same(&text, structured.as_str()))
}

fn says_the_same(text: &str, structured: &str) -> bool {
    if is_same(text, structured) {
        return true;
    }
    // A value that is no object travels in one.
    let mut members = members(structured);
    match (members.next(), members.next()) {
        (Some((name, value)), None) if name == "result" => is_same(text, value),
        _ => false,
    }
}

fn is_same(text: &str, value: &str) -> bool {
    if let Some(string) = as_string(value) {
        return string == text;
    }
    if text.trim_ascii() == value.trim_ascii() {
        return true;
    }
    (is_object(text) || is_array(text)) && RawJson::parse(text).is_ok() && canonical(text) == canonical(value)
}
