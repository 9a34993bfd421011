//! Bytes in, bytes out: stdio, Streamable HTTP, and an in-process pair. Each turns bytes into an
//! [`Inbound`](crate::engine::Inbound) and writes what the exchange answers; nothing here knows what a message means.

mod duplex;
pub mod http;
mod line;
pub mod memory;
pub mod stdio;

use crate::json::write_string;

/// A JSON-RPC error (-32600) for something that never became a request.
fn error_without_id(message: &str) -> String {
    let mut text = String::with_capacity(message.len() + 80);
    text.push_str(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"#);
    write_string(&mut text, message);
    text.push_str("}}");
    text
}
