//! The descriptor of a resource.

use super::{CacheHint, CommonFields};

/// A resource with a fixed URI (RSRC-1).
#[derive(Debug, Clone)]
pub struct Resource {
    /// The URI. Spellings that RFC 3986 calls equivalent are one (RSRC-15).
    pub uri: String,
    /// The resource's name.
    pub name: String,
    /// Title, description, icons, annotations, `_meta`.
    pub common: CommonFields,
    /// The MIME type, if known.
    pub mime_type: Option<String>,
    /// The size in bytes before encoding, if known.
    pub size: Option<u64>,
    /// How long a reader may keep what it read (CACHE-1).
    pub cache: CacheHint,
}
