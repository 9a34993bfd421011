//! What every descriptor must fulfil.

use crate::error::{Error, ErrorKind, Result};
use crate::json::RawJson;
use crate::model::CommonFields;

/// The longest name, URI or template an item can be registered under, in bytes. Whatever is longer is a mistake, and
/// cursors, which hold one, stay bounded.
pub const MAX_KEY_LENGTH: usize = 8 * 1024;

/// An error about a descriptor.
pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidDescriptor, message)
}

/// Checks what an item is found by: `what` says "the name of a tool" and the like.
pub(super) fn key(what: &str, key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(invalid(format!("{what} is empty")));
    }
    if key.len() > MAX_KEY_LENGTH {
        return Err(invalid(format!("{what} is longer than {MAX_KEY_LENGTH} bytes")));
    }
    Ok(())
}

/// Checks the members all kinds share: texts that are spliced into lists must be of the right kind.
pub(super) fn common(item: &str, fields: &CommonFields) -> Result<()> {
    if fields.icons.as_ref().is_some_and(|icons| !icons.as_str().trim_start().starts_with('[')) {
        return Err(invalid(format!("the icons of {item} are not a list")));
    }
    object(item, "annotations", fields.annotations.as_ref())?;
    object(item, "_meta", fields.meta.as_ref())
}

/// Checks that a member is an object if it is there.
pub(super) fn object(item: &str, member: &str, value: Option<&RawJson>) -> Result<()> {
    match value {
        Some(value) if !value.is_object() => Err(invalid(format!("{member} of {item} is not an object"))),
        _ => Ok(()),
    }
}
