//! Bytes in, bytes out: stdio, Streamable HTTP, and an in-process pair. Each turns bytes into an
//! [`Inbound`](crate::engine::Inbound) and writes what the exchange answers; nothing here knows what a message means.

mod duplex;
pub mod http;
mod line;
pub mod memory;
pub mod stdio;
