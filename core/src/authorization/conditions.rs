//! What arguments have to be, and why one is not.

use std::fmt::Write as _;

use regex::Regex;
use serde_json::Value;

use super::paths::Path;
use super::sql::{SqlRule, read_sql};
use super::twins::skeleton;
use super::values::{Doubt, Named, Number};
use super::{ConditionDefinition, Effect};
use crate::error::{Error, ErrorKind, Result};
use crate::json;

/// How much memory a compiled pattern may take.
const MAX_PATTERN_BYTES: usize = 256 << 10;

/// How many values a refusal names.
const MAX_NAMED: usize = 12;

/// What one argument has to be.
#[derive(Debug)]
pub(super) struct Condition {
    path: Path,
    tests: Vec<Test>,
    optional: bool,
    doubt: Doubt,
    /// What it has to be, in words.
    words: Box<str>,
}

#[derive(Debug)]
enum Test {
    OneOf(Vec<Named>),
    Matches(Regex),
    Range(Option<Number>, Option<Number>),
    StartsWith(Vec<(Box<str>, Box<str>)>),
    Sql(Box<SqlRule>),
}

impl Condition {
    /// # Errors
    /// [`ErrorKind::Configuration`]: what is written cannot be meant.
    pub fn new(path: &str, definition: &ConditionDefinition, effect: Effect, rule: &str) -> Result<Self> {
        let wrong = |what: String| {
            Error::new(
                ErrorKind::Configuration,
                format!("{rule}: the condition of the argument {path:?} {what}"),
            )
        };
        if path.is_empty() {
            return Err(wrong("names no argument".to_owned()));
        }
        let (mut tests, mut words) = (Vec::new(), Vec::new());
        if let Some(value) = &definition.equals {
            words.push(format!("be {value}"));
            tests.push(Test::OneOf(vec![Named::new(value.clone())]));
        }
        if let Some(values) = &definition.one_of {
            words.push(format!("be one of {}", listed(values.iter().map(Value::to_string))));
            tests.push(Test::OneOf(values.iter().cloned().map(Named::new).collect()));
        }
        if let Some(pattern) = &definition.matches {
            let whole = format!("^(?:{pattern})$");
            let regex = regex::RegexBuilder::new(&whole).size_limit(MAX_PATTERN_BYTES).build();
            // Compiled alone, too: what is put around it must not close a group of its own.
            let regex = Regex::new(pattern).and(regex);
            let regex = regex.map_err(|error| {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                wrong(format!(
                    "has a pattern that is not one (look-around and back-references are not): {why}"
                ))
            })?;
            words.push(format!("match {pattern}"));
            tests.push(Test::Matches(regex));
        }
        if let Some(range) = &definition.range {
            let number = |number: &Option<serde_json::Number>| number.as_ref().map(ToString::to_string);
            let (min, max) = (number(&range.min), number(&range.max));
            words.push(match (&min, &max) {
                (Some(min), Some(max)) => format!("be a number from {min} to {max}"),
                (Some(min), None) => format!("be a number of at least {min}"),
                (None, Some(max)) => format!("be a number of at most {max}"),
                (None, None) => return Err(wrong("has a range without min and max".to_owned())),
            });
            let read = |text: Option<String>| text.as_deref().and_then(Number::of);
            let (min, max) = (read(min), read(max));
            if min.as_ref().zip(max.as_ref()).is_some_and(|(min, max)| min > max) {
                return Err(wrong("has a range that no number is in".to_owned()));
            }
            tests.push(Test::Range(min, max));
        }
        if let Some(beginnings) = &definition.starts_with {
            words.push(format!("begin with {}", listed(beginnings.iter().map(|text| format!("{text:?}")))));
            let both = |text: &str| (text.into(), skeleton(text).into());
            tests.push(Test::StartsWith(beginnings.iter().map(both).collect()));
        }
        if let Some(sql) = &definition.sql {
            let sql =
                SqlRule::new(sql, effect).map_err(|what| wrong(format!("has a member sql that {what}")))?;
            words.push(sql.in_words());
            tests.push(Test::Sql(Box::new(sql)));
        }
        if tests.is_empty() {
            let known = "equals, one_of, matches, range, starts_with, sql";
            return Err(wrong(format!("asks for nothing: it needs one of {known}")));
        }
        let doubt = if effect == Effect::Allow { Doubt::Misfits } else { Doubt::Fits };
        let words = words.join(" and ").into();
        Ok(Self { path: Path::new(path), tests, optional: definition.optional, doubt, words })
    }

