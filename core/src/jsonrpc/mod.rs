//! JSON-RPC 2.0 frames in and out. Knows nothing of MCP.

mod batch;
pub mod error_code;
mod frame;
mod malformed;
mod message;
mod parse;
mod request_id;
pub mod write;

pub use frame::{Frame, Message, Notification, Request, Response};
pub use malformed::Malformed;
pub use parse::{FrameLimits, parse};
pub use request_id::RequestId;
