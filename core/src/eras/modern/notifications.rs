//! Notifications from modern clients: there is one, and only duplex connections heed it.

use http::HeaderMap;

use crate::eras::meta::Meta;
use crate::eras::modern::http_headers;
use crate::eras::voice::WireError;
use crate::json;

/// Takes a notification that was posted. Even a cancellation changes nothing: honouring an id chosen by an arbitrary
/// caller would let one client cancel another's work (CAN-11).
///
/// # Errors
/// When its headers disagree with it (HTTP-5, G-6).
pub(crate) fn accept(headers: &HeaderMap, method: &str, meta: &Meta<'_>) -> Result<(), WireError> {
    let version = meta.protocol_version.and_then(json::as_string);
    http_headers::check_notification(headers, version.as_deref(), method)
}
