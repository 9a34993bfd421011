//! JSON Schema: compiled once when something is registered, checked before user code runs (SCH-1 to SCH-8).

mod arguments;
mod booleans;
mod compiled;
mod conversion;
mod cost;
mod ecma_patterns;
mod exact;
mod forms;
mod header_parameters;
mod inlining;
mod multiples;
mod patterns;
mod places;
mod quick;
mod references;
mod rewriting;
mod splice;
mod tuples;
mod violations;
mod wording;

pub use arguments::{Checked, require_object};
pub use compiled::{CompiledSchema, SchemaLimits};
pub use header_parameters::{HeaderParameter, ParameterKind, header_parameters};
pub use inlining::without_references;
pub(crate) use tuples::understood_alike;
pub use violations::{Violation, Violations};
