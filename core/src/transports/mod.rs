//! Bytes in, bytes out: stdio, Streamable HTTP, and an in-process pair. Each turns bytes into an
//! [`Inbound`](crate::engine::Inbound) and writes what the exchange answers; nothing here knows what a message means.

mod duplex;
mod grace;
pub mod http;
mod line;
pub mod memory;
pub mod stdio;

pub use duplex::MAX_FRAME_BYTES;

use crate::jsonrpc::{error_code, write};

/// A JSON-RPC error for something that never became a request.
fn error_without_id(message: &str) -> String {
    let mut text = String::with_capacity(message.len() + 80);
    write::error(&mut text, None, error_code::INVALID_REQUEST, message, None);
    text
}
