//! Who a server or a client says it is.

use crate::json::RawJson;

/// Name, version and looks of an implementation (DOWN-8).
#[derive(Debug, Clone)]
pub struct Implementation {
    /// The name programs use.
    pub name: String,
    /// The version, free text.
    pub version: String,
    /// A name for people.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where to read more.
    pub website_url: Option<String>,
    /// A JSON array of icons.
    pub icons: Option<RawJson>,
}

impl Implementation {
    /// A name and a version.
    #[must_use]
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            title: None,
            description: None,
            website_url: None,
            icons: None,
        }
    }
}
