//! Requests of ours to other servers: key sets, metadata, introspection. Nothing else in the engine asks anybody anything (SEC-8, SEC-16).
//!
//! https alone (http within this machine), no redirects, bounds on time and size, and every address looked at after its name was
//! resolved, just before it is connected to: what a name led to a moment ago counts for nothing.

mod addresses;
mod client;
mod target;
mod trust;

pub use addresses::is_public;
pub use client::{Answer, Body, Outbound, Request};
pub use target::Target;
