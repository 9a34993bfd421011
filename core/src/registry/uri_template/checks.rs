//! Which values are refused (RSRC-8, SEC-10).

use std::fmt;

use super::{Place, Variable};
use crate::model::ValueChecks;

/// What a value was refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueRule {
    /// It has a `..` as a part of its path.
    ParentSegment,
    /// It is an absolute path.
    AbsolutePath,
    /// It has a NUL.
    Nul,
}

/// A value that a template does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedValue {
    /// The variable.
    pub variable: String,
    /// The rule.
    pub rule: ValueRule,
}

impl fmt::Display for RefusedValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.rule {
            ValueRule::ParentSegment => "must not have \"..\" as a part of its path",
            ValueRule::AbsolutePath => "must not be an absolute path",
            ValueRule::Nul => "must not have a NUL in it",
        };
        write!(formatter, "{}: {rule}, unless the security of the resource template lets it", self.variable)
    }
}

impl ValueChecks {
    /// The rule against this value of a variable, if there is one.
    pub(super) fn rule_against(&self, variable: &Variable, value: &str) -> Option<ValueRule> {
        if variable.place == Place::AfterPath || self.exempt.contains(&variable.name) {
            return None;
        }
        if self.nul && value.contains('\0') {
            return Some(ValueRule::Nul);
        }
        if self.absolute_paths && variable.place == Place::Piece && is_absolute(value) {
            return Some(ValueRule::AbsolutePath);
        }
        // Windows drops the spaces at a segment's end.
        let is_parent = |segment: &str| segment.trim_end() == "..";
        (self.parent_segments && value.split(['/', '\\']).any(is_parent)).then_some(ValueRule::ParentSegment)
    }
}

/// A path from the root of a system, of a drive or of a share. A letter and a colon alone (`A:C`) are the name of many things.
fn is_absolute(value: &str) -> bool {
    let drive = matches!(value.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    drive || value.starts_with(['/', '\\'])
}
