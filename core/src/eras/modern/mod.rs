//! 2026-07-28: every request carries its own envelope; nothing is remembered.

pub(crate) mod discover;
pub(crate) mod envelope;
pub(crate) mod errors;
pub(crate) mod http_headers;
pub(crate) mod input_required;
pub(crate) mod listen;
pub(crate) mod notifications;
pub(crate) mod requests;
pub(crate) mod results;
pub(crate) mod tasks;
pub(crate) mod vocabulary;
