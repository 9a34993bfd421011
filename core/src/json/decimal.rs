//! Numbers as they are written: compared without a double in between.

use std::cmp::Ordering;

/// A number of any size, not zero. Two that are written differently and mean the same are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// How many digits stand before the point; none or fewer for what is below 1.
    magnitude: i64,
    /// Without zeros at either end.
    digits: Vec<u8>,
}

impl Decimal {
    /// Reads the JSON text of a number. `None` for zero, and for what is no number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written: Vec<u8> = before.bytes().chain(after.bytes()).collect();
        if before.is_empty() || !written.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let first = written.iter().position(|&digit| digit != b'0')?;
        let end = written.iter().rposition(|&digit| digit != b'0')? + 1;
        let exponent: i64 = exponent.parse().ok()?;
        let before = i64::try_from(before.len()).ok()?;
        let magnitude = exponent.checked_add(before)?.checked_sub(i64::try_from(first).ok()?)?;
        Some(Self { negative, magnitude, digits: written.get(first..end)?.to_vec() })
    }

    /// Whether neither 64 bits with a sign nor 64 bits without hold the integer next to it.
    pub(crate) fn is_beyond_64_bits(&self) -> bool {
        let limit: &[u8] = if self.negative { b"9223372036854775808" } else { b"18446744073709551615" };
        let digits = i64::try_from(limit.len()).unwrap_or(i64::MAX);
        self.magnitude.cmp(&digits).then_with(|| self.digits.as_slice().cmp(limit)).is_gt()
    }

    /// Whether it is below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // Digits that go on are more than digits that end.
        let by_size = || self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => by_size(),
            (true, true) => by_size().reverse(),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
