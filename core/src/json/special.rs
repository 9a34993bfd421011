//! Where strings have something else than plain text: a quote, a backslash, a control character.
//!
//! Most strings end within a few bytes: those are looked at with the short vectors that every processor has. Beyond, text is looked at by
//! blocks, with the widest vectors that this one has; a bit for each byte of a block says where to go on. Functions of blocks are `inline(always)` because each is compiled once for every width.

use fearless_simd::prelude::{SimdBase as _, SimdMask as _};
use fearless_simd::{Level, Simd, dispatch, u8x16, u8x64};

/// How far is looked by short vectors before blocks are worth it.
const NEAR: usize = 64;

/// How many bytes of long strings are looked at at once.
pub(super) const BLOCK: usize = 64;

#[inline]
const fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Which bytes of a block are a quote, a backslash or a control character: a bit for each.
#[expect(clippy::inline_always, reason = "see above")]
#[inline(always)]
pub(super) fn special_in<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    let of = |byte: u8| u8x64::splat(simd, byte);
    let found = bytes.simd_eq(of(b'"')) | bytes.simd_eq(of(b'\\')) | bytes.simd_lt(of(0x20));
    found.to_bitmask()
}

/// The first position at or after `at` with a quote, a backslash or a control character; the end of the text if none.
#[inline]
pub(crate) fn find_special(bytes: &[u8], at: usize) -> usize {
    // Vectors that every processor has: to ask for wider ones costs more than most strings are long.
    dispatch!(Level::baseline(), simd => near(simd, bytes, at))
}

#[expect(clippy::inline_always, reason = "see above")]
#[inline(always)]
fn near<S: Simd>(simd: S, bytes: &[u8], mut at: usize) -> usize {
    let mut near = at + NEAR;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let chunk = u8x16::from_slice(simd, chunk);
        let of = |byte: u8| u8x16::splat(simd, byte);
        let special = chunk.simd_eq(of(b'"')) | chunk.simd_eq(of(b'\\')) | chunk.simd_lt(of(0x20));
        let special = special.to_bitmask();
        if special != 0 {
            return at + special.trailing_zeros() as usize;
        }
        at += 16;
        if at >= near {
            at = after_plain(bytes, at);
            near = usize::MAX;
        }
    }
    while bytes.get(at).is_some_and(|&byte| !is_special(byte)) {
        at += 1;
    }
    at
}

/// The first position that is special; that of the last bytes, fewer than a block, if there is none before.
#[inline(never)]
fn after_plain(bytes: &[u8], at: usize) -> usize {
    #[expect(clippy::inline_always, reason = "see above")]
    #[inline(always)]
    fn by_blocks<S: Simd>(simd: S, bytes: &[u8], mut at: usize) -> usize {
        while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
            let special = special_in(simd, block);
            if special != 0 {
                return at + special.trailing_zeros() as usize;
            }
            at += BLOCK;
        }
        at
    }
    dispatch!(Level::new(), simd => by_blocks(simd, bytes, at))
}

/// Whether there is one of two bytes.
#[inline(never)]
pub(super) fn has_either(bytes: &[u8], one: u8, other: u8) -> bool {
    #[expect(clippy::inline_always, reason = "see above")]
    #[inline(always)]
    fn in_blocks<S: Simd>(simd: S, blocks: &[[u8; BLOCK]], one: u8, other: u8) -> bool {
        let (one, other) = (u8x64::splat(simd, one), u8x64::splat(simd, other));
        blocks.iter().any(|block| {
            let block = u8x64::from_slice(simd, block);
            (block.simd_eq(one) | block.simd_eq(other)).any_true()
        })
    }
    let (blocks, rest) = bytes.as_chunks();
    rest.iter().any(|&byte| byte == one || byte == other)
        || dispatch!(Level::new(), simd => in_blocks(simd, blocks, one, other))
}

/// Passes over plain text and short escapes inside of a string. Returns where there is something else, and whether there were escapes.
#[inline(never)]
pub(crate) fn after_short_escapes(bytes: &[u8], at: usize) -> (usize, bool) {
    let (mut at, mut escaped) = dispatch!(Level::new(), simd => pass_over(simd, bytes, at, true));
    loop {
        at = find_special(bytes, at);
        match bytes.get(at..at + 2) {
            Some([b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't']) => at += 2,
            _ => return (at, escaped),
        }
        escaped = true;
    }
}

/// The end of a string in text that was scanned before: the position of its quote. `at` is inside of it, and not behind a backslash.
#[inline(never)]
pub(super) fn end_of_string(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut at, _) = dispatch!(Level::new(), simd => pass_over(simd, bytes, at, false));
    loop {
        at = find_special(bytes, at);
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// As far as that can be said of whole blocks: where there is neither plain text nor a short escape, where the first block would begin
/// that is not whole, or the last byte of one that is a backslash. Text that is not `new` was scanned before: only the end of the string
/// is looked for.
///
/// What is escaped is computed for all bytes of a block at once, however many there are.
#[expect(clippy::inline_always, reason = "see above")]
#[inline(always)]
fn pass_over<S: Simd>(simd: S, bytes: &[u8], mut at: usize, new: bool) -> (usize, bool) {
    let of = |byte: u8| u8x64::splat(simd, byte);
    let (mut escaped, mut first) = (false, 0);
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        let block = u8x64::from_slice(simd, block);
        let backslashes = block.simd_eq(of(b'\\')).to_bitmask();
        let quotes = block.simd_eq(of(b'"')).to_bitmask();
        let (behind, next) = behind_backslash(backslashes, first);
        let mut stops = quotes & !behind;
        if new {
            stops |= block.simd_lt(of(0x20)).to_bitmask();
            if behind != 0 {
                escaped = true;
                // `b` and `f` are one bit apart, and so are others that are no escapes.
                let letters = (block | of(b'b' ^ b'f')).simd_eq(of(b'f'))
                    | block.simd_eq(of(b'n'))
                    | block.simd_eq(of(b'r'))
                    | block.simd_eq(of(b't'))
                    | block.simd_eq(of(b'/'));
                stops |= behind & !(letters.to_bitmask() | quotes | backslashes);
            }
        }
        if stops != 0 {
            let bit = stops.trailing_zeros();
            let place = at + bit as usize;
            // An escape is the business of others from its backslash on. There may have been none before.
            let is_escape = behind >> bit & 1 == 1;
            return (place - usize::from(is_escape), escaped);
        }
        escaped |= backslashes != 0;
        first = next;
        at += BLOCK;
    }
    (at - usize::from(first == 1), escaped)
}

/// Every other bit, the lowest being one of them.
const EVEN: u64 = 0x5555_5555_5555_5555;

/// Which bytes of a block are escaped, but for backslashes themselves; and whether the first of the next block is (1 or 0), as `first`
/// says it of this block.
///
/// A row of backslashes escapes what is behind it if there is an odd number of them. Added to its first bit, the row carries over into
/// the bit behind it.
const fn behind_backslash(backslashes: u64, first: u64) -> (u64, u64) {
    let backslashes = backslashes & !first;
    let begins = backslashes & !(backslashes << 1);
    let of_even = (begins & EVEN).wrapping_add(backslashes) & !backslashes;
    let (sum, next) = (begins & !EVEN).overflowing_add(backslashes);
    let of_odd = sum & !backslashes;
    (first | of_even & !EVEN | of_odd & EVEN, next as u64)
}
