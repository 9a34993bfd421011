//! How a URI may be spelled: made legal to be announced, and made canonical to be compared (RSRC-10, RSRC-15).
//!
//! Clients and servers put URIs through the parsers of their languages, which write the same URI in other ways. What RFC 3986
//! (§6.2.2, §6.2.3) calls equivalent is one resource: the case of scheme and host, percent codes of what may stand as it is, a
//! default port, dot segments, a path that is `/` or nothing.

mod parts;
mod punycode;

use std::borrow::Cow;
use std::fmt::Write as _;

use parts::Parts;

/// `uri` with percent codes for what may not stand in a URI as it is; nothing else changes.
#[must_use]
pub fn legal(uri: &str) -> Cow<'_, str> {
    let authority = parts::authority(uri);
    let mut hashes = 0;
    let mut stands = |index: usize, byte: u8| match byte {
        b'%' => is_percent_code(&uri.as_bytes()[index..]),
        b'[' | b']' => authority.contains(&index),
        b'#' => {
            hashes += 1;
            hashes == 1
        }
        _ => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
    };
    let mut text: Option<String> = None;
    for (index, byte) in uri.bytes().enumerate() {
        if stands(index, byte) {
            if let Some(text) = &mut text {
                text.push(char::from(byte));
            }
        } else {
            push_code(text.get_or_insert_with(|| uri[..index].to_owned()), byte);
        }
    }
    text.map_or(Cow::Borrowed(uri), Cow::Owned)
}

/// The one spelling of all that are equivalent to `uri`. It may be shorter than any that people would write.
#[must_use]
pub fn canonical(uri: &str) -> String {
    let legal = legal(uri);
    let parts = Parts::of(&legal);
    let mut text = String::with_capacity(uri.len());
    parts.write_scheme_and_authority(&mut text);
    let path = normal(parts.path);
    let rooted = parts.authority.is_some() || path.starts_with('/');
    let path = if rooted { parts::without_dot_segments(&path) } else { path };
    if !(parts.authority.is_some() && path == "/") {
        text.push_str(&path);
    }
    text.push_str(&normal(parts.after_path));
    text
}

/// `uri` as templates are matched against it: in normal form, with dot segments and the path as they are, and the authority as
/// it is unless `with_authority`, because its letters may be a variable's.
pub(super) fn comparable(uri: &str, with_authority: bool) -> String {
    let legal = legal(uri);
    let parts = Parts::of(&legal);
    let mut text = String::with_capacity(uri.len());
    if with_authority {
        parts.write_scheme_and_authority(&mut text);
        text.push_str(&normal(parts.path));
        text.push_str(&normal(parts.after_path));
    } else {
        text.push_str(&parts.scheme.to_ascii_lowercase());
        text.push_str(&normal(&legal[parts.scheme.len()..]));
    }
    text
}

/// What is wrong with the scheme that `uri` begins with, in a sentence; nothing if it is one (§3.1).
pub(super) fn scheme_flaw(uri: &str) -> Option<&'static str> {
    let Some((scheme, _)) = uri.split_once(':') else { return Some("it has no scheme") };
    (!is_scheme(scheme)).then_some(
        "its scheme may hold letters, digits, \"+\", \"-\" and \".\" alone, and begins with a letter",
    )
}

pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Whether every `%` is followed by two hexadecimal digits.
pub(super) fn has_only_percent_codes(uri: &str) -> bool {
    uri.match_indices('%').all(|(index, _)| is_percent_code(&uri.as_bytes()[index..]))
}

fn is_percent_code(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Percent codes in capitals, and none for what may stand as it is everywhere (§6.2.2.1, §6.2.2.2). The text is legal.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some(byte) = code else {
            out.push('%');
            rest = after;
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            push_code(&mut out, byte);
        }
        rest = &after[2..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn push_code(text: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "%{byte:02X}");
}
