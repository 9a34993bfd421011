//! Failures as JSON-RPC errors of the modern era, with the HTTP status each has (HTTP-18).

use crate::eras::errors::common;
use crate::eras::voice::WireError;
use crate::handler::{Failure, FailureKind};
use crate::jsonrpc::error_code;

/// The error for a failure.
pub(crate) fn encode(failure: &Failure) -> WireError {
    let mut error = common(failure);
    if failure.kind == FailureKind::MissingCapability {
        // META-6.
        error.code = error_code::MISSING_CLIENT_CAPABILITY;
    }
    // Codes this era must not use (RPC-10): a missing resource has another, the rest has no meaning here.
    error.code = match error.code {
        error_code::RESOURCE_NOT_FOUND => error_code::INVALID_PARAMS,
        code @ (error_code::HEADER_MISMATCH
        | error_code::MISSING_CLIENT_CAPABILITY
        | error_code::UNSUPPORTED_PROTOCOL_VERSION) => code,
        -32099..=-32020 => error_code::INTERNAL_ERROR,
        code => code,
    };
    error.status = status(error.code);
    error
}

/// The HTTP status of a code (HTTP-6, HTTP-7, HTTP-18).
fn status(code: i32) -> u16 {
    match code {
        error_code::METHOD_NOT_FOUND => 404,
        error_code::PARSE_ERROR
        | error_code::INVALID_REQUEST
        | error_code::HEADER_MISMATCH
        | error_code::MISSING_CLIENT_CAPABILITY
        | error_code::UNSUPPORTED_PROTOCOL_VERSION => 400,
        _ => 200,
    }
}
