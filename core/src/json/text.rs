//! Reading single pieces of JSON text that was scanned before: strings, numbers, words.
//!
//! Nothing here checks what the scan has checked, and nothing here panics on text that was not scanned after all.

use std::borrow::Cow;

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// How far is looked by words before blocks are worth it.
const NEAR: usize = 32;

/// How many bytes of long strings are looked at at once.
pub(super) const BLOCK: usize = 64;

/// 1 for a quote, a backslash or a control character, otherwise 0. Without a way out in between, so that the compiler compares many
/// bytes at once.
#[inline]
fn is_special(byte: u8) -> u8 {
    u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20)
}

/// Whether a block has no quote, no backslash and no control character.
#[inline]
pub(super) fn is_plain(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(0, |found, &byte| found | is_special(byte)) == 0
}

/// Which bytes of a block are a quote, a backslash or a control character: a bit for each.
#[inline]
pub(super) fn special_in(block: &[u8; BLOCK]) -> u64 {
    let mut found = [0u8; BLOCK];
    for (found, &byte) in found.iter_mut().zip(block) {
        *found = is_special(byte).wrapping_neg();
    }
    let words = found.as_chunks::<8>().0.iter().enumerate();
    words.fold(0, |bits, (index, word)| {
        // Another bit of each byte, and all of them summed up in the last.
        let of_word = u64::from_le_bytes(*word) & 0x8040_2010_0804_0201;
        bits | (of_word.wrapping_mul(LOW_BITS) >> 56) << (8 * index)
    })
}

/// The first position at or after `at` with a quote, a backslash or a control character; the end of the text if none.
///
/// Eight bytes at a time: a byte's high bit in the mask says that it is one of them. Borrows can only spoil bits above the
/// first hit, and only the first is used.
#[inline]
pub(crate) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    let mut near = at + NEAR;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (LOW_BITS * 0x22);
        let backslash = word ^ (LOW_BITS * 0x5c);
        // The three share the high bits of `word`: a byte that has its own set is none of them.
        let borrowed = word.wrapping_sub(LOW_BITS * 0x20)
            | quote.wrapping_sub(LOW_BITS)
            | backslash.wrapping_sub(LOW_BITS);
        let hits = borrowed & !word & HIGH_BITS;
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
        if at >= near {
            at += plain_blocks(&bytes[at..]);
            near = usize::MAX;
        }
    }
    while bytes.get(at).is_some_and(|&byte| is_special(byte) == 0) {
        at += 1;
    }
    at
}

/// How many bytes at the beginning are in blocks with nothing special in them.
#[inline(never)]
fn plain_blocks(bytes: &[u8]) -> usize {
    bytes.as_chunks::<BLOCK>().0.iter().take_while(|block| is_plain(block)).count() * BLOCK
}

/// The value of four hexadecimal digits.
pub(crate) fn hex(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |value, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

/// Decodes the inside of a JSON string, between its quotes. `None` if an escape is not valid or a surrogate stands alone.
pub(crate) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    // Nearly all are short and plain, for which this is quicker than to look for the one byte.
    if find_special(raw.as_bytes(), 0) == raw.len() {
        return Some(Cow::Borrowed(raw));
    }
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else { return Some(Cow::Borrowed(raw)) };
    let mut out = String::with_capacity(raw.len());
    let (plain, mut rest) = raw.split_at_checked(first)?;
    out.push_str(plain);
    while let Some(escape) = rest.strip_prefix('\\') {
        let mut after = escape.get(1..)?;
        match escape.as_bytes().first()? {
            byte @ (b'"' | b'\\' | b'/') => out.push(char::from(*byte)),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let unit = hex(after.as_bytes().get(..4)?)?;
                after = after.get(4..)?;
                out.push(if (0xd800..=0xdbff).contains(&unit) {
                    let low = hex(after.strip_prefix("\\u")?.as_bytes().get(..4)?)?;
                    after = after.get(6..)?;
                    char::decode_utf16([unit, low]).next()?.ok()?
                } else {
                    char::from_u32(u32::from(unit))?
                });
            }
            _ => return None,
        }
        let next = memchr::memchr(b'\\', after.as_bytes()).unwrap_or(after.len());
        let (plain, remaining) = after.split_at(next);
        out.push_str(plain);
        rest = remaining;
    }
    Some(Cow::Owned(out))
}

/// The string that this JSON text is, decoded; borrowed unless it has escapes. `None` if it is not a string.
#[must_use]
pub fn as_string(text: &str) -> Option<Cow<'_, str>> {
    decode(text.trim_ascii().strip_prefix('"')?.strip_suffix('"')?)
}

/// The integer that this JSON text is, however it is written (`42`, `42.0`, `4.2e1`), if 128 bits hold it.
#[must_use]
pub fn as_integer(text: &str) -> Option<i128> {
    let text = text.trim_ascii();
    // Rust would also read `+1`.
    if text.starts_with('+') { None } else { text.parse().ok().or_else(|| whole(text)) }
}

/// The most digits a number of 128 bits has, and then some.
const MAX_DIGITS: usize = 48;

/// The integer that a number with a fraction or an exponent is.
fn whole(text: &str) -> Option<i128> {
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('-').is_empty() {
        return digits.ends_with('0').then_some(0);
    }
    let exponent: i64 = exponent.parse().ok()?;
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let zeros = usize::try_from(exponent.checked_add(zeros)? - i64::try_from(after.len()).ok()?).ok()?;
    if significant.len() > MAX_DIGITS || zeros > MAX_DIGITS {
        return None;
    }
    format!("{significant}{}", "0".repeat(zeros)).parse().ok()
}

/// The number that this JSON text is, as a double: for comparisons, not for passing on (RPC-15).
#[must_use]
pub fn as_number(text: &str) -> Option<f64> {
    serde_json::from_str(text).ok()
}

/// The boolean that this JSON text is.
#[must_use]
pub fn as_boolean(text: &str) -> Option<bool> {
    match text.trim_ascii() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether this JSON text is `null`.
#[must_use]
pub fn is_null(text: &str) -> bool {
    text.trim_ascii() == "null"
}

/// Whether this JSON text is an object.
#[must_use]
pub fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{')
}

/// Whether this JSON text is an array.
#[must_use]
pub fn is_array(text: &str) -> bool {
    text.trim_ascii_start().starts_with('[')
}
