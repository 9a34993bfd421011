//! Text to JSON strings, many bytes at a time.
//!
//! A block in which nothing is to be escaped becomes a part of a run, which is copied as a whole. Where quotes and the like stand
//! close together, as in JSON that is itself carried as text, blocks go through a buffer: a copy of a few bytes for each of them
//! would cost more.

use fearless_simd::{Level, Simd, dispatch};

use super::special::{BLOCK, find_special, has_either, special_in};

/// With so many bytes to be escaped a block goes through the buffer.
const DENSE: u32 = 4;

/// U+2028 and U+2029 begin with these, and end with 0xa8 or 0xa9.
const SEPARATOR: [u8; 2] = [0xe2, 0x80];

/// Appends `value` to `out` as a JSON string, quoted and escaped. U+2028 and U+2029 are escaped too, so that the text
/// never breaks a line for any reader (SEC-17).
pub fn write_string(out: &mut String, value: &str) {
    out.reserve(room_for(value));
    out.push('"');
    let mut rest = value;
    while let Some((before, escaped, after)) = at_separator(rest) {
        write_escaped(out, before);
        out.push_str(escaped);
        rest = after;
    }
    write_escaped(out, rest);
    out.push('"');
}

/// For how much there should be room before a text is written as a string: text mostly has an escape or two in a line. To ask for
/// more when there is none left is to copy what has been written.
pub(crate) const fn room_for(value: &str) -> usize {
    value.len() + value.len() / 8 + 2
}

/// What stands before the first line separator, what it is written as, and what stands after it.
fn at_separator(text: &str) -> Option<(&str, &'static str, &str)> {
    let bytes = text.as_bytes();
    if !has_either(bytes, SEPARATOR[0], SEPARATOR[0]) {
        return None;
    }
    memchr::memchr_iter(SEPARATOR[0], bytes).find_map(|at| {
        let escaped = match bytes.get(at + 1..at + 3)? {
            [second, 0xa8] if *second == SEPARATOR[1] => "\\u2028",
            [second, 0xa9] if *second == SEPARATOR[1] => "\\u2029",
            _ => return None,
        };
        Some((text.get(..at)?, escaped, text.get(at + 3..)?))
    })
}

/// Escapes quotes, backslashes and control characters.
fn write_escaped(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let (mut start, mut at) = if bytes.len() < BLOCK { (0, 0) } else { write_blocks(out, text) };
    loop {
        at = find_special(bytes, at);
        out.push_str(&text[start..at]);
        let Some(&byte) = bytes.get(at) else { return };
        escape(out, byte);
        at += 1;
        start = at;
    }
}

/// Writes what is in whole blocks: returns up to where it has, and from where something may be to escape.
#[inline(never)]
fn write_blocks(out: &mut String, text: &str) -> (usize, usize) {
    dispatch!(Level::new(), simd => by_blocks(simd, out, text))
}

#[expect(clippy::inline_always, reason = "compiled once for every width of vectors")]
#[inline(always)]
fn by_blocks<S: Simd>(simd: S, out: &mut String, text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut stage = Stage { bytes: [0; STAGE], length: 0 };
    // Up to `start` all is written; up to `at` nothing more is to be escaped.
    let (mut start, mut at) = (0, 0);
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let mut special = special_in(simd, block);
        if special == 0 {
            at += BLOCK;
            continue;
        }
        if special.count_ones() < DENSE {
            stage.empty(out);
            while special != 0 {
                let place = at + special.trailing_zeros() as usize;
                special &= special - 1;
                out.push_str(&text[start..place]);
                escape(out, bytes[place]);
                start = place + 1;
            }
            at += BLOCK;
            continue;
        }
        // Whole characters: what is not plain is a character of its own.
        let mut begin = at;
        while !text.is_char_boundary(begin) {
            begin -= 1;
        }
        let mut end = begin + BLOCK;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if start < begin {
            stage.empty(out);
            out.push_str(&text[start..begin]);
        }
        stage.escape(&bytes[begin..end], special << (at - begin));
        if stage.length > STAGE - LONGEST {
            stage.empty(out);
        }
        (start, at) = (end, end);
    }
    stage.empty(out);
    (start, at)
}

const STAGE: usize = 1024;

/// How many bytes are copied at once, more than are wanted or not.
const STEP: usize = 16;

/// What a block becomes at most, with a step too much.
const LONGEST: usize = BLOCK * 6 + STEP;

/// Where dense text is escaped: bytes can be put there without asking for room each time.
struct Stage {
    bytes: [u8; STAGE],
    length: usize,
}

impl Stage {
    /// Moves what is there to `out`.
    fn empty(&mut self, out: &mut String) {
        if self.length > 0 {
            out.push_str(std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default());
            self.length = 0;
        }
    }

    #[inline]
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(place) = self.bytes.get_mut(at..at + N) {
            place.copy_from_slice(&bytes);
        }
    }

    /// Adds at most a block, of which the bytes with a bit in `special` are escaped.
    #[inline]
    fn escape(&mut self, bytes: &[u8], mut special: u64) {
        let mut block = [0; BLOCK + STEP];
        block[..bytes.len()].copy_from_slice(bytes);
        let (mut from, mut to) = (0, self.length);
        loop {
            let end = (special.trailing_zeros() as usize).min(bytes.len());
            while let Some(step) = block.get(from..).and_then(<[u8]>::first_chunk::<STEP>) {
                // What is too much is written over by what comes next.
                self.put(to, *step);
                if end - from <= STEP {
                    break;
                }
                from += STEP;
                to += STEP;
            }
            to += end - from;
            if end == bytes.len() {
                break;
            }
            special &= special - 1;
            let byte = block[end];
            let short = SHORT[usize::from(byte)];
            self.put(to, [b'\\', short]);
            to += 2;
            if short == IN_FULL {
                self.put(to, in_full(byte));
                to += 4;
            }
            from = end + 1;
        }
        self.length = to;
    }
}

/// What stands behind the backslash of bytes that have no escape of their own.
const IN_FULL: u8 = b'u';

/// What stands behind the backslash.
static SHORT: [u8; 256] = {
    let mut table = [IN_FULL; 256];
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table
};

/// The digits of a control character.
const fn in_full(byte: u8) -> [u8; 4] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    [b'0', b'0', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]
}

#[inline]
fn escape(out: &mut String, byte: u8) {
    out.push_str(match byte {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        b'\n' => "\\n",
        b'\r' => "\\r",
        b'\t' => "\\t",
        _ => return escape_in_full(out, byte),
    });
}

#[cold]
fn escape_in_full(out: &mut String, byte: u8) {
    out.push_str("\\u");
    out.extend(in_full(byte).map(char::from));
}
