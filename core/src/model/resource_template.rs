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
    /// Which values of its variables are refused.
    pub value_checks: ValueChecks,
}

/// What the values of a template's variables may not be, lest used as a path they lead out of where they should stay (RSRC-8,
/// SEC-10). Not asked of what stands in a query or a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChecks {
    /// A path with a `..` in it.
    pub parent_segments: bool,
    /// An absolute path of either kind of system. A value that is the whole path of its URI (`log://{+path}`) may be one, but
    /// not where the scheme says that it is a file.
    pub absolute_paths: bool,
    /// A text with a NUL, which ends the path early for whoever opens it.
    pub nul: bool,
    /// The variables that may be anything.
    pub exempt: Vec<String>,
}

impl Default for ValueChecks {
    /// All of it, for all variables.
    fn default() -> Self {
        Self { parent_segments: true, absolute_paths: true, nul: true, exempt: Vec::new() }
    }
}

impl ValueChecks {
    /// Nothing is refused: for handlers that make sure themselves.
    #[must_use]
    pub const fn none() -> Self {
        Self { parent_segments: false, absolute_paths: false, nul: false, exempt: Vec::new() }
    }
}
