//! Spellings of URIs, as the registry has them.

use napi_derive::napi;
use oxmcp_core::registry;

/// A URI with percent codes for what may not stand in one as it is.
#[napi]
pub fn legal_uri(uri: String) -> String {
    registry::legal_uri(&uri).into_owned()
}

/// The one spelling of all that are equivalent to a URI.
#[napi]
pub fn canonical_uri(uri: String) -> String {
    registry::canonical_uri(&uri)
}

/// A URI template with percent codes for what may not stand in a URI.
#[napi]
pub fn legal_template(template: String) -> String {
    registry::legal_template(&template)
}
