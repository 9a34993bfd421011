//! The smallest parts of JSON text: strict, so that what passes here a parser would take.

use crate::json::{after_short_escapes, find_special, hex};

/// The position after a string whose opening quote ends before `at`, and whether it has escapes.
#[inline]
pub(super) fn string(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    let end = find_special(bytes, at);
    if bytes.get(end) == Some(&b'"') { Some((end + 1, false)) } else { rest_of_string(bytes, end) }
}

#[inline(never)]
fn rest_of_string(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    loop {
        at = after_short_escapes(bytes, at).0;
        match bytes.get(at)? {
            b'"' => return Some((at + 1, true)),
            b'\\' => at = after_long_escape(bytes, at)?,
            _ => return None,
        }
    }
}

/// The position after the escape with digits at `at`; half of a surrogate pair is none.
fn after_long_escape(bytes: &[u8], at: usize) -> Option<usize> {
    match hex(bytes.get(at..at + 6)?.strip_prefix(b"\\u")?)? {
        0xdc00..=0xdfff => None,
        0xd800..=0xdbff => {
            let low = hex(bytes.get(at + 6..at + 12)?.strip_prefix(b"\\u")?)?;
            (0xdc00..=0xdfff).contains(&low).then_some(at + 12)
        }
        _ => Some(at + 6),
    }
}

/// What a number is, as far as its text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// An integer of at most 18 digits.
    Integer(i64),
    /// Any other: a double, for whoever needs its value.
    Other,
}

/// As many digits as 64 bits hold, whatever they are.
const DIGITS: usize = 18;

/// Beyond so many digits a number may be more than a double holds.
const MAY_BE_HUGE: usize = 300;

/// The position after the number that begins at `start`, and what it is.
#[inline]
pub(super) fn number(text: &str, start: usize) -> Option<(usize, Number)> {
    let bytes = text.as_bytes();
    let negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let (mut at, mut value) = (first, 0i64);
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    let digits = at - first;
    if digits == 0 || (digits > 1 && bytes.get(first) == Some(&b'0')) {
        return None;
    }
    if digits <= DIGITS && !matches!(bytes.get(at), Some(b'.' | b'e' | b'E')) {
        return Some((at, Number::Integer(if negative { -value } else { value })));
    }
    rest_of_number(text, start, at, digits > MAY_BE_HUGE).map(|end| (end, Number::Other))
}

/// The position after the number that begins at `start`, if that is an integer as most are, or has a fraction and may have one.
#[inline]
pub(super) fn plain_number(bytes: &[u8], start: usize, may_have_fraction: bool) -> Option<usize> {
    let first = start + usize::from(bytes.get(start) == Some(&b'-'));
    let end = while_digits(bytes, first);
    if end == first || end - first > DIGITS || (end - first > 1 && bytes.get(first) == Some(&b'0')) {
        return None;
    }
    match bytes.get(end) {
        Some(b'.') if may_have_fraction => {
            let after = while_digits(bytes, end + 1);
            (after > end + 1 && !matches!(bytes.get(after), Some(b'e' | b'E'))).then_some(after)
        }
        Some(b'.' | b'e' | b'E') => None,
        _ => Some(end),
    }
}

#[inline]
fn while_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[inline(never)]
fn rest_of_number(text: &str, start: usize, mut at: usize, mut may_be_huge: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(at) == Some(&b'.') {
        at = after_digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at = after_digits(bytes, at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-'))))?;
        may_be_huge = true;
    }
    (!may_be_huge || double(text.get(start..at)?).is_some()).then_some(at)
}

/// The position after the digits at `at`, of which there must be one.
fn after_digits(bytes: &[u8], at: usize) -> Option<usize> {
    let end = while_digits(bytes, at);
    (end > at).then_some(end)
}

/// The double that a number is for the parser whose word counts.
pub(super) fn double(text: &str) -> Option<f64> {
    serde_json::from_str(text).ok()
}
