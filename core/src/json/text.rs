//! Reading single pieces of JSON text that was scanned before: strings, numbers, words.
//!
//! Nothing here checks what the scan has checked, and nothing here panics on text that was not scanned after all.

use std::borrow::Cow;

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The first position at or after `at` with a quote, a backslash or a control character; the end of the text if none.
///
/// Eight bytes at a time: a byte's high bit in the mask says that it is one of them. Borrows can only spoil bits above the
/// first hit, and only the first is used.
#[inline]
pub(crate) fn find_special(bytes: &[u8], mut at: usize) -> usize {
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
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
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
    let Some(first) = raw.find('\\') else { return Some(Cow::Borrowed(raw)) };
    let mut out = String::with_capacity(raw.len());
    let (plain, mut rest) = raw.split_at(first);
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
        let next = after.find('\\').unwrap_or(after.len());
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
