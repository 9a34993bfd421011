//! Tokens that only their issuer can read: it is asked about each (RFC 7662), or in its own way where it has no such endpoint.

mod asker;
mod options;
mod question;

pub(super) use asker::Asker;
pub use options::{IntrospectionOptions, IntrospectionStyle};
