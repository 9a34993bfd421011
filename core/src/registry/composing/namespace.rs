//! A prefix that keeps the items of one server apart from those of others.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

/// Names become `prefix_name`, URIs `scheme://prefix/rest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace(String);

impl Namespace {
    /// The namespace with this prefix.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it is empty, or has characters that no part of a URI can have as they are.
    pub fn new(prefix: impl Into<String>) -> Result<Self> {
        let prefix = prefix.into();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if prefix.is_empty() || !prefix.bytes().all(fits) {
            let message = format!(
                "{prefix:?} cannot be a namespace: it needs letters A-Z a-z, digits, and _ . - alone, because it becomes a part of \
                 names and of URIs"
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        Ok(Self(prefix))
    }

    /// The prefix itself.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0
    }

    /// What a tool or a prompt is called in it.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        format!("{}_{name}", self.0)
    }

    /// What a URI, or a template of URIs, is in it.
    #[must_use]
    pub fn uri(&self, uri: &str) -> String {
        insert(uri, &self.before(None))
    }

    /// What a URI in it is outside of it; nothing if it is not in it.
    pub(in crate::registry) fn uri_inside(&self, uri: &str) -> Option<String> {
        match take_out(uri, &self.before(None)) {
            Cow::Owned(inside) => Some(inside),
            Cow::Borrowed(_) => None,
        }
    }

    /// What stands in URIs between the scheme and what follows, where inner namespaces have put something there before.
    pub(in crate::registry) fn before(&self, inserted: Option<&str>) -> Arc<str> {
        format!("{}/{}", self.0, inserted.unwrap_or_default()).into()
    }
}

/// Where what namespaces insert stands in a URI: behind `scheme://`, or `scheme:` where no slashes follow.
fn place(uri: &str) -> usize {
    // A variable of a template may have a colon of its own: `{scheme:3}://`.
    let mut is_in_variable = false;
    let colon = uri.bytes().position(|byte| {
        is_in_variable = byte == b'{' || is_in_variable && byte != b'}';
        byte == b':' && !is_in_variable
    });
    match colon {
        Some(colon) if uri[colon..].starts_with("://") => colon + 3,
        Some(colon) => colon + 1,
        None => 0,
    }
}

/// The URI with `inserted` behind its scheme.
pub fn insert(uri: &str, inserted: &str) -> String {
    let (scheme, rest) = uri.split_at(place(uri));
    format!("{scheme}{inserted}{rest}")
}

/// The URI without what namespaces inserted; as it is where it does not have that.
pub fn take_out<'a>(uri: &'a str, inserted: &str) -> Cow<'a, str> {
    let (scheme, rest) = uri.split_at(place(uri));
    match rest.get(..inserted.len()) {
        // Clients write the part behind the slashes in small letters.
        Some(there) if there.eq_ignore_ascii_case(inserted) => {
            Cow::Owned(format!("{scheme}{}", &rest[inserted.len()..]))
        }
        _ => Cow::Borrowed(uri),
    }
}
