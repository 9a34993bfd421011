//! What the eras' error tables share.

use crate::eras::voice::WireError;
use crate::handler::{Failure, FailureKind};
use crate::jsonrpc::error_code;

/// Too much is waiting already. Our own code, outside the reserved ranges (RPC-11).
pub const OVERLOADED: i32 = -31_000;
/// The caller asked too often. Of the range for implementations until the specification has a code for it (RPC-10); this is the one
/// place that says which.
pub const RATE_LIMITED: i32 = -32_005;
/// The caller may not do this. Our own code, too.
pub const FORBIDDEN: i32 = -31_003;
/// It took longer than allowed. Our own code, too.
pub const TIMED_OUT: i32 = -31_001;
/// The server stopped before it was finished. Our own code, too.
pub const SHUT_DOWN: i32 = -31_002;

/// The error for kinds that both eras write alike, with status 200.
#[must_use]
pub fn common(failure: &Failure) -> WireError {
    match failure.kind {
        FailureKind::Protocol => custom(failure.code.unwrap_or(error_code::INTERNAL_ERROR), failure),
        FailureKind::InvalidArguments | FailureKind::NotFound => custom(error_code::INVALID_PARAMS, failure),
        FailureKind::MethodNotFound => custom(error_code::METHOD_NOT_FOUND, failure),
        FailureKind::Overloaded => custom(OVERLOADED, failure),
        FailureKind::RateLimited => custom(RATE_LIMITED, failure),
        FailureKind::Forbidden => custom(FORBIDDEN, failure),
        FailureKind::TimedOut => custom(TIMED_OUT, failure),
        FailureKind::ShutDown => custom(SHUT_DOWN, failure),
        FailureKind::Tool
        | FailureKind::MissingCapability
        | FailureKind::CannotAsk
        | FailureKind::ClientError => custom(error_code::INTERNAL_ERROR, failure),
        // Defects are told to the log, not to the peer (SEC-13).
        FailureKind::Abandoned => WireError::new(
            error_code::INTERNAL_ERROR,
            "the server dropped this request without an answer",
            200,
        ),
        FailureKind::Internal => WireError::new(error_code::INTERNAL_ERROR, "internal error", 200),
    }
}

/// The failure's own words under this code.
#[must_use]
pub fn custom(code: i32, failure: &Failure) -> WireError {
    WireError {
        code,
        message: failure.message.clone().into(),
        data: failure.data.clone(),
        status: 200,
        headers: None,
    }
}
