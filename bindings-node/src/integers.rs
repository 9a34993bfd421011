//! Integers that a JavaScript number does not hold.

use napi_derive::napi;
use oxmcp_core::json;

/// Where in this JSON text they are, as the JSON text of `[path, digits][]`; `null` when there are none.
#[napi]
pub fn inexact_integers(text: String) -> Option<String> {
    json::inexact_integers(&text)
}
