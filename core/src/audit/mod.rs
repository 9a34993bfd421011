//! What was done, by whom, and what came of it: one record for each operation, refused ones too, in an order that cannot be changed
//! unnoticed.
//!
//! A record is a line of JSON with strings, booleans and null, its members in the order of their names. `event_hash` is SHA-256 of
//! the line without it, and `previous_hash` the hash of the line before, also over restarts and from one file to the next.

mod arguments;
mod entry;
mod file;
mod log;
mod options;
mod record;
pub mod secrets;
mod sensitive;
mod sinks;
mod verify;
mod visible;
mod writer;

pub use arguments::ArgumentPolicy;
pub use entry::{Entry, Known};
pub use log::{AuditLog, Receipt};
pub use options::{AuditOptions, Console, FileOptions, Mode, OnFailure};
pub use record::{Fact, Outcome};
pub use sensitive::Sensitive;
pub use sinks::BATCH;
pub use verify::{Flaw, FlawKind, Verdict, Verified, verify};
pub use visible::{is_hidden, visible};

/// The type of the first record of a log that was opened.
pub const OPENED: &str = "audit.opened";
/// The type of the last record of a log that was closed.
pub const CLOSED: &str = "audit.closed";
/// The type of a record that says how many are missing in its place.
pub const GAP: &str = "audit.gap";
/// The type of a record that says how many of those before it are in the file, but did not reach the function or the console.
pub const UNDELIVERED: &str = "audit.undelivered";
