//! JSON-RPC 2.0 frames in and out. Knows nothing of MCP.

mod batch;
pub mod error_code;
mod frame;
mod long_frame;
mod malformed;
mod message;
mod message_text;
mod outline;
mod parse;
mod request_id;
pub mod write;

pub use frame::{Frame, Message, Notification, Request, Response};
pub use long_frame::LongFrame;
pub use malformed::Malformed;
pub(crate) use message_text::put_in;
pub use message_text::{MessageText, Piece};
pub use outline::Outline;
pub use parse::{FrameLimits, Taken, parse, parse_outlined};
pub use request_id::RequestId;
