//! JSON strings to text.

use std::borrow::Cow;

use fearless_simd::{Level, Simd, dispatch};

use super::special::{BLOCK, find_special, special_in};

/// The value of four hexadecimal digits.
pub(crate) fn hex(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |value, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

/// The string that this JSON text is, decoded; borrowed unless it has escapes. `None` if it is not a string.
#[must_use]
pub fn as_string(text: &str) -> Option<Cow<'_, str>> {
    decode(text.trim_ascii().strip_prefix('"')?.strip_suffix('"')?)
}

/// Decodes the inside of a JSON string, between its quotes. `None` if an escape is not valid or a surrogate stands alone.
pub(crate) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    let first = find_special(raw.as_bytes(), 0);
    if first == raw.len() {
        return Some(Cow::Borrowed(raw));
    }
    escaped(raw, first)
}

/// Decodes a string in which something else than plain text begins at `first`.
#[inline(never)]
fn escaped(raw: &str, first: usize) -> Option<Cow<'_, str>> {
    let mut out = String::with_capacity(raw.len());
    let mut place = Place { written: 0, at: first };
    dispatch!(Level::new(), simd => blocks(simd, raw, &mut out, &mut place))?;
    let Place { mut written, mut at } = place;
    while let Some(&byte) = raw.as_bytes().get(at) {
        at = if byte == b'\\' {
            out.push_str(raw.get(written..at)?);
            written = escape(raw, at, &mut out)?;
            written
        } else {
            at + 1
        };
    }
    if written == 0 {
        return Some(Cow::Borrowed(raw));
    }
    out.push_str(raw.get(written..)?);
    Some(Cow::Owned(out))
}

/// How far a string has been decoded.
struct Place {
    /// Everything before this has been written.
    written: usize,
    /// Between that and this, all is plain.
    at: usize,
}

/// Decodes what is in whole blocks.
#[expect(clippy::inline_always, reason = "compiled once for every width of vectors")]
#[inline(always)]
fn blocks<S: Simd>(simd: S, raw: &str, out: &mut String, place: &mut Place) -> Option<()> {
    let bytes = raw.as_bytes();
    let Place { mut written, mut at } = *place;
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let begin = at;
        let mut special = special_in(simd, block);
        at += BLOCK;
        while special != 0 {
            let next = begin + special.trailing_zeros() as usize;
            special &= special - 1;
            // Text that was not scanned may have other special bytes. They stay as they are.
            if bytes.get(next) != Some(&b'\\') {
                continue;
            }
            out.push_str(raw.get(written..next)?);
            written = match short(bytes.get(next + 1)) {
                Some(byte) => {
                    // All of them are ASCII, of which the compiler should know.
                    out.push(char::from(byte & 0x7f));
                    next + 2
                }
                None => escape(raw, next, out)?,
            };
            if written > at {
                // A branch, so that where the next block begins need not be computed before it can be read.
                at = written;
                break;
            }
            // What was escaped may be special as well.
            special &=
                u32::try_from(written - begin).ok().and_then(|by| u64::MAX.checked_shl(by)).unwrap_or(0);
        }
    }
    *place = Place { written, at };
    Some(())
}

/// What a short escape means that has this byte behind its backslash.
#[inline]
fn short(byte: Option<&u8>) -> Option<u8> {
    byte.map(|&byte| SHORT[usize::from(byte)]).filter(|&byte| byte != 0)
}

/// What stands behind the backslash to what it means; 0 for what is no short escape.
static SHORT: [u8; 256] = {
    let mut table = [0; 256];
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'/' as usize] = b'/';
    table[b'b' as usize] = 8;
    table[b'f' as usize] = 12;
    table[b'n' as usize] = b'\n';
    table[b'r' as usize] = b'\r';
    table[b't' as usize] = b'\t';
    table
};

/// Decodes the escape whose backslash is at `at`, whatever it is. Returns where it ends.
#[inline(never)]
fn escape(raw: &str, at: usize, out: &mut String) -> Option<usize> {
    let bytes = raw.as_bytes();
    let byte = bytes.get(at + 1);
    if let Some(byte) = short(byte) {
        out.push(char::from(byte));
        return Some(at + 2);
    }
    if byte != Some(&b'u') {
        return None;
    }
    let unit = hex(bytes.get(at + 2..at + 6)?)?;
    if !(0xd800..=0xdbff).contains(&unit) {
        out.push(char::from_u32(u32::from(unit))?);
        return Some(at + 6);
    }
    let low = hex(bytes.get(at + 6..at + 12)?.strip_prefix(b"\\u")?)?;
    out.push(char::decode_utf16([unit, low]).next()?.ok()?);
    Some(at + 12)
}
