//! Lists of hosts and origins, for checks that run in front of the engine.

use napi_derive::napi;
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::transports::http::{self, Listed};

use crate::errors::{IntoJs, JsError};

/// Who may call: hosts or origins.
#[napi]
pub struct AllowList(http::AllowList);

#[napi]
impl AllowList {
    /// Reads entries in the notation of `allowedHosts` and `allowedOrigins`; the first that could never match is thrown.
    #[napi(constructor)]
    pub fn new(origins: bool, entries: Vec<String>) -> Result<Self, JsError> {
        let listed = if origins { Listed::Origins } else { Listed::Hosts };
        http::AllowList::new(listed, entries.iter().map(String::as_str))
            .map(Self)
            .map_err(|why| Error::new(ErrorKind::Configuration, why))
            .into_js()
    }

    /// Whether the value of a header is that of somebody on the list.
    #[napi]
    pub fn allows(&self, value: String) -> bool {
        self.0.allows(&value)
    }
}
