//! Finding tools instead of listing them: of many tools clients see a few, and two by which they find and call the others.

mod index;
mod offered;
mod words;

pub use offered::StandIn;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_json::json;

use super::ToolEntry;
use crate::json::{as_string, elements, member};
use crate::model::Tool;
use index::{Index, for_each_text};

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

/// The longest pattern that is tried.
const MAX_PATTERN_LENGTH: usize = 1000;

/// The tools that can be found, and those that can be called.
#[derive(Debug)]
pub struct Findable {
    search: Arc<ToolSearch>,
    tools: Vec<Arc<ToolEntry>>,
    callable: HashMap<Arc<str>, Arc<ToolEntry>>,
    /// Made by the first who searches.
    index: OnceLock<Index>,
}

impl Findable {
    /// Of these tools, in the order of the list, a model finds those that it may see and does not see yet, and may call those as
    /// well that it sees.
    fn among(search: &Arc<ToolSearch>, tools: &[Arc<ToolEntry>]) -> Self {
        let seen: Vec<_> = tools.iter().filter(|entry| entry.listed && is_for_models(&entry.tool)).collect();
        Self {
            search: Arc::clone(search),
            tools: seen
                .iter()
                .filter(|entry| !search.is_pinned(entry))
                .map(|&entry| Arc::clone(entry))
                .collect(),
            callable: seen
                .iter()
                .map(|&entry| (entry.tool.name.as_str().into(), Arc::clone(entry)))
                .collect(),
            index: OnceLock::new(),
        }
    }

    /// The tool that is called by this name.
    #[must_use]
    pub fn called(&self, name: &str) -> Option<&Arc<ToolEntry>> {
        self.callable.get(name)
    }

    /// How tools are found.
    #[must_use]
    pub fn search(&self) -> &ToolSearch {
        &self.search
    }

    /// The tools that fit what a search was given, all of them, in order.
    ///
    /// # Errors
    /// What is wrong with it, in words for the model that said it.
    pub fn find(&self, given: &str) -> Result<Vec<&Arc<ToolEntry>>, String> {
        let argument = self.search.argument();
        if given.trim().is_empty() {
            return Err(format!("{argument} is empty: say in a few words what the tool should do"));
        }
        match self.search.by {
            SearchBy::Words => {
                let index = self.index.get_or_init(|| Index::of(self.tools.iter().map(|entry| &entry.tool)));
                Ok(index.ranked(given).into_iter().filter_map(|place| self.tools.get(place)).collect())
            }
            SearchBy::Pattern => self.matching(given),
        }
    }

    fn matching(&self, pattern: &str) -> Result<Vec<&Arc<ToolEntry>>, String> {
        if pattern.len() > MAX_PATTERN_LENGTH {
            return Err(format!("pattern is longer than {MAX_PATTERN_LENGTH} characters"));
        }
        let insensitive = format!("(?im){pattern}");
        let Ok(matcher) = oxmcp_validator::compile(&json!({"pattern": insensitive}), None) else {
            let flaw = oxmcp_validator::pattern_flaw(pattern);
            let why = flaw.unwrap_or_else(|| "look-around and references back are not supported".to_owned());
            return Err(format!("pattern cannot be used: {why}"));
        };
        let fits = |entry: &&Arc<ToolEntry>| {
            let mut text = String::new();
            for_each_text(&entry.tool, |_, part| {
                text.push_str(part);
                text.push('\n');
            });
            matcher.is_valid(&text.into())
        };
        Ok(self.tools.iter().filter(fits).collect())
    }
}

impl Findable {
    /// The same search among some of the tools.
    pub(in crate::registry) fn those(&self, are: impl Fn(&ToolEntry) -> bool) -> Self {
        let callable = self.callable.iter().filter(|(_, entry)| are(entry));
        Self {
            search: Arc::clone(&self.search),
            tools: self.tools.iter().filter(|entry| are(entry)).map(Arc::clone).collect(),
            callable: callable.map(|(name, entry)| (Arc::clone(name), Arc::clone(entry))).collect(),
            index: OnceLock::new(),
        }
    }

    /// The same search among what becomes of each tool.
    pub(in crate::registry) fn each(&self, change: impl Fn(&ToolEntry) -> ToolEntry) -> Self {
        let changed = |entry: &Arc<ToolEntry>| Arc::new(change(entry));
        Self {
            search: Arc::clone(&self.search),
            tools: self.tools.iter().map(changed).collect(),
            callable: self.callable.iter().map(|(name, entry)| (Arc::clone(name), changed(entry))).collect(),
            index: OnceLock::new(),
        }
    }
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
