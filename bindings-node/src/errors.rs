//! The engine's errors as JavaScript errors: `code` is the kind's name. `typescript/engine/errors.ts` gives each kind its class.

use std::borrow::Cow;
use std::error::Error as _;
use std::io;

use napi_derive::napi;
use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::FailureKind;

/// The name of an error's kind, which becomes the `code` of the JavaScript error; behind a blank, the system's name for what went
/// wrong, if it has one.
pub struct Code(Cow<'static, str>);

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Code {
    fn of(error: &Error) -> Self {
        let kind = error.kind().name();
        Self(system_name(error).map_or(Cow::Borrowed(kind), |name| Cow::Owned(format!("{kind} {name}"))))
    }
}

/// What Node calls the reason for which an address cannot be had.
fn system_name(error: &Error) -> Option<&'static str> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return match io.kind() {
                io::ErrorKind::AddrInUse => Some("EADDRINUSE"),
                io::ErrorKind::AddrNotAvailable => Some("EADDRNOTAVAIL"),
                io::ErrorKind::PermissionDenied => Some("EACCES"),
                _ => None,
            };
        }
        source = cause.source();
    }
    None
}

impl From<napi::Status> for Code {
    fn from(status: napi::Status) -> Self {
        Self(Cow::Borrowed(match status {
            napi::Status::InvalidArg | napi::Status::StringExpected | napi::Status::NumberExpected => {
                "InvalidArg"
            }
            _ => "GenericFailure",
        }))
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
        self.map_err(|error| napi::Error::new(Code::of(&error), error.to_string()))
    }
}

/// A text for a log, without what looks like a secret in it.
#[napi]
pub fn fit_for_log(text: String) -> String {
    oxmcp_core::host::log::fit(text)
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
