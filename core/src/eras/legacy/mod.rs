//! 2024-11-05 to 2025-11-25: a handshake, then a session.

pub(crate) mod downshift;
pub(crate) mod errors;
pub(crate) mod handshake;
pub(crate) mod notifications;
pub(crate) mod question_params;
pub(crate) mod requests;
pub(crate) mod results;
pub mod server_requests;
pub mod session;
pub mod session_store;
pub(crate) mod subscriptions;
pub(crate) mod tasks;
pub(crate) mod vocabulary;
