//! Strings, numbers and words.

use std::borrow::Cow;

use serde_json::Value;

use super::plan::{Allowed, NumberRules, Pattern, Slot, StringRules, types};
use super::tokens::{self, Number};
use super::walk::Walk;
use crate::json::decode;

/// Doubles are exact below.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

impl<'a> Walk<'a> {
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += word.len();
        found
    }

    #[inline]
    pub(super) fn any_string(&mut self) -> bool {
        let Some((end, _)) = tokens::string(self.bytes, self.at + 1) else { return false };
        self.at = end;
        true
    }

    /// The text between the quotes of the string here, and whether it has escapes.
    #[inline]
    pub(super) fn raw_string(&mut self) -> Option<(&'a str, bool)> {
        let start = self.at + 1;
        let (end, escaped) = tokens::string(self.bytes, start)?;
        self.at = end;
        self.text.get(start..end - 1).map(|raw| (raw, escaped))
    }

    pub(super) fn string(&mut self, rules: Option<&StringRules>, allowed: Option<&Allowed>) -> bool {
        let Some((raw, escaped)) = self.raw_string() else { return false };
        let string = if escaped {
            let Some(decoded) = decode(raw) else { return false };
            decoded
        } else {
            Cow::Borrowed(raw)
        };
        if allowed.is_some_and(|allowed| !allowed.has_string(&string)) {
            return false;
        }
        let Some(rules) = rules else { return true };
        let bytes = string.len() as u64;
        // A character has one to four bytes.
        let long_enough = bytes / 4 >= rules.min || bytes >= rules.min && characters(&string) >= rules.min;
        if !long_enough || bytes > rules.max && characters(&string) > rules.max {
            return false;
        }
        match &rules.pattern {
            Pattern::None => true,
            Pattern::Linear(pattern) => pattern.is_valid(&Value::String(string.into_owned())),
            Pattern::Backtracking => self.give_up(),
        }
    }

    pub(super) fn number(
        &mut self,
        types: u8,
        rules: Option<&NumberRules>,
        allowed: Option<&Allowed>,
    ) -> bool {
        let start = self.at;
        let Some((end, number)) = tokens::number(self.text, start) else { return false };
        self.at = end;
        let whole = number != Number::Other;
        if rules.is_none()
            && allowed.is_none()
            && (whole && types & types::INTEGER != 0 || types & types::NUMBER == types::NUMBER)
        {
            return true;
        }
        // Beyond 2^53 integers are rounded, but to nothing that is a bound or below one.
        #[expect(clippy::cast_precision_loss, reason = "said above")]
        let double = match number {
            Number::Integer(integer) => Some(integer as f64),
            Number::Other => self.text.get(start..end).and_then(tokens::double),
        };
        let Some(double) = double else { return false };
        if types & types::NUMBER != types::NUMBER && types & types::INTEGER != 0 && double.fract() != 0.0 {
            return false;
        }
        if allowed.is_some_and(|allowed| !allowed.numbers.contains(&double)) {
            return false;
        }
        let Some(rules) = rules else { return true };
        let within = double >= rules.minimum
            && double <= rules.maximum
            && double > rules.above
            && double < rules.below;
        match (rules.multiple_of, number) {
            _ if !within => false,
            (None, _) => true,
            (Some(of), Number::Integer(integer)) => integer.unsigned_abs() % of == 0,
            // Nothing that was rounded, neither to an integer nor to zero.
            (Some(_), Number::Other) if double == 0.0 || double.abs() >= EXACT => self.give_up(),
            #[expect(clippy::cast_precision_loss, reason = "it is below 2^53")]
            (Some(of), Number::Other) => double.fract() == 0.0 && double % of as f64 == 0.0,
        }
    }

    /// A number where all integers fit, or all numbers.
    #[inline]
    pub(super) fn plain_number(&mut self, slot: Slot) -> bool {
        match tokens::plain_number(self.bytes, self.at, slot.plain & types::FRACTION != 0) {
            Some(end) => {
                self.at = end;
                true
            }
            // One that takes a closer look.
            None => self.node(slot.node),
        }
    }
}

fn characters(string: &str) -> u64 {
    string.chars().count() as u64
}
