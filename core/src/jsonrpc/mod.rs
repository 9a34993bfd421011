//! JSON-RPC 2.0 frames in and out. Knows nothing of MCP.

mod request_id;

pub use request_id::RequestId;
