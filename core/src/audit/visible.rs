//! Texts of strangers, made fit to be looked at: nothing in them moves a cursor, hides, or begins a new line (SEC-17).

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// What stands where a text was cut.
const CUT: &str = "…";

/// `text` in NFC, with what cannot be seen written as JSON would escape it, and no longer than `max` bytes and the mark of a cut.
#[must_use]
pub fn visible(text: &str, max: usize) -> String {
    // What is longer than this before it is normalised is cut anyway; a stranger does not choose how long we work.
    let (text, cut) = cut(text, max);
    let text = if text.bytes().all(|byte| byte < 0xcc) || is_nfc(text) {
        // U+0300, the first that combines, begins with 0xcc.
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) { escape(&mut out, character) } else { out.push(character) }
    }
    if out.len() > max {
        let end = boundary(&out, max);
        out.truncate(end);
        out.push_str(CUT);
    } else if cut {
        out.push_str(CUT);
    }
    out
}

fn cut(text: &str, max: usize) -> (&str, bool) {
    if text.len() <= max {
        return (text, false);
    }
    (&text[..boundary(text, max)], true)
}

/// The last place up to `at` where a character begins or ends.
pub(super) fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn escape(out: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Whether a character moves, hides or reorders what is around it instead of being seen itself.
#[must_use]
pub const fn is_hidden(character: char) -> bool {
    matches!(character,
        // Controls, with those of ANSI sequences; line breaks and tabs, too.
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}'
        // Of no width, and the marks of direction.
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        // Line separators; overrides and isolates of direction.
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        // Tags and selectors, in which whole texts can be hidden.
        | '\u{e0000}'..='\u{e0fff}')
}
