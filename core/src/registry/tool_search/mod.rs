//! Finding tools instead of listing them: of many tools clients see a few, and two by which they find and call the others.

mod findable;
mod index;
mod offered;
mod words;

pub use findable::Findable;
pub(super) use findable::transform_searches;
pub use offered::StandIn;

use std::sync::Arc;

use super::ToolEntry;
use crate::json::{as_string, elements, member};
use crate::model::Tool;

/// How tools are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolSearch {
    /// The name of the tool that finds others.
    pub search_tool: String,
    /// The name of the tool that calls others.
    pub call_tool: String,
    /// Tools that are listed as ever.
    pub always_visible: Vec<String>,
    /// The most tools that one search finds.
    pub max_results: usize,
    /// What a search is given.
    pub by: SearchBy,
    /// How the tools that were found are written.
    pub results: SearchResults,
}

/// How the tools that were found are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchResults {
    /// As lists have them, as JSON.
    #[default]
    Json,
    /// Shorter, as text: what they do, and their parameters with a line each.
    Markdown,
}

/// What a search is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SearchBy {
    /// A query in plain words; the tools that fit best come first.
    #[default]
    Words,
    /// A regular expression, large and small letters alike; tools come in the order of the list.
    Pattern,
}

impl Default for ToolSearch {
    fn default() -> Self {
        Self {
            search_tool: "search_tools".to_owned(),
            call_tool: "call_tool".to_owned(),
            always_visible: Vec::new(),
            max_results: 5,
            by: SearchBy::Words,
            results: SearchResults::Json,
        }
    }
}

/// Which of the two a tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchRole {
    /// It finds others.
    Search,
    /// It calls others.
    Call,
}

/// One of the two tools that stand for others.
#[derive(Debug)]
pub struct SearchPart {
    /// Which of the two.
    pub role: SearchRole,
    /// For what it stands.
    pub findable: Arc<Findable>,
}

impl ToolSearch {
    /// The name of the argument that a search is given.
    #[must_use]
    pub const fn argument(&self) -> &'static str {
        match self.by {
            SearchBy::Words => "query",
            SearchBy::Pattern => "pattern",
        }
    }

    fn is_pinned(&self, entry: &ToolEntry) -> bool {
        self.always_visible.contains(&entry.tool.name)
    }
}

/// Whether models may see it: what is only for an app is found by none.
fn is_for_models(tool: &Tool) -> bool {
    let meta = tool.common.meta.as_ref();
    let visibility = meta.and_then(|meta| member(member(meta.as_str(), "ui")?, "visibility"));
    visibility.is_none_or(|places| {
        elements(places).any(|place| as_string(place).is_some_and(|place| place == "model"))
    })
}
