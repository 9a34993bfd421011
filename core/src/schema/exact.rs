//! Numbers beyond 64 bits, which a double would change, compared exactly.
//!
//! The checker holds such a number as the double nearest to it, so that two of them can be the same for it. Where a schema
//! compares numbers and there are some in an instance, both are read once more, with other numbers in their places: doubles
//! of the same order, equal where the numbers are equal. What compares them cannot tell the difference, and decides rightly.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde_json::Value;

use super::compiled::parse_instance;
use super::patterns::Patterns;
use super::{Violations, multiples};
use crate::json::{
    Decimal, RawJson, as_string, elements, is_array, is_object, may_have_inexact_integers, members,
};

/// The first stand-in, and how far those of a schema's numbers are apart; those of an instance's are in between. All of them are
/// integers, and doubles hold them as they are.
const FIRST: f64 = 1_180_591_620_717_411_303_424.0; // 2^70
const GAP: f64 = 1_152_921_504_606_846_976.0; // 2^60
const STEP: f64 = 67_108_864.0; // 2^26

/// A schema that compares numbers.
#[derive(Debug)]
pub(super) struct Exact {
    text: RawJson,
    /// Whether it has numbers beyond 64 bits itself: then it is always read with stand-ins, to be told of as it is written.
    has_numbers: bool,
    compiled: OnceLock<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    patterns: Patterns,
    /// The schema's own numbers beyond 64 bits.
    numbers: BTreeMap<Decimal, StandIn>,
}

#[derive(Debug)]
struct StandIn {
    double: f64,
    written: String,
}

/// An instance with numbers beyond 64 bits, and what checks it.
pub(super) struct Reading<'a> {
    /// The instance with stand-ins.
    value: Value,
    /// What they stand for.
    written: HashMap<u64, String>,
    compiled: &'a Compiled,
}

impl Exact {
    /// `None` for a schema that compares no numbers.
    pub fn new(text: &RawJson, schema: &Value) -> Option<Box<Self>> {
        compares(schema).then(|| {
            Box::new(Self {
                text: text.clone(),
                has_numbers: has_numbers_beyond_64_bits(text),
                compiled: OnceLock::new(),
            })
        })
    }

    /// An instance, when it has numbers for which this matters.
    pub fn read(&self, instance: &str) -> Result<Option<Reading<'_>>, Violations> {
        if !self.has_numbers && !may_have_inexact_integers(instance) {
            return Ok(None);
        }
        parse_instance(instance)?; // not too deep to be walked
        let found = beyond_64_bits(instance);
        if !self.has_numbers && found.is_empty() {
            return Ok(None);
        }
        let compiled = self.compiled.get_or_init(|| Compiled::new(&self.text)).as_ref();
        let compiled = compiled.ok_or_else(|| Violations::whole("has numbers too large to be checked"))?;
        let stand_ins = compiled.with(found.keys().cloned());
        let value = read(instance, &|number| stand_ins.get(number).copied());
        let written = stand_ins
            .into_iter()
            .filter_map(|(number, double)| Some((double.to_bits(), found.get(&number)?.clone())))
            .collect();
        Ok(Some(Reading { value, written, compiled }))
    }
}

impl Compiled {
    fn new(text: &RawJson) -> Option<Self> {
        let found = beyond_64_bits(text.as_str());
        let below = found.iter().take_while(|(number, _)| number.is_negative()).count();
        let numbers: BTreeMap<_, _> = found
            .into_iter()
            .enumerate()
            .map(|(index, (number, written))| {
                let double = if index < below {
                    -GAP.mul_add(count(below - index), FIRST)
                } else {
                    GAP.mul_add(count(index - below + 1), FIRST)
                };
                (number, StandIn { double, written })
            })
            .collect();
        let schema = read(text.as_str(), &|number| numbers.get(number).map(|stand_in| stand_in.double));
        let patterns = Patterns::compile(schema, Some(multiples::keyword)).ok()?;
        Some(Self { patterns, numbers })
    }

