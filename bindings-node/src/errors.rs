//! The engine's errors as JavaScript errors: `code` is the kind's name. `typescript/engine/errors.ts` gives each kind its class.

use napi_derive::napi;
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::FailureKind;

/// The name of an error's kind, which becomes the `code` of the JavaScript error.
pub struct Code(&'static str);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl From<napi::Status> for Code {
    fn from(status: napi::Status) -> Self {
        Self(match status {
            napi::Status::InvalidArg | napi::Status::StringExpected | napi::Status::NumberExpected => {
                "InvalidArg"
            }
            _ => "GenericFailure",
        })
    }
}

/// What a function that JavaScript calls throws. Their signatures spell out `Result`, because napi's macros look for the word.
pub type JsError = napi::Error<Code>;

/// Engine results as JavaScript results.
pub trait IntoJs<T> {
    fn into_js(self) -> Result<T, JsError>;
}

impl<T> IntoJs<T> for Result<T, Error> {
    fn into_js(self) -> Result<T, JsError> {
        self.map_err(|error| napi::Error::new(Code(error.kind().name()), error.to_string()))
    }
}

/// `ErrorKind::ALL` by name.
#[napi]
pub fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// `FailureKind::ALL` by name.
#[napi]
pub fn failure_kinds() -> Vec<&'static str> {
    FailureKind::ALL.iter().map(|kind| kind.name()).collect()
}
