//! JSON without white space between its words.

use super::members::after_string;

/// The text without the white space that means nothing; `None` if there is none. For text that was scanned before.
#[must_use]
pub fn compact(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' {
            at = after_string(bytes, at).unwrap_or(bytes.len());
        } else if is_blank(byte) {
            out.push_str(text.get(copied..at)?);
            while bytes.get(at).is_some_and(is_blank) {
                at += 1;
            }
            copied = at;
        } else {
            at += 1;
        }
    }
    if copied == 0 && out.is_empty() {
        return None;
    }
    out.push_str(text.get(copied..)?);
    Some(out)
}
