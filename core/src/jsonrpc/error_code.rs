//! The error numbers, named: JSON-RPC's own and those the protocol versions gave a meaning (RPC-9, RPC-10).

/// The text is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// JSON, but not a valid message.
pub const INVALID_REQUEST: i32 = -32600;
/// No such method, or one of a capability that was not advertised.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The parameters are not what the method takes.
pub const INVALID_PARAMS: i32 = -32602;
/// Something went wrong on this side.
pub const INTERNAL_ERROR: i32 = -32603;
/// No such resource; legacy only.
pub const RESOURCE_NOT_FOUND: i32 = -32002;
/// The caller must first open URLs; 2025-11-25 only.
pub const URL_ELICITATION_REQUIRED: i32 = -32042;
/// A header differs from the body, or is missing; modern only.
pub const HEADER_MISMATCH: i32 = -32020;
/// The caller did not declare a capability that the answer needs; modern only.
pub const MISSING_CLIENT_CAPABILITY: i32 = -32021;
/// The protocol version is not served here; modern only.
pub const UNSUPPORTED_PROTOCOL_VERSION: i32 = -32022;
