//! The strict scan of what has no parts: strings, numbers, words.

use super::flaw::{Fault, Flaw};
use super::special::{after_short_escapes, find_special};
use super::{Scanner, hex};

impl Scanner<'_> {
    /// Scans the rest of a string, whose opening quote was taken. Returns whether it has escapes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<bool, Fault> {
        let bytes = self.text.as_bytes();
        let end = find_special(bytes, self.position);
        self.position = end;
        if bytes.get(end) == Some(&b'"') {
            self.position += 1;
            return Ok(false);
        }
        self.rest_of_string()
    }

    /// Goes on from where a string has something else than plain text.
    #[inline(never)]
    fn rest_of_string(&mut self) -> Result<bool, Fault> {
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        loop {
            let (end, short) = after_short_escapes(bytes, self.position);
            escaped |= short;
            self.position = end;
            match bytes.get(end) {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.long_escape()?;
                    // Where there is one there are mostly several.
                    while bytes.get(self.position..).is_some_and(|rest| rest.starts_with(b"\\u")) {
                        self.long_escape()?;
                    }
                }
                Some(_) => return Err(self.fault("a control character in a string is not escaped")),
                None => return Err(self.fault("a string does not end")),
            }
        }
    }

    /// Scans an escape with digits, or says that it is none.
    fn long_escape(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let start = self.position;
        if bytes.get(start + 1) != Some(&b'u') {
            return Err(self.fault("an escape in a string is not valid"));
        }
        let unit = self.code_unit(start)?;
        self.position += 6;
        let paired = match unit {
            0xd800..=0xdbff => {
                bytes.get(self.position..self.position + 2) == Some(b"\\u") && {
                    let low = self.code_unit(self.position)?;
                    let paired = (0xdc00..=0xdfff).contains(&low);
                    // A second high half may begin a pair of its own.
                    self.position += if paired { 6 } else { 0 };
                    paired
                }
            }
            0xdc00..=0xdfff => false,
            _ => true,
        };
        if !paired {
            self.note(Flaw::LoneSurrogate(start));
        }
        Ok(())
    }

    /// The UTF-16 code unit of the `\uXXXX` that begins at `start`.
    fn code_unit(&self, start: usize) -> Result<u16, Fault> {
        self.text
            .as_bytes()
            .get(start + 2..start + 6)
            .and_then(hex)
            .ok_or_else(|| Fault::new("an escape in a string is not valid", start))
    }

    pub(super) fn number(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let start = self.position;
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        let whole = at;
        at = digits(bytes, at);
        let leading_zero = at - whole > 1 && bytes.get(whole) == Some(&b'0');
        if at == whole || leading_zero {
            self.position = at;
            return Err(self.fault("a number is not valid"));
        }
        let mut long = at - whole > 300;
        if bytes.get(at) == Some(&b'.') {
            let fraction = at + 1;
            at = digits(bytes, fraction);
            if at == fraction {
                self.position = at;
                return Err(self.fault("a number is not valid"));
            }
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            let exponent = at;
            at = digits(bytes, exponent);
            if at == exponent {
                self.position = at;
                return Err(self.fault("a number is not valid"));
            }
            long = true;
        }
        self.position = at;
        // Asked of serde_json itself, so that the two can never disagree on the last bit.
        if long && serde_json::from_str::<f64>(self.text_since(start)).is_err() {
            self.note(Flaw::HugeNumber(start));
        }
        Ok(())
    }

    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Fault> {
        let end = self.position + word.len();
        if self.text.as_bytes().get(self.position..end) == Some(word.as_bytes()) {
            self.position = end;
            Ok(())
        } else {
            Err(self.fault("a value is missing"))
        }
    }
}

/// The first position at or after `at` that holds no digit.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}
