//! What is wrong with an instance, in words that a model or a person can act on.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::paths::{Location, LocationSegment};

use super::wording;

/// How many are shown.
const SHOWN: usize = 10;

/// How many characters of a name that a peer chose are repeated.
const SHOWN_NAME: usize = 64;

/// How many bytes of a field's path are shown, the last name not counted.
const SHOWN_PATH: usize = 256;

/// One thing that is wrong. Never repeats a value of the instance, though names of its members, and values of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which field, as in `filters[0].name`; empty for the instance as a whole.
    pub field: String,
    /// What is wrong with it, as in "must be an integer".
    pub problem: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(formatter, "the value {}", self.problem)
        } else {
            write!(formatter, "{}: {}", self.field, self.problem)
        }
    }
}

/// Everything found wrong with an instance; never empty. Displayed on one line, at most ten of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// One sentence about the instance as a whole.
    pub(super) fn whole(problem: &str) -> Self {
        Self(vec![Violation { field: String::new(), problem: problem.to_owned() }])
    }

    /// What one error says.
    pub(super) fn from_error(error: &ValidationError<'_>) -> Self {
        let mut collected = Self(Vec::new());
        collected.add(error);
        collected.or_whole()
    }

    /// What several errors say.
    pub(super) fn from_errors<'a>(errors: impl IntoIterator<Item = ValidationError<'a>>) -> Self {
        let mut collected = Self(Vec::new());
        for error in errors {
            collected.add(&error);
        }
        collected.or_whole()
    }

    fn add(&mut self, error: &ValidationError<'_>) {
        wording::describe(error, &mut |violation| {
            // The same can be found by several branches. Long lists are not searched for it.
            if self.0.len() > SHOWN * 10 || !self.0.contains(&violation) {
                self.0.push(violation);
            }
        });
    }

    /// The same with numbers of the schema as they are written there, where something else stood for them.
    pub(super) fn written<'a>(mut self, numbers: impl Iterator<Item = (String, &'a String)>) -> Self {
        for (stand_in, written) in numbers {
            for violation in &mut self.0 {
                if violation.problem.contains(&stand_in) {
                    violation.problem = violation.problem.replace(&stand_in, written);
                }
            }
        }
        self
    }

    fn or_whole(self) -> Self {
        if self.0.is_empty() { Self::whole("does not match the schema") } else { self }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            violation.fmt(formatter)?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}

/// A field's name for people: `filters[0].name`, or `a["odd name"]`. `member` is appended if given.
pub(super) fn instance_path(location: &Location, member: Option<&str>) -> String {
    let mut path = String::new();
    for segment in location {
        if path.len() > SHOWN_PATH {
            path.push('…');
            return path;
        }
        match segment {
            LocationSegment::Property(name) => push_name(&mut path, &name),
            LocationSegment::Index(index) => {
                use fmt::Write as _;
                // Writing into a String cannot fail.
                let _ = write!(path, "[{index}]");
            }
        }
    }
    if let Some(member) = member {
        push_name(&mut path, member);
    }
    path
}

fn push_name(path: &mut String, name: &str) {
    let plain = !name.is_empty()
        && name.len() <= SHOWN_NAME
        && name.chars().all(|character| character.is_alphanumeric() || "_-$@".contains(character));
    if plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        return;
    }
    let mut shown: String = name.chars().take(SHOWN_NAME).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    path.push('[');
    crate::json::write_string(path, &shown);
    path.push(']');
}
