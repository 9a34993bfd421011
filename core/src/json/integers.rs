//! Integers that readers with one kind of number would change: those a double does not hold.

use super::{elements, is_array, is_object, members, write_string};

/// Shorter integers are below 2^53, and all of them are exact.
const DIGITS: usize = 16;

/// Whether there may be such an integer in this text: digits in a row, in a number or in a string. Looks at few of its bytes.
#[must_use]
pub fn may_have_inexact_integers(text: &str) -> bool {
    let bytes = text.as_bytes();
    // As many digits in a row as that cannot pass by between two of these.
    let mut at = DIGITS - 1;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_digit() {
            let before = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let after = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if before + after >= DIGITS {
                return true;
            }
        }
        at += DIGITS;
    }
    false
}

/// The integers in this text that a double does not hold: the JSON text of a list of `[path, digits]`, the path a list of names
/// and indexes. `None` when there are none. The text was scanned before.
#[must_use]
pub fn inexact_integers(text: &str) -> Option<String> {
    let mut search = Search { path: Vec::new(), found: String::new() };
    search.value(text.trim_ascii());
    (!search.found.is_empty()).then(|| format!("[{}]", search.found))
}

struct Search {
    /// Each step as JSON text.
    path: Vec<String>,
    found: String,
}

impl Search {
    fn value(&mut self, text: &str) {
        if is_object(text) {
            for (name, value) in members(text) {
                let mut step = String::new();
                write_string(&mut step, &name);
                self.below(step, value);
            }
        } else if is_array(text) {
            for (index, value) in elements(text).enumerate() {
                self.below(index.to_string(), value);
            }
        } else if is_inexact(text) {
            if !self.found.is_empty() {
                self.found.push(',');
            }
            self.found.push_str("[[");
            self.found.push_str(&self.path.join(","));
            self.found.push_str("],\"");
            self.found.push_str(text);
            self.found.push_str("\"]");
        }
    }

    fn below(&mut self, step: String, value: &str) {
        if may_have_inexact_integers(value) {
            self.path.push(step);
            self.value(value.trim_ascii());
            self.path.pop();
        }
    }
}

/// Whether a number is written as an integer, and the double nearest to it is another one.
fn is_inexact(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() >= DIGITS
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<f64>().is_ok_and(|double| format!("{double:.0}") != text)
}