    /// The stand-ins of an instance's numbers: those of the schema for the schema's own, and for others one in between.
    fn with(&self, found: impl Iterator<Item = Decimal>) -> BTreeMap<Decimal, f64> {
        let mut last = -GAP.mul_add(count(self.numbers.len() + 1), FIRST);
        let mut own = self.numbers.iter().peekable();
        let mut stand_ins = BTreeMap::new();
        for number in found {
            while let Some((_, stand_in)) = own.next_if(|(own, _)| **own <= number) {
                last = stand_in.double;
            }
            if !number.is_negative() && last < 0.0 {
                last = FIRST;
            }
            let double = self.numbers.get(&number).map_or(last + STEP, |stand_in| stand_in.double);
            last = double;
            stand_ins.insert(number, double);
        }
        stand_ins
    }
}

impl Reading<'_> {
    /// Checks the instance, whose text has so many bytes; `explain` lists what is wrong.
    pub fn check(
        self,
        bytes: usize,
        explain: impl FnOnce(&jsonschema::Validator, &Value) -> Violations,
    ) -> Result<(), Violations> {
        let validator = self.compiled.patterns.for_length(bytes);
        let wrong = multiples::with_written(self.written, || {
            (!validator.is_valid(&self.value)).then(|| explain(validator, &self.value))
        });
        let Some(violations) = wrong else { return Ok(()) };
        let written = self
            .compiled
            .numbers
            .values()
            .map(|number| (Value::from(number.double).to_string(), &number.written));
        Err(violations.written(written))
    }
}

/// Whether a schema has a keyword that compares numbers.
fn compares(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => keywords.iter().any(|(keyword, value)| match keyword.as_str() {
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
            | "uniqueItems" => true,
            "enum" | "const" => has_number(value),
            _ => compares(value),
        }),
        Value::Array(elements) => elements.iter().any(compares),
        _ => false,
    }
}

fn has_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(elements) => elements.iter().any(has_number),
        Value::Object(members) => members.values().any(has_number),
        _ => false,
    }
}

/// Whether a text has numbers beyond 64 bits. It was scanned before.
pub(super) fn has_numbers_beyond_64_bits(text: &RawJson) -> bool {
    !beyond_64_bits(text.as_str()).is_empty()
}

/// The numbers beyond 64 bits in a text, in their order, each as it is written first.
fn beyond_64_bits(text: &str) -> BTreeMap<Decimal, String> {
    let mut found = BTreeMap::new();
    for_each_number(text.trim_ascii(), &mut |written| {
        if let Some(number) = Decimal::parse(written).filter(Decimal::is_beyond_64_bits) {
            found.entry(number).or_insert_with(|| written.to_owned());
        }
    });
    found
}

fn for_each_number(text: &str, visit: &mut dyn FnMut(&str)) {
    if is_object(text) {
        members(text).for_each(|(_, value)| for_each_number(value.trim_ascii(), visit));
    } else if is_array(text) {
        elements(text).for_each(|value| for_each_number(value.trim_ascii(), visit));
    } else if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        visit(text);
    }
}

/// The value of a text that was scanned, with other numbers where `stand_in` has one.
fn read(text: &str, stand_in: &dyn Fn(&Decimal) -> Option<f64>) -> Value {
    let text = text.trim_ascii();
    if is_object(text) {
        members(text).map(|(name, value)| (name.into_owned(), read(value, stand_in))).collect()
    } else if is_array(text) {
        elements(text).map(|value| read(value, stand_in)).collect()
    } else if let Some(string) = as_string(text) {
        Value::String(string.into_owned())
    } else {
        let double = Decimal::parse(text).and_then(|number| stand_in(&number));
        double.map(Value::from).or_else(|| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// How many, as a double; exact, as there are not that many.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}
