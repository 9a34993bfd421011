//! What only the legacy era has on HTTP: a stream and an end for each session.

pub(super) mod resuming;
pub(super) mod session_routes;
