//! Values of arguments next to those of rules.

use std::cmp::Ordering;

use serde_json::Value;

use super::twins::skeleton;
use crate::json::{self, Decimal};

/// For whom doubts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It does not fit: for rules that allow.
    Misfits,
    /// It fits: for rules that deny.
    Fits,
}

/// A number of any size. A text that is spelt as JSON spells a number counts as that number: tools take `"42"` for 42.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    Zero,
    Other(Decimal),
}

/// Longer ones are compared by nobody.
const MAX_DIGITS: usize = 400;

impl Number {
    /// The number that a JSON text is, or that the text in it is spelt like.
    pub fn of(text: &str) -> Option<Self> {
        let inner = json::as_string(text);
        let spelt = inner.as_deref().unwrap_or(text);
        if spelt.len() > MAX_DIGITS || !is_spelt_as_number(spelt) {
            return None;
        }
        let mantissa = spelt.split(['e', 'E']).next().unwrap_or_default();
        match Decimal::parse(spelt) {
            Some(decimal) => Some(Self::Other(decimal)),
            None => mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-')).then_some(Self::Zero),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Decimal| if decimal.is_negative() { Ordering::Less } else { Ordering::Greater };
        match (self, other) {
            (Self::Zero, Self::Zero) => Ordering::Equal,
            (Self::Other(one), Self::Zero) => sign(one),
            (Self::Zero, Self::Other(other)) => sign(other).reverse(),
            (Self::Other(one), Self::Other(other)) => one.cmp(other),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`, as JSON has it.
fn is_spelt_as_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (before, after) = mantissa.split_once('.').map_or((mantissa, None), |(b, a)| (b, Some(a)));
    digits(before)
        && (before == "0" || !before.starts_with('0'))
        && after.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// A value that a rule names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    value: Value,
    number: Option<Number>,
    skeleton: Option<Box<str>>,
}

impl Named {
    pub fn new(value: Value) -> Self {
        let number = match &value {
            Value::Number(_) | Value::String(_) => Number::of(&value.to_string()),
            _ => None,
        };
        let skeleton = value.as_str().map(|text| skeleton(text).into());
        Self { value, number, skeleton }
    }

    /// Whether the value with this JSON text is it. Numbers are the same however they are written; objects and lists where all
    /// that is in them is.
    pub fn is(&self, text: &str, doubt: Doubt) -> bool {
        match &self.value {
            Value::Null => json::is_null(text),
            Value::Bool(value) => {
                json::as_boolean(text) == Some(*value)
                    || doubt == Doubt::Fits
                        && json::as_string(text).is_some_and(|text| *text == value.to_string())
            }
            Value::Number(_) => self.is_number(text),
            Value::String(value) => match json::as_string(text) {
                Some(text) if *text == **value => true,
                Some(text) if doubt == Doubt::Fits => {
                    self.skeleton.as_deref() == Some(&skeleton(&text)) || self.is_number_in(&text)
                }
                Some(_) => false,
                None => self.is_number(text),
            },
            Value::Array(_) | Value::Object(_) => {
                serde_json::from_str::<Value>(text).is_ok_and(|value| same(&self.value, &value))
            }
        }
    }

    fn is_number(&self, text: &str) -> bool {
        self.number.is_some() && Number::of(text) == self.number
    }

    fn is_number_in(&self, text: &str) -> bool {
        self.is_number(&Value::from(text).to_string())
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            Number::of(&one.to_string()) == Number::of(&other.to_string())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}
