//! Most schemas and most instances, checked over the text: no tree is built, and nothing is allocated for an instance that fits.
//!
//! The keywords that people write (types, members, items, bounds, lengths, enumerations, patterns, unions, references) become a
//! [`Plan`], in which schemas with others are blanks. One pass over the text of an instance then says whether it fits. That it does
//! is final; for the rest the checker that knows all of JSON Schema is asked, whose words are what callers are told.

mod alternatives;
mod branches;
mod containers;
mod keywords;
mod plain;
mod plan;
mod reading;
mod references;
mod scalars;
mod tokens;
mod walk;

use std::sync::OnceLock;

use plan::Plan;

use crate::json::RawJson;

/// What a walk over the text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The text is JSON, and fits the schema.
    Fits,
    /// It is not, or does not; but where an object says the same member twice, it may.
    DoesNotFit,
    /// That would take a keyword that is not known here, a number beyond what is exact, or too much time.
    Undecided,
}

/// The quick check of one schema, made when it is first asked for.
#[derive(Debug)]
pub(super) struct Quick {
    schema: RawJson,
    plan: OnceLock<Box<Plan>>,
}

impl Quick {
    /// Of a schema that compiles.
    pub fn new(schema: &RawJson) -> Self {
        Self { schema: schema.clone(), plan: OnceLock::new() }
    }

    /// What can be said of an instance.
    pub fn verdict(&self, instance: &str) -> Verdict {
        let plan = self.plan.get_or_init(|| Box::new(reading::read(self.schema.as_str())));
        walk::walk(plan, instance)
    }
}
