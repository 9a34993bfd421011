//! The descriptor of a resource template.

use super::{CacheHint, CommonFields};

/// A family of resources, named by an RFC 6570 template (RSRC-12).
#[derive(Debug, Clone)]
pub struct ResourceTemplate {
    /// The template.
    pub uri_template: String,
    /// The template's name.
    pub name: String,
    /// Title, description, icons, annotations, `_meta`.
    pub common: CommonFields,
    /// The MIME type all its resources share, if they do.
    pub mime_type: Option<String>,
    /// How long a reader may keep what it read (CACHE-1).
    pub cache: CacheHint,
}
