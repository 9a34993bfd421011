//! A line of JSON for every operation.

mod line;
mod writer;

pub(super) use line::{handle, operation, refusal};
pub(super) use writer::LogWriter;
