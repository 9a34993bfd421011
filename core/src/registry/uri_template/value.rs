//! What the variables of a URI may hold.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The value of a variable, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    List(Vec<String>),
}

/// Percent-decodes. `None` when a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
pub(super) fn decode(raw: &str) -> Option<String> {
    if !raw.contains('%') {
        return Some(raw.to_owned());
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high << 4 | low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Writes characters beyond ASCII as the percent-encoded UTF-8 they stand for, so that both spellings of a URI match.
pub(super) fn encode_non_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            encoded.push(character);
            continue;
        }
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Cow::Owned(encoded)
}

/// Whether a value, used as a path, could lead out of the directory it was meant for (SEC-10): a `..` segment (also
/// with spaces after it, which Windows drops), an
/// absolute path of either kind of system, a drive, or a NUL that ends the path early for whoever opens it.
pub(super) fn leaves_its_place(value: &str) -> bool {
    let bytes = value.as_bytes();
    let absolute = matches!(bytes.first(), Some(b'/' | b'\\'));
    let drive = matches!(bytes, [letter, b':', ..] if letter.is_ascii_alphabetic());
    absolute
        || drive
        || bytes.contains(&0)
        || value.split(['/', '\\']).any(|segment| segment.trim_end() == "..")
}
