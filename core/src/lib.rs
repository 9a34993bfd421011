//! The oxmcp protocol engine.
//!
//! Rooms, lowest first; each uses only those above it: `error`, `json` · `outbound` · `sealing` · `protocol_version` · `jsonrpc` · `model` ·
//! `schema` · `handler` · `mailbox` · `audit` · `registry` · `safety` · `skills` · `eras` · `authorization` · `middleware` ·
//! `telemetry` · `authentication` · `engine` · `transports` · `host`.

pub mod audit;
pub mod authentication;
pub mod authorization;
pub mod engine;
pub mod eras;
pub mod error;
pub mod handler;
pub mod host;
pub mod json;
pub mod jsonrpc;
pub mod mailbox;
pub mod middleware;
pub mod model;
pub mod outbound;
pub mod protocol_version;
pub mod registry;
pub mod safety;
pub mod schema;
pub mod sealing;
pub mod skills;
pub mod telemetry;
pub mod transports;
