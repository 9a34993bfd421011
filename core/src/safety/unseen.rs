//! Characters in results that people do not see and models read: colours and cursors of terminals, directions, tags.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::json;

/// What kinds were found, by name.
pub(super) type Kinds = BTreeSet<&'static str>;

/// Looks at all strings in a JSON text; returns the text without what is not seen, where `strips`, and notes the kinds.
pub(super) fn look(text: &str, strips: bool, kinds: &mut Kinds) -> Option<String> {
    if !may_have(text.as_bytes()) {
        return None;
    }
    let mut out: Option<String> = None;
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while let Some(begin) = memchr::memchr(b'"', &bytes[at..]).map(|found| found + at) {
        let end = end_of_string(bytes, begin + 1);
        at = end;
        let raw = text.get(begin..end).unwrap_or_default();
        if !may_have(raw.as_bytes()) {
            continue;
        }
        let Some(string) = json::as_string(raw) else { continue };
        let Some(left) = without(&string, kinds) else { continue };
        if strips {
            let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(text.get(copied..begin).unwrap_or_default());
            json::write_string(out, &left);
            copied = end;
        }
    }
    if let Some(out) = &mut out {
        out.push_str(text.get(copied..).unwrap_or_default());
    }
    out
}

/// Plain text, likewise.
pub(super) fn look_at_words(text: &str, strips: bool, kinds: &mut Kinds) -> Option<String> {
    without(text, kinds).filter(|_| strips)
}

/// Behind the quote that ends the string which begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// Whether there is anything to look at: characters that are not seen are escaped, or not ASCII.
fn may_have(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| *byte >= 0x7f)
        || memchr::memchr_iter(b'\\', bytes).any(|at| matches!(bytes.get(at + 1), Some(b'u' | b'b' | b'f')))
}

/// The text without what is not seen; `None` where everything is.
fn without(text: &str, kinds: &mut Kinds) -> Option<String> {
    if !text.chars().any(|character| kind_of(character).is_some()) {
        return None;
    }
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (length, kind) = match ansi(rest) {
            Some(length) => (length, Some("ansi")),
            None => (character.len_utf8(), kind_of(character)),
        };
        match kind {
            Some(kind) => {
                kinds.insert(kind);
            }
            None => left.push(character),
        }
        rest = &rest[length..];
    }
    Some(left)
}

/// How long the sequence of a terminal is that a text begins with, if it does.
fn ansi(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (start, introducer) = match bytes {
        [0x1b, introducer, ..] => (2, *introducer),
        // The same in one character, U+009B and U+009D.
        [0xc2, 0x9b, ..] => (2, b'['),
        [0xc2, 0x9d, ..] => (2, b']'),
        _ => return None,
    };
    match introducer {
        b'[' => {
            let end = bytes[start..].iter().position(|byte| !(0x20..=0x3f).contains(byte));
            let end = end.map_or(bytes.len(), |end| start + end);
            Some(if bytes.get(end).is_some_and(|byte| (0x40..=0x7e).contains(byte)) { end + 1 } else { end })
        }
        // Up to the bell or the string's end.
        b']' | b'P' | b'_' | b'^' => {
            let end = bytes[start..].iter().position(|byte| matches!(byte, 0x07 | 0x1b));
            Some(match end {
                Some(end) if bytes[start + end] == 0x07 => start + end + 1,
                Some(end) if bytes.get(start + end + 1) == Some(&b'\\') => start + end + 2,
                Some(end) => start + end,
                // Never ended: not a sequence but its beginning.
                None => start,
            })
        }
        _ if introducer.is_ascii() && introducer >= 0x20 => Some(2),
        _ => Some(1),
    }
}

const fn kind_of(character: char) -> Option<&'static str> {
    match character {
        '\n' | '\r' | '\t' => None,
        '\u{1b}' => Some("ansi"),
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Some("control"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Some("bidi")
        }
        '\u{e0000}'..='\u{e007f}' => Some("tag"),
        // Joiners are left: emoji and whole scripts are written with them.
        '\u{200b}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{180e}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{e0080}'..='\u{e0fff}' => Some("invisible"),
        _ => None,
    }
}

/// The kinds as a JSON list.
pub(super) fn listed(kinds: &Kinds) -> String {
    let names: Vec<Cow<'_, str>> = kinds.iter().map(|kind| format!("\"{kind}\"").into()).collect();
    format!("[{}]", names.join(","))
}