    /// Whether the arguments, a JSON object, fit: for a rule that allows every value there is, for one that denies any.
    ///
    /// # Errors
    /// Why they do not, for whoever made the call.
    pub fn check(&self, arguments: &str) -> std::result::Result<(), String> {
        let found = self.path.find(arguments);
        if self.doubt == Doubt::Fits {
            // An absent argument is not what is denied; one that says "optional" denies the absence, too.
            let absent = self.optional && (found.absent || found.values.is_empty());
            let fits = absent || found.values.iter().any(|value| self.fits(value).is_ok());
            return if fits { Ok(()) } else { Err(String::new()) };
        }
        let passes_as_absent = |value: &&str| self.optional && json::is_null(value);
        if (found.absent || found.values.is_empty()) && !self.optional {
            return Err(self.refusal("it is absent"));
        }
        for value in found.values.iter().filter(|value| !passes_as_absent(value)) {
            self.fits(value).map_err(|why| self.refusal(&why))?;
        }
        Ok(())
    }

    /// What it must not be, in words.
    pub fn denial(&self) -> String {
        format!("the argument {:?} must not {}", self.path.as_str(), self.words)
    }

    fn refusal(&self, why: &str) -> String {
        let separator = if why.is_empty() { "" } else { "; " };
        format!("the argument {:?} must {}{separator}{why}", self.path.as_str(), self.words)
    }

    fn fits(&self, value: &str) -> std::result::Result<(), String> {
        self.tests.iter().try_for_each(|test| test.fits(value, self.doubt))
    }
}

impl Test {
    /// # Errors
    /// Why not, where that says more than the condition itself.
    fn fits(&self, value: &str, doubt: Doubt) -> std::result::Result<(), String> {
        let or = |fits: bool| if fits { Ok(()) } else { Err(String::new()) };
        let text = || json::as_string(value);
        match self {
            Self::OneOf(values) => or(values.iter().any(|named| named.is(value, doubt))),
            Self::Matches(regex) => or(text().is_some_and(|text| {
                regex.is_match(&text) || doubt == Doubt::Fits && regex.is_match(&skeleton(&text))
            })),
            Self::Range(min, max) => match Number::of(value) {
                Some(number) => or(min.as_ref().is_none_or(|min| number >= *min)
                    && max.as_ref().is_none_or(|max| number <= *max)),
                // Digits beyond measure may be a number of any size.
                None => or(doubt == Doubt::Fits && value.len() > 400),
            },
            Self::StartsWith(beginnings) => or(text().is_some_and(|text| {
                beginnings.iter().any(|(beginning, looks)| {
                    text.starts_with(&**beginning) && (doubt == Doubt::Fits || !climbs(beginning, &text))
                        || doubt == Doubt::Fits && skeleton(&text).starts_with(&**looks)
                })
            })),
            Self::Sql(rule) => match text() {
                None => or(false),
                Some(text) => match (read_sql(&text), doubt) {
                    (Ok(statement), _) => rule.check(&statement),
                    (Err(_), Doubt::Fits) => Ok(()),
                    (Err(why), Doubt::Misfits) => Err(format!("this is not SQL that can be checked: {why}")),
                },
            },
        }
    }
}

/// Whether a path or URL that begins as it should goes up again: `/reports/../secrets`.
fn climbs(beginning: &str, text: &str) -> bool {
    const SEPARATORS: [char; 2] = ['/', '\\'];
    if !beginning.contains(SEPARATORS) {
        return false;
    }
    // Whoever takes a path out of it may decode it first, even twice.
    let mut decoded = text.to_ascii_lowercase();
    for (code, meaning) in
        [("%25", "%"), ("%25", "%"), ("%2e", "."), ("%2f", "/"), ("%5c", "\\"), ("%00", "\0")]
    {
        if decoded.contains(code) {
            decoded = decoded.replace(code, meaning);
        }
    }
    decoded.contains('\0') || decoded.split(SEPARATORS).any(|segment| segment.trim() == "..")
}

/// Texts with commas between them, the first few.
pub(super) fn listed(texts: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for (at, text) in texts.enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        if at == MAX_NAMED {
            out.push_str(", …");
            break;
        }
        // Writing into a String cannot fail.
        let _ = write!(out, "{separator}{text}");
    }
    out
}
