//! `multipleOf` for numbers beyond 64 bits, which stand-ins stand for while an instance is checked.

use std::cell::RefCell;
use std::collections::HashMap;

use jsonschema::{Keyword, ValidationError, Validator};
use serde_json::{Value, json};

thread_local! {
    /// How the numbers that stand-ins stand for are written, by the bits of the stand-in; filled while one instance is checked.
    static WRITTEN: RefCell<HashMap<u64, String>> = RefCell::default();
}

/// Runs `check` while stand-ins are known to stand for what is written.
pub(super) fn with_written<T>(written: HashMap<u64, String>, check: impl FnOnce() -> T) -> T {
    WRITTEN.set(written);
    let checked = check();
    WRITTEN.take();
    checked
}

/// The keyword with this value; `None` if that is no number.
pub(super) fn keyword(of: &Value) -> Option<Box<dyn for<'i> Keyword<'i>>> {
    let plain = oxmcp_validator::compile(&json!({ "multipleOf": of }), None).ok()?;
    Some(Box::new(MultipleOf { plain, of: of.clone() }))
}

struct MultipleOf {
    plain: Validator,
    of: Value,
}

impl<'i> Keyword<'i> for MultipleOf {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if Keyword::is_valid(self, instance) {
            return Ok(());
        }
        Err(ValidationError::custom(format!("must be a multiple of {}", self.of)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        let written = instance
            .as_f64()
            .and_then(|double| WRITTEN.with_borrow(|written| written.get(&double.to_bits()).cloned()));
        match written {
            None => self.plain.is_valid(instance),
            Some(written) if written.contains(['.', 'e', 'E']) => {
                // A double for whoever reads it.
                written.parse::<f64>().is_ok_and(|double| self.plain.is_valid(&Value::from(double)))
            }
            Some(digits) => match (self.of.as_u64(), self.of.as_f64()) {
                (Some(of), _) => remainder(&digits, of) == Some(0),
                (None, Some(of)) if of.fract() != 0.0 => {
                    digits.parse::<f64>().is_ok_and(|double| self.plain.is_valid(&Value::from(double)))
                }
                _ => false, // both beyond 64 bits: nobody says
            },
        }
    }
}

fn remainder(digits: &str, of: u64) -> Option<u128> {
    let of = u128::from(of);
    digits
        .trim_start_matches('-')
        .chars()
        .try_fold(0u128, |rest, digit| (rest * 10 + u128::from(digit.to_digit(10)?)).checked_rem(of))
}
