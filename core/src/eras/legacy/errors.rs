//! Failures as JSON-RPC errors of the legacy era; their HTTP status is always 200 (LHTTP-15).

use crate::eras::errors::{common, custom};
use crate::eras::voice::WireError;
use crate::handler::{Failure, FailureKind};
use crate::jsonrpc::error_code;
use crate::model::OperationKind;

/// The error for a failure.
pub(crate) fn encode(kind: OperationKind, failure: &Failure) -> WireError {
    match (failure.kind, kind) {
        // DOWN-10, RSRC-3.
        (FailureKind::NotFound, OperationKind::ReadResource) => {
            custom(error_code::RESOURCE_NOT_FOUND, failure)
        }
        _ => common(failure),
    }
}
